// A relying app signs a person in.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { codeAt, createPerson, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`signing in (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    it('brings a person with the right password back to the client with a code that is worth an ID token', async () => {
      const ana = await createPerson(gatehouse);
      const { status, claims } = await signInTo(gatehouse.browser(), rp, ana);
      expect(status).toBe(200);
      expect(claims).toMatchObject({
        sub: ana.account.id,
        email: ana.email,
        amr: ['pwd'],
        acr: 'urn:gatehouse:acr:aal1',
        iss: gatehouse.issuer,
        aud: rp.clientId,
      });
    });

    it('asks for a code as well when the account has a second factor, and says so in amr and acr', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const browser = gatehouse.browser();
      const request = rp.request();
      const codePage = await browser.submit(await browser.get(request.url), {
        email: ana.email,
        password: ana.password,
      });
      expect(codePage.heading).toBe('Enter your code');
      const { leftFor } = await browser.submit(codePage, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
      const { claims } = await rp.redeem(leftFor as URL, request);
      expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'urn:gatehouse:acr:aal2' });
    });

    it('signs in to a second client of the same session without asking again', async () => {
      const other = await registerRelyingParty(gatehouse);
      const browser = gatehouse.browser();
      const ana = await createPerson(gatehouse);
      await signInTo(browser, rp, ana);
      const { leftFor } = await browser.get(other.request().url);
      expect(leftFor?.searchParams.get('code')).toMatch(/^[\w-]{51}$/);
    });

    it('answers a wrong password and an unknown address alike', async () => {
      const ana = await createPerson(gatehouse);
      const wrong = await signIn(gatehouse.browser(), rp.request(), { ...ana, password: 'not this one at all' });
      const unknown = await signIn(gatehouse.browser(), rp.request(), { ...ana, email: 'nobody@example.com' });
      for (const page of [wrong, unknown]) {
        expect(page.status).toBe(422);
        expect(page.title).toBe('Error: Sign in – Gatehouse');
        expect(page.problems).toEqual(['The email address or password is not right']);
      }
    });

    it('keeps what was typed, except the password', async () => {
      const page = await signIn(gatehouse.browser(), rp.request(), {
        email: 'typo@example.com',
        password: 'secret in the form',
      } as never);
      expect(page.document.querySelector('#email')?.getAttribute('value')).toBe('typo@example.com');
      expect(page.html).not.toContain('secret in the form');
    });
  });
}
