// A light HTTP client for the load generator: connections kept alive, cookies kept, and an answer of 400 or more is an error.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Question {
  path: string;
  headers?: Record<string, string>;
  /** Posted as a form. */
  form?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Send = (question: Question) => Promise<Answer>;

/** @param origin scheme, address and port of the server */
export function createHttp(origin: string, connections: number) {
  const { hostname, port } = new URL(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  function send({ path, headers = {}, form }: Question): Promise<Answer> {
    const body = form && new URLSearchParams(form).toString();
    const method = body === undefined ? 'GET' : 'POST';
    const typed = body === undefined ? headers : { ...headers, ...formHeaders(body) };
    return new Promise((resolve, reject) => {
      const sent = request({ agent, hostname, port, path, method, headers: typed }, (received) => {
        const chunks: Buffer[] = [];
        received.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        received.on('end', () => {
          const status = received.statusCode ?? 0;
          const text = Buffer.concat(chunks).toString();
          if (status < 400) return resolve({ status, headers: received.headers, body: text });
          reject(
            new Error(`${method} ${path.split('?')[0]} answered ${status}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`),
          );
        });
      });
      sent.on('error', reject).end(body);
    });
  }

  return { send, close: () => agent.destroy() };
}

function formHeaders(body: string): Record<string, string> {
  return { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) };
}

/** A browser: the same client with a cookie jar of its own. Paths of cookies are not kept; one sign-in at a time needs none. */
export function withCookies(send: Send): Send {
  const jar = new Map<string, string>();
  return async (question) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send({ ...question, headers: { ...question.headers, ...(cookie ? { cookie } : {}) } });
    for (const line of answer.headers['set-cookie'] ?? []) keep(jar, line);
    return answer;
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
  if (name === undefined || value === undefined) return;
  if (value === '') jar.delete(name);
  else jar.set(name, value);
}
