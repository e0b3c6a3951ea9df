// An app's back-channel logout endpoint: a real server that answers as a test tells it to, and keeps what it heard.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, type JWTPayload } from 'jose';

export interface LogoutReceiver {
  url: string;
  /** Claims of every logout token that was posted, also where the answer was an error. */
  heard: JWTPayload[];
  /** How it answers from now on; `204` when left out. */
  answers(how: Answer): void;
  stop(): Promise<void>;
}

type Answer = (res: ServerResponse) => void;

export const ok: Answer = (res) => res.writeHead(204).end();
export const failing: Answer = (res) => res.writeHead(500).end();
export const redirecting: Answer = (res) => res.writeHead(302, { Location: '/elsewhere' }).end();
/** Never answers. */
export const silent: Answer = () => undefined;

/** @param port a fixed port, to come back where another one stood */
export async function startLogoutReceiver(port = 0): Promise<LogoutReceiver> {
  const heard: JWTPayload[] = [];
  let answer = ok;
  const server: Server = createServer(async (req, res) => {
    const chunks = await Array.fromAsync(req as AsyncIterable<Buffer>);
    const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token');
    if (token) heard.push(decodeJwt(token));
    answer(res);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`,
    heard,
    answers(how) {
      answer = how;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
