// "This was not me": the link in a security mail. The person who follows it and confirms takes every way in from whoever made the change.
import type { Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { deviceWords } from '../platform/device.ts';
import { isDomainError } from '../platform/errors.ts';
import { inTurn } from '../platform/in-turn.ts';
import { type Account, canonicalEmail } from './account.ts';
import type { Accounts } from './accounts.ts';
import { formerEmailOf } from './former-emails.ts';
import { isStillClosed, lockedDown, type NoticeState, stateOfNotice } from './lockdown.ts';
import { withEvent, withNotice } from './pending-notices.ts';
import type { Notice } from './security-notice.ts';
import { deviceOfNotice, type SecurityNotices } from './security-notices.ts';

/** What is done of a report by whichever process comes to it (credentials/deferred-work.ts). */
interface Work {
  notice: Notice;
  origin: Origin;
}

export interface NotMeDependencies {
  accounts: Accounts;
  deferredWork: {
    of<W>(
      kind: string,
      handle: (work: W, id: string) => Promise<void>,
    ): {
      put(work: W): Promise<string>;
      run(id: string, work: W): Promise<void>;
      drop(id: string): Promise<void>;
    };
  };
  securityNotices: SecurityNotices;
  messages: Messages;
  outbox: Outbox;
  /** Who is told. */
  administratorsOf(account: Account): Promise<Account[]>;
  /** Ends every session of the account, and every token and grant, offline ones too. Harmless when there is nothing left. */
  endEverything(accountId: string, origin: Origin): Promise<void>;
  /** The browsers that counted as the owner's may be the thief's. */
  forgetBrowsers(accountId: string): Promise<void>;
  /** Mails the link that a new password is chosen with. */
  mailResetLink(account: Account, origin: Origin): Promise<unknown>;
}

export interface Report {
  state: Exclude<NoticeState, 'void'>;
  notice: Notice;
  account: Account;
  /** The account gets the address back that the mail went to. */
  givesBack: boolean;
}

export function createNotMe(dependencies: NotMeDependencies) {
  const { accounts, securityNotices, messages, outbox } = dependencies;
  const gates = new Map<string, Promise<unknown>>();
  const work = dependencies.deferredWork.of<Work>('not-me', handle);

  /** Changes nothing. @returns undefined for a token that is not ours, has run out, or whose account is gone or another's by now */
  async function look(token: string): Promise<Report | undefined> {
    const now = Date.now();
    const notice = securityNotices.open(token, now);
    const account = notice && (await accounts.get(notice.accountId));
    const state = account && stateOfNotice(account, notice, now);
    if (!account || !state || state === 'void') return undefined;
    return { state, notice, account, givesBack: formerEmailOf(account, notice, now) !== undefined };
  }

  /** Acts once, however often and however close together it is asked; a link that is not good does nothing. */
  async function act(token: string, origin: Origin): Promise<void> {
    const notice = securityNotices.open(token, Date.now());
    if (notice) await inTurn(gates, notice.accountId, () => actNow({ notice, origin }));
  }

  async function actNow(report: Work): Promise<void> {
    const { notice, origin } = report;
    const known = await accounts.get(notice.accountId);
    if (!known) return;
    if (stateOfNotice(known, notice, Date.now()) !== 'open') return endAll(known, origin);
    // Stored before the act, done after it: what follows does so even if this process dies in between.
    const id = await work.put(report);
    const account = await secure(report, id);
    await (account ? work.run(id, report) : work.drop(id));
  }

  /** The deferred part, in whichever process comes to it. */
  async function handle(report: Work, id: string): Promise<void> {
    const account = await secure(report, id);
    if (account) await tell(account, report);
  }

  /** Closes the account and ends what is open. May be done again after a crash.
   *  @returns the account, where it is this piece of work that closed it */
  async function secure({ notice, origin }: Work, id: string): Promise<Account | undefined> {
    await close(notice, origin, id);
    const account = await accounts.get(notice.accountId);
    if (!account) return undefined;
    await endAll(account, origin);
    if (account.securedBy !== id) return undefined;
    await securityNotices.flush(account);
    return account;
  }

  /** Also for another request, which closed it and may have been cut off. Where it is open again, the owner is back. */
  async function endAll(account: Account, origin: Origin): Promise<void> {
    if (!isStillClosed(account)) return;
    await dependencies.endEverything(account.id, origin);
    await dependencies.forgetBrowsers(account.id);
  }

  /** Who loses the address may be the owner, robbed from a mailbox that they had left: they learn of it too, by a mail whose link gives
   *  nothing back. */
  async function close(notice: Notice, origin: Origin, by: string): Promise<void> {
    const closing = (canGiveBack: boolean) =>
      accounts.update(notice.accountId, (current) => {
        const now = Date.now();
        const closed = lockedDown(current, notice, { now, by, canGiveBack });
        if (!closed) return undefined;
        const detail = { kind: notice.kind, eventAt: notice.at };
        const noted = withEvent(closed, { type: 'account.locked-down', detail }, { origin, now });
        if (closed.emailCanonical === current.emailCanonical) return noted;
        const personal = { 'email.old': current.email, 'email.new': closed.email };
        const event = { type: 'account.email-changed', personal } as const;
        return withNotice(noted, { kind: 'emailChanged', origin, now, email: current.email, event });
      });
    await closing(true).catch((error: unknown) => {
      if (!isDomainError(error, 'duplicate')) throw error;
      return closing(false);
    });
  }

  /** The account is safe by now. What cannot be mailed is tried again; both are tried.
   *  @throws what the outbox throws */
  async function tell(account: Account, { notice, origin }: Work): Promise<void> {
    // Where the address could not be given back, a link would reach the thief; where the owner has chosen a password, none is needed.
    const isReached = canonicalEmail(notice.email) === account.emailCanonical && isStillClosed(account);
    const told = await Promise.allSettled([
      isReached && !account.securedLinkMailed && mailLink(account, origin),
      tellAdministrators(account, notice),
    ]);
    for (const one of told) if (one.status === 'rejected') throw one.reason;
  }

  /** A crash may have it mailed twice: then the newer link counts. That the other mails are tried again sends no further one. */
  async function mailLink(account: Account, origin: Origin): Promise<void> {
    await dependencies.mailResetLink(account, origin);
    await accounts.update(account.id, (current) =>
      current.securedBy === account.securedBy ? { ...current, securedLinkMailed: true } : undefined,
    );
  }

  /** May be done twice: each mail is stored once. */
  async function tellAdministrators(account: Account, notice: Notice): Promise<void> {
    const { kind, at, address = '' } = notice;
    const model = { email: account.email, kind, at, address, device: deviceWords(deviceOfNotice(notice)) };
    const administrators = await dependencies.administratorsOf(account);
    const others = administrators.filter(({ id, status }) => id !== account.id && status === 'active');
    const { securedBy = '', securedAt = 0 } = account;
    await Promise.all(
      others.map(({ id, email, language }) =>
        outbox.put(messages.render('alert', email, model, language), {
          once: { id: `${securedBy}-${id}`, at: securedAt },
        }),
      ),
    );
  }

  return { look, act };
}
export type NotMe = ReturnType<typeof createNotMe>;
