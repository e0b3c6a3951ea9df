// People with passkeys for tests.
import {
  type Authenticator,
  type AuthenticatorKind,
  answerWith,
  createAuthenticator,
  type Falsehood,
} from './authenticator.ts';
import type { Page, TestBrowser } from './browser.ts';
import { openProfile } from './my-profile.ts';
import type { Person } from './people.ts';
import type { TestApp } from './start-app.ts';

export const passkeysPath = '/profile/passkeys';
export const addPath = `${passkeysPath}/add`;

/** Adds a passkey on My Profile. */
export async function addPasskey(
  gatehouse: TestApp,
  person: Pick<Person, 'email' | 'password' | 'totpSecret'>,
  kind: AuthenticatorKind = {},
  browser = gatehouse.browser(),
): Promise<{ authenticator: Authenticator; browser: TestBrowser; page: Page }> {
  const authenticator = createAuthenticator(gatehouse.issuer, kind);
  const form = await openProfile(browser, person, addPath);
  const page = await answerWith(browser, form, (options) => authenticator.create(options));
  if (page.heading !== 'Passkeys') throw new Error(`the passkey was not added: ${page.heading} ${page.problems}`);
  return { authenticator, browser, page };
}

/** From the sign-in page to where its passkey leads. */
export function signInByPasskey(
  browser: TestBrowser,
  signInPage: Page,
  authenticator: Authenticator,
  lie: Falsehood = {},
): Promise<Page> {
  return answerWith(browser, signInPage, (options) => authenticator.get(options, lie));
}
