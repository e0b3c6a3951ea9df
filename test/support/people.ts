// People for tests: an account with a password, with or without a second factor, and the way they sign in.
import { randomBytes } from 'node:crypto';
import { generateSecret, generateSync } from 'otplib';
import type { Account } from '../../src/accounts/account.ts';
import type { Page, TestBrowser } from './browser.ts';
import type { AuthorizationRequest, RelyingParty, TokenAnswer } from './relying-party.ts';
import type { TestApp } from './start-app.ts';

export interface Person {
  account: Account;
  email: string;
  password: string;
  /** The secret in their authenticator app. */
  totpSecret?: string;
}

/** Long enough for every policy, and different for each person. */
function newPassword(): string {
  return `river ${randomBytes(6).toString('hex')} lantern`;
}

export async function createPerson(
  { services }: TestApp,
  options: { withTotp?: boolean; givenName?: string } = {},
): Promise<Person> {
  const password = newPassword();
  const email = `person-${randomBytes(6).toString('hex')}@example.com`;
  const names = { givenName: options.givenName ?? 'Ana', familyName: 'Silva' };
  const account = await services.accounts.create({
    email,
    emailVerified: true,
    status: 'active',
    ...names,
    passwordHash: await services.passwords.hash(password),
  });
  const person = { account, email, password };
  return options.withTotp ? withAuthenticator({ services }, person) : person;
}

/** The same person, who has set up a second factor: a session that stands goes on, and knows nothing of it. */
export async function withAuthenticator({ services }: Pick<TestApp, 'services'>, person: Person): Promise<Person> {
  const { id } = person.account;
  const totpSecret = generateSecret({ length: 20 });
  const totp = {
    secret: services.totp.sealed(id, totpSecret),
    lastUsedStep: 0,
    driftSteps: 0,
    activatedAt: Date.now(),
  };
  const { stored } = services.recoveryCodes.make(id);
  const updated = await services.accounts.update(id, (old) => ({ ...old, totp, recoveryCodes: stored }));
  return { ...person, account: updated ?? person.account, totpSecret };
}

/** What the authenticator app shows. @param now milliseconds UTC */
export function codeAt(secret: string, now = Date.now()): string {
  return generateSync({ secret, epoch: Math.floor(now / 1000) });
}

/** From the authorization request to where the sign-in ends. */
export async function signIn(
  browser: TestBrowser,
  request: AuthorizationRequest,
  { email, password, totpSecret }: Person,
): Promise<Page> {
  const page = await browser.submit(await browser.get(request.url), { email, password }, 'Sign in');
  return totpSecret && page.url.endsWith('/code')
    ? browser.submit(page, { code: codeAt(totpSecret) }, 'Confirm')
    : page;
}

/** All the way to tokens. @throws when the sign-in did not lead back to the client */
export async function signInTo(
  browser: TestBrowser,
  rp: RelyingParty,
  person: Person,
  params: Record<string, string> = {},
): Promise<TokenAnswer> {
  const request = rp.request(params);
  const { leftFor, heading, problems } = await signIn(browser, request, person);
  if (!leftFor) throw new Error(`the sign-in ended on "${heading}": ${problems.join('; ')}`);
  return rp.redeem(leftFor, request);
}
