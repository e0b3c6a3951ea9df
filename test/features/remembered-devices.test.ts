// "Do not ask for a code on this device": where the firm allows it, for so long, in this browser, for this person.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { administratorOf } from '../../src/administration/administrator.ts';
import type { TestBrowser } from '../support/browser.ts';
import { letClockRun, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { openProfile, passwordPath } from '../support/my-profile.ts';
import { notMeLink, tellOf } from '../support/notices.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { allowDays, joinFirm, rememberedPerson } from '../support/remembered.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const dayMs = 24 * 3_600_000;
const tick = 'Do not ask for a code on this device for';

for (const engine of engines) {
  describe(`remembered devices (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(() => void stopClock());
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    /** Signed out, and the password given again. */
    async function afterPassword(browser: TestBrowser, { email, password }: Person, params = {}) {
      for (const { key } of await browser.jar.getCookies(gatehouse.issuer))
        if (key.startsWith('gatehouse-session')) await browser.jar.store.removeCookie('127.0.0.1', '/', key);
      const request = rp.request(params);
      const page = await browser.submit(await browser.get(request.url), { email, password }, 'Sign in');
      return { page, request };
    }
    const headingAfter = async (browser: TestBrowser, person: Person, params = {}) => {
      const { page } = await afterPassword(browser, person, params);
      return page.leftFor ? 'back at the app' : page.heading;
    };

    it('are not offered where no firm allows them', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      const { page } = await afterPassword(gatehouse.browser(), person);
      expect(page.text).not.toContain(tick);
      await joinFirm(gatehouse, person, 30);
      const { page: offering } = await afterPassword(gatehouse.browser(), person);
      expect(offering.text).toContain(`${tick} 30 days`);
    });

    it('keep the tick where the code was wrong', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      await joinFirm(gatehouse, person, 1);
      const browser = gatehouse.browser();
      const { page } = await afterPassword(browser, person);
      const again = await browser.submit(page, { code: '12', rememberDevice: 'yes' }, 'Confirm');
      expect(again.text).toContain(`${tick} 1 day`);
      expect(again.document.querySelector('#rememberDevice')?.hasAttribute('checked')).toBe(true);
    });

    it('ask for the password alone, and tell apps that no second factor was given', async () => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      const { page, request } = await afterPassword(browser, person);
      expect(await rp.redeem(page.leftFor as URL, request)).toMatchObject({
        claims: { amr: ['pwd'], acr: 'urn:gatehouse:acr:aal1' },
      });
      const types = (await gatehouse.services.audit.bySubject(person.account.id)).map(({ type }) => type);
      expect(types).toContain('device.remembered');
    });

    it('keep nothing that opens anything', async () => {
      const { browser } = await rememberedPerson(gatehouse, rp);
      const cookie = (await browser.jar.getCookies(gatehouse.issuer)).find(({ key }) => key === 'gatehouse-device');
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/' });
      const kept = JSON.stringify(await gatehouse.services.rememberedDevices.dataOf('x'));
      expect(kept).not.toContain(cookie?.value ?? 'no cookie');
    });

    it('end with their days, and at once with a policy that allows fewer', async () => {
      const { person, browser, firm } = await rememberedPerson(gatehouse, rp, 30);
      moveClock(10 * dayMs);
      expect(await headingAfter(browser, person)).toBe('back at the app');
      await allowDays(gatehouse.services, firm, 10);
      expect(await headingAfter(browser, person)).toBe('Enter your code');
      await allowDays(gatehouse.services, firm, 90);
      expect(await headingAfter(browser, person)).toBe('back at the app');
      await allowDays(gatehouse.services, firm, 0);
      expect(await headingAfter(browser, person)).toBe('Enter your code');
      await allowDays(gatehouse.services, firm, 90);
      moveClock(20 * dayMs);
      expect(await headingAfter(browser, person)).toBe('Enter your code');
    });

    it('are of one person and one browser', async () => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      const other = await createPerson(gatehouse, { withTotp: true });
      await joinFirm(gatehouse, other, 30);
      expect(await headingAfter(browser, other)).toBe('Enter your code');
      const thief = gatehouse.browser();
      for (const cookie of await browser.jar.getCookies(gatehouse.issuer))
        if (cookie.key.startsWith('gatehouse-device')) await thief.jar.setCookie(cookie.toString(), gatehouse.issuer);
      expect(await headingAfter(thief, person)).toBe('Enter your code');
    });

    it.each([
      ['asks for two factors', { acr_values: 'urn:gatehouse:acr:aal2' }],
      [
        'asks for two factors as a must',
        {
          claims: JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:gatehouse:acr:aal2' } } }),
        },
      ],
    ])('do not count for an app that %s', async (_what, params) => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      expect(await headingAfter(browser, person, params)).toBe('Enter your code');
    });

    it('do not count where somebody who is signed in is asked again', async () => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      await afterPassword(browser, person);
      const { email, password } = person;
      const page = await browser.get(rp.request({ prompt: 'login' }).url);
      expect((await browser.submit(page, { email, password }, 'Sign in')).heading).toBe('Enter your code');
    });

    it('do not count for what is dangerous on My Profile', async () => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      await afterPassword(browser, person);
      const asked = await browser.get(`${passwordPath}/mfa/deactivate`);
      expect(asked.heading).toBe('Enter your code');
      const page = await browser.submit(asked, { code: codeAt(person.totpSecret ?? '') }, 'Confirm');
      expect(page.heading).toBe('Deactivate multi-factor authentication');
      expect((await browser.get('/profile/passkeys/add')).heading).toBe('Add a passkey');
    });

    it('do not count for an app whose rules ask for a second factor, nor where it is opened in a session without', async () => {
      const strict = await registerRelyingParty(gatehouse);
      const rules = { mfa: 'required', ipAllowList: [] } as const;
      await gatehouse.services.clients.setPolicy(strict.clientId, { ...rules, ipAllowList: [] }, { actor: 'test' });
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      await afterPassword(browser, person);
      expect((await browser.get(strict.request().url)).heading).toBe('Enter your code');
      expect((await browser.get(rp.request().url)).leftFor).toBeDefined();
    });

    it('count where the firm asks for a second factor and remembers devices, in every app of the session', async () => {
      const { person, browser, firm } = await rememberedPerson(gatehouse, rp);
      const policy = { mfa: 'required', sso: 'optional', rememberDeviceDays: 30, ipAllowList: [] } as const;
      await gatehouse.services.organizations.setPolicy(firm, { ...policy, ipAllowList: [] }, { actor: 'test' });
      expect(await headingAfter(browser, person)).toBe('back at the app');
      const other = await registerRelyingParty(gatehouse);
      expect((await browser.get(other.request().url)).leftFor).toBeDefined();
    });

    it('are listed on My Profile, and forgotten there one by one', async () => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      const page = await openProfile(browser, person, '/profile/sessions');
      expect(page.text).toContain('Devices without a code');
      const after = await browser.submit(
        page,
        {},
        `Ask for a code again ${page.document.querySelector('.entries h3')?.textContent}`,
      );
      expect(after.text).toContain('A code is asked for on that device again');
      expect(after.text).not.toContain('Devices without a code');
      expect(await headingAfter(browser, person)).toBe('Enter your code');
    });

    const ends: [string, (person: Person, browser: TestBrowser) => Promise<Person | undefined>][] = [
      [
        'a new password',
        async (person, browser) => {
          const page = await openProfile(browser, person);
          const newPassword = 'seven quiet bicycles';
          await browser.submit(page, { currentPassword: person.password, newPassword }, 'Save');
          return { ...person, password: newPassword };
        },
      ],
      [
        'a report of misuse',
        async (person) => {
          await tellOf(gatehouse, person.account, 'newDevice', {});
          const visitor = gatehouse.browser();
          const link = await notMeLink(gatehouse, person.email, /new device/);
          await visitor.submit(await visitor.get(link), {}, 'It was not me: close my account to others');
          const passwordHash = await gatehouse.services.passwords.hash(person.password);
          await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, passwordHash }));
          return person;
        },
      ],
      [
        'a reset of the second factor, and a new one',
        async (person) => {
          const owner = await createPerson(gatehouse);
          const who = administratorOf({ ...owner.account, roles: ['owner'] }, {});
          const { totp } = (await gatehouse.services.accounts.get(person.account.id)) ?? {};
          await gatehouse.app.administration.peopleActs.resetMfa(who, person.account.id, 'lost phone');
          if (totp) await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, totp }));
          return person;
        },
      ],
    ];
    it.each(ends)('are gone after %s', async (_what, end) => {
      const { person, browser } = await rememberedPerson(gatehouse, rp);
      moveClock(stepMs);
      const after = (await end(person, browser)) ?? person;
      moveClock(stepMs);
      expect(await headingAfter(browser, after)).toBe('Enter your code');
    });
  });
}
