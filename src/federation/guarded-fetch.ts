// How an upstream provider is asked: in five seconds, for little, along no redirect, and not in our own network, since whoever sets up a
// connection of a firm chooses the address. The name is looked up by the connection itself, so no second look-up can say otherwise.
import { lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { UpstreamError } from './upstream-problem.ts';

export interface UpstreamRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Addresses that are not on the public internet, too. */
  allowsPrivateNetwork: boolean;
}

/** @throws UpstreamError */
export type UpstreamFetch = (url: string, request: UpstreamRequest) => Promise<Response>;

export const upstreamTimeoutSeconds = 5;
/** Microsoft's keys are about 20 kB. */
const mostBytes = 256 * 1024;
const withoutBody = new Set([101, 204, 205, 304]);

export const guardedFetch: UpstreamFetch = (url, { method, headers, body, signal, allowsPrivateNetwork }) => {
  const { protocol, hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (!allowsPrivateNetwork && isIP(host) && !isPublic(host))
    return Promise.reject(new UpstreamError('private-address', host));
  const send = protocol === 'https:' ? requestHttps : requestHttp;
  const deadline = AbortSignal.timeout(upstreamTimeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(failure(error, hostname, deadline.aborted || signal?.aborted === true));
    const sent = send(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      lookup: allowsPrivateNetwork ? lookup : publicLookup,
      agent: false,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    sent.on('response', (answer) => read(answer).then(resolve, fail));
    sent.on('error', fail);
    sent.end(body);
  });
};

/** Refuses a name of which any address is private: the next try could take that one. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const inside = error ? undefined : addresses.find(({ address }) => !isPublic(address));
    const refused = inside && new UpstreamError('private-address', hostname);
    const [first] = addresses ?? [];
    if (error || refused || !first) return done(error ?? refused ?? new Error('no address'), []);
    if (options.all) return done(null, addresses);
    done(null, first.address, first.family);
  });
};

/** Neither loopback nor a private, link-local, shared, reserved or translated network. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

async function read(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      answer.destroy();
      throw new UpstreamError('too-large', `more than ${mostBytes} bytes`);
    }
    chunks.push(chunk);
  }
  const status = answer.statusCode ?? 500;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return new Response(withoutBody.has(status) ? null : Buffer.concat(chunks), { status, headers });
}

function failure(error: unknown, host: string, isLate: boolean): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (isLate) return new UpstreamError('slow', host, { cause: error });
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new UpstreamError('unreachable', `${host}: ${code || message}`, { cause: error });
}
