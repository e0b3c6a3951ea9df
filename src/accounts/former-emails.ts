// The addresses an account had before: for a week, who reads the mail of one can have the account back (lockdown.ts). Without that, a thief
// who changes the address would be the only one whom mail about the account still reaches.
import { type Account, canonicalEmail } from './account.ts';
import { type Notice, noticeSeconds } from './security-notice.ts';

/** The oldest stay: whoever changes the address again and again must not push out the owner's. */
const most = 5;

/** The change of the account that remembers its address, in the same write that gives it another. @param now milliseconds UTC */
export function withFormerEmail(account: Account, now: number): Account {
  const standing = (account.formerEmails ?? []).filter(({ until }) => until > now);
  const left = { email: account.email, until: now + noticeSeconds * 1000 };
  return { ...account, formerEmails: [...standing, left].slice(0, most) };
}

/** The address a notice went to, where the account had it before and still can have it back. */
export function formerEmailOf(account: Account, { email }: Pick<Notice, 'email'>, now: number): string | undefined {
  if (canonicalEmail(email) === account.emailCanonical) return undefined;
  return account.formerEmails?.find((former) => isSame(former.email, email) && former.until > now)?.email;
}

/** What was left after that address was the thief's, and is nobody's way back. */
export function withEmailGivenBack(account: Account, email: string): Account {
  return {
    ...withoutFormerEmails(account, email),
    email,
    emailCanonical: canonicalEmail(email),
    emailVerified: true,
  };
}

/** Without that one and those that came after it. */
export function withoutFormerEmails({ formerEmails = [], ...account }: Account, from: string): Account {
  const index = formerEmails.findIndex((former) => isSame(former.email, from));
  const kept = index < 0 ? formerEmails : formerEmails.slice(0, index);
  return kept.length > 0 ? { ...account, formerEmails: kept } : account;
}

function isSame(a: string, b: string): boolean {
  return canonicalEmail(a) === canonicalEmail(b);
}
