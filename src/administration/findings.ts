// What is weak or stale among owners and apps, with what to do about it. Pure.
import { type Account, hasSecondFactor } from '../accounts/account.ts';
import type { Client } from '../clients/client.ts';

/** `broken`: something does not work. `unsafe`: it works, and lets in or out more than it should. `advice`: worth a look. */
export type Severity = 'broken' | 'unsafe' | 'advice';

export interface Finding {
  severity: Severity;
  /** What it is about: a setting, `storage`, `client wiki`. */
  about: string;
  /** One sentence, with what to do. */
  text: string;
}

export function ownerFindings(owners: readonly Account[]): Finding[] {
  const active = owners.filter(({ status }) => status === 'active');
  const waiting = owners.filter(({ status }) => status === 'invited');
  const about = 'owners';
  if (active.length === 0) {
    const text = waiting.length
      ? `nobody who may do everything has signed in yet: ${waiting.map(({ email }) => email).join(', ')} is invited.`
      : 'there is none: run `gatehouse admin recover EMAIL --make-owner`.';
    return [{ severity: waiting.length ? 'advice' : 'broken', about, text }];
  }
  const alone: Finding[] =
    active.length === 1
      ? [{ severity: 'advice', about, text: 'there is only one: a second one can help when they cannot sign in.' }]
      : [];
  const open = active.filter((account) => !hasSecondFactor(account));
  return [
    ...alone,
    ...open.map(
      ({ email }): Finding => ({
        severity: 'unsafe',
        about: `owner ${email}`,
        text: 'has no second factor: their password alone opens everything. Demand it with MFA=required, or ask them.',
      }),
    ),
  ];
}

const secretDays = 365;

/** @param now milliseconds UTC */
export function weaknesses({ id, metadata, secrets }: Client, now = Date.now()): Finding[] {
  const about = `client ${id}`;
  const uris = [...metadata.redirect_uris, ...metadata.post_logout_redirect_uris];
  const oldest = Math.min(...secrets.map(({ createdAt }) => createdAt));
  const days = Math.floor((now - oldest) / 86_400_000);
  const isWeb = metadata.application_type === 'web';
  return [
    ...(metadata.require_pkce
      ? []
      : [
          {
            severity: 'unsafe' as const,
            about,
            text: 'need not use PKCE: turn `require_pkce` on once its library can.',
          },
        ]),
    ...(isWeb && uris.some((uri) => uri.startsWith('http:'))
      ? [{ severity: 'advice' as const, about, text: 'has an http: address, which is for development alone.' }]
      : []),
    ...(secrets.length > 1
      ? [
          {
            severity: 'advice' as const,
            about,
            text: 'has two secrets: retire the old one once the app uses the new one.',
          },
        ]
      : []),
    ...(secrets.length > 0 && days > secretDays
      ? [
          {
            severity: 'advice' as const,
            about,
            text: `has a secret that is ${days} days old: add a new one and retire it.`,
          },
        ]
      : []),
  ];
}
