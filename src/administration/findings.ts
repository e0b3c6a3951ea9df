// What is weak or stale on the instance, as rules: pure. What each is called in words is the catalogue's (`finding.CODE`), so that the
// console and `gatehouse doctor` say the same.
import type { Account } from '../accounts/account.ts';
import { hasSecondFactor } from '../accounts/factors.ts';
import type { Client } from '../clients/client.ts';
import type { SigningKeyView } from './signing-keys.ts';

/** `broken`: something does not work. `unsafe`: it works, and lets in or out more than it should. `advice`: worth a look. */
export const severities = ['broken', 'unsafe', 'advice'] as const;
export type Severity = (typeof severities)[number];

/** What it is about: a setting by its variable, a thing by its id, or a field of the whole instance. */
export type Subject =
  | { kind: 'setting'; id: string }
  | { kind: 'topic'; id: 'audit' | 'invitations' | 'keys' | 'mail' | 'owners' | 'administrators' | 'people' | 'look' }
  | { kind: 'client' | 'organization' | 'owner'; id: string; name: string };

export interface Finding {
  severity: Severity;
  /** Its sentence, with what to do: `finding.CODE`. */
  code: string;
  subject: Subject;
  values?: Readonly<Record<string, string | number>>;
}

export const dayMs = 86_400_000;

export function ownerFindings(owners: readonly Account[]): Finding[] {
  const subject = { kind: 'topic', id: 'owners' } as const;
  const active = owners.filter(({ status }) => status === 'active');
  const invited = owners.filter(({ status }) => status === 'invited').map(({ email }) => email);
  if (active.length === 0 && invited.length === 0) return [{ severity: 'broken', code: 'noOwner', subject }];
  if (active.length === 0)
    return [{ severity: 'advice', code: 'ownersInvited', subject, values: { people: invited.join(', ') } }];
  const alone: Finding[] = active.length === 1 ? [{ severity: 'advice', code: 'oneOwner', subject }] : [];
  const open = active.filter((account) => !hasSecondFactor(account));
  return [
    ...alone,
    ...open.map(({ id, email }): Finding => {
      return { severity: 'unsafe', code: 'ownerNoMfa', subject: { kind: 'owner', id, name: email } };
    }),
  ];
}

const oldSecretDays = 365;
const neverUsedDays = 30;
const unusedDays = 180;

/** @param now milliseconds UTC */
export function clientFindings({ id, metadata, secrets, createdAt, usedAt }: Client, now: number): Finding[] {
  const subject = { kind: 'client', id, name: metadata.client_name ?? id } as const;
  const uris = [...metadata.redirect_uris, ...metadata.post_logout_redirect_uris];
  const secretDays = daysSince(Math.min(...secrets.map((secret) => secret.createdAt)), now);
  const found: [boolean, Severity, string, Finding['values']?][] = [
    [!metadata.require_pkce, 'unsafe', 'noPkce'],
    [metadata.application_type === 'web' && uris.some((uri) => uri.startsWith('http:')), 'advice', 'httpAddress'],
    [secrets.length > 1, 'advice', 'twoSecrets'],
    [secrets.length > 0 && secretDays > oldSecretDays, 'advice', 'oldSecret', { days: secretDays }],
    [
      usedAt === undefined && daysSince(createdAt, now) >= neverUsedDays,
      'advice',
      'neverUsed',
      { days: daysSince(createdAt, now) },
    ],
    [
      usedAt !== undefined && daysSince(usedAt, now) >= unusedDays,
      'advice',
      'unused',
      { days: daysSince(usedAt ?? now, now) },
    ],
  ];
  return found.flatMap(([isSo, severity, code, values]) =>
    isSo ? [{ severity, code, subject, ...(values ? { values } : {}) }] : [],
  );
}

const oldKeyDays = 365;
/** A server looks every minute. */
const overdueMs = dayMs;

export function keyFindings(keys: readonly SigningKeyView[], now: number): Finding[] {
  const subject = { kind: 'topic', id: 'keys' } as const;
  return keys.flatMap(({ algorithm, state, since, until }): Finding[] => {
    if (state !== 'signing') return [];
    const days = daysSince(since, now);
    if (until !== undefined && until + overdueMs < now)
      return [{ severity: 'broken', code: 'keyOverdue', subject, values: { algorithm } }];
    if (until === undefined && days > oldKeyDays)
      return [{ severity: 'advice', code: 'keyOld', subject, values: { algorithm, days } }];
    return [];
  });
}

const verifiedDays = 30;

/** @param record since when there are entries, and the last check of them: milliseconds UTC */
export function auditFindings(
  { firstAt, last }: { firstAt: number | undefined; last: { at: number; faults: number } | undefined },
  now: number,
): Finding[] {
  const subject = { kind: 'topic', id: 'audit' } as const;
  if (last && last.faults > 0)
    return [{ severity: 'broken', code: 'auditFaulty', subject, values: { count: last.faults } }];
  const days = daysSince(last?.at ?? firstAt ?? now, now);
  if (days < verifiedDays) return [];
  return [{ severity: 'advice', code: last ? 'auditOld' : 'auditNever', subject, values: { days } }];
}

function daysSince(at: number, now: number): number {
  return Math.floor((now - at) / dayMs);
}
