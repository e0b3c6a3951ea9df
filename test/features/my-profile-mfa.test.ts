// Activating multi-factor authentication on My Profile.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import {
  activateMfa,
  activatePath,
  openProfile,
  passwordPath,
  recoveryCodesOn,
  shownSecret,
  signedInBrowser,
  twoCodes,
} from '../support/my-profile.ts';
import { codeAt, createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`activating multi-factor authentication (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    it('goes from "Not active" by QR code, secret key and two codes to ten recovery codes and "Active"', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      const before = await browser.get(passwordPath);
      expect(before.text).toContain('Multi-factor authentication: Not active');
      const activation = await browser.get(
        new URL(
          before.document
            .querySelectorAll('a')
            .find((a) => a.textContent.trim() === 'Activate')
            ?.getAttribute('href') ?? '',
          before.url,
        ).href,
      );
      expect(activation.document.querySelector('img.qr-code')?.getAttribute('src')).toMatch(
        /^data:image\/svg\+xml;base64,/,
      );
      const secret = await shownSecret(browser, activation);
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
      expect(activation.html.replaceAll(' ', '')).not.toContain(secret);

      const page = await browser.submit(activation, twoCodes(secret), 'Save');

      expect(page.heading).toBe('Save your recovery codes');
      const codes = recoveryCodesOn(page);
      expect(new Set(codes).size).toBe(10);
      for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-z]{4}-){3}[0-9a-hjkmnp-z]{4}$/);
      const download = decodeURIComponent(page.document.querySelector('a[download]')?.getAttribute('href') ?? '');
      for (const code of codes) expect(download).toContain(code);
      const after = await browser.get(passwordPath);
      expect(after.text).toContain('Multi-factor authentication: Active');
      expect(after.text).toContain('You have 10 unused recovery codes.');
      expect(
        (await gatehouse.services.audit.bySubject(ana.account.id)).filter(({ type }) => type === 'mfa.activated'),
      ).toHaveLength(1);
    });

    it('asks for a code at the next sign-in, takes the next one, and never again those of the activation', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const { secret } = await activateMfa(await signedInBrowser(gatehouse, ana));
      const browser = gatehouse.browser();
      const request = rp.request();
      const codePage = await signIn(browser, request, ana);
      expect(codePage.heading).toBe('Enter your code');
      for (const used of Object.values(twoCodes(secret))) {
        expect((await browser.submit(codePage, { code: used }, 'Confirm')).problems).toHaveLength(1);
      }
      moveClock(stepMs);
      const { leftFor } = await browser.submit(codePage, { code: codeAt(secret) }, 'Confirm');
      expect(leftFor?.searchParams.get('code')).toBeTruthy();
    });

    it('ends the other sessions and keeps this one', async () => {
      const ana = await createPerson(gatehouse);
      const [here, elsewhere] = [await signedInBrowser(gatehouse, ana), await signedInBrowser(gatehouse, ana)];
      await activateMfa(here);
      expect((await elsewhere.get('/profile')).heading).toBe('Sign in');
      expect((await here.get('/profile')).heading).toBe('My Profile');
    });

    it('shows the recovery codes until the person says that they are saved, and then never again', async () => {
      stopClock();
      const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
      const activation = await browser.get(activatePath);
      const codes = twoCodes(await shownSecret(browser, activation));
      const first = await browser.submit(activation, codes, 'Save');
      const secondClick = await browser.submit(activation, codes, 'Save');
      expect(recoveryCodesOn(first)).toHaveLength(10);
      expect(recoveryCodesOn(secondClick)).toEqual(recoveryCodesOn(first));
      for (const after of [await browser.submit(first, {}, 'I have saved them'), await browser.get(first.url)]) {
        expect(after.heading).toBe('Password');
        expect(after.text).toContain('Multi-factor authentication: Active');
        expect(after.text).toContain('You have 10 unused recovery codes.');
      }
    });

    it('shows the recovery codes to no other session, and to nobody after ten minutes', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      const { page, secret } = await activateMfa(browser);
      moveClock(stepMs);
      const other = await signedInBrowser(gatehouse, { ...ana, totpSecret: secret });
      expect((await other.get(page.url)).heading).toBe('Password');
      moveClock(11 * minuteMs);
      expect((await browser.get(page.url)).heading).toBe('Password');
    });

    it('has one winner when the form is sent ten times at once', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      const activation = await browser.get(activatePath);
      const codes = twoCodes(await shownSecret(browser, activation));
      const fields = {
        ...codes,
        _csrf:
          activation.document.querySelector(`form[action="${activatePath}"] [name=_csrf]`)?.getAttribute('value') ?? '',
      };
      const send = () =>
        browser.request(activatePath, {
          method: 'POST',
          body: new URLSearchParams(fields),
          headers: { Origin: gatehouse.issuer },
        });
      const answers = await Promise.all(Array.from({ length: 10 }, send));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(303));
      expect(recoveryCodesOn(await browser.get(`${passwordPath}/mfa/recovery-codes`))).toHaveLength(10);
      expect(
        (await gatehouse.services.audit.bySubject(ana.account.id)).filter(({ type }) => type === 'mfa.activated'),
      ).toHaveLength(1);
    });
  });
}

describe('the activation page', () => {
  let gatehouse: TestApp;

  beforeAll(async () => {
    gatehouse = await startApp();
  });
  afterAll(() => gatehouse.stop());
  afterEach(letClockRun);

  it('keeps the same secret when it is loaded again', async () => {
    stopClock();
    const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
    const first = await shownSecret(browser, await browser.get(activatePath));
    expect(await shownSecret(browser, await browser.get(activatePath))).toBe(first);
    moveClock(10 * minuteMs);
    expect(await shownSecret(browser, await browser.get(activatePath))).toBe(first);
  });

  it('says so when its secret is too old, and offers a new one', async () => {
    const now = stopClock();
    const ana = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, ana);
    const old = await shownSecret(browser, await browser.get(activatePath));
    stopClock(now + 20 * minuteMs);
    const open = await openProfile(browser, ana, activatePath);
    expect(await shownSecret(browser, open)).toBe(old);
    stopClock(now + 31 * minuteMs);
    const refused = await browser.submit(open, twoCodes(old), 'Save');
    expect([refused.status, refused.problems]).toEqual([
      422,
      ['This QR code is too old. Scan the new one below, then type two codes'],
    ]);
    const fresh = await shownSecret(browser, refused);
    expect(fresh).not.toBe(old);
    expect((await browser.submit(refused, twoCodes(fresh), 'Save')).heading).toBe('Save your recovery codes');
  });

  it('asks for a fresh sign-in after fifteen minutes, and goes on once that is given', async () => {
    const now = stopClock();
    const ana = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, ana);
    stopClock(now + 15 * minuteMs - 1000);
    expect((await browser.get(activatePath)).heading).toBe('Activate multi-factor authentication');
    stopClock(now + 15 * minuteMs + 1000);
    expect((await browser.get(activatePath)).heading).toBe('Sign in');
    expect((await browser.get(passwordPath)).heading).toBe('Password');
    expect((await openProfile(browser, ana, activatePath)).heading).toBe('Activate multi-factor authentication');
  });

  it('sends nobody in circles in the very second in which a sign-in stops being fresh', async () => {
    const now = stopClock(Math.floor(Date.now() / 1000) * 1000);
    const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
    stopClock(now + 15 * minuteMs + 500);
    expect(['Activate multi-factor authentication', 'Sign in']).toContain((await browser.get(activatePath)).heading);
  });

  it('takes no codes by a sign-in that is no longer fresh', async () => {
    stopClock();
    const ana = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, ana);
    const activation = await browser.get(activatePath);
    const secret = await shownSecret(browser, activation);
    moveClock(hourMs);
    expect((await browser.submit(activation, twoCodes(secret), 'Save')).heading).toBe('Sign in');
    expect((await gatehouse.services.accounts.get(ana.account.id))?.totp).toBeUndefined();
  });
});
