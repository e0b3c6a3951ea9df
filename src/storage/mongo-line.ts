// One change after the other for each record within this process: callers that would only make one another's exchange fail wait
// instead, and the retries that remain are those against other processes.

export function createLine() {
  const last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all earlier work under `key` has ended, well or not. */
  return function line<R>(key: string, work: () => Promise<R>): Promise<R> {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    const leave = () => {
      if (last.get(key) === mine) last.delete(key);
    };
    last.set(key, mine);
    mine.then(leave, leave);
    return mine;
  };
}
