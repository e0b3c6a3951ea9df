// TXT records as the resolvers of this machine tell them, and why there are none: whoever waits for a record must know whether to wait on.
import { Resolver } from 'node:dns/promises';

export const txtFailures = ['no-name', 'no-record', 'server-failure', 'no-answer'] as const;
/** `no-name`: NXDOMAIN; `no-record`: the name is there, TXT records are not; `server-failure`: SERVFAIL and other refusals; `no-answer`:
 *  silence. The last two say nothing about the record. */
export type TxtFailure = (typeof txtFailures)[number];

/** Each record as one text: its strings of 255 bytes are put together (RFC 7208, 3.3 does the same). */
export type TxtAnswer = { records: string[] } | { failure: TxtFailure };
export type ResolveTxt = (name: string) => Promise<TxtAnswer>;

export interface TxtResolverOptions {
  /** `address` or `address:port`; those of the system when left out. */
  servers?: readonly string[];
  /** For the whole question, every try at every server included. */
  timeoutMs?: number;
}

const failureOf: Readonly<Record<string, TxtFailure>> = {
  ENOTFOUND: 'no-name',
  ENODATA: 'no-record',
  ETIMEOUT: 'no-answer',
  ECANCELLED: 'no-answer',
  ECONNREFUSED: 'no-answer',
};

export function createTxtResolver({ servers, timeoutMs = 5000 }: TxtResolverOptions = {}): ResolveTxt {
  return async (name) => {
    // One for each question: `cancel` ends all questions of a resolver.
    const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 3), tries: 2 });
    if (servers) resolver.setServers(servers);
    const timer = setTimeout(() => resolver.cancel(), timeoutMs);
    try {
      return { records: (await resolver.resolveTxt(name)).map((strings) => strings.join('')) };
    } catch (error) {
      return { failure: failureOf[(error as NodeJS.ErrnoException).code ?? ''] ?? 'server-failure' };
    } finally {
      clearTimeout(timer);
    }
  };
}
