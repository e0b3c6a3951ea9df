// The storage of a process that dies right after a write: everything that was acknowledged by then is there for the next process, and
// nothing comes after it.
import type { Collection, Storage, Stored } from '../../src/storage/port.ts';

/** @param onWrite called after each write, before anybody hears of it   @param isDead then nothing is read or written any more */
export function dyingStorage(storage: Storage, onWrite: (collection: string) => void, isDead = () => false): Storage {
  return {
    ...storage,
    collection<T extends Stored>(spec: Parameters<typeof storage.collection<T>>[0]): Collection<T> {
      const inside = storage.collection(spec);
      async function alive<R>(verb: () => Promise<R>, hasWritten: (result: R) => boolean): Promise<R> {
        if (isDead()) throw new Error('the process is dead');
        const result = await verb();
        if (hasWritten(result)) onWrite(spec.name);
        if (isDead()) throw new Error('the process has died');
        return result;
      }
      const [always, never] = [() => true, () => false];
      return {
        insert: (record) => alive(() => inside.insert(record), always),
        put: (record) => alive(() => inside.put(record), always),
        update: (id, change) =>
          alive(
            () => inside.update(id, change),
            (record) => record !== undefined,
          ),
        delete: (id) => alive(() => inside.delete(id), Boolean),
        deleteMany: (key, value) => alive(() => inside.deleteMany(key, value), Boolean),
        get: (id) => alive(() => inside.get(id), never),
        find: (key, value) => alive(() => inside.find(key, value), never),
        list: (query) => alive(() => inside.list(query), never),
        count: (where) => alive(() => inside.count(where), never),
        due: (before, limit) => alive(() => inside.due(before, limit), never),
      };
    },
  };
}
