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
  });
}
