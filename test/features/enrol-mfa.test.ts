// A second factor that is demanded is set up in the middle of the sign-in, before there is any session.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/platform/secrets.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { enterWith, invite } from '../support/invited.ts';
import { recoveryCodesOn, shownSecret, signedInBrowser, twoCodes } from '../support/my-profile.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const setUp = 'Set up multi-factor authentication';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a second factor that everybody must have (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: { MFA: 'required' } });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(async () => {
      stopClock();
      ana = await createPerson(gatehouse);
      browser = gatehouse.browser();
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const stored = () => gatehouse.services.accounts.get(ana.account.id);
    const mails = async () => (await gatehouse.services.outbox.list()).filter(({ to }) => to === ana.email);
    const enrol = async (page: Page) => browser.submit(page, twoCodes(await shownSecret(browser, page)), 'Save');

    it('MF-09, MF-13: is set up after the password, by QR code and two codes, and the tokens say what was proved', async () => {
      const request = rp.request();
      const page = await signIn(browser, request, ana);
      expect([page.heading, new URL(page.url).pathname.split('/').pop()]).toEqual([setUp, 'enrol-mfa']);
      expect(page.text).toContain('Your organization asks everybody for a second step at sign-in.');
      expect(page.document.querySelector('img.qr-code')?.getAttribute('src')).toMatch(/^data:image\/svg\+xml;base64,/);
      expect(sessionCookies()).toEqual([]);

      const saved = await enrol(page);
      expect(saved.heading).toBe('Save your recovery codes');
      expect(recoveryCodesOn(saved)).toHaveLength(10);
      expect(decodeURIComponent(saved.document.querySelector('a[download]')?.getAttribute('href') ?? '')).toContain(
        recoveryCodesOn(saved)[9],
      );
      expect(sessionCookies()).toEqual([]);

      const { leftFor } = await browser.submit(saved, {}, 'I have saved them');
      const { claims } = await rp.redeem(leftFor as URL, request);
      expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'urn:gatehouse:acr:aal2' });
      expect((await mails()).map(({ subject }) => subject)).toEqual(['Multi-factor authentication is active']);
      const events = (await gatehouse.services.audit.bySubject(ana.account.id)).map(({ type }) => type);
      expect(events).toEqual(expect.arrayContaining(['mfa.activated', 'sign-in.succeeded']));
      expect((await stored())?.shownRecoveryCodes).toBeUndefined();
    });

    it('MF-09: comes after the own password and the name of an invited person', async () => {
      const invited = await invite(gatehouse);
      const choose = await enterWith(browser, rp.request().url, invited);
      const name = await browser.submit(choose, { newPassword: 'seven quiet bicycles' }, 'Save');
      const page = await browser.submit(name, { givenName: 'Eve', familyName: 'Moreau' }, 'Save');
      expect(page.heading).toBe(setUp);
      const saved = await enrol(page);
      expect((await browser.submit(saved, {}, 'I have saved them')).leftFor?.searchParams.get('code')).toMatch(
        /^[\w-]{51}$/,
      );
    });

    it('gives nothing to an app before it is done, neither by Back nor by typing addresses', async () => {
      const page = await signIn(browser, rp.request(), ana);
      for (const step of ['', '/recovery-codes', '/sign-in', '/code', '/profile', '/consent'])
        expect((await browser.get(page.url.replace('/enrol-mfa', step))).heading).toBe(setUp);
      expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
        'login_required',
      );
      expect((await browser.get('/profile')).heading).toBe('Sign in');
    });

    it('shows the recovery codes again when the page is loaded again, by Back and by a second click, until they are saved', async () => {
      const page = await signIn(browser, rp.request(), ana);
      const codes = twoCodes(await shownSecret(browser, page));
      const saved = await browser.submit(page, codes, 'Save');
      const shown = recoveryCodesOn(saved);
      for (const again of [
        await browser.get(saved.url),
        await browser.get(page.url),
        await browser.submit(page, codes, 'Save'),
      ])
        expect(recoveryCodesOn(again)).toEqual(shown);
      expect((await browser.submit(saved, {}, 'I have saved them')).leftFor).toBeDefined();
      expect(recoveryCodesOn(await browser.get(saved.url))).toEqual([]);
    });

    it('activates once when the form is sent ten times at once, and goes on', async () => {
      const page = await signIn(browser, rp.request(), ana);
      const codes = twoCodes(await shownSecret(browser, page));
      const _csrf = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      const send = () => browser.request(page.url, { method: 'POST', body: new URLSearchParams({ ...codes, _csrf }) });
      const answers = await Promise.all(Array.from({ length: 10 }, send));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(303));
      const saved = await browser.get(page.url);
      expect(recoveryCodesOn(saved)).toHaveLength(10);
      const activated = (await gatehouse.services.audit.bySubject(ana.account.id)).filter(
        ({ type }) => type === 'mfa.activated',
      );
      expect(activated).toHaveLength(1);
    });

    /** As a second click, or a start after a crash, finds things between the write of the account and that of the attempt. */
    async function undoneAttempt(page: Page): Promise<void> {
      const id = sha256(new URL(page.url).pathname.split('/')[2] ?? '');
      await gatehouse.services.signIn.attempts.update(id, (old) => ({
        ...old,
        epoch: (old.epoch ?? 0) - 1,
        proofs: old.proofs.filter(({ method }) => method === 'pwd'),
      }));
    }

    it('goes on where a second click comes between the write of the account and that of the sign-in', async () => {
      const request = rp.request();
      const saved = await enrol(await signIn(browser, request, ana));
      await undoneAttempt(saved);
      const second = await browser.get(saved.url);
      expect(recoveryCodesOn(second)).toEqual(recoveryCodesOn(saved));
      const { leftFor } = await browser.submit(second, {}, 'I have saved them');
      const { claims } = await rp.redeem(leftFor as URL, request);
      expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
      expect((await browser.get('/profile')).heading).not.toBe('Sign in');
    });

    it('does not go on where the password was changed since', async () => {
      const saved = await enrol(await signIn(browser, rp.request(), ana));
      for (const undo of [false, true]) {
        if (undo) await undoneAttempt(saved);
        await gatehouse.services.accounts.update(ana.account.id, (old) => ({
          ...old,
          sessionEpoch: old.sessionEpoch + 1,
        }));
        expect((await browser.get(saved.url)).heading).toBe('Sign in');
      }
    });

    it('shows each sign-in a secret of its own: who knows the password cannot have the owner scan theirs', async () => {
      const attacker = gatehouse.browser();
      const theirs = await shownSecret(attacker, await signIn(attacker, rp.request(), ana));
      const page = await signIn(browser, rp.request(), ana);
      const own = await shownSecret(browser, page);
      expect(own).not.toBe(theirs);
      expect(await shownSecret(browser, await browser.get(page.url))).toBe(own);
      expect((await browser.submit(page, twoCodes(theirs), 'Save')).problems).toEqual([
        'The first code is not right. Start again with the code your app shows now',
      ]);
      expect((await browser.submit(page, twoCodes(own), 'Save')).heading).toBe('Save your recovery codes');
    });

    it('asks a second tab to sign in again, with the factor that the first has set up', async () => {
      const [one, two] = [rp.request(), rp.request()];
      const first = await signIn(browser, one, ana);
      const second = await signIn(browser, two, ana);
      const codes = twoCodes(await shownSecret(browser, second));
      await enrol(first);
      const refused = await browser.submit(second, codes, 'Save');
      expect(refused.heading).toBe('Sign in');
      expect(refused.text).toContain('Your password or your authenticator changed while you were signing in.');
      const again = await browser.submit(refused, { email: ana.email, password: ana.password }, 'Sign in');
      expect(again.heading).toBe('Enter your code');
    });

    it('asks for the password again after half an hour, and then shows another QR code', async () => {
      const page = await signIn(browser, rp.request(), ana);
      const old = await shownSecret(browser, page);
      moveClock(31 * minuteMs);
      const asked = await browser.submit(page, twoCodes(old), 'Save');
      expect(asked.heading).toBe('Sign in');
      const again = await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in');
      expect(again.heading).toBe(setUp);
      expect(await shownSecret(browser, again)).not.toBe(old);
      expect((await stored())?.totp).toBeUndefined();
    });

    it('goes on without the recovery codes once ten minutes are over, and they are nobody’s to see', async () => {
      const page = await signIn(browser, rp.request(), ana);
      const saved = await enrol(page);
      moveClock(11 * minuteMs);
      expect((await browser.get(saved.url)).leftFor?.searchParams.get('code')).toMatch(/^[\w-]{51}$/);
    });

    it('MF-05: leads back to the password after five wrong pairs of codes, and tells the owner', async () => {
      const page = await signIn(browser, rp.request(), ana);
      const secret = await shownSecret(browser, page);
      const wrong = { ...twoCodes(secret), code1: twoCodes(secret).code2, code2: twoCodes(secret).code1 };
      for (let guess = 1; guess <= 4; guess += 1)
        expect((await browser.submit(page, wrong, 'Save')).problems).toHaveLength(1);
      const ended = await browser.submit(page, wrong, 'Save');
      expect(ended.heading).toBe('Sign in');
      expect(ended.text).toContain('Too many wrong codes. For your safety, sign in again.');
      expect((await mails()).map(({ subject }) => subject)).toEqual(['Wrong codes for your Gatehouse account']);
    });

    it('M9: is asked for again at once by whoever deactivates it, as they were told', async () => {
      const page = await signIn(browser, rp.request(), ana);
      const secret = await shownSecret(browser, page);
      await browser.submit(await browser.submit(page, twoCodes(secret), 'Save'), {}, 'I have saved them');
      moveClock(stepMs);
      const off = await browser.get('/profile/password/mfa/deactivate');
      expect(off.text).toContain(
        'Your organization demands multi-factor authentication. You will be asked to set it up again at once.',
      );
      const asked = await browser.submit(off, { code: twoCodes(secret).code2, confirm: 'yes' }, 'Save');
      expect(asked.heading).toBe('Sign in');
      expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
        'login_required',
      );
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const again = await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in');
      expect(again.heading).toBe(setUp);
      const back = await browser.submit(await enrol(again), {}, 'I have saved them');
      expect(back.heading).toBe('Password');
      expect(back.text).toContain('Multi-factor authentication: Active');
    });

    function sessionCookies() {
      return browser.jar.getCookiesSync(gatehouse.issuer).filter(({ key }) => key === 'gatehouse-session');
    }
  });

  (engine.available ? describe : describe.skip)(`a second factor that one account must have (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    it('MF-09: is demanded of the sessions that stand, is set up once, and is then the person’s own choice again', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.has('code')).toBe(true);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, mustEnrolMfa: true }));
      expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
        'login_required',
      );
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const page = await signIn(browser, rp.request(), ana);
      expect(page.heading).toBe(setUp);
      expect(page.text).toContain('For the safety of your account, set up a second step at sign-in now to go on.');
      const secret = await shownSecret(browser, page);
      const saved = await browser.submit(page, twoCodes(secret), 'Save');
      expect((await browser.submit(saved, {}, 'I have saved them')).leftFor).toBeDefined();
      expect((await gatehouse.services.accounts.get(ana.account.id))?.mustEnrolMfa).toBeUndefined();
      moveClock(stepMs);
      await signInTo(gatehouse.browser(), rp, { ...ana, totpSecret: secret });
    });
  });
}
