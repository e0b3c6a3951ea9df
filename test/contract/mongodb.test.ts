import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { createMongoStorage } from '../../src/storage/mongo.ts';
import { mongodb } from '../support/engines.ts';
import { keptThings, type Thing, things } from '../support/storage-things.ts';
import { openFresh, setClock, storageContract, useBench } from './storage-contract.ts';
import { planContract } from './storage-plans.ts';

(mongodb.available ? describe : describe.skip)('with a server', () => {
  storageContract('MongoDB', mongodb);

  describe('the MongoDB database', () => {
    const bench = useBench(() => openFresh(mongodb));

    async function inDatabase<R>(use: (db: mongoose.mongo.Db) => Promise<R>): Promise<R> {
      const client = await mongoose.mongo.MongoClient.connect(bench.store.url);
      try {
        return await use(client.db());
      } finally {
        await client.close();
      }
    }

    it('is refused when a newer version wrote it', async () => {
      await inDatabase((db) =>
        db.collection('gatehouse_meta').updateOne({ _id: 'format' as never }, { $set: { version: 999 } }),
      );
      const other = await bench.store.connect();
      const opening = other.open();
      await expect(opening).rejects.toMatchObject({
        code: 'storage_unavailable',
        detail: expect.stringMatching(/newer Gatehouse \(format 999/),
      });
    });

    it('keeps the record readable, as a document', async () => {
      await bench.things.insert({ id: 'a', email: 'a@example.com', tags: ['t'], payload: { n: 1 } });
      const row = await inDatabase((db) => db.collection('things').findOne({ 'doc.email': 'a@example.com' }));
      expect(row).toMatchObject({ _id: 'a', doc: { id: 'a', email: 'a@example.com', tags: ['t'], payload: { n: 1 } } });
    });

    it('cleans up a day late, and never where the owner must still act', async () => {
      const endsAt = Date.UTC(2040, 0, 1);
      await bench.things.insert({ id: 'a', endsAt });
      await bench.kept.insert({ id: 'a', endsAt });
      await inDatabase(async (db) => {
        expect((await db.collection('things').findOne())?.cleanAt).toEqual(new Date(endsAt + 24 * 60 * 60 * 1000));
        expect(await db.collection('kept-things').findOne()).not.toHaveProperty('cleanAt');
        const cleaning = async (name: string) =>
          (await db.collection(name).indexes()).filter((index) => index.expireAfterSeconds !== undefined);
        expect(await cleaning('things')).toMatchObject([{ key: { cleanAt: 1 }, expireAfterSeconds: 0 }]);
        expect(await cleaning('kept-things')).toEqual([]);
      });
    });

    it('stops cleaning up when the owner begins to act on expired records', async () => {
      const next = await bench.store.connect();
      next.collection({ ...keptThings, name: things.name });
      await next.open();
      await next.close();
      const indexes = await inDatabase((db) => db.collection('things').indexes());
      expect(indexes.filter((index) => index.expireAfterSeconds !== undefined)).toEqual([]);
    });

    it('is written with majority and journal, and read from the primary with majority, whatever the URL says', async () => {
      await inDatabase((db) => db.command({ profile: 2 }));
      const storage = createMongoStorage({
        url: `${bench.store.url}?w=0&journal=false&readConcernLevel=local&readPreference=secondary`,
      });
      const collection = storage.collection(things);
      await storage.open();
      await collection.insert({ id: 'a' });
      await collection.put({ id: 'b' });
      await collection.update('a', (old) => ({ ...old, size: 1 }));
      await collection.get('a');
      await collection.list();
      await collection.count();
      await collection.deleteMany('size', 1);
      await collection.delete('b');
      await storage.ping();
      await storage.close();
      const commands = await inDatabase((db) =>
        db
          .collection('system.profile')
          .find({ ns: /\.(things|gatehouse_meta)$/ })
          .toArray(),
      );
      const writes = commands.filter(({ command }) => command.insert || command.findAndModify);
      const reads = commands.filter(({ command }) => command.find || command.aggregate);
      expect(writes.length).toBeGreaterThan(0);
      expect(reads.length).toBeGreaterThan(3);
      for (const { command } of writes) expect(command.writeConcern).toMatchObject({ w: 'majority', j: true });
      for (const { command } of reads) expect(command.readConcern).toEqual({ level: 'majority' });
      for (const { command } of reads) expect(command.$readPreference?.mode ?? 'primary').toBe('primary');
    });

    it('does not bring back a record that expires while it is being changed', async () => {
      const endsAt = Date.UTC(2040, 0, 1);
      setClock(endsAt - 1);
      await bench.things.insert({ id: 'a', endsAt });
      const extend = (old: Thing) => {
        setClock(endsAt);
        return { ...old, endsAt: endsAt + 1000 };
      };
      expect(await bench.things.update('a', extend)).toBeUndefined();
      expect(await bench.things.get('a')).toBeUndefined();
    });

    planContract(bench, (query) =>
      inDatabase(async (db) => {
        await db.command({ profile: 2 });
        const found = await bench.things.list(query);
        await db.command({ profile: 0 });
        const [done] = await db
          .collection('system.profile')
          .find({ op: 'query', ns: /\.things$/ })
          .sort({ ts: -1 })
          .limit(1)
          .toArray();
        expect(done?.nreturned).toBe(found.length);
        return {
          isWalk: done?.planSummary === 'COLLSCAN',
          // One record needs no order.
          isSorted: Boolean(done?.hasSortStage) && query.where?.email === undefined,
          told: done?.planSummary,
        };
      }),
    );
  });
});
