// Recovery codes made anew, the warnings that lead there, and the way of a person whose phone is lost.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import {
  activateMfa,
  deactivatePath,
  openProfile,
  passwordPath,
  recoveryCodesOn,
  signedInBrowser,
} from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const renewPath = `${passwordPath}/mfa/recovery-codes/new`;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`recovery codes (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let browser: TestBrowser;
    let secret: string;
    let old: string[];

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(async () => {
      stopClock();
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
      ({ secret, recoveryCodes: old } = await activateMfa(browser));
      moveClock(stepMs);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const renew = async (code = codeAt(secret)) =>
      browser.submit(await browser.get(renewPath), { code }, 'Make new codes');
    const subjects = async () =>
      (await gatehouse.services.outbox.list()).filter(({ to }) => to === ana.email).map(({ subject }) => subject);
    const audited = async (type: string) =>
      (await gatehouse.services.audit.bySubject(ana.account.id)).filter((event) => event.type === type);

    async function giveRecoveryCode(at: TestBrowser, url: string, recoveryCode: string): Promise<Page> {
      const asked = await at.submit(await at.get(url), { email: ana.email, password: ana.password }, 'Sign in');
      return at.submit(await at.get(asked.url.replace(/code$/, 'recovery-code')), { recoveryCode }, 'Confirm');
    }

    it('MF-08: are made anew with a current code, shown once, and the old ones are dead at once', async () => {
      const page = await renew();
      expect([page.heading, recoveryCodesOn(page).length]).toEqual(['Save your recovery codes', 10]);
      expect(page.text).toContain('You have new recovery codes. The old ones no longer work.');
      const fresh = recoveryCodesOn(page);
      expect(fresh.filter((code) => old.includes(code))).toEqual([]);
      const saved = await browser.submit(page, {}, 'I have saved them');
      expect(saved.text).toContain('You have 10 unused recovery codes.');
      expect((await browser.get(page.url)).heading).toBe('Password');
      const refused = await giveRecoveryCode(gatehouse.browser(), rp.request().url, old[0] ?? '');
      expect(refused.problems).toEqual(['That recovery code is not right, or was used already']);
      expect((await giveRecoveryCode(gatehouse.browser(), rp.request().url, fresh[0] ?? '')).leftFor).toBeDefined();
      expect(await subjects()).toEqual(
        expect.arrayContaining(['You have new recovery codes', 'A recovery code was used']),
      );
      expect(await audited('recovery-codes.renewed')).toHaveLength(1);
    });

    it('MF-08: are not made anew without a code, by a wrong or used one, or by a sign-in that is no longer fresh', async () => {
      expect((await renew('')).problems).toEqual(['Enter the 6 digits from your authenticator app']);
      const { recoveryCodes: before } = (await gatehouse.services.accounts.get(ana.account.id)) ?? {};
      await browser.submit(await browser.get(`${passwordPath}/mfa/recovery-codes`), {}, 'I have saved them');
      expect((await renew(codeAt(secret, Date.now() - stepMs))).status).toBe(422);
      moveClock(hourMs);
      expect((await browser.get(renewPath)).heading).toBe('Sign in');
      expect((await gatehouse.services.accounts.get(ana.account.id))?.recoveryCodes).toEqual(before);
      expect(await audited('recovery-codes.renewed')).toEqual([]);
    });

    it('shows the codes of the first click to the second', async () => {
      const open = await browser.get(renewPath);
      const code = codeAt(secret);
      const first = await browser.submit(open, { code }, 'Make new codes');
      const second = await browser.submit(open, { code }, 'Make new codes');
      expect(recoveryCodesOn(second)).toEqual(recoveryCodesOn(first));
      expect(await audited('recovery-codes.renewed')).toHaveLength(1);
    });

    it('MF-08: are few when three or fewer are left, and the page says so', async () => {
      const use = (count: number) =>
        gatehouse.services.accounts.update(ana.account.id, (account) => ({
          ...account,
          recoveryCodes:
            account.recoveryCodes?.map((code, index) => (index < count ? { ...code, usedAt: 1 } : code)) ?? [],
        }));
      await use(6);
      expect((await browser.get(passwordPath)).text).not.toContain('Make new ones');
      await use(7);
      expect((await browser.get(passwordPath)).text).toContain(
        'Only 3 recovery codes are left. Make new ones before you need them.',
      );
      // Told once.
      expect((await browser.get(passwordPath)).text).not.toContain('unused recovery code');
      await use(10);
      expect((await browser.get(passwordPath)).text).toContain(
        'No recovery code is left. Make new ones before you need them.',
      );
    });

    it('lead a person whose phone is lost to a new one: sign in, deactivate, activate again', async () => {
      const elsewhere = gatehouse.browser();
      const [first = '', second = ''] = old;
      const page = await giveRecoveryCode(elsewhere, passwordPath, first);
      expect(page.heading).toBe('Password');
      expect(page.text).toContain('You signed in with a recovery code.');
      const off = await elsewhere.get(deactivatePath);
      const link = off.document
        .querySelectorAll('a')
        .find((a) => a.textContent.trim() === 'Lost your phone? Use a recovery code');
      const asked = await elsewhere.get(new URL(link?.getAttribute('href') ?? '', off.url).href);
      expect((await elsewhere.submit(asked, { recoveryCode: first, confirm: 'yes' }, 'Save')).problems).toEqual([
        'That recovery code is not right, or was used already',
      ]);
      expect((await elsewhere.submit(asked, { recoveryCode: second }, 'Save')).problems).toEqual([
        'Tick the box to remove multi-factor authentication',
      ]);
      const done = await elsewhere.submit(asked, { recoveryCode: second, confirm: 'yes' }, 'Save');
      expect(done.text).toContain('Multi-factor authentication: Not active');
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const activated = await activateMfa(elsewhere);
      expect(activated.secret).not.toBe(secret);
      expect(activated.recoveryCodes).toHaveLength(10);
      expect((await subjects()).filter((subject) => !subject.includes('new device')).toSorted()).toEqual([
        'A recovery code was used',
        'A recovery code was used',
        'Multi-factor authentication is active',
        'Multi-factor authentication is active',
        'Multi-factor authentication was removed',
      ]);
    });

    it('MF-07: deactivation asks for a fresh sign-in, a code and the tick, mails the owner and ends sessions elsewhere', async () => {
      const elsewhere = await signedInBrowser(gatehouse, { ...ana, totpSecret: secret });
      moveClock(hourMs);
      expect((await browser.get(deactivatePath)).heading).toBe('Sign in');
      await openProfile(browser, { ...ana, totpSecret: secret }, deactivatePath);
      moveClock(stepMs);
      const open = await browser.get(deactivatePath);
      expect((await browser.submit(open, { code: codeAt(secret) }, 'Save')).problems).toHaveLength(1);
      expect((await browser.submit(open, { code: codeAt(secret), confirm: 'yes' }, 'Save')).text).toContain(
        'Not active',
      );
      expect((await elsewhere.get('/profile')).heading).toBe('Sign in');
      expect(await subjects()).toContain('Multi-factor authentication was removed');
      expect((await signIn(gatehouse.browser(), rp.request(), ana)).leftFor).toBeDefined();
    });
  });
}
