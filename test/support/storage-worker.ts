// A second process on the same store, for the contract suite: opens it, says `ready`, and does its task when told `go`.
// Run as: storage-worker.ts <url> <task> [argument]
import { createInterface } from 'node:readline';
import { storageAt } from './engines.ts';
import { count, things } from './storage-things.ts';

const [url = '', task = '', argument = ''] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const storage = await storageAt(url);
const collection = storage.collection(things);

const tasks: Record<string, () => Promise<void>> = {
  /** Takes the record's one use as often as it can; says how often it got it. */
  async consume() {
    const takes = Array.from({ length: Number(argument) }, () =>
      collection.update('single', (old) => (old.size === undefined ? { ...old, size: 1 } : undefined)),
    );
    say((await Promise.all(takes)).filter((taken) => taken !== undefined).length);
  },

  async increment() {
    await Promise.all(Array.from({ length: Number(argument) }, () => collection.update('counter', count)));
    say('done');
  },

  /** Writes for ever, eight at a time, and says each id as soon as its write is acknowledged. */
  async write() {
    const writer = async (name: string) => {
      for (let i = 0; ; i += 1) {
        const id = `${name}-${i}`;
        await collection.insert({ id, email: `${id}@example.com`, tags: [name], payload: { text: 'x'.repeat(500) } });
        say(id);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => writer(`${argument}-${n}`)));
  },

  /** Holds SQLite's lock until told to let go. */
  async lock() {
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5000 });
    db.exec('BEGIN EXCLUSIVE');
    say('locked');
    await lines.next();
    db.exec('COMMIT');
    db.close();
    say('released');
  },

  /** Writes one record too large for the room there is, then a small one: says what became of each. */
  async overfill() {
    const attempt = async (id: string, length: number) => {
      const error = await collection.insert({ id, payload: 'x'.repeat(length) }).then(
        () => undefined,
        (e) => e,
      );
      say(error ? error.code : 'written');
    };
    await attempt('large', Number(argument));
    say((await collection.get('large')) ? 'there' : 'absent');
    await attempt('small', 10);
    say((await collection.get('small')) ? 'there' : 'absent');
  },

  async leave() {},
};

function say(what: string | number): void {
  process.stdout.write(`${what}\n`);
}

await storage.open();
say('ready');
await lines.next();
await tasks[task]?.();
await storage.close();
say('closed');
process.exit(0);
