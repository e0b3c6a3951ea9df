// Whoever asks for an invitation by typing an address costs work after the answer: not without limit, or one stranger takes the hashes that
// everybody's sign-in waits for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { createPerson } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { behindProxy, hiddenFields } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const flood = 300;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`requests for an invitation (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    it('leave room for everybody’s sign-in, however many a stranger sends', async () => {
      const ana = await createPerson(gatehouse);
      const stranger = gatehouse.browser();
      const fields = hiddenFields(await stranger.get('/invitation/new'));
      const headers = {
        Cookie: await stranger.jar.getCookieString(gatehouse.issuer),
        'X-Forwarded-For': '198.51.100.9',
      };
      const answers = Array.from({ length: flood }, async (_, n) => {
        const body = new URLSearchParams({ ...fields, email: `nobody-${n}@example.com` });
        const init = { method: 'POST', body, headers, redirect: 'manual' } as const;
        return (await fetch(`${gatehouse.issuer}/invitation/new`, init)).status;
      });
      const [browser, request] = [gatehouse.browser(), rp.request()];
      const page = await browser.get(request.url);
      await answers[flood / 2];
      const { leftFor, problems } = await browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in');
      expect([problems, leftFor?.searchParams.has('code')]).toEqual([[], true]);
      expect(new Set(await Promise.all(answers))).toEqual(new Set([303]));
    });
  });
}
