import { describe, expect, it } from '@jest/globals';
import { startWorker } from '../support/storage-process.ts';
import { count, things } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';

export function processContract(bench: Bench): void {
  describe('two processes', () => {
    it('use single-use records once each, in three races of 100', async () => {
      for (let round = 0; round < 3; round += 1) {
        await bench.things.put({ id: 'single' });
        const workers = await Promise.all(
          [1, 2].map(() => startWorker({ url: bench.store.url, task: 'consume', argument: 50 })),
        );
        for (const worker of workers) worker.tell('go');
        const wins = await Promise.all(workers.map((worker) => worker.next()));
        await Promise.all(workers.map((worker) => worker.end()));
        expect(wins.map(Number).toSorted()).toEqual([0, 1]);
      }
    });

    it('lose none of their updates of one record', async () => {
      await bench.things.insert({ id: 'counter' });
      const workers = await Promise.all(
        [1, 2].map(() => startWorker({ url: bench.store.url, task: 'increment', argument: 100 })),
      );
      for (const worker of workers) worker.tell('go');
      await Promise.all(Array.from({ length: 50 }, () => bench.things.update('counter', count)));
      await Promise.all(workers.map((worker) => worker.end()));
      expect(await bench.things.get('counter')).toEqual({ id: 'counter', size: 250 });
    });

    it('see at once what the other has written', async () => {
      const other = await bench.store.connect();
      const same = other.collection(things);
      await other.open();
      for (let size = 0; size < 20; size += 1) {
        await same.put({ id: 'a', size, tags: [`t${size}`] });
        expect(await bench.things.get('a')).toMatchObject({ size });
        expect(await bench.things.find('tags', `t${size}`)).toMatchObject({ size });
      }
      await other.close();
    });
  });

  describe('a process killed in mid-write', () => {
    it('loses no acknowledged write', async () => {
      for (let round = 0; round < 4; round += 1) {
        const worker = await startWorker({ url: bench.store.url, task: 'write', argument: `round${round}` });
        worker.tell('go');
        const acknowledged = 20 + Math.floor(Math.random() * 200);
        while (worker.said.length < acknowledged) await worker.next();
        const said = (await worker.kill()).filter((line) => line.startsWith('round'));
        expect(said.length).toBeGreaterThanOrEqual(acknowledged - 1);
        for (const id of said) {
          const expected = { id, email: `${id}@example.com`, tags: [id.slice(0, id.lastIndexOf('-'))] };
          expect(await bench.things.get(id)).toMatchObject(expected);
        }
      }
      const last = await bench.store.connect();
      const same = last.collection(things);
      await last.open();
      expect(await same.count()).toBe(await bench.things.count());
      await last.close();
    });
  });
}
