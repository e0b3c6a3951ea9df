// The look-up of leaked passwords, against a service of our own that may be slow, down or talk nonsense.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createBreachedPasswords } from '../../src/credentials/breached-passwords.ts';
import type { Log } from '../../src/platform/log.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';

const sha1 = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
const padding = `${'0'.repeat(35)}:0\r\n`;
const leaked = 'seven quiet bicycles';
const rangeWith = (password: string, count: number) => `${padding}${sha1(password).slice(5)}:${count}\r\n${padding}`;

describe('the look-up of leaked passwords', () => {
  let server: Server;
  let url: string;
  let asked: IncomingMessage[];
  let answer: RequestListener;
  let lines: unknown[][];
  const log = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Log;

  beforeEach(async () => {
    [asked, lines] = [[], []];
    answer = (_req, res) => res.end(rangeWith(leaked, 3));
    server = createServer((req, res) => {
      asked.push(req);
      answer(req, res);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`;
  });
  afterEach(async () => {
    letClockRun();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('PW-07: asks nobody unless the operator names a service', async () => {
    expect(await createBreachedPasswords({ url: undefined, log }).isBreached(leaked)).toBe(false);
    expect(asked).toHaveLength(0);
  });

  it('PW-07: sends five signs of the hash and asks for padding, and knows a leaked password', async () => {
    expect(await createBreachedPasswords({ url, log }).isBreached(leaked)).toBe(true);
    const [request] = asked;
    expect(request?.url).toBe(`/range/${sha1(leaked).slice(0, 5)}`);
    expect(request?.headers['add-padding']).toBe('true');
    expect(JSON.stringify(request?.rawHeaders)).not.toContain(sha1(leaked).slice(5));
  });

  it.each([
    ['another password', rangeWith('of somebody else', 9)],
    ['padding, which has the count 0', rangeWith(leaked, 0)],
  ])('takes a password whose range has only %s', async (_what, body) => {
    answer = (_req, res) => res.end(body);
    expect(await createBreachedPasswords({ url, log }).isBreached(leaked)).toBe(false);
    expect(lines).toHaveLength(0);
  });

  it('reads composed and decomposed as one password', async () => {
    answer = (_req, res) => res.end(rangeWith('caf\u00e9 au lait', 2));
    expect(await createBreachedPasswords({ url, log }).isBreached('cafe\u0301 au lait')).toBe(true);
  });

  it('remembers an answer for five minutes', async () => {
    stopClock();
    const { isBreached } = createBreachedPasswords({ url, log });
    await isBreached(leaked);
    await isBreached(leaked);
    expect(asked).toHaveLength(1);
    moveClock(5 * minuteMs);
    expect(await isBreached(leaked)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['begins an answer and never ends it', (_req, res) => res.write(padding)],
    ['hangs up', (req) => req.socket.destroy()],
    ['answers 503', (_req, res) => res.writeHead(503).end(rangeWith(leaked, 3))],
    ['answers with a page', (_req, res) => res.end('<!doctype html><title>Sign in to the Wi-Fi</title>')],
    ['answers nothing', (_req, res) => res.end()],
    ['answers without end', (_req, res) => res.end(padding.repeat(20_000) + rangeWith(leaked, 3))],
    ['sends us elsewhere', (_req, res) => res.writeHead(302, { Location: url }).end()],
  ])(
    'PW-07: takes every password when the service %s, within a second, and tells the log without a trace of it',
    async (_what, behaviour) => {
      answer = behaviour;
      const { isBreached } = createBreachedPasswords({ url, log });
      const startedAt = performance.now();
      expect(await isBreached(leaked)).toBe(false);
      expect(performance.now() - startedAt).toBeLessThan(1900);
      expect(lines).toHaveLength(1);
      expect(JSON.stringify(lines)).not.toContain(sha1(leaked).slice(0, 5));
      expect(JSON.stringify(lines)).not.toContain(leaked);
    },
  );

  it('leaves a service that failed alone for half a minute, so that sign-ins stay quick, then asks again', async () => {
    stopClock();
    const works = answer;
    answer = (_req, res) => res.writeHead(500).end();
    const { isBreached } = createBreachedPasswords({ url, log });
    await isBreached(leaked);
    answer = works;
    expect([await isBreached(leaked), asked.length, lines.length]).toEqual([false, 1, 1]);
    moveClock(30_000);
    expect([await isBreached(leaked), asked.length]).toEqual([true, 2]);
  });
});
