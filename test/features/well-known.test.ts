// Addresses that other programs look for by name.
import { afterAll, describe, expect, it } from '@jest/globals';
import { hourMs } from '../support/clock.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('/.well-known/security.txt', () => {
  const running: TestApp[] = [];
  afterAll(() => Promise.all(running.map((gatehouse) => gatehouse.stop())));

  async function start(env: Record<string, string> = {}): Promise<TestApp> {
    const gatehouse = await startApp({ env });
    running.push(gatehouse);
    return gatehouse;
  }

  it('AC-08: says where to report a vulnerability, until when, and under which address (RFC 9116)', async () => {
    const { issuer } = await start({ SECURITY_CONTACT: 'mailto:security@acme.example' });
    const response = await fetch(`${issuer}/.well-known/security.txt`);
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const lines = (await response.text()).split('\n');
    expect(lines).toContain('Contact: mailto:security@acme.example');
    expect(lines).toContain(`Canonical: ${issuer}/.well-known/security.txt`);
    const expires = Date.parse(lines.find((line) => line.startsWith('Expires: '))?.slice('Expires: '.length) ?? '');
    expect(expires).toBeGreaterThan(Date.now());
    expect(expires).toBeLessThanOrEqual(Date.now() + 365 * 24 * hourMs);
  });

  it('AC-08: is not there where the operator names no contact', async () => {
    const { issuer } = await start();
    expect((await fetch(`${issuer}/.well-known/security.txt`)).status).toBe(404);
  });
});
