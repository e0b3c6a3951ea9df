// Forgotten password: asking for a link, looking at it, and the new password it allows. Nothing here signs anybody in.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Looks } from '../accounts/looks.ts';
import { accountOfToken, makeToken } from '../accounts/one-time-token.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { deviceOf, deviceWords } from '../platform/device.ts';
import { inTurn } from '../platform/in-turn.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { DeferredWork } from './deferred-work.ts';
import type { InvitationRequests } from './invitation-requests.ts';
import type { MailLimits } from './mail-limits.ts';
import type { NewPasswords } from './new-passwords.ts';
import type { PasswordFault } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import {
  isAwaited,
  judgeLink,
  type LinkOver,
  type NewChoice,
  type ResetLink,
  type ResetOutcome,
  resetPurpose,
  resetRefusal,
  withPasswordReset,
  withResetLink,
} from './reset-link.ts';

export interface PasswordResetDependencies {
  secrets: Secrets;
  deferredWork: DeferredWork;
  accounts: Accounts;
  passwords: Passwords;
  newPasswords: NewPasswords;
  mailLimits: MailLimits;
  mailLookOf: Looks['mailLookOf'];
  invitationRequests: InvitationRequests;
  messages: Messages;
  outbox: Outbox;
  securityNotices: SecurityNotices;
  audit: Audit;
  /** The browsers that the account signed in with may be those of whoever knew the old password. */
  forgetBrowsers(accountId: string, except?: string): Promise<void>;
  issuer: string;
  lifetimeSeconds: number;
}

export interface ResetRequest {
  /** As typed. */
  email: string;
  /** The sign-in in which it was asked for. */
  began?: { clientId: string; uid: string } | undefined;
}

export type ResetResult =
  | { outcome: 'reset'; account: Account; began: ResetOutcome }
  /** The link is as good as before. */
  | { outcome: 'unfit'; account: Account; fault: PasswordFault }
  | { outcome: 'refused'; link: LinkOver };

type Work =
  | { kind: 'asked'; request: ResetRequest; origin: Origin }
  | { kind: 'reset'; accountId: string; browserHash?: string | undefined; origin: Origin };

export function createPasswordReset(dependencies: PasswordResetDependencies) {
  const { secrets, accounts, passwords, newPasswords, mailLimits, messages, outbox, securityNotices, audit } =
    dependencies;
  const gates = new Map<string, Promise<unknown>>();
  const work = dependencies.deferredWork.of<Work>('password-reset', handle);
  outbox.onlyWhile(resetPurpose, async ({ accountId, mailId }) => isAwaited(await accounts.get(accountId), mailId));

  /** Resolves once the request is stored. Whether there is an account is found out after the answer: so answer and time are the same for
   *  every address (ASVS 6.3.8). */
  async function ask(request: ResetRequest, origin: Origin): Promise<void> {
    if (!(await mailLimits.take('reset asked by network', origin.address)))
      return note('network-limited', undefined, request, origin);
    await work.runLater({ kind: 'asked', request, origin });
  }

  function handle(todo: Work, id: string): Promise<void> {
    return todo.kind === 'asked' ? answer(todo.request, todo.origin) : tell(todo, id);
  }

  async function answer(request: ResetRequest, origin: Origin): Promise<void> {
    const account = await accounts.findByEmail(request.email);
    const outcome = account ? await mail(account, request, origin) : 'unknown-address';
    await note(outcome, account, request, origin);
  }

  /** @returns what became of it, for the audit event */
  async function mail(account: Account, { began }: ResetRequest, origin: Origin): Promise<string> {
    if (!(await mailLimits.take('asked for account', account.id))) return 'account-limited';
    return link(account, began, origin);
  }

  /** For a person who has shown that the mailbox is theirs and needs a way back in: no limit is asked.
   *  @returns whether a link is on its way */
  async function mailLink(account: Account, origin: Origin): Promise<boolean> {
    const outcome = await link(account, undefined, origin);
    await note(outcome, account, { email: account.email }, origin);
    return outcome === 'link-sent';
  }

  async function link(account: Account, began: ResetRequest['began'], origin: Origin): Promise<string> {
    const refusal = resetRefusal(account);
    const look = await dependencies.mailLookOf({ account });
    if (refusal === 'invited') {
      await dependencies.invitationRequests.leadOn(account, origin);
      return refusal;
    }
    if (refusal) {
      const model = { kind: refusal, url: `${dependencies.issuer}/profile` };
      await outbox.put(messages.render('refusal', account.email, model, account.language, look));
      return refusal;
    }
    const expiresAt = Date.now() + dependencies.lifetimeSeconds * 1000;
    const { token, stored } = makeToken(resetPurpose, account.id, expiresAt);
    const interaction = began && secrets.seal(began.uid, context(account.id));
    const updated = await accounts.update(account.id, (current) =>
      current.emailCanonical === account.emailCanonical && !resetRefusal(current)
        ? withResetLink(current, stored, { clientId: began?.clientId, interaction })
        : undefined,
    );
    if (!updated) return 'changed-meanwhile';
    const { email, language } = updated;
    // The issuer alone says where the link leads (never a header of the request).
    const url = `${dependencies.issuer}/reset-password?token=${token}`;
    const asker = { address: origin.address ?? '', device: deviceWords(deviceOf(origin.userAgent)) };
    const model = { email, url, expiresAt, ...asker };
    const reference = { kind: resetPurpose, accountId: account.id, mailId: stored.tokenHash };
    await outbox.put(messages.render('reset', email, model, language, look), { expiresAt, reference });
    return 'link-sent';
  }

  async function note(
    outcome: string,
    account: Account | undefined,
    { began }: ResetRequest,
    origin: Origin,
  ): Promise<void> {
    const about = {
      ...(account ? { subject: account.id } : {}),
      ...(began ? { clientId: began.clientId } : {}),
      detail: { outcome },
    };
    const result = outcome === 'link-sent' ? 'success' : 'failure';
    await audit.record({ type: 'password-reset.requested', result, ...about }, origin);
  }

  /** Changes nothing: mail scanners open links, too. @param now milliseconds UTC */
  async function look(token: string, now: number): Promise<ResetLink> {
    const accountId = accountOfToken(token);
    return judgeLink(token, accountId === undefined ? undefined : await accounts.get(accountId), now);
  }

  /** One write sets the password, uses the link up and ends sessions and tokens: of parallel uses of one link, one succeeds. Within a
   *  process they come one after another, so that those of one link do not fill the queue of hashes. */
  function reset(token: string, choice: NewChoice, origin: Origin): Promise<ResetResult> {
    return inTurn(gates, accountOfToken(token) ?? '', () => resetNow(token, choice, origin));
  }

  async function resetNow(token: string, choice: NewChoice, origin: Origin): Promise<ResetResult> {
    const { newPassword, browserHash } = choice;
    const link = await look(token, Date.now());
    if (link.state !== 'good') return { outcome: 'refused', link };
    const { account } = link;
    const fault = await newPasswords.faultOf(account, newPassword);
    if (fault) return { outcome: 'unfit', account, fault };
    const { id: accountId } = account;
    const passwordHash = await passwords.hash(newPassword);
    // Stored before the act, done after it: the known browsers follow even if this process dies in between.
    const afterwards = { kind: 'reset', accountId, browserHash, origin } as const;
    const usedBy = await work.put(afterwards);
    const updated = await accounts.update(accountId, (current) => {
      const now = Date.now();
      if (judgeLink(token, current, now).state !== 'good') return undefined;
      const changed = withPasswordReset(current, { passwordHash, usedBy, now });
      return withNotice(changed, { kind: 'passwordReset', origin, now, event: { type: 'password.reset' } });
    });
    await work.run(usedBy, afterwards);
    if (!updated) {
      const now = await look(token, Date.now());
      return { outcome: 'refused', link: now.state === 'good' ? { state: 'unknown' } : now };
    }
    return { outcome: 'reset', account: updated, began: beginningOf(updated) };
  }

  /** What follows the reset that this piece of work was stored for, if it came about. */
  async function tell({ accountId, browserHash }: Extract<Work, { kind: 'reset' }>, id: string): Promise<void> {
    const account = await accounts.get(accountId);
    if (account?.passwordReset?.usedBy !== id) return;
    await dependencies.forgetBrowsers(accountId, browserHash);
    await securityNotices.flush(account);
  }

  function beginningOf({ id, passwordReset }: Account): ResetOutcome {
    const { clientId, interaction } = passwordReset ?? {};
    return { clientId, uid: interaction && secrets.open(interaction, context(id)) };
  }

  return { ask, mailLink, look, reset };
}
export type PasswordReset = ReturnType<typeof createPasswordReset>;

const context = (id: string) => ({ collection: 'accounts', field: 'passwordReset.interaction', id });
