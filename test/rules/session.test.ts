// The pure rules of a session: alive, touched, ended, merged.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ended,
  formerIdSeconds,
  isLive,
  mergedAuthorizations,
  opensWith,
  type Session,
  touchEverySeconds,
  touched,
} from '../../src/sessions/session.ts';

const now = Date.UTC(2026, 10, 22);
const hour = 3_600_000;

function session(changes: Partial<Session> = {}): Session {
  return {
    id: 'uid',
    idHashes: ['current'],
    formerUntil: 0,
    payload: {},
    authorizations: {},
    amr: ['pwd'],
    signedInAt: now - hour,
    lastSeenAt: now - hour,
    idleSeconds: 8 * 3600,
    absoluteUntil: now + 100 * hour,
    endsAt: now + 7 * hour,
    ...changes,
  };
}

describe('a session', () => {
  it.each([
    ['before its end', {}, true],
    ['a moment before its end', { endsAt: now + 1 }, true],
    ['at its end', { endsAt: now }, false],
    ['once ended', { endedAt: now - 1 }, false],
    ['once ended, though its limits lie ahead', { endedAt: now + hour }, false],
  ])('%s is alive: %s', (_when, changes, isAlive) => {
    expect(isLive(session(changes), now)).toBe(isAlive);
  });

  it('opens with its current id, with a former one for a short while, and with no other', () => {
    const renewed = session({ idHashes: ['current', 'former'], formerUntil: now + formerIdSeconds * 1000 });
    expect(opensWith(renewed, 'current', now)).toBe(true);
    expect(opensWith(renewed, 'former', now + formerIdSeconds * 1000 - 1)).toBe(true);
    expect(opensWith(renewed, 'former', now + formerIdSeconds * 1000)).toBe(false);
    expect(opensWith(renewed, 'other', now)).toBe(false);
    expect(opensWith(session({ idHashes: [] }), '', now)).toBe(false);
  });
});

describe('activity', () => {
  it('is written down at most once a minute, and puts the end off', () => {
    const seen = session({ lastSeenAt: now });
    expect(touched(seen, now + touchEverySeconds * 1000 - 1)).toBeUndefined();
    const later = now + touchEverySeconds * 1000;
    expect(touched(seen, later)).toEqual({ ...seen, lastSeenAt: later, endsAt: later + 8 * hour });
  });

  it('never puts the end off beyond the absolute limit', () => {
    expect(touched(session({ absoluteUntil: now + hour }), now)?.endsAt).toBe(now + hour);
  });

  it.each([
    ['ended', { endedAt: now - 1 }],
    ['idle for too long', { endsAt: now }],
  ])('does not bring back a session that is %s', (_how, changes) => {
    expect(touched(session(changes), now)).toBeUndefined();
  });
});

describe('ending', () => {
  it('keeps the first reason and its time, and moves the end to now', () => {
    const over = ended(session(), 'signed-out', now);
    expect(over).toEqual({ ...session(), endedAt: now, endReason: 'signed-out', endsAt: now });
    expect(over && ended(over, 'replaced', now + 1)).toBeUndefined();
  });

  it('leaves an end that has passed where it was', () => {
    expect(ended(session({ endsAt: now - hour }), 'idle', now)?.endsAt).toBe(now - hour);
  });
});

describe('merging what a request knew of each client', () => {
  it.each([
    [
      'two apps opened at once both stay',
      { a: { sid: '1' } },
      { b: { sid: '2' } },
      undefined,
      { a: { sid: '1' }, b: { sid: '2' } },
    ],
    [
      'the request’s word stands where both know a client',
      { a: { sid: '1', grantId: 'x' } },
      { a: { grantId: 'y' } },
      undefined,
      { a: { sid: '1', grantId: 'y' } },
    ],
    [
      'a client that was logged out goes',
      { a: { sid: '1' }, b: { sid: '2' } },
      { b: { sid: '2' } },
      'a',
      { b: { sid: '2' } },
    ],
    [
      'a client that was logged out goes, though the request still knew it',
      { a: { sid: '1' } },
      { a: { sid: '1' } },
      'a',
      {},
    ],
    ['nothing comes of nothing', {}, {}, undefined, {}],
  ])('%s', (_what, stored, given, loggedOut, merged) => {
    expect(mergedAuthorizations(stored, given, loggedOut)).toEqual(merged);
  });

  it('loses no client of either side, changes neither, and is the same when it is done twice', () => {
    const entries = fc.dictionary(
      fc.string({ maxLength: 5 }),
      fc.dictionary(fc.constantFrom('sid', 'grantId'), fc.string()),
    );
    fc.assert(
      fc.property(entries, entries, (stored, given) => {
        const before = JSON.stringify([stored, given]);
        const merged = mergedAuthorizations(stored, given);
        expect(new Set(Object.keys(merged))).toEqual(new Set([...Object.keys(stored), ...Object.keys(given)]));
        expect(mergedAuthorizations(merged, given)).toEqual(merged);
        expect(JSON.stringify([stored, given])).toBe(before);
      }),
    );
  });
});
