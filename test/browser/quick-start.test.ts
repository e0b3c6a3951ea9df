// What a newcomer does after `npm start`, in a real browser, with and without script, on both engines: invitation, first sign-in, sample
// app, second factor, sign out, sign in with a code.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { engines } from '../support/engines.ts';
import { codeAt } from '../support/people.ts';
import { freePort, type ServerProcess, startProcess } from '../support/server-process.ts';

const password = 'seven quiet otters';

for (const engine of engines) {
  const runs = engine.available && hasBrowser() ? describe : describe.skip;
  runs(`the quick start (${engine.name})`, () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    it.each([true, false])(
      'signs a newcomer in to the sample app, then with a code (script: %s)',
      async (javaScriptEnabled) => {
        const storageUrl = engine.freshUrl();
        const { server, issuer, sample } = await startDevelopment(storageUrl);
        const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 320, height: 640 } });
        const page = await context.newPage();
        try {
          await acceptInvitation(page, issuer, sample);
          const secret = await activateMfa(page, issuer);
          await logOut(page);
          await page.goto(sample);
          await page.getByText('Gatehouse told Acme Time that your session there is over').waitFor();
          await signInWithCode(page, sample, secret);
          await logOutOfSample(page, issuer);
        } finally {
          await context.close();
          await server.stop();
          await engine.drop(storageUrl);
        }
      },
      60_000,
    );
  });
}

async function startDevelopment(
  storageUrl: string,
): Promise<{ server: ServerProcess; issuer: string; sample: string }> {
  const samplePort = await freePort();
  const port = await freePort();
  const env = { NODE_ENV: 'development', SAMPLE_PORT: String(samplePort), HOST: 'localhost' };
  const issuer = `http://localhost:${port}`;
  return {
    server: await startProcess({ storageUrl, port, issuer, env }),
    issuer,
    sample: `http://localhost:${samplePort}`,
  };
}

async function acceptInvitation(page: Page, issuer: string, sample: string): Promise<void> {
  const [mail] = (await (await fetch(`${issuer}/dev/mailbox.json`)).json()) as {
    to: string;
    text: string;
    links: string[];
  }[];
  const temporaryPassword = /temporary password:\s+(\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
  expect(mail?.to).toBe('admin@example.com');
  await page.goto(mail?.links[0] ?? '');
  await page.getByRole('button', { name: 'Continue to sign in' }).click();
  expect(await page.getByLabel('Email address').inputValue()).toBe('admin@example.com');
  await page.getByLabel('Password', { exact: true }).fill(temporaryPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('Last name').fill('Lovelace');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'My Profile' }).waitFor();
  await page.goto(sample);
  await page.getByRole('link', { name: 'Sign in with Gatehouse' }).click();
  await page.getByRole('heading', { name: 'Hello Ada Lovelace' }).waitFor();
  expect(await page.getByRole('row', { name: 'email_verified true' }).count()).toBe(1);
}

/** @returns the secret key, as an authenticator app would keep it */
async function activateMfa(page: Page, issuer: string): Promise<string> {
  await page.goto(`${issuer}/profile/password`);
  await page.getByText('Multi-factor authentication: Not active').waitFor();
  await page.getByRole('link', { name: 'Activate' }).click();
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  await page.getByRole('link', { name: 'Show secret key' }).click();
  const secret = ((await page.locator('#secret-key').textContent()) ?? '').replace(/\s/g, '');
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  // As slow as people are: the second code is a step old when it is sent.
  // One moment for both: a minute may turn between two lines.
  const now = Date.now();
  await page.getByLabel('First code').fill(codeAt(secret, now - 60_000));
  await page.getByLabel('Second code').fill(codeAt(secret, now - 30_000));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
  await page.getByRole('button', { name: 'I have saved them' }).click();
  await page.getByText('Multi-factor authentication: Active').waitFor();
  return secret;
}

async function logOut(page: Page): Promise<void> {
  await page.locator('.menu summary').click();
  await page.getByRole('button', { name: 'Log Out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
}

async function signInWithCode(page: Page, sample: string, secret: string): Promise<void> {
  await page.goto(`${sample}/login`);
  await page.getByLabel('Email address').fill('admin@example.com');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Authentication code').fill(codeAt(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Hello Ada Lovelace' }).waitFor();
  expect(await page.getByRole('row', { name: 'amr ["pwd","otp","mfa"]' }).count()).toBe(1);
}

async function logOutOfSample(page: Page, issuer: string): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('link', { name: 'Sign in with Gatehouse' }).waitFor();
  await page.goto(`${issuer}/profile`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}
