// Break-glass is for an owner whose account may be in a stranger's hands: what the stranger had must open nothing any more.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownerRole } from '../../src/credentials/owner-recovery.ts';
import { engines } from '../support/engines.ts';
import { enterWith } from '../support/invited.ts';
import { createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { behindProxy, freshLink, newPassword } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const wrong = ['The email address or password is not right'];

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(
    `a thief in the account that break-glass opens (${engine.name})`,
    () => {
      let gatehouse: TestApp;
      let rp: RelyingParty;

      beforeAll(async () => {
        gatehouse = await startApp({ engine, env: behindProxy });
        rp = await registerRelyingParty(gatehouse);
      });
      afterAll(() => gatehouse.stop());

      async function owner(): Promise<Person> {
        const ana = await createPerson(gatehouse, { withTotp: true });
        await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, roles: [ownerRole] }));
        return ana;
      }
      const recover = ({ email }: Person) =>
        gatehouse.services.invitations.recoverOwner(email, { makeOwner: false, resetMfa: true }, { actor: 'cli' });

      it('does not sign in with the password that they know, now that no code is asked for', async () => {
        const ana = await owner();
        const { temporaryPassword } = await recover(ana);
        const late = await signIn(gatehouse.browser(), rp.request(), ana);
        expect([late.heading, late.problems]).toEqual(['Sign in', wrong]);
        const browser = gatehouse.browser();
        const choose = await enterWith(browser, rp.request().url, { email: ana.email, temporaryPassword });
        expect((await browser.submit(choose, { newPassword }, 'Save')).leftFor?.searchParams.has('code')).toBe(true);
      });

      it('keeps no token, an offline one no more than others, and no link that was mailed before', async () => {
        const ana = await owner();
        const app = await registerRelyingParty(gatehouse, { first_party: false });
        const [browser, request] = [
          gatehouse.browser(),
          app.request({ scope: 'openid offline_access', prompt: 'consent' }),
        ];
        const allowed = await browser.submit(await signIn(browser, request, ana), {}, 'Allow');
        const { body } = await app.redeem(allowed.leftFor as URL, request);
        expect(body.scope).toContain('offline_access');
        const link = await freshLink(gatehouse, ana);
        await recover(ana);
        expect((await app.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
        expect((await gatehouse.browser().get(link)).status).toBe(410);
      });
    },
  );
}
