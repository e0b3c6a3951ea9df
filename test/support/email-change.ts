// A change of address for tests: where it is asked for, and the mails it causes.
import { randomBytes } from 'node:crypto';
import type { Message } from '../../src/mail/outbox.ts';
import type { Person } from './people.ts';
import type { TestApp } from './start-app.ts';

export const emailPath = '/profile/email';
export const confirmPath = `${emailPath}/confirm`;

export function newAddress(): string {
  return `new-${randomBytes(6).toString('hex')}@example.com`;
}

/** Newest first. */
export async function mailsTo({ services }: TestApp, email: string): Promise<Message[]> {
  return (await services.outbox.list()).filter(({ to }) => to === email);
}

/** The link of the newest mail to a new address. @throws when there is none */
export async function linkIn(gatehouse: TestApp, email: string): Promise<string> {
  const links = (await mailsTo(gatehouse, email)).map(({ text }) => /http\S+confirm\?token=\S+/.exec(text)?.[0]);
  if (!links[0]) throw new Error(`no link was mailed to ${email}`);
  return links[0];
}

/** As the form asks for it once the password was right. @returns the link that was mailed */
export async function askFor(gatehouse: TestApp, { account }: Pick<Person, 'account'>, email: string): Promise<string> {
  networks += 1;
  const address = `198.51.${100 + Math.floor(networks / 250)}.${networks % 250}`;
  const outcome = await gatehouse.services.emailChange.request(account, email, { actor: account.id, address });
  if (outcome !== 'requested') throw new Error(`the change was not taken: ${outcome}`);
  return linkIn(gatehouse, email);
}

/** Each request from a network of its own: ten mails an hour are all that one may cause. */
let networks = 0;
