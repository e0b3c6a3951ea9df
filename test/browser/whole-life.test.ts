// The life of an account, first half, as its owner walks it: invited, at work, password forgotten, phone lost, moved house, left overnight.
// Once with script and once without.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { mailTo } from '../support/notices.ts';
import type { TestApp } from '../support/start-app.ts';
import {
  createWalker,
  enrol,
  nextCode,
  saveRecoveryCodes,
  startWithSample,
  type Walker,
  walkerOn,
} from '../support/walker.ts';

const runs = hasBrowser() ? describe : describe.skip;

runs.each([true, false])('the life of an account (script: %s)', (hasScript) => {
  const words = hasScript ? 'seven quiet otters' : 'nine slow herons';
  const email = `ana-${hasScript}@example.com`;
  let gatehouse: TestApp;
  let sample: string;
  let stop: () => Promise<void>;
  let browser: Browser;
  let ana: Walker;
  let password = '';
  let secret = '';
  let recoveryCodes: string[] = [];

  beforeAll(async () => {
    stopClock();
    ({ gatehouse, sample, stop } = await startWithSample());
    browser = await launchChromium();
    ana = await createWalker(browser, hasScript);
  });
  afterAll(async () => {
    letClockRun();
    await browser?.close();
    await stop();
  });

  async function linkIn(subject: string | RegExp, to = email): Promise<string> {
    await gatehouse.services.deferredWork.settled();
    return (await mailTo(gatehouse, to, subject)).text.match(/https?:\/\/\S+/)?.[0] ?? '';
  }

  async function signIn(walker: Walker): Promise<void> {
    await walker.see('Sign in');
    await walker.fill({ 'Email address': email, Password: password });
    await walker.press('Sign in');
  }

  async function giveCode(walker: Walker): Promise<void> {
    await walker.see('Enter your code');
    expect(await walker.focused()).toBe('code');
    await walker.fill({ 'Authentication code': nextCode(secret) });
    await walker.press('Confirm');
  }

  it('begins with an invitation, an own password, a name and a second factor, each asked for once', async () => {
    await gatehouse.services.invitations.invite({ email, roles: [] }, { actor: 'test' });
    const { text } = await mailTo(gatehouse, email, 'invitation');
    await ana.go(await linkIn('invitation'));
    await ana.see('Welcome to Gatehouse');
    await ana.press('Continue to sign in');
    await ana.see('Sign in');
    expect(await ana.page.getByLabel('Email address').inputValue()).toBe(email);
    expect(await ana.focused()).toBe('password');
    await ana.fill({ Password: 'mistyped' });
    await ana.press('Sign in');
    await ana.seeError('The email address or password is not right');
    await ana.fill({ Password: /temporary password:\s+(\S+)/.exec(text)?.[1] ?? '' });
    await ana.press('Sign in');
    await ana.see('Choose your password');
    await ana.read('Step 1 of 3');
    password = `${words} run`;
    await ana.fill({ 'New password': password });
    await ana.press('Save');
    await ana.see('Your name');
    await ana.read('Step 2 of 3');
    await ana.press('Save');
    await ana.seeError('Enter your first name');
    await ana.fill({ 'First name': 'Ana', 'Last name': 'Souza' });
    await ana.press('Save');
    await ana.see('Set up multi-factor authentication');
    await ana.read('Step 3 of 3');
    secret = await enrol(ana);
    recoveryCodes = await saveRecoveryCodes(ana);
    expect(recoveryCodes).toHaveLength(10);
    await ana.see('My Profile');
    await ana.page.goBack();
    await ana.see('My Profile');
  });

  it('leads on from the invitation that was accepted, and from Log Out', async () => {
    await ana.go(await linkIn('invitation'));
    await ana.see('You are all set');
    await ana.press('Continue to sign in');
    await ana.see('My Profile');
    await ana.page.locator('summary').first().click();
    await ana.press('Log Out');
    await ana.see('You are signed out');
  });

  it('goes on in the app after a forgotten password, the address typed once', async () => {
    await ana.go(sample);
    await ana.follow('Sign in with Gatehouse');
    await ana.see('Sign in');
    expect(await ana.focused()).toBe('email');
    await ana.follow('Forgotten password');
    await ana.see('Forgotten password');
    expect(await ana.focused()).toBe('email');
    await ana.fill({ 'Email address': 'ana' });
    await ana.press('Send reset link');
    await ana.seeError('Enter an email address such as name@example.com');
    await ana.fill({ 'Email address': email });
    await ana.press('Send reset link');
    await ana.see('Look into your mailbox');
    await ana.go(await linkIn(/Choose a new password/));
    await ana.see('Choose a new password');
    await ana.fill({ 'New password': 'too short' });
    await ana.press('Save');
    await ana.seeError('A password needs at least 12 characters');
    password = `${words} walk`;
    await ana.fill({ 'New password': password });
    await ana.press('Save');
    await ana.see('Sign in');
    await ana.read('Your password is changed. Sign in with it.');
    expect(await ana.page.getByLabel('Email address').inputValue()).toBe(email);
    await ana.fill({ Password: password });
    await ana.press('Sign in');
    await ana.see('Enter your code');
    await ana.fill({ 'Authentication code': '12' });
    await ana.press('Confirm');
    await ana.seeError('An authentication code is 6 digits, such as 123 456');
    await ana.fill({ 'Authentication code': nextCode(secret) });
    await ana.press('Confirm');
    await ana.see('Hello Ana Souza');
    if (!hasScript) return;
    // Without script, the browser asks before it sends the refused form once more.
    await ana.page.goBack();
    await ana.see('Hello Ana Souza');
  });

  it('goes on in the app from a reset in another browser, with a recovery code where the phone is lost', async () => {
    await ana.press('Log out');
    await ana.see('Know where the week went');
    await ana.follow('Sign in with Gatehouse');
    await ana.follow('Forgotten password');
    await ana.fill({ 'Email address': email });
    await ana.press('Send reset link');
    await ana.see('Look into your mailbox');
    const link = await linkIn(/Choose a new password/);
    ana = await createWalker(browser, hasScript);
    await ana.go(link);
    password = `${words} swim`;
    await ana.fill({ 'New password': password });
    await ana.press('Save');
    await ana.see('Your password is changed');
    await ana.follow('Continue');
    await ana.see('Know where the week went');
    await ana.follow('Sign in with Gatehouse');
    await signIn(ana);
    await ana.follow('Use a recovery code');
    await ana.see('Use a recovery code');
    expect(await ana.focused()).toBe('recoveryCode');
    expect(await ana.page.getByLabel('Recovery code').getAttribute('autocomplete')).toBe('off');
    await ana.fill({ 'Recovery code': recoveryCodes.pop() ?? '' });
    await ana.press('Confirm');
    await ana.see('Hello Ana Souza');
    await ana.go(link);
    await ana.see('This link was used already');
  });

  it('moves to a new phone: the lost one is removed, and why to sign in again is said', async () => {
    await ana.go(`${gatehouse.issuer}/profile/password`);
    await ana.read('You signed in with a recovery code.');
    expect(await ana.page.getByText('A new phone?').count()).toBe(0);
    await ana.follow('Deactivate');
    await ana.follow(/Lost your phone/);
    await ana.fill({ 'Recovery code': recoveryCodes.pop() ?? '' });
    await ana.press('Save');
    await ana.seeError('Tick the box to remove multi-factor authentication');
    await ana.fill({ 'Recovery code': recoveryCodes.pop() ?? '' });
    await ana.page.getByLabel('Yes, remove').check();
    await ana.press('Save');
    await ana.see('Sign in');
    await ana.read('Signing in needs a second step now.');
    expect(await ana.page.getByLabel('Email address').inputValue()).toBe(email);
    await ana.fill({ Password: password });
    await ana.press('Sign in');
    await ana.see('Set up multi-factor authentication');
    secret = await enrol(ana);
    recoveryCodes = await saveRecoveryCodes(ana);
    await ana.see('Password');
    await ana.read('Multi-factor authentication is active.');
    await ana.read('Multi-factor authentication: Active');
  });

  it('changes name, language and e-mail address', async () => {
    await ana.go(`${gatehouse.issuer}/profile`);
    await ana.follow('Change name');
    await ana.fill({ 'First name': 'Anabel' });
    await ana.press('Save');
    await ana.read('Your name is changed.');
    await ana.follow('Change language');
    await ana.page.getByLabel('Language').selectOption('de');
    await ana.press('Save');
    await ana.page.locator('html[lang=de]').waitFor();
    await ana.go(`${gatehouse.issuer}/profile/language`);
    await ana.page.locator('select').selectOption('en');
    await ana.page.locator('main form button[type=submit]').last().click();
    await ana.read('Your language is changed.');
    await ana.follow('Change email address');
    await ana.see('Email address');
    await ana.fill({ 'New email address': `new-${email}`, 'Current password': password });
    await ana.press('Send link');
    await ana.read('Waiting for you');
    await ana.go(await linkIn('new email address', `new-${email}`));
    await ana.see('Is this your new email address?');
    await ana.press('Change email address');
    await ana.read('Your email address is changed');
  });

  it('is signed out after eight hours without activity: the page says so, and the sign-in page says why', async () => {
    const page = await ana.page.context().newPage();
    if (hasScript) await page.clock.install();
    const left = walkerOn(page, hasScript);
    await left.go(`${gatehouse.issuer}/profile/sessions`);
    await left.see('Devices');
    moveClock(8 * hourMs + minuteMs);
    if (hasScript) {
      await page.clock.fastForward(8 * hourMs + minuteMs);
      await page.evaluate(`window.dispatchEvent(new Event('focus'))`);
      await left.read('You were signed out.');
      await left.follow('Sign in again');
    } else {
      await page.reload();
    }
    await left.see('Sign in');
    await left.read('You were signed out because nothing was done for a long time.');
    await left.fill({ 'Email address': `new-${email}`, Password: password });
    await left.press('Sign in');
    await giveCode(left);
    await left.see('Devices');
  });
});
