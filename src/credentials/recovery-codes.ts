// Look-up secrets (SP 800-63B-4, 3.1.2): ten codes of 80 bits, shown once, stored as hashes, each good for one sign-in.
import { randomBytes } from 'node:crypto';
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { Origin } from '../audit/audit.ts';
import type { Secrets } from '../platform/secrets.ts';

const codeCount = 10;
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export function createRecoveryCodes({ accounts, secrets }: { accounts: Accounts; secrets: Secrets }) {
  /** @returns the codes to show once, and what to store of them */
  function make(accountId: string): { codes: string[]; stored: NonNullable<Account['recoveryCodes']> } {
    const codes = Array.from({ length: codeCount }, newCode);
    return { codes, stored: codes.map((code) => ({ hash: hashOf(accountId, code) })) };
  }

  /** Uses a code up: of parallel uses of one code, one is accepted. It ends the row of wrong codes, and opens an authenticator that was
   *  locked because of them.
   *  @param typed spaces, hyphens and capitals do not matter
   *  @returns the account as the use has left it, whose mail the caller flushes */
  async function verify(
    account: Account,
    typed: string,
    { origin, now, clientId }: { origin: Origin; now: number; clientId?: string | undefined },
  ): Promise<{ outcome: 'accepted'; account: Account } | { outcome: 'rejected' }> {
    const hashes = secrets.hmacs(purpose, `${account.id} ${plain(typed)}`);
    const burnt = await accounts.update(account.id, (current) => {
      const code = current.recoveryCodes?.find(({ hash, usedAt }) => usedAt === undefined && hashes.includes(hash));
      if (!code) return undefined;
      const recoveryCodes = current.recoveryCodes?.map((other) => (other === code ? { ...code, usedAt: now } : other));
      const { wrongCodes: _over, totp, ...kept } = current;
      const used = { ...kept, ...(totp ? { totp: unlocked(totp) } : {}), recoveryCodes };
      const event = { type: 'recovery-code.used', clientId, actor: account.id } as const;
      return withNotice(used, { kind: 'recoveryCodeUsed', origin, now: Date.now(), event });
    });
    return burnt ? { outcome: 'accepted', account: burnt } : { outcome: 'rejected' };
  }

  function hashOf(accountId: string, code: string): string {
    return secrets.hmac(purpose, `${accountId} ${plain(code)}`);
  }

  return { make, verify };
}
export type RecoveryCodes = ReturnType<typeof createRecoveryCodes>;

const purpose = 'recovery code';

function unlocked({ lockedAt: _lockedAt, ...totp }: NonNullable<Account['totp']>): NonNullable<Account['totp']> {
  return totp;
}

/** Sixteen characters of Crockford's base 32, in groups of four. */
function newCode(): string {
  const characters = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]);
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-');
}

/** What people confuse when reading is read as what was meant (Crockford): o as 0, i and l as 1. */
function plain(typed: string): string {
  return typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1');
}
