// Sends browsers to upstream providers and takes them back. Nothing is decided here about what follows: whoever began a round trip takes its
// outcome, once.
import type { Audit, Origin } from '../audit/audit.ts';
import { randomToken } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import { type Outcome, type Purpose, type RoundTrip, roundTripSeconds, roundTripsSpec } from './round-trip.ts';
import type { AuthorizationHints, Checks, Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-problem.ts';

export interface RoundTripsDependencies {
  storage: Storage;
  secrets: Secrets;
  connections: Connections;
  upstream: Upstream;
  audit: Audit;
  log: Log;
}

export interface Departure extends AuthorizationHints {
  purpose: Purpose;
  browserId: string;
  holder: string;
  /** An own path, where the outcome is taken. */
  returnPath: string;
}

/** Who may take an outcome. */
export type Claimant = Pick<Departure, 'purpose' | 'browserId' | 'holder'>;

export type Arrival =
  | { state: 'arrived'; returnPath: string }
  /** Never begun, too long ago, or by another browser. */
  | { state: 'unknown' }
  /** Came back before. */
  | { state: 'used'; returnPath: string };

interface Sealed {
  nonce: string;
  verifier: string;
  returnPath: string;
}

export function createRoundTrips({ storage, secrets, connections, upstream, audit, log }: RoundTripsDependencies) {
  const trips = storage.collection(roundTripsSpec);

  /** @returns where the browser is sent   @throws UpstreamError when the provider cannot be reached: nothing is begun then */
  async function begin(connection: Connection, departure: Departure): Promise<string> {
    const checks = { state: randomToken(), nonce: randomToken(), verifier: randomToken() };
    const location = await upstream.authorizationUrl(connection, checks, departure);
    const { purpose, browserId, holder, returnPath, isFresh = false } = departure;
    const [id, now] = [sha256(checks.state), Date.now()];
    const sealed: Sealed = { nonce: checks.nonce, verifier: checks.verifier, returnPath };
    await trips.insert({
      id,
      connectionId: connection.id,
      connectionAt: connection.updatedAt,
      purpose,
      browserHash: sha256(browserId),
      holder,
      secrets: secrets.seal(JSON.stringify(sealed), sealContext(id, 'secrets')),
      isFresh,
      startedAt: now,
      expiresAt: now + roundTripSeconds * 1000,
    });
    return location;
  }

  /** The browser is back. Used up before the provider is asked: of two arrivals one is taken.
   *  @param query of the redirect URI   @param browserId undefined for one without our cookie */
  async function arrive(query: URLSearchParams, browserId: string | undefined, origin: Origin): Promise<Arrival> {
    const state = query.get('state') ?? '';
    const id = sha256(state);
    const found = await trips.get(id);
    if (!found || browserId === undefined || found.browserHash !== sha256(browserId)) {
      // What names no round trip is anybody's noise: it would fill the record.
      if (found) await refused('foreign-browser', found, origin);
      return { state: 'unknown' };
    }
    const { returnPath, nonce, verifier } = openSealed(found);
    const trip = await trips.update(id, (old) => (old.usedAt ? undefined : { ...old, usedAt: Date.now() }));
    if (!trip) {
      await refused('state-used', found, origin);
      return { state: 'used', returnPath };
    }
    const outcome = await outcomeOf(trip, query, { state, nonce, verifier });
    const sealed = secrets.seal(JSON.stringify(outcome), sealContext(id, 'outcome'));
    await trips.update(id, (old) => ({ ...old, outcome: sealed }));
    return { state: 'arrived', returnPath: `${returnPath}?${new URLSearchParams({ trip: id })}` };
  }

  async function outcomeOf(trip: RoundTrip, query: URLSearchParams, checks: Checks): Promise<Outcome> {
    const { connectionId, connectionAt, isFresh, purpose } = trip;
    try {
      const connection = await connections.get(connectionId);
      const isSame = connection?.updatedAt === connectionAt;
      if (!connection || !isSame || (purpose !== 'test' && !connection.isEnabled)) throw new UpstreamError('changed');
      return { result: 'claims', claims: await upstream.exchange(connection, query, { checks, isFresh }) };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { problem, detail } = error;
      log.warn({ connection: connectionId, purpose, problem, detail }, 'an upstream provider was no help');
      return { result: 'problem', problem, detail };
    }
  }

  /** What the provider said, to whoever it was asked for. @returns undefined for anybody else, and where nothing has come back */
  async function read(id: string, claimant: Claimant): Promise<{ trip: RoundTrip; outcome: Outcome } | undefined> {
    const trip = await trips.get(id);
    return trip && belongsTo(trip, claimant) && trip.takenAt === undefined ? opened(trip) : undefined;
  }

  /** The same, and nobody takes it again. */
  async function take(id: string, claimant: Claimant): Promise<{ trip: RoundTrip; outcome: Outcome } | undefined> {
    const trip = await trips.update(id, (old) =>
      belongsTo(old, claimant) && old.outcome !== undefined && old.takenAt === undefined
        ? { ...old, takenAt: Date.now() }
        : undefined,
    );
    return trip && opened(trip);
  }

  function opened(trip: RoundTrip): { trip: RoundTrip; outcome: Outcome } | undefined {
    if (trip.outcome === undefined) return undefined;
    return { trip, outcome: JSON.parse(secrets.open(trip.outcome, sealContext(trip.id, 'outcome'))) };
  }

  function openSealed(trip: RoundTrip): Sealed {
    return JSON.parse(secrets.open(trip.secrets, sealContext(trip.id, 'secrets')));
  }

  async function refused(reason: string, { connectionId, purpose }: RoundTrip, origin: Origin): Promise<void> {
    const organization = (await connections.get(connectionId))?.organization;
    const organizations = organization === undefined ? [] : [organization];
    const detail = { reason, purpose, connection: connectionId };
    await audit.record({ type: 'sign-in.failed', result: 'failure', organizations, detail }, origin);
  }

  return { begin, arrive, read, take };
}
export type RoundTrips = ReturnType<typeof createRoundTrips>;

function belongsTo(trip: RoundTrip, { purpose, browserId, holder }: Claimant): boolean {
  return trip.purpose === purpose && trip.holder === holder && trip.browserHash === sha256(browserId);
}

function sealContext(id: string, field: 'secrets' | 'outcome') {
  return { collection: 'federation-round-trips', field, id };
}
