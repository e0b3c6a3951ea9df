// The audit record: any entry that is changed, dropped, swapped or put in is named. A second look at the same store plays the attacker, who
// can write whatever they like, and has not the master key.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonical, hashOf } from '../../src/audit/chain.ts';
import { type Checkpoint, checkpointSchema } from '../../src/audit/checkpoints.ts';
import { type AuditEvent, auditEventsSpec } from '../../src/audit/event.ts';
import type { Collection, Storage } from '../../src/storage/port.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { type Engine, engines, storageAt } from '../support/engines.ts';
import { processSecretKey, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const written = 12;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the audit record (${engine.name})`, () => {
    let gatehouse: TestApp;
    let attacker: Attacker;
    /** What starting the server has written. */
    let before: number;

    beforeEach(async () => {
      gatehouse = await startApp({ engine, env: { SECRET_KEY: processSecretKey } });
      before = (await verify()).entries;
      for (let n = 0; n < written; n += 1) await write(gatehouse, n);
      attacker = await attackerOf(engine, gatehouse);
    });
    afterEach(async () => {
      letClockRun();
      await attacker.storage.close();
      await gatehouse.stop();
    });

    const verify = () => gatehouse.services.audit.verify();
    const close = () => gatehouse.services.audit.close();

    it('stands as it was written, also when many write at once', async () => {
      await Promise.all(Array.from({ length: 200 }, (_, n) => write(gatehouse, n)));
      await close();
      await write(gatehouse, 1);
      expect(await verify()).toMatchObject({ entries: before + written + 201, chains: 2, faults: [] });
    });

    it('names each entry of which anything at all was changed', async () => {
      await close();
      const entries = await attacker.entries();
      for (const entry of entries.slice(0, 3)) {
        for (const changed of variants(entry)) {
          await attacker.events.put(changed);
          const { faults } = await verify();
          const isNamed = faults.some(({ id, seq }) => id === entry.id || id === changed.id || seq === entry.seq);
          expect([canonical(changed), isNamed]).toEqual([canonical(changed), true]);
          if (changed.id !== entry.id) await attacker.events.delete(changed.id);
          await attacker.events.put(entry);
        }
      }
      expect((await verify()).faults).toEqual([]);
    });

    it('names an entry that was changed and given a hash of its own', async () => {
      await close();
      const entry = (await attacker.entries())[4] as AuditEvent;
      const forged = { ...entry, detail: { n: 'forged' } };
      await attacker.events.put({ ...forged, hash: hashOf(forged) });
      expect((await verify()).faults.length).toBeGreaterThan(0);
      expect((await verify()).faults[0]?.seq).toBeGreaterThanOrEqual(4);
      expect((await verify()).faults[0]?.seq).toBeLessThanOrEqual(5);
    });

    it.each([0, 5, written - 1])('names entry %i where it was dropped', async (n) => {
      await close();
      await attacker.events.delete((await attacker.entries())[n]?.id ?? '');
      expect((await verify()).faults).toMatchObject([{ seq: n, fault: 'missing' }]);
    });

    it('names the first of several that were cut off the end', async () => {
      await close();
      for (const { id } of (await attacker.entries()).slice(-3)) await attacker.events.delete(id);
      const { faults } = await verify();
      expect(faults.map(({ seq, fault }) => [seq, fault])).toEqual(
        [9, 10, 11].map((n) => n + before).map((seq) => [seq, 'missing']),
      );
    });

    it('names both of two that were swapped', async () => {
      await close();
      const [one, other] = (await attacker.entries()).slice(3, 5) as [AuditEvent, AuditEvent];
      await attacker.events.put({ ...one, id: other.id, at: other.at });
      await attacker.events.put({ ...other, id: one.id, at: one.at });
      expect((await verify()).faults.map(({ seq }) => seq).sort()).toEqual([3, 4]);
    });

    it('names one that was put in, in a chain or beside all', async () => {
      await close();
      const last = (await attacker.entries()).at(-1) as AuditEvent;
      const inside = { ...last, id: `${last.id}x`, seq: last.seq + 1, previous: last.hash };
      const beside = { ...last, id: `${last.id}y`, chain: 'made-up' };
      for (const entry of [inside, beside]) {
        const genuineLooking = { ...entry, hash: hashOf(entry) };
        await attacker.events.put(genuineLooking);
        expect((await verify()).faults).toMatchObject([{ id: genuineLooking.id }]);
        await attacker.events.delete(entry.id);
      }
    });

    it('names a signed end that was moved', async () => {
      await close();
      const [statement] = await attacker.statements();
      const [, , entry] = await attacker.entries();
      if (!statement || !entry) throw new Error('nothing was written');
      await attacker.checkpoints.put({ ...statement, seq: entry.seq, hash: entry.hash });
      expect((await verify()).faults).toContainEqual(expect.objectContaining({ fault: 'statement-forged' }));
    });

    it('names a whole chain that was taken away, once another one was begun', async () => {
      await close();
      await write(gatehouse, 1);
      await close();
      const first = (await attacker.entries())[0]?.chain ?? '';
      for (const { id, chain } of await attacker.entries()) if (chain === first) await attacker.events.delete(id);
      await attacker.checkpoints.delete(first);
      expect((await verify()).faults).toMatchObject([{ chain: first, fault: 'chain-missing' }]);
    });

    it('holds what a deleted person’s name was, so that it may be taken out and not be changed', async () => {
      const subject = 'somebody';
      const event = {
        type: 'account.changed',
        result: 'success',
        subject,
        personal: { 'givenName.new': 'Ana' },
      } as const;
      await gatehouse.services.audit.record(event, {});
      await close();
      const entry = (await attacker.entries()).find((one) => one.subject === subject) as AuditEvent;
      await attacker.events.put({ ...entry, personal: { 'givenName.new': 'Eve' } });
      expect((await verify()).faults).toMatchObject([{ id: entry.id, fault: 'changed' }]);
      await attacker.events.put(entry);
      await gatehouse.services.audit.forgetPersonal(subject);
      expect((await verify()).faults).toEqual([]);
      const left = (await attacker.entries()).find(({ id }) => id === entry.id);
      expect(left).not.toHaveProperty('personal');
      expect(left).not.toHaveProperty('personalSalt');
    });

    it('takes an entry that the storage refused for what it is: not acknowledged, and no fault', async () => {
      const { audit } = gatehouse.services;
      const refused = audit.record({ type: 'account.changed', result: 'success', detail: { n: '\u0000' } }, {});
      await expect(refused).rejects.toThrow();
      await write(gatehouse, 99);
      await close();
      expect(await verify()).toMatchObject({ entries: before + written + 1, faults: [] });
    });

    it('is written by several processes at once, each its own chain, and outlives kill -9 of one', async () => {
      const { storageUrl } = gatehouse.services.config;
      const second = await startProcess({ storageUrl, issuer: gatehouse.issuer });
      const tryOne = () =>
        fetch(`${second.url}/auth?client_id=nobody&response_type=code&scope=openid`).then(({ status }) => status);
      await Promise.all([tryOne(), write(gatehouse, 1), write(gatehouse, 2)]);
      await second.kill();
      stopClock();
      moveClock(hourMs);
      await gatehouse.services.audit.sweep();
      await close();
      expect((await verify()).faults).toEqual([]);
    });
  });
}

function write({ services }: TestApp, n: number): Promise<void> {
  return services.audit.record(
    { type: 'sign-in.succeeded', result: 'success', subject: `person-${n % 3}`, detail: { n, amr: ['pwd', 'otp'] } },
    { actor: `person-${n % 3}`, address: '192.0.2.7', userAgent: 'a browser', requestId: `r${n}` },
  );
}

interface Attacker {
  storage: Storage;
  events: Collection<AuditEvent>;
  checkpoints: Collection<Checkpoint>;
  /** In the order they were written in. */
  entries(): Promise<AuditEvent[]>;
  statements(): Promise<Checkpoint[]>;
}

async function attackerOf(_engine: Engine, { services }: TestApp): Promise<Attacker> {
  const storage = await storageAt(services.config.storageUrl);
  const events = storage.collection(auditEventsSpec);
  const checkpoints = storage.collection<Checkpoint>({
    name: 'audit-checkpoints',
    schema: checkpointSchema,
    index: ['isFollowed', 'isClosed'],
  });
  await storage.open();
  return {
    storage,
    events,
    checkpoints,
    entries: () => events.list({ limit: 1000 }),
    statements: () => checkpoints.list({ limit: 1000 }),
  };
}

/** The entry with each of its values changed by one sign, one at a time, and with each of its fields left out or one put in. */
function variants(entry: AuditEvent): AuditEvent[] {
  const changed = Object.entries(entry).flatMap(([field, value]): Partial<AuditEvent>[] => {
    if (field === 'type') return [{ type: 'sign-in.failed' }];
    if (field === 'result') return [{ result: 'failure' }];
    if (field === 'detail')
      return [{ detail: { ...entry.detail, n: 77 } }, { detail: { ...entry.detail, amr: ['otp', 'pwd'] } }];
    if (typeof value === 'number') return [{ [field]: value + 1 }];
    if (typeof value === 'string') return [{ [field]: `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}` }];
    return [];
  });
  const { actor: _gone, ...without } = entry;
  return [...changed.map((one) => ({ ...entry, ...one })), without, { ...entry, clientId: 'another' }];
}
