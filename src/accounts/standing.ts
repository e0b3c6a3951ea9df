// Where an account stands: its firms and their look, the policy that holds for it, and what keeps its sessions from being used further.
import type { AuditEvent, Origin } from '../audit/audit.ts';
import { type Client, layerOfClient } from '../clients/client.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Policies } from '../organizations/policies.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { SessionLimits } from '../sessions/saved-session.ts';
import type { Account } from './account.ts';
import {
  type Barrier,
  barrierBefore,
  lacksSecondProof,
  type OwnPageUse,
  type SessionUse,
  shortcomingOf,
} from './barrier.ts';
import { createLooks } from './looks.ts';
import { organizationIds } from './membership.ts';

export interface StandingDependencies {
  getAccount(id: string): Promise<Account | undefined>;
  getClient(id: string): Promise<Client | undefined>;
  organizations: Organizations;
  policies: Policies;
}

export function createStanding({ getAccount, getClient, organizations, policies }: StandingDependencies) {
  /** What holds for everybody, where there is no account. @param clientId the app that the person is on the way to */
  async function policyOf(account: Account | undefined, clientId?: string): Promise<SignInPolicy> {
    const client = clientId === undefined ? undefined : await getClient(clientId);
    return policies.of(account ? organizationIds(account) : [], { client: client && layerOfClient(client) });
  }

  async function firmNamesOf(account: Account): Promise<string[]> {
    return (await organizations.named(organizationIds(account))).map(({ name }) => name);
  }

  /** @param use what is known of the session, and which app it is to open; without one, our own pages */
  async function barrierOf(
    account: Account,
    { address }: Origin,
    use?: SessionUse | OwnPageUse,
  ): Promise<Barrier | undefined> {
    const app = use && 'clientId' in use ? use : undefined;
    const policy = await policyOf(account, app?.clientId);
    const barrier = barrierBefore(account, policy, address, use?.amr);
    if (barrier || !use) return barrier;
    if (app) return shortcomingOf(account, policy, app, Date.now());
    return lacksSecondProof(account, policy, use.amr) ? 'second-factor-missing' : undefined;
  }

  /** What an app states of the session it is opened in; undefined where it states nothing. */
  async function limitsOfClient(clientId: string): Promise<SessionLimits | undefined> {
    const client = await getClient(clientId);
    if (!client?.policy) return undefined;
    const { idleSeconds, absoluteSeconds } = layerOfClient(client).rules;
    return { idleSeconds, absoluteSeconds };
  }

  /** Whose administrators may read an event. */
  async function organizationsOf({ subject }: Pick<AuditEvent, 'subject'>): Promise<string[]> {
    const account = subject === undefined ? undefined : await getAccount(subject);
    return account ? organizationIds(account) : [];
  }

  return { policyOf, firmNamesOf, barrierOf, limitsOfClient, organizationsOf, ...createLooks({ organizations }) };
}
export type Standing = ReturnType<typeof createStanding>;
