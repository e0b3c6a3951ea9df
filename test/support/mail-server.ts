// A real mail server for tests, which can be down, slow, full, strict, or gone after DATA.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A reply with this code, at this point; `drop` hangs up, `silence` says nothing any more. */
export type Behaviour =
  | 'accept'
  | { at: 'greeting' | 'sender' | 'recipient' | 'data'; code: number; text?: string }
  | { at: 'greeting' | 'data'; does: 'drop' | 'silence' };

export interface Arrived {
  from: string;
  to: string[];
  /** As it came, headers and all. */
  raw: string;
  messageId: string;
}

export async function startMailServer({ port = 0, ...options }: SMTPServerOptions & { port?: number } = {}) {
  const arrived: Arrived[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  let behaviour: Behaviour = 'accept';

  /** Resolves when `check` holds, looked at whenever something happens here. */
  function until(check: (seen: { arrived: number; connections: number }) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!check({ arrived: arrived.length, connections })) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  }

  function happened(): void {
    for (const look of [...waiting]) look();
  }

  function answer(at: string, done: (error?: Error | null) => void): void {
    if (behaviour === 'accept' || behaviour.at !== at) done();
    else if ('code' in behaviour) done(refusal(behaviour));
    else if (behaviour.does === 'drop') for (const socket of sockets) socket.destroy();
  }

  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onConnect: (_session, done) => answer('greeting', done),
    onMailFrom: (_address, _session, done) => answer('sender', done),
    onRcptTo: (_address, _session, done) => answer('recipient', done),
    onData(stream, { envelope }, done) {
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = envelope;
        const messageId = /^Message-ID: (.*)$/im.exec(raw)?.[1]?.trim() ?? '';
        const to = rcptTo.map(({ address }) => address);
        arrived.push({ from: mailFrom ? mailFrom.address : '', to, raw, messageId });
        answer('data', done);
        happened();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    connections += 1;
    happened();
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const bound = (server.server.address() as AddressInfo).port;

  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    /** Settings for a Gatehouse that sends through it. */
    env: { SMTP_URL: `smtp://127.0.0.1:${bound}`, MAIL_FROM: 'Gatehouse <no-reply@example.com>' },
    arrived,
    until,
    behave: (next: Behaviour) => {
      behaviour = next;
    },
    stop,
  };
}
export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

function refusal({ code, text: words = 'As the test wants it' }: { code: number; text?: string }): Error {
  return Object.assign(new Error(words), { responseCode: code });
}
