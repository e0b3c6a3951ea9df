// For what happens after an answer: asks again and again until it is so, within five seconds.
const everyMs = 20;
const longestMs = 5000;

export async function eventually<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  const until = performance.now() + longestMs;
  let value = await ask();
  while (!isSo(value) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    value = await ask();
  }
  return value;
}
