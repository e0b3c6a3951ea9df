// Passkeys: made, used, renamed and removed. Each is a record of its own; which of them are good stands in the account's record, so that
// whatever ends them (a reset, a report of misuse) is one write with the end of the sessions.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { mostPasskeys, type Passkey, parseCredential, passkeysSpec } from './passkey.ts';
import { createPasskeyCeremonies } from './passkey-ceremonies.ts';
import { createPasskeyChallenges } from './passkey-challenges.ts';
import { providerName } from './passkey-providers.ts';
import { createPasskeyUse } from './passkey-use.ts';

export interface PasskeysDependencies {
  storage: Storage;
  accounts: Accounts;
  audit: Audit;
  secrets: Secrets;
  securityNotices: SecurityNotices;
  issuer: string;
  productName: string;
}

export type PasskeyAddition = 'added' | 'rejected' | 'too-many';

/** A record that no account lists is cleared after this long: it may belong to a request that is about to list it. */
const orphanMs = 3_600_000;

export function createPasskeys(dependencies: PasskeysDependencies) {
  const { storage, accounts, securityNotices } = dependencies;
  const passkeys = storage.collection(passkeysSpec);
  const challenges = createPasskeyChallenges(dependencies);
  const ceremonies = createPasskeyCeremonies(dependencies);
  const use = createPasskeyUse({ ...dependencies, ceremonies, challenges, passkeys });

  /** Those that are good, the newest first. */
  async function list(account: Account): Promise<Passkey[]> {
    const all = await passkeys.list({ where: { accountId: account.id }, limit: 1000 });
    const isGood = ({ id }: Passkey) => account.passkeys?.includes(id) ?? false;
    const dead = all.filter((one) => !isGood(one) && one.createdAt < Date.now() - orphanMs);
    await Promise.all(dead.map(({ id }) => passkeys.delete(id)));
    return all.filter(isGood).sort((a, b) => b.createdAt - a.createdAt);
  }

  /** @param holder the sign-in or session that the passkey is made in */
  async function creationOptions(account: Account, holder: string) {
    const challenge = challenges.issue({ purpose: 'create', holder }, Date.now());
    return ceremonies.creationOptions(account, { challenge, passkeys: await list(account) });
  }

  /** @param account whose passkeys alone are asked for; left out, anybody's */
  async function requestOptions(holder: string, account?: Account) {
    const challenge = challenges.issue({ purpose: 'get', holder }, Date.now());
    return ceremonies.requestOptions({ challenge, passkeys: account ? await list(account) : [] });
  }

  /** The caller has asked for a fresh sign-in. Tells the owner by mail.
   *  @param given.credential as the browser posted it */
  async function add(
    account: Account,
    given: { holder: string; credential: string },
    origin: Origin,
  ): Promise<PasskeyAddition> {
    const now = Date.now();
    const posted = parseCredential(given.credential);
    let challenge = '';
    const made =
      posted &&
      (await ceremonies.verifyCreated(posted, (one) => {
        challenge = one;
        return challenges.isGood(one, { purpose: 'create', holder: given.holder }, now);
      }));
    if (!posted || !made || !(await challenges.redeem(challenge, now))) return 'rejected';
    const { credential, credentialDeviceType, credentialBackedUp, aaguid } = made;
    const passkey: Passkey = {
      id: sha256(credential.id),
      accountId: account.id,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: posted.response.transports ?? [],
      isBackupEligible: credentialDeviceType === 'multiDevice',
      isBackedUp: credentialBackedUp,
      aaguid,
      name: providerName(aaguid) ?? '',
      ...(origin.userAgent ? { userAgent: origin.userAgent.slice(0, 300) } : {}),
      createdAt: now,
    };
    if ((await passkeys.get(passkey.id)) !== undefined) return 'rejected';
    await passkeys.insert(passkey);
    return admit(account, passkey, origin);
  }

  async function admit(account: Account, { id }: Passkey, origin: Origin): Promise<PasskeyAddition> {
    let isFull = false;
    const updated = await accounts.update(account.id, (current) => {
      const known = current.passkeys ?? [];
      isFull = known.length >= mostPasskeys;
      if (isFull || current.sessionEpoch !== account.sessionEpoch) return undefined;
      const { mustEnrolMfa: _done, ...kept } = current;
      const now = Date.now();
      const added = { ...kept, passkeys: [...known, id], passkeyOfferedAt: current.passkeyOfferedAt ?? now };
      const event = { type: 'passkey.added', detail: { passkey: id } } as const;
      return withNotice(added, { kind: 'passkeyAdded', origin, now, event });
    });
    if (!updated) {
      await passkeys.delete(id);
      return isFull ? 'too-many' : 'rejected';
    }
    await securityNotices.flush(updated);
    return 'added';
  }

  /** @returns false where the account has no such passkey */
  async function rename(account: Account, id: string, name: string): Promise<boolean> {
    if (!account.passkeys?.includes(id)) return false;
    return (await passkeys.update(id, (old) => ({ ...old, name }))) !== undefined;
  }

  /** Sessions of before end: the passkey may have opened one on a device that is no longer the owner's. Tells the owner by mail.
   *  @param given.isFree asked in the very write, so that of two that go at once one may have to stay
   *  @param given.keep takes the session that it is done in along; at once, since till then no request of it finds it
   *  @returns undefined where it had to stay, or was gone */
  async function remove(
    account: Account,
    { id, isFree, keep }: { id: string; isFree(current: Account): boolean; keep(updated: Account): Promise<void> },
    origin: Origin,
  ): Promise<Account | undefined> {
    const updated = await accounts.update(account.id, (current) => {
      if (!current.passkeys?.includes(id) || !isFree(current)) return undefined;
      const left = current.passkeys.filter((one) => one !== id);
      const removed = { ...current, passkeys: left, sessionEpoch: current.sessionEpoch + 1 };
      const event = { type: 'passkey.removed', detail: { passkey: id } } as const;
      return withNotice(removed, { kind: 'passkeyRemoved', origin, now: Date.now(), event });
    });
    if (!updated) return undefined;
    await keep(updated);
    await passkeys.delete(id);
    await securityNotices.flush(updated);
    return updated;
  }

  /** Put off: My Profile is the place from now on. */
  async function decline(accountId: string): Promise<void> {
    await accounts.update(accountId, (old) =>
      old.passkeyOfferedAt === undefined ? { ...old, passkeyOfferedAt: Date.now() } : undefined,
    );
  }

  /** For the person's own eyes: without the key. */
  async function dataOf(accountId: string) {
    const account = await accounts.get(accountId);
    return (account ? await list(account) : []).map(
      ({ name, createdAt, lastUsedAt, isBackedUp, userAgent, transports, aaguid }) => ({
        name,
        createdAt,
        lastUsedAt,
        isBackedUp,
        userAgent,
        transports,
        aaguid,
      }),
    );
  }

  async function forget(accountId: string): Promise<void> {
    await passkeys.deleteMany('accountId', accountId);
  }

  return {
    isAvailable: ceremonies.isAvailable,
    list,
    creationOptions,
    requestOptions,
    add,
    use,
    rename,
    remove,
    decline,
    dataOf,
    forget,
  };
}
export type Passkeys = ReturnType<typeof createPasskeys>;
