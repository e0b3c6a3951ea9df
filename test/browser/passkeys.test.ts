// A passkey in Chromium, with its virtual authenticator: put off, added, used by the button and from the suggestions, removed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { createPerson, type Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

(hasBrowser() ? describe : describe.skip)('a passkey', () => {
  let gatehouse: TestApp;
  let browser: Browser;
  let person: Person;
  let page: Page;
  let devTools: CDPSession;
  let authenticatorId: string;

  beforeAll(async () => {
    gatehouse = await startApp({ host: 'localhost' });
    person = await createPerson(gatehouse);
    browser = await launchChromium();
    page = await (await browser.newContext()).newPage();
    await page.addInitScript(
      `if (sessionStorage.getItem('suggestions') === 'off')
        PublicKeyCredential.isConditionalMediationAvailable = async () => false;`,
    );
    devTools = await page.context().newCDPSession(page);
    await devTools.send('WebAuthn.enable', { enableUI: false });
    ({ authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: false,
      },
    }));
  });
  afterAll(async () => {
    await browser?.close();
    await gatehouse?.stop();
  });

  /** Whether a finger is on the sensor whenever something is asked from now on. */
  const touch = (enabled: boolean) =>
    devTools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  const open = (path: string) => page.goto(`${gatehouse.issuer}${path}`);
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  /** The sign-in page, as nobody: with a finger on the sensor the suggestions would answer before any button is pressed. */
  async function signInPage({ withSuggestions }: { withSuggestions: boolean }): Promise<void> {
    await page.context().clearCookies();
    await page.evaluate(`sessionStorage.setItem('suggestions', '${withSuggestions ? 'on' : 'off'}')`);
    await open('/profile');
  }

  it('is offered after the password, and can be put off', async () => {
    await open('/profile');
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor();
    await page.getByLabel('Email address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.waitForFunction(`document.querySelector('[name=canMakePasskey]').value === 'yes'`);
    await press('Sign in');
    await heading('Sign in faster next time');
    await press('Not now');
    await heading('My Profile');
  });

  it('is added on My Profile', async () => {
    await open('/profile/passkeys');
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await touch(true);
    await press('Create passkey');
    await page.getByText('Your passkey is saved').waitFor();
    expect((await devTools.send('WebAuthn.getCredentials', { authenticatorId })).credentials).toHaveLength(1);
  });

  it('cannot be added twice by one device, which says so in words', async () => {
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await press('Create passkey');
    await page.getByText('This device has a passkey for your account already.').waitFor();
  });

  it('signs in by the button', async () => {
    await signInPage({ withSuggestions: false });
    await press('Use a passkey');
    await heading('My Profile');
    await page.getByText('Passkey', { exact: true }).waitFor();
  });

  it('signs in from the suggestions, without a click', async () => {
    await signInPage({ withSuggestions: true });
    await heading('My Profile');
  });

  it('is removed, and signs nobody in any more', async () => {
    await open('/profile/passkeys');
    await page.getByRole('link', { name: /^Remove/ }).click();
    await press('Remove passkey');
    await page.getByText('You have none yet.').waitFor();
    await signInPage({ withSuggestions: false });
    await press('Use a passkey');
    await page.getByText('This passkey did not open an account', { exact: false }).first().waitFor();
  });

  it('leaves the pages as they were without script', async () => {
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await plain.goto(`${gatehouse.issuer}/profile`);
    expect(await plain.getByRole('button', { name: 'Use a passkey' }).isVisible()).toBe(false);
    await plain.getByLabel('Email address').fill(person.email);
    await plain.getByLabel('Password', { exact: true }).fill(person.password);
    await plain.getByRole('button', { name: 'Sign in', exact: true }).click();
    await plain.getByRole('heading', { level: 1, name: 'My Profile' }).waitFor();
    await plain.goto(`${gatehouse.issuer}/profile/passkeys/add`);
    await plain.getByRole('heading', { level: 1, name: 'Add a passkey' }).waitFor();
    expect(await plain.getByRole('button', { name: 'Create passkey' }).isVisible()).toBe(false);
  });
});
