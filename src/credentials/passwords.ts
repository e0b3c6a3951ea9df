// Memorized secrets (SP 800-63B): hashing and checking. Unicode is normalised once (NFKC) on both sides; nothing is trimmed or cut.
import { hash as argon2Hash, argon2id, verify as argon2Verify, needsRehash } from 'argon2';
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { randomToken, readableCode } from '../platform/ids.ts';
import { isForeign, verifyForeign } from './foreign-hashes.ts';
import type { HashQueue } from './hash-queue.ts';

/** What a hash costs; config.ts keeps it above OWASP's floor. A 16-byte salt and a 32-byte tag are the library's defaults. */
export interface HashCost {
  memoryMib: number;
  passes: number;
}

export function argon2Parameters({ memoryMib, passes }: HashCost) {
  return { type: argon2id, memoryCost: memoryMib * 1024, timeCost: passes, parallelism: 1 } as const;
}

/** A temporary password lives 72 hours. */
export const temporaryPasswordSeconds = 72 * 3600;

export interface PasswordsDependencies {
  accounts: Accounts;
  queue: HashQueue;
  cost: HashCost;
}

export type PasswordCheck = 'accepted' | 'accepted-temporary' | 'expired-temporary' | 'rejected';

export function createPasswords({ accounts, queue, cost }: PasswordsDependencies) {
  const parameters = argon2Parameters(cost);

  /** For an unknown address: the same work as for a known one, so that time does not tell them apart (ASVS 6.3.8). */
  const dummyHash = queue(() => argon2Hash(randomToken(), parameters));

  /** @returns a PHC string */
  function hash(password: string): Promise<string> {
    return queue(() => argon2Hash(password.normalize('NFKC'), parameters));
  }

  /** Costs one hash whatever the account is: missing, invited or without a password; more only while a recovery or an import is pending.
   *  @param now milliseconds UTC */
  async function verify(account: Account | undefined, password: string, now: number): Promise<PasswordCheck> {
    const given = password.normalize('NFKC');
    const temporary = account?.temporaryPassword;
    if (account?.passwordHash && (await matchesEither(account.passwordHash, given, password))) {
      await upgrade(account, given);
      return 'accepted';
    }
    if (temporary && (await matches(temporary.hash, given)))
      return temporary.expiresAt > now ? 'accepted-temporary' : 'expired-temporary';
    if (!account?.passwordHash && !temporary) await matches(await dummyHash, given);
    return 'rejected';
  }

  /** Whether a password is the account's present one, own or temporary. Costs a hash for each of the two. */
  async function isPresent(account: Account, password: string): Promise<boolean> {
    const given = password.normalize('NFKC');
    const { passwordHash, temporaryPassword } = account;
    if (passwordHash && (await matchesEither(passwordHash, given, password))) return true;
    return temporaryPassword !== undefined && matches(temporaryPassword.hash, given);
  }

  /** Another system hashed what was typed; ours is the normalised form. Only a password that differs in the two costs a second hash. */
  async function matchesEither(stored: string, normalised: string, typed: string): Promise<boolean> {
    return (await matches(stored, normalised)) || (typed !== normalised && (await matches(stored, typed)));
  }

  function matches(stored: string, given: string): Promise<boolean> {
    return queue(() => verifyHash(stored, given));
  }

  /** Brings a foreign or weaker hash up to today's parameters, unless the password was changed meanwhile. */
  async function upgrade(account: Account, given: string): Promise<void> {
    const old = account.passwordHash;
    if (!old || isOfToday(old)) return;
    const passwordHash = await queue(() => argon2Hash(given, parameters));
    await accounts.update(account.id, (current) =>
      current.passwordHash === old ? { ...current, passwordHash } : undefined,
    );
  }

  function isOfToday(stored: string): boolean {
    return stored.startsWith('$argon2id$') && !isForeign(stored) && !needsRehash(stored, parameters);
  }

  /** A foreign or weaker hash costs one of today's as well: how long the answer takes must not tell which accounts have one. */
  async function verifyHash(stored: string, given: string): Promise<boolean> {
    if (isOfToday(stored)) return argon2Verify(stored, given);
    const verified = isForeign(stored) ? verifyForeign(stored, given) : argon2Verify(stored, given);
    const [isRight] = await Promise.all([verified, argon2Hash(given, parameters)]);
    return isRight;
  }

  /** Makes a temporary password for an invited account: readable, 20 characters of about 98 bits. The caller mails it and forgets it. */
  async function makeTemporary(
    now: number,
    { provesEmail }: { provesEmail: boolean },
  ): Promise<{ password: string; stored: NonNullable<Account['temporaryPassword']> }> {
    const password = readableCode(20).replace(/(.{5})(?=.)/g, '$1-');
    return {
      password,
      stored: { hash: await hash(password), expiresAt: now + temporaryPasswordSeconds * 1000, provesEmail },
    };
  }

  return { hash, verify, isPresent, makeTemporary };
}
export type Passwords = ReturnType<typeof createPasswords>;

/** The change of the account that sets a new password: the temporary one dies, so does the demand for a new one, so does every session of
 *  another epoch, and with the epoch a second factor that somebody began to set up: who knew the old password may have seen its secret.
 *  Where a new one was demanded, others may know the old one: then every token dies as well, `offline_access` or not. */
export function withPassword(account: Account, passwordHash: string): Account {
  const { temporaryPassword: _used, passwordMustChange, ...kept } = account;
  const sessionEpoch = account.sessionEpoch + 1;
  return { ...kept, passwordHash, sessionEpoch, ...(passwordMustChange ? { tokensFromEpoch: sessionEpoch } : {}) };
}
