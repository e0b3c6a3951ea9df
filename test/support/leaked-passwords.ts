// A look-up of leaked passwords for tests, in the range form: it knows what it is told.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LeakedPasswordsService {
  url: string;
  leaked: Set<string>;
  /** The ends of the addresses that were asked for. */
  asked: string[];
  stop(): Promise<void>;
}

const sha1 = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();

export async function startLeakedPasswords(): Promise<LeakedPasswordsService> {
  const leaked = new Set<string>();
  const asked: string[] = [];
  const server = createServer((req, res) => {
    const prefix = (req.url ?? '').slice('/range/'.length);
    asked.push(prefix);
    const hits = [...leaked].map(sha1).filter((hash) => hash.startsWith(prefix));
    res.end([`${'0'.repeat(35)}:0`, ...hits.map((hash) => `${hash.slice(5)}:7`)].join('\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  async function stop(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`, leaked, asked, stop };
}
