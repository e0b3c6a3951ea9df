// My Profile for tests: how a person gets there, and what their authenticator app makes of the activation page.

import type { Page, TestBrowser } from './browser.ts';
import { stepMs } from './clock.ts';
import { codeAt, type Person } from './people.ts';
import type { TestApp } from './start-app.ts';

export const passwordPath = '/profile/password';
export const activatePath = `${passwordPath}/mfa/activate`;
export const deactivatePath = `${passwordPath}/mfa/deactivate`;

/** Asks for a page of My Profile and signs in where that is demanded. */
export async function openProfile(
  browser: TestBrowser,
  { email, password, totpSecret }: Pick<Person, 'email' | 'password' | 'totpSecret'>,
  path = passwordPath,
): Promise<Page> {
  const asked = await browser.get(path);
  if (asked.heading !== 'Sign in') return asked;
  const page = await browser.submit(asked, { email, password }, 'Sign in');
  if (page.heading !== 'Enter your code') return page;
  return browser.submit(page, { code: codeAt(totpSecret ?? '') }, 'Confirm');
}

/** A browser in which the person is signed in. */
export async function signedInBrowser(gatehouse: TestApp, person: Person): Promise<TestBrowser> {
  const browser = gatehouse.browser();
  const page = await openProfile(browser, person);
  if (page.heading !== 'Password')
    throw new Error(`the sign-in ended on "${page.heading}": ${page.problems.join('; ')}`);
  return browser;
}

/** The secret key as the page shows it once asked to. */
export async function shownSecret(browser: TestBrowser, activation: Page): Promise<string> {
  const link = activation.document.querySelectorAll('a').find((a) => a.textContent.trim() === 'Show secret key');
  const page = await browser.get(new URL(link?.getAttribute('href') ?? '', activation.url).href);
  return (page.document.querySelector('#secret-key')?.textContent ?? '').replaceAll(' ', '');
}

/** The code of now and the one before it, as a phone shows them whose clock is so many steps ahead (+) or behind (-). */
export function twoCodes(secret: string, phoneSteps = 0): { code1: string; code2: string } {
  const phone = Date.now() + phoneSteps * stepMs;
  return { code1: codeAt(secret, phone - stepMs), code2: codeAt(secret, phone) };
}

export interface Activated {
  secret: string;
  page: Page;
  recoveryCodes: string[];
}

/** From the activation page to the recovery codes. */
export async function activateMfa(browser: TestBrowser, phoneSteps = 0): Promise<Activated> {
  const activation = await browser.get(activatePath);
  const secret = await shownSecret(browser, activation);
  const page = await browser.submit(activation, twoCodes(secret, phoneSteps), 'Save');
  return { secret, page, recoveryCodes: recoveryCodesOn(page) };
}

export function recoveryCodesOn(page: Page): string[] {
  return page.document.querySelectorAll('.recovery-codes code').map((code) => code.textContent.trim());
}
