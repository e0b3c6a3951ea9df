// Recovery codes, and deactivating multi-factor authentication.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { activateMfa, deactivatePath, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`once multi-factor authentication is active (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    /** Signed in, with the factor just activated. */
    let browser: TestBrowser;
    let secret: string;
    let recoveryCodes: string[];

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(async () => {
      stopClock();
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
      ({ secret, recoveryCodes } = await activateMfa(browser));
      moveClock(stepMs);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function giveRecoveryCode(
      recoveryCode: string,
    ): Promise<{ page: Page; request: ReturnType<RelyingParty['request']> }> {
      const elsewhere = gatehouse.browser();
      const request = rp.request();
      const codePage = await signIn(elsewhere, request, ana);
      const link = codePage.document.querySelectorAll('a').find((a) => a.textContent.trim() === 'Use a recovery code');
      const asked = await elsewhere.get(new URL(link?.getAttribute('href') ?? '', codePage.url).href);
      return { page: await elsewhere.submit(asked, { recoveryCode }, 'Confirm'), request };
    }

    async function deactivate(fields: Record<string, string>): Promise<Page> {
      return browser.submit(await browser.get(deactivatePath), fields, 'Save');
    }

    it('takes each recovery code once instead of a code, says so in amr and audit, and counts what is left', async () => {
      const [first = '', second = ''] = recoveryCodes;
      const { page, request } = await giveRecoveryCode(first);
      const { claims } = await rp.redeem(page.leftFor as URL, request);
      expect(claims).toMatchObject({ amr: ['pwd', 'rc', 'mfa'], acr: 'urn:gatehouse:acr:aal2' });
      const again = await giveRecoveryCode(first);
      expect([again.page.status, again.page.problems]).toEqual([
        422,
        ['That recovery code is not right, or was used already'],
      ]);
      expect((await giveRecoveryCode(second.toUpperCase().replaceAll('-', ' '))).page.leftFor).toBeDefined();
      expect((await browser.get(passwordPath)).text).toContain('You have 8 unused recovery codes.');
      const used = (await gatehouse.services.audit.bySubject(ana.account.id)).filter(
        ({ type }) => type === 'recovery-code.used',
      );
      expect(used).toHaveLength(2);
    });

    it('takes no recovery code of another person', async () => {
      const [theirs = ''] = recoveryCodes;
      ana = { ...(await createPerson(gatehouse, { withTotp: true })) };
      delete ana.totpSecret;
      expect((await giveRecoveryCode(theirs)).page.problems).toHaveLength(1);
      expect((await giveRecoveryCode('')).page.problems).toEqual(['Enter a recovery code']);
    });

    it('is deactivated by a code and a tick: the password alone signs in, other sessions are over, the codes are dead', async () => {
      const elsewhere = await signedInBrowser(gatehouse, { ...ana, totpSecret: secret });
      moveClock(stepMs);
      const page = await deactivate({ code: codeAt(secret), confirm: 'yes' });
      expect(page.heading).toBe('Password');
      expect(page.text).toContain('Multi-factor authentication is no longer active.');
      expect(page.text).toContain('Multi-factor authentication: Not active');
      expect((await elsewhere.get('/profile')).heading).toBe('Sign in');
      expect((await signIn(gatehouse.browser(), rp.request(), ana)).leftFor).toBeDefined();
      const account = await gatehouse.services.accounts.get(ana.account.id);
      expect([account?.totp, account?.recoveryCodes, account?.shownRecoveryCodes]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(
        (await gatehouse.services.audit.bySubject(ana.account.id)).filter(({ type }) => type === 'mfa.deactivated'),
      ).toHaveLength(1);
      expect((await browser.get(deactivatePath)).heading).toBe('Password');
    });

    it('gives a new secret when it is activated again', async () => {
      await deactivate({ code: codeAt(secret), confirm: 'yes' });
      moveClock(stepMs);
      expect((await activateMfa(browser)).secret).not.toBe(secret);
    });

    it('asks for the tick, and does not spend the code before it is there', async () => {
      const code = codeAt(secret);
      const unticked = await deactivate({ code });
      expect([unticked.status, unticked.problems]).toEqual([
        422,
        ['Tick the box to remove multi-factor authentication'],
      ]);
      expect((await browser.submit(unticked, { code, confirm: 'yes' }, 'Save')).text).toContain('Not active');
    });

    it('asks for the code, keeps the tick, and takes neither a wrong nor a used one', async () => {
      const missing = await deactivate({ code: '', confirm: 'yes' });
      expect(missing.problems).toEqual(['Enter the 6 digits from your authenticator app']);
      expect(missing.document.querySelector('#confirm')?.hasAttribute('checked')).toBe(true);
      const used = codeAt(secret, Date.now() - stepMs);
      const page = await deactivate({ code: used, confirm: 'yes' });
      expect([page.status, page.problems]).toEqual([
        422,
        ['That code is not right, or was used already. Wait for the next one and try again'],
      ]);
      expect((await browser.get(passwordPath)).text).toContain('Multi-factor authentication: Active');
    });

    it('MF-05: counts wrong codes here and at the sign-in together, asks for the password after the fifth, waits after the tenth', async () => {
      const wrong = String((Number(codeAt(secret)) + 7) % 1_000_000).padStart(6, '0');
      const elsewhere = gatehouse.browser();
      const codePage = await signIn(elsewhere, rp.request(), ana);
      for (let guess = 1; guess <= 4; guess += 1) await elsewhere.submit(codePage, { code: wrong }, 'Confirm');
      const open = await browser.get(deactivatePath);
      const fifth = await browser.submit(open, { code: wrong, confirm: 'yes' }, 'Save');
      expect(fifth.heading).toBe('Sign in');
      expect((await browser.get(deactivatePath)).heading).toBe('Sign in');
      expect((await browser.get('/profile')).heading).toBe('My Profile');
      const again = await browser.submit(fifth, { email: ana.email, password: ana.password }, 'Sign in');
      expect(again.heading).toBe('Enter your code');
      for (let guess = 6; guess <= 9; guess += 1)
        expect((await browser.submit(again, { code: wrong }, 'Confirm')).status).toBe(422);
      expect((await browser.submit(again, { code: wrong }, 'Confirm')).heading).toBe('Sign in');
      const refused = await elsewhere.submit(codePage, { code: codeAt(secret) }, 'Confirm');
      expect([refused.status, refused.headers.get('Retry-After'), refused.problems]).toEqual([
        429,
        '60',
        ['Too many tries. Wait 1 minute, then try again'],
      ]);
    });

    it('has one winner when the form is sent ten times at once', async () => {
      const page = await browser.get(deactivatePath);
      const token =
        page.document.querySelector(`form[action="${deactivatePath}"] [name=_csrf]`)?.getAttribute('value') ?? '';
      const body = { code: codeAt(secret), confirm: 'yes', _csrf: token };
      await Promise.all(
        Array.from({ length: 10 }, () =>
          browser.request(deactivatePath, { method: 'POST', body: new URLSearchParams(body) }),
        ),
      );
      expect(
        (await gatehouse.services.audit.bySubject(ana.account.id)).filter(({ type }) => type === 'mfa.deactivated'),
      ).toHaveLength(1);
      expect((await browser.get(passwordPath)).text).toContain('Multi-factor authentication: Not active');
    });
  });
}
