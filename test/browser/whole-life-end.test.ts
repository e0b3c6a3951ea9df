// The life of an account, second half, as its owner walks it: signed out from elsewhere, a stranger's sign-in reported, an app revoked, the
// data taken along, the account deleted. Once with script and once without.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { letClockRun, stopClock } from '../support/clock.ts';
import { mailTo, notMeLink, subjectsTo } from '../support/notices.ts';
import { createPerson, type Person } from '../support/people.ts';
import type { TestApp } from '../support/start-app.ts';
import { createWalker, nextCode, startWithSample, type Walker } from '../support/walker.ts';

const runs = hasBrowser() ? describe : describe.skip;

runs.each([true, false])('the end of an account (script: %s)', (hasScript) => {
  let gatehouse: TestApp;
  let sample: string;
  let stop: () => Promise<void>;
  let browser: Browser;
  let ana: Person;
  let here: Walker;
  let there: Walker;

  beforeAll(async () => {
    stopClock();
    ({ gatehouse, sample, stop } = await startWithSample());
    browser = await launchChromium();
    ana = await createPerson(gatehouse, { withTotp: true });
    here = await createWalker(browser, hasScript);
    there = await createWalker(browser, hasScript);
  });
  afterAll(async () => {
    letClockRun();
    await browser?.close();
    await stop();
  });

  async function signIn(walker: Walker): Promise<void> {
    await walker.see('Sign in');
    await walker.fill({ 'Email address': ana.email, Password: ana.password });
    await walker.press('Sign in');
    await walker.see('Enter your code');
    await walker.fill({ 'Authentication code': nextCode(ana.totpSecret ?? '') });
    await walker.press('Confirm');
  }

  it('tells a browser that was signed out from another one', async () => {
    for (const walker of [here, there]) {
      await walker.go(`${gatehouse.issuer}/profile/sessions`);
      await signIn(walker);
      await walker.see('Devices');
    }
    await there.follow('Sign out everywhere else');
    await there.see('Sign out everywhere else?');
    await there.press('Sign out everywhere else');
    await there.read('You are signed out everywhere else.');
    await here.page.reload();
    await here.see('Sign in');
    await here.read('You were signed out from another browser.');
    await signIn(here);
    await here.see('Devices');
  });

  it('closes the account to others from the mail of a new device, and leads its owner back in', async () => {
    const link = gatehouse.issuer + (await notMeLink(gatehouse, ana.email, 'new device'));
    await here.go(link);
    await here.see('Was this not you?');
    await here.press('It was not me: close my account to others');
    await here.see('Your account is safe');
    await here.go(link);
    await here.see('Your account is safe');
    await there.page.reload();
    await there.see('Sign in');
    await gatehouse.services.deferredWork.settled();
    const { text } = await mailTo(gatehouse, ana.email, 'Choose a new password');
    await here.go(text.match(/https?:\/\/\S+/)?.[0] ?? '');
    ana = { ...ana, password: 'seven quiet otters row' };
    await here.fill({ 'New password': ana.password });
    await here.press('Save');
    await here.read('Your password is changed. Sign in with it.');
    await signIn(here);
    await here.see('My Profile');
  });

  it('takes the access of an app away, which the app has to ask for anew', async () => {
    await here.go(`${sample}/login`);
    await here.see('Hello Ana Silva');
    await here.go(`${gatehouse.issuer}/profile/applications`);
    await here.follow(/Remove access/);
    await here.see('Remove the access of Acme Time?');
    await here.press('Remove access');
    await here.read('The app has no access any more.');
    await here.read('No app uses your account yet.');
  });

  it('hands over the data as a file', async () => {
    await here.go(`${gatehouse.issuer}/profile/data`);
    await here.see('Your data');
    const [download] = await Promise.all([here.page.waitForEvent('download'), here.press('Download')]);
    expect(download.suggestedFilename()).toMatch(/\.json$/);
  });

  it('deletes the account, says so, and opens it no more', async () => {
    await here.follow('Delete your account');
    await here.see('Delete your account');
    await here.press('Delete account');
    await here.seeError('Enter your current password');
    await here.fill({ 'Current password': ana.password, 'Authentication code': nextCode(ana.totpSecret ?? '') });
    await here.page.getByLabel('Yes, delete my account for good').check();
    await here.press('Delete account');
    await here.see('Your account is deleted');
    expect(await subjectsTo(gatehouse, ana.email)).toContain('Your Gatehouse account is deleted');
    await here.go(`${gatehouse.issuer}/profile`);
    await here.see('Sign in');
    await here.fill({ 'Email address': ana.email, Password: ana.password });
    await here.press('Sign in');
    await here.seeError('The email address or password is not right');
  });
});
