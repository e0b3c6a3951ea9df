// What is held about a person beside the account record, in one list: shown in the download of their data, removed with the account. A new
// collection that holds any is one line.
import type { Audit, AuditEvent } from '../audit/audit.ts';
import { contentOf } from '../audit/event.ts';
import type { Artifacts } from '../sessions/artifacts.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { type Holding, readable } from './personal-data.ts';

interface ApplicationConsent {
  clientId: string;
  scopes: readonly string[];
  grantedAt: number;
  usedAt?: number | undefined;
}

export interface HoldingsDependencies {
  audit: Audit;
  artifacts: Artifacts;
  sessions: Sessions;
  consents: {
    consentsOf(accountId: string): Promise<readonly ApplicationConsent[]>;
    forgetConsents(accountId: string): Promise<void>;
  };
  knownBrowsers: { forget(accountId: string): Promise<void> };
  rememberedDevices: {
    dataOf(accountId: string): Promise<readonly object[]>;
    forgetAll(accountId: string): Promise<void>;
  };
  passkeys: { dataOf(accountId: string): Promise<readonly object[]>; forget(accountId: string): Promise<void> };
}

/** Sessions end before anything is removed (account-deletion.ts), and are cleared a day later. */
export function holdingsOf({
  audit,
  artifacts,
  consents,
  knownBrowsers,
  passkeys,
  rememberedDevices,
  sessions,
}: HoldingsDependencies): Holding[] {
  return [
    { name: 'tokens', remove: (accountId) => artifacts.revokeGrantsOf({ accountId }) },
    {
      name: 'sessions',
      list: async (accountId) => (await Array.fromAsync(sessions.ofAccount(accountId))).map(sessionData),
    },
    {
      name: 'applications',
      list: async (accountId) => (await consents.consentsOf(accountId)).map(applicationData),
      remove: consents.forgetConsents,
    },
    {
      name: 'passkeys',
      list: async (accountId) => (await passkeys.dataOf(accountId)).map((passkey) => readable({ ...passkey })),
      remove: passkeys.forget,
    },
    {
      name: 'rememberedDevices',
      list: async (accountId) => (await rememberedDevices.dataOf(accountId)).map((device) => readable({ ...device })),
      remove: rememberedDevices.forgetAll,
    },
    { name: 'knownBrowsers', remove: knownBrowsers.forget },
    {
      name: 'events',
      list: async (accountId) => (await Array.fromAsync(audit.ofSubject(accountId))).map(eventData),
      remove: audit.forgetPersonal,
    },
  ];
}

function applicationData({ clientId, scopes, grantedAt, usedAt }: ApplicationConsent) {
  return readable({ clientId, scopes, grantedAt, usedAt });
}

function sessionData(session: Session): object {
  const { signedInAt, lastSeenAt, endsAt, endedAt, endReason, amr, address, userAgent } = session;
  const clients = Object.keys(session.authorizations);
  return readable({ signedInAt, lastSeenAt, endsAt, endedAt, endReason, amr, address, userAgent, clients });
}

/** Where somebody else acted on the account, where they sit is theirs. */
function eventData(entry: AuditEvent): object {
  const { id: _id, requestId: _request, address, userAgent, ...event } = contentOf(entry);
  const isOther = event.actor !== undefined && event.actor !== event.subject;
  return readable({ ...event, ...(isOther ? {} : { address, userAgent }) });
}
