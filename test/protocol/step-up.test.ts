// What an app asks of a session that stands (OpenID Connect Core 3.1.2.1, 5.5.1.1): it gets the proof that is missing, from the same person, or an
// error that says so; never a circle.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerWith } from '../support/authenticator.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { shownSecret, twoCodes } from '../support/my-profile.ts';
import { addPasskey } from '../support/passkeys.ts';
import { codeAt, createPerson, signInTo, withAuthenticator } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const [aal1, aal2] = ['urn:gatehouse:acr:aal1', 'urn:gatehouse:acr:aal2'];
const essential = (request: object) => ({
  claims: JSON.stringify({ id_token: { acr: { essential: true, ...request } } }),
});

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a session that stands (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, host: 'localhost' });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function session() {
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const { claims } = await signInTo(browser, rp, person);
      return { person, browser, sid: claims?.sid };
    }

    it('gains a second factor by the passkey alone, and stays the same', async () => {
      const person = await createPerson(gatehouse);
      const { authenticator } = await addPasskey(gatehouse, person);
      const browser = gatehouse.browser();
      const { claims: before } = await signInTo(browser, rp, person);
      expect(before?.acr).toBe(aal1);
      const request = rp.request({ acr_values: aal2 });
      const page = await browser.get(request.url);
      expect(page.heading).toBe('Confirm with your passkey');
      const done = await answerWith(browser, page, (options) => authenticator.get(options));
      const { claims } = await rp.redeem(done.leftFor as URL, request);
      expect(claims).toMatchObject({ acr: aal2, sid: before?.sid });
      expect((await browser.get(rp.request({ acr_values: aal2, prompt: 'none' }).url)).leftFor?.search).toContain(
        'code=',
      );
    });

    it.each([
      ['value', { value: aal2 }],
      ['values', { values: [aal2, 'urn:example:other'] }],
    ])('gains a second factor by the code alone where it is a must, by %s', async (_by, wanted) => {
      stopClock();
      const { person, browser, sid } = await session();
      const { totpSecret = '' } = await withAuthenticator(gatehouse, person);
      const request = rp.request(essential(wanted));
      const page = await browser.get(request.url);
      expect(page.heading).toBe('Enter your code');
      const done = await browser.submit(page, { code: codeAt(totpSecret) }, 'Confirm');
      expect((await rp.redeem(done.leftFor as URL, request)).claims).toMatchObject({ acr: aal2, sid });
    });

    it('has who has no second factor set one up where it is a must', async () => {
      const { person, browser } = await session();
      const request = rp.request(essential({ value: aal2 }));
      const { email, password } = person;
      const enrol = await browser.submit(await browser.get(request.url), { email, password }, 'Sign in');
      expect(enrol.text).toContain('The app asks for a second step at sign-in');
      const codes = await browser.submit(enrol, twoCodes(await shownSecret(browser, enrol)), 'Save');
      const done = await browser.submit(codes, {}, undefined);
      expect((await rp.redeem(done.leftFor as URL, request)).claims?.acr).toBe(aal2);
    });

    it.each([
      ['nobody knows, as a must', essential({ value: 'urn:example:gold' }), 'unmet_authentication_requirements'],
      ['nobody knows, of several', essential({ values: ['a', 'b'] }), 'unmet_authentication_requirements'],
      ['nobody knows, by choice', { acr_values: 'urn:example:gold' }, null],
      ['is met by more', essential({ value: aal1 }), null],
    ])('answers at once where a context is asked for that %s', async (_what, params, error) => {
      const { browser } = await session();
      for (const prompt of [{}, { prompt: 'none' }]) {
        const { leftFor } = await browser.get(rp.request({ ...params, ...prompt }).url);
        expect(leftFor?.searchParams.get('error')).toBe(error);
      }
    });

    it('is confirmed by the same person where it is too old for the app', async () => {
      stopClock();
      const { person, browser, sid } = await session();
      const other = await createPerson(gatehouse);
      moveClock(10 * minuteMs);
      const request = rp.request({ max_age: '300' });
      const page = await browser.get(request.url);
      expect(page.document.querySelector('#email')?.getAttribute('value')).toBe(person.email);
      const { email, password } = other;
      const refused = await browser.submit(page, { email, password }, 'Sign in');
      expect(refused.heading).toBe('Sign in');
      expect(refused.text).toContain('sign in with the same account');
      const again = await browser.submit(refused, { email: person.email, password: person.password }, 'Sign in');
      const { claims } = await rp.redeem(again.leftFor as URL, request);
      expect(claims).toMatchObject({ sub: person.account.id, sid, auth_time: Math.floor(Date.now() / 1000) });
    });

    it('is left for another person by prompt=login', async () => {
      const { browser } = await session();
      const { email, password, account } = await createPerson(gatehouse);
      const request = rp.request({ prompt: 'login', max_age: '300' });
      const done = await browser.submit(await browser.get(request.url), { email, password }, 'Sign in');
      expect((await rp.redeem(done.leftFor as URL, request)).claims?.sub).toBe(account.id);
    });
  });
}
