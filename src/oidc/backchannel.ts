// Back-Channel Logout 1.0: tells the apps of a session that it is over. What is to be told is stored first (sessions/logout-deliveries.ts)
// and told until the app answers, each time by a fresh token, since one lives two minutes. At least once, never for certain once.
import { setTimeout } from 'node:timers/promises';
import { Provider } from 'oidc-provider';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../clients/clients.ts';
import type { Log } from '../platform/log.ts';
import { isGivenUp, type LogoutDeliveries, type LogoutDelivery } from '../sessions/logout-deliveries.ts';
import type { Session } from '../sessions/session.ts';

/** What became of the first tries: how many apps have heard, and the ids of those that will be told again. */
export interface SignOutReport {
  told: number;
  waiting: string[];
}

export interface BackchannelDependencies {
  deliveries: LogoutDeliveries;
  clients: Clients;
  audit: Audit;
  log: Log;
}

type Queued = Pick<LogoutDelivery, 'id' | 'clientId'>;

interface LogoutClient {
  clientId: string;
  backchannelLogoutUri?: string;
  backchannelLogout(accountId: string, sid: string): Promise<void>;
}

/** A person who signs out is not kept longer than this. */
const mostWaitMs = 2_500;
/** An app that does not answer holds up its own tellings alone. */
const atOnceForOneClient = 5;
const batch = 200;

export function createBackchannel({ deliveries, clients, audit, log }: BackchannelDependencies) {
  const lanes = new Map<string, LimitFunction>();
  let provider: Provider | undefined;
  let send: LogoutClient['backchannelLogout'] | undefined;

  /** Takes the place of the library's own telling, which tries once, in line. */
  function attach(built: Provider): void {
    const { prototype } = built.Client as unknown as { prototype: LogoutClient };
    provider = built;
    send = prototype.backchannelLogout;
    prototype.backchannelLogout = async function backchannelLogout(accountId, sid) {
      const oidc = Provider.ctx?.oidc;
      // Where the whole session ends, the end itself tells everyone.
      if (!oidc?.session || oidc.params?.logout) return;
      const entry = { sessionUid: oidc.session.uid, clientId: this.clientId, accountId, sid };
      void tell([await queue(entry)]);
    };
  }

  /** Resolves once every app of the session that wants to hear of its end is queued. @returns what to `tell` */
  async function enqueue({ id: sessionUid, accountId, authorizations }: Session): Promise<Queued[]> {
    if (accountId === undefined) return [];
    const queued: Queued[] = [];
    for (const [clientId, { sid }] of Object.entries(authorizations)) {
      const client = await clients.get(clientId);
      if (!client?.metadata.backchannel_logout_uri) continue;
      queued.push(await queue({ sessionUid, clientId, accountId, sid: String(sid) }));
    }
    return queued;
  }

  async function queue(entry: Parameters<LogoutDeliveries['enqueue']>[0]): Promise<Queued> {
    return { id: await deliveries.enqueue(entry, Date.now()), clientId: entry.clientId };
  }

  /** Tries each once, all at the same time. Never rejects, and never takes much longer than two seconds: what is still under way then counts
   *  as waiting. */
  async function tell(queued: readonly Queued[]): Promise<SignOutReport> {
    if (queued.length === 0) return { told: 0, waiting: [] };
    let told = 0;
    const waiting = new Map(queued.map(({ id, clientId }) => [id, clientId]));
    const all = Promise.all(
      queued.map(async ({ id, clientId }) => {
        const outcome = await laneOf(clientId)(() => attempt(id));
        if (outcome !== 'failed') waiting.delete(id);
        if (outcome === 'told') told += 1;
      }),
    );
    const patience = new AbortController();
    const enough = setTimeout(mostWaitMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([all, enough]);
    patience.abort();
    return { told, waiting: [...waiting.values()] };
  }

  function laneOf(clientId: string): LimitFunction {
    const lane = lanes.get(clientId) ?? pLimit(atOnceForOneClient);
    lanes.set(clientId, lane);
    return lane;
  }

  /** One try, where nobody else has it. */
  async function attempt(id: string): Promise<'told' | 'failed' | 'not-ours'> {
    try {
      const delivery = await deliveries.claim(id, Date.now());
      return delivery ? await deliver(delivery) : 'not-ours';
    } catch (err) {
      log.warn({ err }, 'a back-channel logout could not be claimed');
      return 'failed';
    }
  }

  async function deliver(delivery: LogoutDelivery): Promise<'told' | 'failed'> {
    const { id, clientId, accountId, sid } = delivery;
    try {
      const client = (await provider?.Client.find(clientId)) as LogoutClient | undefined;
      // Deleted, or no longer told: nothing waits for it.
      if (client?.backchannelLogoutUri) await send?.call(client, accountId, sid);
      await deliveries.remove(id);
      return 'told';
    } catch (error) {
      log.warn({ clientId, failures: delivery.failures + 1, err: error }, 'back-channel logout failed');
      await putOff(delivery).catch((err: unknown) => log.warn({ err, clientId }, 'back-channel logout not put off'));
      return 'failed';
    }
  }

  async function putOff(delivery: LogoutDelivery): Promise<void> {
    if (!isGivenUp(delivery, Date.now())) return deliveries.putOff(delivery, Date.now());
    const { clientId, accountId, failures } = delivery;
    await audit.record(
      {
        type: 'logout.undelivered',
        result: 'failure',
        subject: accountId,
        clientId,
        detail: { tries: failures + 1 },
      },
      { actor: 'system' },
    );
    await deliveries.remove(delivery.id);
  }

  /** Tells whoever is due. */
  async function tellDue(): Promise<void> {
    const due = await deliveries.due(Date.now(), batch);
    await tell(due);
  }

  return { attach, enqueue, tell, tellDue };
}
export type Backchannel = ReturnType<typeof createBackchannel>;
