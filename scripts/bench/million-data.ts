// A large customer: people in some two hundred firms, one of them with a fifth of all, and what happened to them in a year.
import { createHash } from 'node:crypto';
import type { Account } from '../../src/accounts/account.ts';
import { newRecord } from '../../src/accounts/account-record.ts';
import type { AuditEvent } from '../../src/audit/audit.ts';
import { clientId } from './fixtures.ts';

export const firmCount = 200;
export const largestFirm = firmName(0);
/** Of the event that hardly ever happens. */
export const rareType = 'mfa.reset';

const dayMs = 86_400_000;
const given = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Esra',
  'Farid',
  'Grace',
  'Hana',
  'Ines',
  'José',
  'Kofi',
  'Lena',
  'Maya',
  'Noor',
  'Olga',
  'Paulo',
];
const starts = [
  'Ab',
  'Bran',
  'Car',
  'Dor',
  'El',
  'Fer',
  'Gal',
  'Hol',
  'Iv',
  'Jan',
  'Kel',
  'Lov',
  'Mar',
  'Nor',
  'Ost',
  'Pet',
  'Ros',
  'Sten',
  'Tor',
  'Val',
];
const ends = [
  'ader',
  'berg',
  'cini',
  'dez',
  'elace',
  'feld',
  'gren',
  'hart',
  'ikov',
  'land',
  'mann',
  'ner',
  'oka',
  'son',
  'stein',
  'ton',
  'vik',
  'well',
  'wood',
  'zik',
];
const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

export function firmName(n: number): string {
  return `firm-${n}`;
}

/** @returns as random as a real one, and the same each time */
export function idOf(person: number): string {
  return createHash('sha256').update(`person ${person}`).digest('base64url').slice(0, 22);
}

export function firmOf(person: number): string {
  return firmName(person % 5 === 0 ? 0 : 1 + (person % (firmCount - 1)));
}

export function* accountRecords(people: number): Generator<Account> {
  for (let n = 0; n < people; n += 1) {
    const givenName = given[n % given.length] ?? '';
    const familyName = `${starts[Math.floor(n / 16) % starts.length]}${ends[Math.floor(n / 320) % ends.length]}`;
    yield newRecord({
      id: idOf(n),
      email: `${givenName}.${familyName}.${n}@${firmOf(n)}.example`.normalize('NFKD').replace(/\p{M}/gu, ''),
      emailVerified: true,
      givenName,
      familyName,
      ...standing(n),
      memberships: [{ organization: firmOf(n), roles: n % 50 === 0 ? ['editor'] : [] }],
    });
  }
}

/** Nine of ten are active, a third of them with a second factor; few are suspended. */
function standing(n: number): Pick<Account, 'status' | 'invitation' | 'passwordHash' | 'totp'> {
  const at = Date.now() - (n % 365) * dayMs;
  const history = [{ event: 'created' as const, at }];
  if (n % 15 === 5) {
    const invitation = { tokenHash: idOf(n), expiresAt: at + 7 * dayMs, formerHashes: [], ownsAccount: true, history };
    return { status: 'invited', invitation };
  }
  const passwordHash =
    '$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$S2VlcGluZyBpdCBhcyBsb25nIGFzIGEgcmVhbCBvbmU';
  const totp =
    n % 3 === 0 ? { totp: { secret: idOf(n).repeat(3), lastUsedStep: 1, driftSteps: 0, activatedAt: at } } : {};
  return { status: n % 101 === 5 ? 'suspended' : 'active', passwordHash, ...totp };
}

/** Oldest first. They hang in no chain: `audit verify` has nothing to say of them. */
export function* eventRecords(events: number, people: number): Generator<AuditEvent> {
  const ids = Array.from({ length: people }, (_, person) => idOf(person));
  const now = Date.now();
  for (let n = 0; n < events; n += 1) {
    const person = (n * 7919) % people;
    const at = Math.floor(now - 365 * dayMs * (1 - n / events));
    const unique = n.toString(36).padStart(22, '0');
    const type = typeOf(n);
    yield {
      id: `${at.toString(36).padStart(10, '0')}-0000${unique}`,
      type,
      at,
      result: type === 'sign-in.failed' ? 'failure' : 'success',
      ...(ids[person] === undefined ? {} : { subject: ids[person], actor: ids[person] }),
      organizations: [firmOf(person)],
      clientId,
      address: `198.51.100.${n % 250}`,
      userAgent: agent,
      requestId: unique,
      detail: { acr: 'aal1', amr: ['pwd'] },
      chain: 'bench',
      seq: n,
      previous: unique.padStart(43, 'p'),
      hash: unique.padStart(43, 'h'),
    };
  }
}

function typeOf(n: number): AuditEvent['type'] {
  if (n % 10_000 === 17) return rareType;
  if (n % 20 === 3) return 'sign-in.failed';
  return n % 4 === 1 ? 'session.ended' : 'sign-in.succeeded';
}
