// For what happens after an answer, or in another process: asks again and again until it is so.
const everyMs = 20;
const longestMs = 10_000;

/** @param isSo whether this is the answer that is waited for; left out, any that is true
 *  @returns that answer   @throws after ten seconds */
export async function eventually<T>(ask: () => T | Promise<T>, isSo: (value: T) => boolean = Boolean): Promise<T> {
  const until = performance.now() + longestMs;
  for (let value = await ask(); ; value = await ask()) {
    if (isSo(value)) return value;
    if (performance.now() > until) throw new Error(`did not come about within ten seconds: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
