// What tokens say of how a person has signed in (RFC 8176, OpenID Connect Core 2), and which ways there are.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const oneFactor = 'urn:gatehouse:acr:aal1';
const twoFactors = 'urn:gatehouse:acr:aal2';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`what tokens say of a sign-in (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(() => {
      stopClock();
      browser = gatehouse.browser();
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function afterPassword(url: string, { email, password }: Person): Promise<Page> {
      return browser.submit(await browser.get(url), { email, password }, 'Sign in');
    }

    async function giveSecondFactor(page: Page, person: Person, method: string): Promise<Page> {
      if (method === 'password alone') return page;
      if (method === 'code') return browser.submit(page, { code: codeAt(person.totpSecret ?? '') }, 'Confirm');
      const { codes, stored } = gatehouse.services.recoveryCodes.make(person.account.id);
      await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, recoveryCodes: stored }));
      const asked = await browser.get(page.url.replace(/code$/, 'recovery-code'));
      return browser.submit(asked, { recoveryCode: codes[0] ?? '' }, 'Confirm');
    }

    it.each([
      ['password alone', ['pwd'], oneFactor],
      ['code', ['pwd', 'otp', 'mfa'], twoFactors],
      ['recovery code', ['pwd', 'rc', 'mfa'], twoFactors],
    ])(
      'MF-13: tells %s by amr, acr and auth_time, at a refresh and in another app as at first',
      async (method, amr, acr) => {
        const person = await createPerson(gatehouse, { withTotp: method !== 'password alone' });
        const proved = { amr, acr, auth_time: Math.floor(Date.now() / 1000) };
        const request = rp.request();
        const { leftFor } = await giveSecondFactor(await afterPassword(request.url, person), person, method);
        const first = await rp.redeem(leftFor as URL, request);
        expect(first.claims).toMatchObject(proved);
        moveClock(10 * minuteMs);
        expect((await rp.refresh(first.body.refresh_token ?? '')).claims).toMatchObject(proved);
        const other = await registerRelyingParty(gatehouse);
        const silent = other.request({ prompt: 'none' });
        expect((await other.redeem((await browser.get(silent.url)).leftFor as URL, silent)).claims).toMatchObject(
          proved,
        );
        const wanted = await browser.get(rp.request({ prompt: 'none', acr_values: twoFactors }).url);
        expect(wanted.leftFor?.searchParams.has('code')).toBe(acr === twoFactors);
      },
    );

    it('MF-14: offers a recovery code instead of a code, nothing else, and sends none', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const page = await afterPassword(rp.request().url, ana);
      const here = new URL(page.url).pathname;
      const actions = page.document.querySelectorAll('form').map((form) => form.getAttribute('action'));
      expect(actions).toEqual([here, here.replace(/code$/, 'cancel')]);
      const links = page.document.querySelectorAll('main a').map((link) => link.getAttribute('href'));
      expect(links).toEqual([here.replace(/code$/, 'recovery-code')]);
      expect((await gatehouse.services.outbox.list()).filter(({ to }) => to === ana.email)).toEqual([]);
    });
  });
}
