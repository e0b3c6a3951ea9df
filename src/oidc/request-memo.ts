// A request to a protocol endpoint asks for its client and its account several times: what it saw first holds to its end.
import { Provider } from 'oidc-provider';

/** Reads each record once a request; outside of one, each time. A failed read is tried again. */
export function oncePerRequest<T>(get: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const memos = new WeakMap<object, Map<string, Promise<T>>>();
  return (id) => {
    const { ctx } = Provider;
    if (!ctx) return get(id);
    const memo = memos.get(ctx) ?? new Map<string, Promise<T>>();
    memos.set(ctx, memo);
    const known = memo.get(id) ?? get(id);
    memo.set(id, known);
    known.catch(() => memo.delete(id));
    return known;
  };
}
