// A look at the whole instance: what is broken, unsafe or worth a look. Changes nothing. People are found through indexes; apps and firms
// are walked, as many as whoever asks can wait for.
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../clients/clients.ts';
import type { Config } from '../config.ts';
import { ownerRole } from '../credentials/owner-recovery.ts';
import type { Deliveries } from '../mail/deliveries.ts';
import type { DomainClaims } from '../organizations/domain-claims.ts';
import type { Organization } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Policies } from '../organizations/policies.ts';
import { policyDefaults } from '../organizations/policy.ts';
import { paged } from '../platform/paged.ts';
import { type Administrator, demand } from './administrator.ts';
import type { Attention } from './attention.ts';
import {
  auditFindings,
  clientFindings,
  type Finding,
  keyFindings,
  ownerFindings,
  type Severity,
  severities,
} from './findings.ts';
import { settingsFindings } from './setting-findings.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tracker } from './tracker.ts';

export interface HealthDependencies {
  accounts: Accounts;
  attention: Attention;
  audit: Audit;
  clients: Clients;
  config: Config;
  deliveries: Deliveries;
  domainClaims: DomainClaims;
  organizations: Organizations;
  policies: Policies;
  signingKeys: SigningKeys;
  tracker: Tracker;
}

/** More are told as so many. */
const mostCounted = 1000;
const mostInvitations = 100;

export function createHealth(dependencies: HealthDependencies) {
  const { accounts, attention, audit, clients, config, deliveries, organizations, signingKeys, tracker } = dependencies;

  /** The worst first. @param options.most apps, and organizations, to look at   @throws DomainError 'not_permitted' */
  async function look(who: Administrator, { most = Infinity }: { most?: number } = {}): Promise<Finding[]> {
    demand(who, 'instance:read');
    const found = await Promise.all([
      settingsFindings(config),
      accounts.withRole(ownerRole).then(ownerFindings),
      administrators(who),
      people(who),
      signingKeys.list(who).then((keys) => keyFindings(keys, Date.now())),
      record(),
      mail(),
      apps(most),
      firms(who, most),
    ]);
    return found.flat().sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  }

  async function administrators(who: Administrator): Promise<Finding[]> {
    const exposed = await attention.administratorsWithoutMfa(who);
    const count = exposed.filter(({ roles }) => !roles.includes(ownerRole)).length;
    return counted('advice', 'administratorsNoMfa', 'administrators', count);
  }

  async function people(who: Administrator): Promise<Finding[]> {
    const [expired, unproved] = await Promise.all([
      tracker.list(who, { state: 'expired', limit: mostInvitations }),
      accounts.count({ mark: 'email-unverified', atMost: mostCounted }),
    ]);
    return [
      ...counted('advice', 'invitationsExpired', 'invitations', expired.found.length),
      ...counted('advice', 'emailUnverified', 'people', unproved.count),
    ];
  }

  async function record(): Promise<Finding[]> {
    const [firstAt, last] = await Promise.all([audit.firstAt(), audit.lastVerification()]);
    return auditFindings({ firstAt, last }, Date.now());
  }

  async function mail(): Promise<Finding[]> {
    const [refused, retrying] = await Promise.all(
      (['refused', 'retrying'] as const).map((state) => deliveries.list({ state, limit: mostCounted })),
    );
    const answer = retrying?.[0]?.answer ?? '–';
    return [
      ...counted('broken', 'mailRetrying', 'mail', retrying?.length ?? 0, { answer }),
      ...counted('advice', 'mailRefused', 'mail', refused?.length ?? 0),
    ];
  }

  async function apps(most: number): Promise<Finding[]> {
    const found: Finding[] = [];
    let seen = 0;
    for await (const client of paged((after) => clients.list({ after, limit: 500 }))) {
      if (seen >= most) return [...found, incomplete(most)];
      seen += 1;
      found.push(...clientFindings(client, Date.now()));
    }
    return found;
  }

  async function firms(who: Administrator, most: number): Promise<Finding[]> {
    const found: Finding[] = [];
    let seen = 0;
    for await (const firm of paged((after) => organizations.list({ after, limit: 500 }))) {
      if (seen >= most) return [...found, incomplete(most)];
      seen += 1;
      found.push(...(await firmFindings(who, firm, dependencies)));
    }
    return found;
  }

  return { look };
}
export type Health = ReturnType<typeof createHealth>;

async function firmFindings(
  who: Administrator,
  firm: Organization,
  { attention, domainClaims, policies }: Pick<HealthDependencies, 'attention' | 'domainClaims' | 'policies'>,
): Promise<Finding[]> {
  const { id, name, domains } = firm;
  const subject = { kind: 'organization', id, name } as const;
  const [{ mfa, passwordMinLength }, verified, flagged] = await Promise.all([
    policies.of([id], { instead: [firm] }),
    domainClaims.verifiedOf(firm),
    domainClaims.flagged(id),
  ]);
  const isOpen = mfa !== 'required';
  const exposed = isOpen ? (await attention.administratorsWithoutMfa(who, id)).length : 0;
  const unproved = domains.filter((domain) => !verified.includes(domain)).join(', ');
  const gone = flagged.map(({ domain }) => domain).join(', ');
  const found: [boolean, Severity, string, Finding['values']][] = [
    [
      isOpen && passwordMinLength < policyDefaults.passwordMinLength,
      'unsafe',
      'shortPasswords',
      { length: passwordMinLength },
    ],
    [exposed > 0, 'advice', 'administratorsNoMfa', { count: exposed }],
    [unproved !== '', 'advice', 'domainsUnproved', { domains: unproved }],
    [gone !== '', 'advice', 'domainsGone', { domains: gone }],
  ];
  return found.flatMap(([isSo, severity, code, values = {}]) => (isSo ? [{ severity, code, subject, values }] : []));
}

/** @returns nothing where there are none */
function counted(
  severity: Severity,
  code: string,
  id: Extract<Finding['subject'], { kind: 'topic' }>['id'],
  count: number,
  more: Record<string, string> = {},
): Finding[] {
  return count === 0 ? [] : [{ severity, code, subject: { kind: 'topic', id }, values: { count, ...more } }];
}

function incomplete(count: number): Finding {
  return { severity: 'advice', code: 'incomplete', subject: { kind: 'topic', id: 'look' }, values: { count } };
}
