// The mails that tell of a change, as a person finds them in their mailbox.
import type { Account } from '../../src/accounts/account.ts';
import type { NoticeKind } from '../../src/accounts/security-notice.ts';
import type { Origin } from '../../src/audit/audit.ts';
import type { TestApp } from './start-app.ts';

/** Subjects of the mails to this address, oldest first. */
export async function subjectsTo({ services }: TestApp, email: string): Promise<string[]> {
  const mails = (await services.outbox.list()).filter(({ to }) => to === email);
  return mails.map(({ subject }) => subject).reverse();
}

/** The newest mail with this subject to this address. */
export async function mailTo({ services }: TestApp, email: string, subject: string | RegExp) {
  const mail = (await services.outbox.list()).find(
    (candidate) => candidate.to === email && candidate.subject.match(subject),
  );
  if (!mail) throw new Error(`no mail "${subject}" to ${email}`);
  return mail;
}

/** The path of the link "This was not me" in the newest mail with this subject. */
export async function notMeLink(gatehouse: TestApp, email: string, subject: string | RegExp): Promise<string> {
  const { text } = await mailTo(gatehouse, email, subject);
  const link = text.match(/https?:\/\/\S+\/not-me\?token=\S+/)?.[0];
  if (!link) throw new Error(`no link in "${text}"`);
  const { pathname, search } = new URL(link);
  return pathname + search;
}

/** Has the account told of what did not come about here, as a sign-in tells of a new device.
 *  @param account with the address that the mail goes to */
export async function tellOf(
  { services: { securityNotices } }: TestApp,
  account: Account,
  kind: NoticeKind,
  origin: Origin,
): Promise<void> {
  await securityNotices.flush(await securityNotices.note(account, kind, origin));
}
