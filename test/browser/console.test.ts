// A firm's administrator at work, on a phone: in by the user menu, three people invited (one by a list), a lost phone reset. Once with script
// and once without.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { createFirms, createMember } from '../support/console.ts';
import { mailTo } from '../support/notices.ts';
import type { Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';
import { createWalker, type Walker } from '../support/walker.ts';

const runs = hasBrowser() ? describe : describe.skip;

runs.each([true, false])('an administrator at work (script: %s)', (hasScript) => {
  let gatehouse: TestApp;
  let browser: Browser;
  let admin: Person;
  let maya: Person;
  let walker: Walker;

  beforeAll(async () => {
    gatehouse = await startApp();
    await createFirms(gatehouse, 'acme', 'zeta');
    admin = await createMember(gatehouse, { acme: ['admin'] });
    maya = await createMember(gatehouse, { acme: ['editor'] }, { withTotp: true, givenName: 'Maya' });
    await createMember(gatehouse, { zeta: [] }, { givenName: 'Zoe' });
    browser = await launchChromium();
    walker = await createWalker(browser, hasScript);
  });
  afterAll(async () => {
    await browser?.close();
    await gatehouse.stop();
  });

  async function menu(section: string): Promise<void> {
    await walker.page.locator('.account-nav summary').click();
    await walker.page.locator('.account-nav').getByRole('link', { name: section, exact: true }).click();
  }

  it('finds the console in the user menu, and in it the people of the firm alone', async () => {
    await walker.go(`${gatehouse.issuer}/profile`);
    await walker.fill({ 'Email address': admin.email, Password: admin.password });
    await walker.press('Sign in');
    await walker.see('My Profile');
    await walker.page.locator('summary').first().click();
    await walker.follow('Administration');
    await walker.see('Overview');
    await walker.read('1 administrator signs in without a second factor.');
    await menu('People');
    await walker.see('People');
    await walker.read('Maya Silva');
    expect(await walker.page.getByText('Zoe').count()).toBe(0);
  });

  it('invites one person, and another who forgot nothing', async () => {
    for (const name of ['Ana', 'Bela']) {
      await menu('People');
      await walker.follow('Invite');
      await walker.see('Invite a person');
      await walker.press('Send invitation');
      await walker.seeError('Enter your email address');
      await walker.fill({
        'Email address': `${name.toLowerCase()}@acme.example`,
        'First name (may be left empty)': name,
      });
      if (name === 'Ana') await walker.page.getByLabel('Help desk', { exact: true }).check();
      await walker.press('Send invitation');
      await walker.see(name);
      await walker.read(`The invitation is on its way to ${name.toLowerCase()}@acme.example.`);
    }
    const ana = await gatehouse.services.accounts.findByEmail('ana@acme.example');
    expect(ana?.memberships).toEqual([{ organization: 'acme', roles: ['helpdesk'] }]);
    expect((await mailTo(gatehouse, 'ana@acme.example', 'invitation')).text).toContain('Acme');
  });

  it('invites a third by a file, after looking at what will happen', async () => {
    await menu('Invitations');
    await walker.see('Invitations');
    await walker.follow('Invite');
    await walker.follow('Invite many at once');
    await walker.see('Invite many people');
    await walker.press('Show what will happen');
    await walker.seeError('Paste a list with at least one person, or choose a file');
    const buffer = Buffer.from(`email;givenName\nciro@acme.example;Ciro\n${maya.email};\nnobody;\n`);
    await walker.page.getByLabel('CSV file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
    await walker.press('Show what will happen');
    await walker.see('Look before it is sent');
    await walker.read('1 person will be invited to Acme.');
    await walker.read('Not an email address');
    expect(await gatehouse.services.accounts.findByEmail('ciro@acme.example')).toBeUndefined();
    await walker.press('Invite 1 person');
    await walker.page.getByRole('link', { name: 'Follow the invitations' }).waitFor();
    await gatehouse.services.deferredWork.settled();
    await walker.page.reload();
    await walker.see('Invitations sent');
    await walker.follow('Follow the invitations');
    await walker.see('Invitations');
    for (const name of ['Ana', 'Bela', 'Ciro']) await walker.read(name);
  });

  it('resets the second factor of a lost phone, with a reason', async () => {
    await menu('People');
    await walker.fill({ 'Name or email address begins with': maya.email.slice(0, 12) });
    await walker.press('Search');
    await walker.follow('Maya Silva');
    await walker.see('Maya Silva');
    await walker.follow('Reset MFA');
    await walker.see('Reset multi-factor authentication?');
    await walker.press('Reset MFA');
    await walker.seeError('Say why');
    await walker.fill({ Reason: 'phone lost, called back' });
    await walker.press('Reset MFA');
    await walker.see('Maya Silva');
    await walker.read('Multi-factor authentication is removed');
    expect((await gatehouse.services.accounts.get(maya.account.id))?.totp).toBeUndefined();
    await mailTo(gatehouse, maya.email, 'An administrator removed your multi-factor authentication');
  });
});
