// Proving by a passkey: whose it is, whether its signature is true and fresh, and whether somebody else has a copy of it.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { sha256 } from '../platform/secrets.ts';
import type { Collection } from '../storage/port.ts';
import { type Passkey, type PasskeyProof, parseCredential, proofOf, used } from './passkey.ts';
import { type PasskeyCeremonies, userHandleOf } from './passkey-ceremonies.ts';
import type { PasskeyChallenges } from './passkey-challenges.ts';

export interface PasskeyUseDependencies {
  accounts: Accounts;
  audit: Audit;
  ceremonies: PasskeyCeremonies;
  challenges: PasskeyChallenges;
  passkeys: Pick<Collection<Passkey>, 'get' | 'update'>;
  securityNotices: SecurityNotices;
}

/** `rejected`: for whatever reason. `cloned`: a right signature, by a copy. */
export type PasskeyUse =
  | { outcome: 'accepted'; account: Account; proof: PasskeyProof }
  | { outcome: 'rejected' | 'cloned'; account?: Account | undefined };

export function createPasskeyUse(dependencies: PasskeyUseDependencies) {
  const { accounts, audit, ceremonies, challenges, passkeys, securityNotices } = dependencies;

  /** Checks what a browser posts, and uses the challenge up.
   *  @param given.holder the sign-in that it was asked in   @param given.accountId whose it must be; left out, anybody's */
  async function use(
    given: { holder: string; credential: string; accountId?: string | undefined },
    origin: Origin,
  ): Promise<PasskeyUse> {
    const now = Date.now();
    const posted = parseCredential(given.credential);
    const passkey = posted && (await passkeys.get(sha256(posted.id)));
    const account = passkey && (await accounts.get(passkey.accountId));
    if (!posted || !passkey || !account?.passkeys?.includes(passkey.id)) return { outcome: 'rejected' };
    const isSecondOnly = account.secondOnlyPasskeys?.includes(passkey.id) ?? false;
    const isWanted = given.accountId === undefined ? !isSecondOnly : given.accountId === account.id;
    const { userHandle } = posted.response;
    // Where the account is known already the browser may leave it out (WebAuthn Level 3, 7.2, step 6).
    const isOwner = userHandle ? userHandle === userHandleOf(account) : given.accountId !== undefined;
    if (!isWanted || !isOwner) return { outcome: 'rejected', account };
    let challenge = '';
    const proved = await ceremonies.verifyUsed(posted, passkey, (one) => {
      challenge = one;
      return challenges.isGood(one, { purpose: 'get', holder: given.holder }, now);
    });
    if (!proved || !(await challenges.redeem(challenge, now))) return { outcome: 'rejected', account };
    const use = { counter: proved.newCounter, isBackedUp: proved.credentialBackedUp, now };
    let isCopy = false;
    const noted = await passkeys.update(passkey.id, (old) => {
      const after = used(old, use);
      isCopy = after === undefined;
      return after;
    });
    // One that was removed meanwhile is no copy.
    if (!noted) return isCopy ? suspected(account, passkey, origin) : { outcome: 'rejected', account };
    return { outcome: 'accepted', account, proof: proofOf(passkey, proved.userVerified) };
  }

  /** Its owner hears of it once: whoever has a copy must not be able to flood a mailbox. */
  async function suspected(account: Account, { id, suspectedAt }: Passkey, origin: Origin): Promise<PasskeyUse> {
    await audit.record(
      { type: 'passkey.clone-suspected', result: 'failure', subject: account.id, detail: { passkey: id } },
      origin,
    );
    if (suspectedAt !== undefined) return { outcome: 'cloned', account };
    // The mail is noted first: a process that dies in between tells twice rather than never.
    const noted = await securityNotices.note(account, 'passkeyCloned', origin);
    await passkeys.update(id, (old) => ({ ...old, suspectedAt: old.suspectedAt ?? Date.now() }));
    await securityNotices.flush(noted);
    return { outcome: 'cloned', account };
  }

  return use;
}
