// Work that follows an answer: nothing that was stored is lost, whoever dies.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDeferredWork } from '../../src/credentials/deferred-work.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import type { Storage } from '../../src/storage/port.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines, storageAt } from '../support/engines.ts';

interface Errand {
  to: string;
}

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`deferred work (${engine.name})`, () => {
    const url = engine.available ? engine.freshUrl() : '';
    const storages: Storage[] = [];
    const done: string[] = [];
    const dependencies = (storage: Storage) => ({
      storage,
      secrets: createSecrets([Buffer.alloc(32, 1)]),
      log: createLog('silent'),
    });
    let mine: Awaited<ReturnType<typeof ofAProcess>>;
    let theirs: Awaited<ReturnType<typeof ofAProcess>>;
    let isBroken = false;

    beforeAll(async () => {
      [mine, theirs] = [await ofAProcess(), await ofAProcess()];
    });

    async function ofAProcess() {
      const storage = await storageAt(url);
      storages.push(storage);
      const work = createDeferredWork(dependencies(storage));
      const errands = work.of<Errand>('errand', async ({ to }) => {
        if (isBroken) throw new Error('no luck today');
        done.push(to);
      });
      const letters = work.of<Errand>('letter', async ({ to }) => void done.push(`a letter to ${to}`));
      await storage.open();
      return { ...work, ...errands, letters };
    }

    async function ofALaterVersion() {
      const storage = await storageAt(url);
      storages.push(storage);
      const work = createDeferredWork(dependencies(storage)).of<Errand>('of a later version', async () => {});
      await storage.open();
      return work;
    }

    afterEach(() => {
      letClockRun();
      done.length = 0;
      isBroken = false;
    });
    afterAll(async () => {
      for (const storage of storages) await storage.close();
      await engine.drop(url);
    });

    it('is done after the request that asks for it, once', async () => {
      stopClock();
      await mine.runLater({ to: 'ana' });
      expect(done).toEqual([]);
      await mine.settled();
      moveClock(2 * minuteMs);
      await Promise.all([mine.resume(), theirs.resume()]);
      expect(done).toEqual(['ana']);
    });

    it('is taken up by another process after a minute, by one alone, when the first one died with it', async () => {
      stopClock();
      await mine.put({ to: 'bo' });
      await theirs.resume();
      expect(done).toEqual([]);
      moveClock(minuteMs);
      await Promise.all([theirs.resume(), mine.resume(), theirs.resume()]);
      expect(done).toEqual(['bo']);
    });

    it('is done by its owner, whose ever it is', async () => {
      stopClock();
      await mine.put({ to: 'dan' });
      await mine.letters.put({ to: 'eve' });
      moveClock(minuteMs);
      await theirs.resume();
      expect(done.toSorted()).toEqual(['a letter to eve', 'dan']);
    });

    it('is done in one round however much is left, though what is of another version, or fails, stands before it', async () => {
      stopClock();
      for (let n = 0; n < 130; n += 1) await mine.put({ to: `person ${n}` });
      const newer = await ofALaterVersion();
      for (let n = 0; n < 130; n += 1) await newer.put({ to: 'nobody' });
      moveClock(minuteMs);
      isBroken = true;
      await theirs.resume();
      isBroken = false;
      expect(done).toEqual([]);
      moveClock(minuteMs);
      await Promise.all([mine.resume(), theirs.resume()]);
      expect(new Set(done).size).toBe(130);
      expect(done).toHaveLength(130);
    });

    it('is tried again where it failed', async () => {
      stopClock();
      isBroken = true;
      await mine.runLater({ to: 'cleo' });
      await mine.settled();
      isBroken = false;
      moveClock(minuteMs);
      await mine.resume();
      expect(done).toEqual(['cleo']);
    });
  });
}
