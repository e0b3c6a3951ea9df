// A grant is what its tokens stand on: once revoked, no request that had read it before brings it back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Adapter } from 'oidc-provider';
import { createAdapter } from '../../src/oidc/adapter.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a revoked grant (${engine.name})`, () => {
    let gatehouse: TestApp;
    let grants: Adapter;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      const { artifacts, clients, secrets, sessions } = gatehouse.services;
      const rest = {
        grantStands: async () => true,
        limitsOfClient: async () => undefined,
        onSignedOut: async () => {},
      };
      grants = createAdapter({ artifacts, sessions, findClient: clients.get, secrets, ...rest })('Grant');
    });
    afterAll(() => gatehouse.stop());

    const payload = { accountId: 'ana', clientId: 'app', kind: 'Grant', openid: { scope: 'openid' } };

    it('stays away, whoever would widen what they read of it', async () => {
      await grants.upsert('first', payload, 600);
      const read = await grants.find('first');
      await gatehouse.services.artifacts.revokeGrant('first');
      const widened = { ...read, openid: { scope: 'openid profile' } };
      await expect(grants.upsert('first', widened, 600)).rejects.toMatchObject({ error: 'access_denied' });
      expect(await grants.find('first')).toBeUndefined();
    });

    it('is another matter than one that stands, which is widened', async () => {
      await grants.upsert('second', payload, 600);
      const read = await grants.find('second');
      await grants.upsert('second', { ...read, openid: { scope: 'openid profile' } }, 600);
      expect(await grants.find('second')).toMatchObject({ openid: { scope: 'openid profile' } });
    });
  });
}
