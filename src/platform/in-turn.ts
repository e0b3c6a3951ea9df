// Requests of this process about one thing that would get in each other's way, such as parallel uses of one link.

/** Runs the callers of one key one after another. */
export function inTurn<T>(gates: Map<string, Promise<unknown>>, key: string, run: () => Promise<T>): Promise<T> {
  const before = gates.get(key) ?? Promise.resolve();
  const mine = before.then(run, run);
  const settled = mine
    .catch(() => undefined)
    .finally(() => {
      if (gates.get(key) === settled) gates.delete(key);
    });
  gates.set(key, settled);
  return mine;
}
