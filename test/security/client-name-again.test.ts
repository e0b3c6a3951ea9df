// An app that takes the name of one that was deleted inherits nothing: no consent, no token.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Administrator, administratorOf } from '../../src/administration/administrator.ts';
import { engines } from '../support/engines.ts';
import { createPerson, signIn } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the name of a deleted app (${engine.name})`, () => {
    let gatehouse: TestApp;
    let owner: Administrator;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      const { account } = await createPerson(gatehouse);
      owner = administratorOf({ ...account, roles: ['owner'] }, {});
    });
    afterAll(() => gatehouse.stop());

    it('asks for consent anew, and brings no token back to life', async () => {
      const { clientApps } = gatehouse.app.administration;
      const rp = await registerRelyingParty(gatehouse, { client_id: 'wiki', first_party: false });
      const person = await createPerson(gatehouse);
      const scope = { scope: 'openid offline_access', prompt: 'consent' };
      const browser = gatehouse.browser();
      const request = rp.request(scope);
      const allowed = await browser.submit(await signIn(browser, request, person), {}, 'Allow');
      const { body } = await rp.redeem(allowed.leftFor as URL, request);
      const old = await gatehouse.services.clients.get('wiki');
      await clientApps.remove(owner, 'wiki');
      expect((await rp.refresh(body.refresh_token ?? '')).status).toBe(401);

      await clientApps.create(owner, { ...old?.metadata, client_secret: 'a-client-secret-for-tests-of-32-or-more' });
      const refreshed = await rp.refresh(body.refresh_token ?? '');
      expect([refreshed.status, refreshed.body.error]).toEqual([400, 'invalid_grant']);
      const again = await gatehouse.browser();
      const page = await signIn(again, rp.request({ scope: 'openid' }), person);
      expect([page.leftFor, page.heading.includes('Client')]).toEqual([undefined, true]);
    });

    it('takes back what the app held for itself', async () => {
      const { clientApps } = gatehouse.app.administration;
      const metadata = { grant_types: ['client_credentials'], scope: 'users:read', redirect_uris: [] };
      const registration = {
        client_id: 'robot',
        ...metadata,
        client_secret: 'a-client-secret-for-tests-of-32-or-more',
      };
      await clientApps.create(owner, registration);
      const resource = `${gatehouse.issuer}/api/v1`;
      const answer = await fetch(`${gatehouse.issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa('robot:a-client-secret-for-tests-of-32-or-more')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'users:read' }),
      });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      const call = async () =>
        (await fetch(`${resource}/users`, { headers: { Authorization: `Bearer ${token}` } })).status;
      expect(await call()).toBe(200);
      await clientApps.remove(owner, 'robot');
      await clientApps.create(owner, registration);
      expect(await call()).toBe(401);
    });
  });
}
