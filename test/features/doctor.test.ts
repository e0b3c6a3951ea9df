// `gatehouse doctor`, as an operator sees it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Severity } from '../../src/administration/findings.ts';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines } from '../support/engines.ts';

interface Told {
  severity: Severity;
  about: string;
  text: string;
}

const safe = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.com',
  SMTP_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'id@example.com',
  SECURITY_CONTACT: 'mailto:security@example.com',
};

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`gatehouse doctor on ${engine.name}`, () => {
    let shell: Shell;
    beforeEach(() => {
      shell = openShell(engine);
    });
    afterEach(() => shell.close());

    const findings = async (env: Record<string, string> = safe) => {
      const ended = await shell.run(['doctor', '--json'], env);
      const found = jsonOf<{ findings: Told[] }>(ended).findings;
      return {
        status: ended.status,
        found: found.map(({ severity, about }) => `${severity} ${about}`),
        text: ended.stdout,
      };
    };
    const owner = (email: string, more: object = {}) =>
      shell.look(async ({ accounts }) => {
        const { id } = await accounts.create({ email, emailVerified: true, status: 'active', roles: ['owner'] });
        await accounts.update(id, (old) => ({ ...old, ...more }));
      });
    const totp = { secret: 'sealed', lastUsedStep: 0, driftSteps: 0, activatedAt: 1 };

    it('finds nothing wrong where nothing is', async () => {
      for (const email of ['ana@example.com', 'ben@example.com']) await owner(email, { totp });
      const { status, stdout } = await shell.run(['doctor'], safe);
      expect([status, stdout]).toEqual([0, 'Nothing is wrong.\n']);
    });

    it('tells that there is no owner, and what to do', async () => {
      const { status, found, text } = await findings();
      expect([status, found]).toEqual([1, ['broken owners']]);
      expect(text).toContain('admin recover');
    });

    it('tells of an owner without a second factor, and of one alone', async () => {
      await owner('ana@example.com');
      expect(await findings()).toMatchObject({ status: 1, found: ['unsafe owner ana@example.com', 'advice owners'] });
    });

    it('tells of weak settings', async () => {
      for (const email of ['ana@example.com', 'ben@example.com']) await owner(email, { totp });
      const env = { ...safe, TRUSTED_PROXIES: '0.0.0.0/0', PASSWORD_MIN_LENGTH: '8', SMTP_URL: 'off' };
      expect(await findings(env)).toMatchObject({
        status: 1,
        found: ['unsafe TRUSTED_PROXIES', 'unsafe PASSWORD_MIN_LENGTH', 'advice SMTP_URL'],
      });
    });

    it('tells of weak apps, refused mail and claims that are not proved', async () => {
      for (const email of ['ana@example.com', 'ben@example.com']) await owner(email, { totp });
      await shell.look(async ({ clients, organizations }) => {
        const base = { client_id: 'wiki', redirect_uris: ['http://localhost:1/cb'], require_pkce: false };
        await clients.apply(base, {});
        await clients.addSecret('wiki', {});
        await organizations.create({ id: 'acme', name: 'Acme', domains: ['acme.example'] }, {});
      });
      expect((await findings()).found).toEqual([
        'unsafe client wiki',
        'advice client wiki',
        'advice client wiki',
        'advice organization acme',
      ]);
    });

    it('tells every problem of the settings where they do not load', async () => {
      const { status, found } = await findings({ ...safe, ISSUER: 'http://id.example.com', PORT: 'none' });
      expect([status, found]).toEqual([1, ['broken settings', 'broken settings']]);
    });
  });
}

describe('gatehouse doctor', () => {
  it('tells of a storage that cannot be opened', async () => {
    const shell = openShell();
    const ended = await shell.run(['doctor', '--json'], safe);
    expect(ended.status).toBe(1);
    expect(jsonOf<{ findings: Told[] }>(ended).findings).toMatchObject([{ severity: 'broken', about: 'storage' }]);
    await shell.close();
  });
});
