// What happens when the MongoDB server dies, hangs or is not there: on servers of this suite's own.
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMongoStorage } from '../../src/storage/mongo.ts';
import { freshDatabase, mongodb } from '../support/engines.ts';
import { type Mongod, startMongod } from '../support/mongod.ts';
import { count, things } from '../support/storage-things.ts';

const started: Mongod[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function openOn(server: Mongod) {
  const storage = createMongoStorage({ url: freshDatabase(server.url) });
  const collection = storage.collection(things);
  await storage.open();
  return { storage, collection };
}

async function start(options?: Parameters<typeof startMongod>[0]): Promise<Mongod> {
  const server = await startMongod(options);
  started.push(server);
  return server;
}

(mongodb.available ? describe : describe.skip).each([
  ['a standalone MongoDB server', { replicaSet: false }],
  ['a MongoDB replica set', { replicaSet: true }],
])('%s', (_, options) => {
  it('loses no acknowledged write and no update to kill -9, and is found again without a new open', async () => {
    const server = await start(options);
    const { storage, collection } = await openOn(server);
    await collection.insert({ id: 'counter' });
    const acknowledged: string[] = [];
    let counted = 0;
    for (let round = 0; round < 3; round += 1) {
      let stopping = false;
      const writer = async (name: string) => {
        for (let i = 0; !stopping; i += 1) {
          const id = `${round}-${name}-${i}`;
          await collection.insert({ id, email: id });
          acknowledged.push(id);
          if (await collection.update('counter', count)) counted += 1;
        }
      };
      const writers = Promise.allSettled(['a', 'b', 'c', 'd'].map(writer));
      const target = acknowledged.length + 50 + Math.floor(Math.random() * 100);
      while (acknowledged.length < target) await new Promise((resolve) => setImmediate(resolve));
      await server.kill();
      stopping = true;
      const [restarted, ended] = await Promise.all([server.restart(), writers]);
      expect(restarted).toBeUndefined();
      for (const one of ended)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'storage_unavailable' });
      await storage.ping();
      for (const id of acknowledged) expect(await collection.get(id)).toEqual({ id, email: id });
      expect((await collection.get('counter'))?.size).toBeGreaterThanOrEqual(counted);
    }
    await storage.close();
  });

  it('ends every verb with storage_unavailable in about five seconds when it hangs, and works again when it wakes', async () => {
    const server = await start(options);
    const { storage, collection } = await openOn(server);
    await collection.insert({ id: 'a' });
    server.freeze();
    const begun = performance.now();
    const verbs = [
      collection.insert({ id: 'b' }),
      collection.put({ id: 'c' }),
      collection.get('a'),
      collection.find('email', 'x'),
      collection.list(),
      collection.delete('x'),
      collection.deleteMany('email', 'x'),
      collection.count(),
      collection.due(0, 1),
      storage.ping(),
      ...Array.from({ length: 150 }, () => collection.update('a', count)),
    ];
    for (const settled of await Promise.allSettled<unknown>(verbs)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'storage_unavailable' } });
    }
    expect(performance.now() - begun).toBeLessThan(5600);
    server.thaw();
    await storage.ping();
    await collection.insert({ id: 'after' });
    expect(await collection.get('after')).toEqual({ id: 'after' });
    await storage.close();
  });
});

(mongodb.available ? describe : describe.skip)('a MongoDB server that is down', () => {
  it('is told by open in about five seconds, without the password, and the same storage opens when it is up', async () => {
    const server = await start();
    await server.kill();
    const url = freshDatabase(server.url.replace('//', '//user:pass-word@'));
    const refused = createMongoStorage({ url: `${url}?authSource=admin&appName=secret-option` });
    const begun = performance.now();
    const error = await refused.open().catch((e: Error) => e);
    expect(error).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringContaining(new URL(server.url).host),
    });
    expect(String(error)).not.toMatch(/pass-word|secret-option/);
    expect(performance.now() - begun).toBeLessThan(5600);

    const storage = createMongoStorage({ url: freshDatabase(server.url) });
    const collection = storage.collection(things);
    await expect(storage.open()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await server.restart();
    await storage.open();
    await collection.insert({ id: 'a' });
    await storage.close();
  });

  it.each(['', 'nonsense', 'http://localhost', 'mongodb://', 'mongodb://user:pass-word@localhost:port/x'])(
    'is told of the URL %j',
    async (url) => {
      const error = await createMongoStorage({ url })
        .open()
        .catch((e: Error) => e);
      expect(error).toMatchObject({ code: 'storage_unavailable' });
      expect(String(error)).not.toContain('pass-word');
    },
  );
});
