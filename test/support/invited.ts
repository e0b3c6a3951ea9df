// Invited people for tests: what the invitation's mail says, and the way in.
import { randomBytes } from 'node:crypto';
import type { Account } from '../../src/accounts/account.ts';
import type { InvitedPerson } from '../../src/credentials/invitations.ts';
import type { Page, TestBrowser } from './browser.ts';
import type { TestApp } from './start-app.ts';

export interface Invited {
  account: Account;
  email: string;
  temporaryPassword: string;
  /** The mail as it went out. */
  text: string;
  /** The link in it: path and query on the issuer. */
  link: string;
}

export async function invite(
  { services }: TestApp,
  email = `new-${randomBytes(6).toString('hex')}@example.com`,
  person: Partial<InvitedPerson> = {},
): Promise<Invited> {
  const account = await services.invitations.invite({ email, roles: [], ...person }, { actor: 'test' });
  return { account, email, ...(await latestMail(services, email)) };
}

/** What the latest mail to this address says. */
export async function latestMail(
  { outbox }: Pick<TestApp['services'], 'outbox'>,
  email: string,
): Promise<Pick<Invited, 'text' | 'link' | 'temporaryPassword'>> {
  const text = (await outbox.list()).find(({ to }) => to === email)?.text ?? '';
  const link = new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? 'http://nowhere.example/');
  return { text, link: link.pathname + link.search, temporaryPassword: temporaryPasswordIn(text) };
}

export function temporaryPasswordIn(text: string): string {
  return /\b[A-Z2-9]{5}(-[A-Z2-9]{5}){3}\b/.exec(text)?.[0] ?? '';
}

/** @param url where the sign-in begins   @returns the page that asks for an own password */
export async function enterWith(
  browser: TestBrowser,
  url: string,
  { email, temporaryPassword }: Pick<Invited, 'email' | 'temporaryPassword'>,
): Promise<Page> {
  return browser.submit(await browser.get(url), { email, password: temporaryPassword }, 'Sign in');
}
