// A password that leaked elsewhere: refused when it is set, and at sign-in the last step is then the choice of a new one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import type { TestBrowser } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { type LeakedPasswordsService, startLeakedPasswords } from '../support/leaked-passwords.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const leakedEverywhere = 'an old song of ours';
const fresh = 'seven quiet bicycles';
const whyLeaked = 'Your password was found among passwords that leaked from other services.';
const refusedLeaked =
  'This password has leaked from another service, so that others know it. Choose one you use nowhere else';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a leaked password (${engine.name})`, () => {
    let service: LeakedPasswordsService;
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      service = await startLeakedPasswords();
      service.leaked.add(leakedEverywhere);
      gatehouse = await startApp({ engine, env: { BREACHED_PASSWORDS_URL: service.url } });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(async () => {
      await gatehouse.stop();
      await service.stop();
    });

    const accountOf = ({ account }: Person) => gatehouse.services.accounts.get(account.id);
    const passwordEventsOf = async ({ account }: Person) =>
      (await gatehouse.services.audit.bySubject(account.id))
        .map(({ type }) => type)
        .filter((type) => type.startsWith('password.'))
        .sort();
    const enter = (browser: TestBrowser, person: Person) => signIn(browser, rp.request(), person);

    async function personWithLeak(options: { withTotp?: boolean } = {}): Promise<Person> {
      const person = await createPerson(gatehouse, options);
      service.leaked.add(person.password);
      return person;
    }

    /** As a look-up does that finds it later on. */
    async function demandAnother({ account }: Person): Promise<void> {
      const passwordMustChange = { reason: 'breached', at: Date.now() } as const;
      await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, passwordMustChange }));
    }

    it('PW-08: opens the sign-in, but a new one must be chosen before it ends', async () => {
      const ana = await personWithLeak();
      const browser = gatehouse.browser();
      const choose = await enter(browser, ana);
      expect([choose.heading, choose.leftFor]).toEqual(['Choose your password', undefined]);
      expect(choose.text).toContain(whyLeaked);
      const same = await browser.submit(choose, { newPassword: ana.password }, 'Save');
      expect(same.problems).toEqual([refusedLeaked]);
      const leaked = await browser.submit(same, { newPassword: leakedEverywhere }, 'Save');
      expect([leaked.status, leaked.problems]).toEqual([422, [refusedLeaked]]);
      expect(leaked.text).toContain(whyLeaked);
      expect((await browser.submit(leaked, { newPassword: fresh }, 'Save')).leftFor?.searchParams.has('code')).toBe(
        true,
      );
      expect((await accountOf(ana))?.passwordMustChange).toBeUndefined();
      expect(await passwordEventsOf(ana)).toEqual(['password.change-demanded', 'password.changed']);
      expect((await enter(gatehouse.browser(), { ...ana, password: fresh })).leftFor).toBeDefined();
      expect((await enter(gatehouse.browser(), ana)).heading).toBe('Sign in');
    });

    it('PW-08: is asked for again as long as no new one was chosen, without another look-up, and written down once', async () => {
      const ana = await personWithLeak();
      await enter(gatehouse.browser(), ana);
      service.leaked.delete(ana.password);
      const lookUps = service.asked.length;
      const again = await enter(gatehouse.browser(), ana);
      expect([again.heading, service.asked.length]).toEqual(['Choose your password', lookUps]);
      expect(await passwordEventsOf(ana)).toEqual(['password.change-demanded']);
    });

    it('PW-08: ends with its replacement every token that was given before, offline access too, and none of the sign-in itself', async () => {
      const ana = await createPerson(gatehouse);
      const offline = { scope: 'openid offline_access' };
      const before = await signInTo(gatehouse.browser(), rp, ana, offline);
      await demandAnother(ana);
      const [browser, request] = [gatehouse.browser(), rp.request(offline)];
      const choose = await signIn(browser, request, ana);
      const between = await rp.refresh(before.body.refresh_token ?? '');
      expect(between.status).toBe(200);
      const done = await browser.submit(choose, { newPassword: fresh }, 'Save');
      expect((await rp.refresh(between.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      const after = await rp.redeem(done.leftFor ?? new URL('about:blank'), request);
      expect((await rp.refresh(after.body.refresh_token ?? '')).status).toBe(200);
    });

    it('PW-08: ends those tokens, too, when it is replaced on My Profile', async () => {
      const ana = await createPerson(gatehouse);
      const offline = { scope: 'openid offline_access' };
      const before = await signInTo(gatehouse.browser(), rp, ana, offline);
      const browser = await signedInBrowser(gatehouse, ana);
      await demandAnother(ana);
      const given = { currentPassword: ana.password, newPassword: fresh };
      await browser.submit(await browser.get(passwordPath), given, 'Save');
      expect((await rp.refresh(before.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      const request = rp.request(offline);
      const { leftFor } = await browser.get(request.url);
      expect((await rp.redeem(leftFor ?? new URL('about:blank'), request)).status).toBe(200);
    });

    it('PW-08: is no way round the second factor', async () => {
      const ana = await personWithLeak({ withTotp: true });
      const browser = gatehouse.browser();
      const { heading, url, document } = await enter(browser, { email: ana.email, password: ana.password } as Person);
      expect(heading).toBe('Enter your code');
      const _csrf = document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      const forced = await browser.post(url.replace(/code$/, 'new-password'), { newPassword: fresh, _csrf });
      expect(forced.heading).toBe('Enter your code');
      const choose = await browser.submit(forced, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
      expect(choose.text).toContain(whyLeaked);
      expect((await browser.submit(choose, { newPassword: fresh }, 'Save')).leftFor).toBeDefined();
    });

    it('PW-07: cannot be set on My Profile', async () => {
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      const given = { currentPassword: ana.password, newPassword: leakedEverywhere };
      expect((await browser.submit(await browser.get(passwordPath), given, 'Save')).problems).toEqual([refusedLeaked]);
    });

    it('PW-08: is treated as one that an administrator wants changed, whose other sessions end with the change', async () => {
      const ana = await createPerson(gatehouse);
      const elsewhere = await signedInBrowser(gatehouse, ana);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({
        ...old,
        passwordMustChange: { reason: 'administrator', at: Date.now() },
      }));
      const browser = gatehouse.browser();
      const choose = await enter(browser, ana);
      expect(choose.text).toContain('Your administrator asks you to choose a new password.');
      expect((await elsewhere.get(passwordPath)).heading).toBe('Password');
      expect((await browser.submit(choose, { newPassword: fresh }, 'Save')).leftFor).toBeDefined();
      expect((await elsewhere.get(passwordPath)).heading).toBe('Sign in');
    });

    it('PW-17: has one winner when two hundred posts replace it at once', async () => {
      const ana = await personWithLeak();
      const browsers = Array.from({ length: 4 }, () => gatehouse.browser());
      const pages = await Promise.all(browsers.map((browser) => enter(browser, ana)));
      await Promise.all(
        Array.from({ length: 200 }, (_, n) => {
          const page = pages[n % 4];
          const _csrf = page?.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
          const body = new URLSearchParams({ newPassword: `${fresh} ${n}`, _csrf });
          return browsers[n % 4]?.request(page?.url ?? '', { method: 'POST', body });
        }),
      );
      expect(await passwordEventsOf(ana)).toEqual(['password.change-demanded', 'password.changed']);
      expect((await accountOf(ana))?.sessionEpoch).toBe(ana.account.sessionEpoch + 1);
    }, 60_000);
  });
}

describe('the look-up at sign-in', () => {
  it('PW-08: lets people in when the service is down', async () => {
    const service = await startLeakedPasswords();
    const gatehouse = await startApp({ env: { BREACHED_PASSWORDS_URL: service.url } });
    await service.stop();
    const rp = await registerRelyingParty(gatehouse);
    const ana = await createPerson(gatehouse);
    expect((await signIn(gatehouse.browser(), rp.request(), ana)).leftFor).toBeDefined();
    await gatehouse.stop();
  });

  it.each(['http://passwords.example.com/range', 'ftp://127.0.0.1/range', 'passwords'])(
    'is not configured by %s',
    (url) => {
      expect(() => loadConfig({ env: { BREACHED_PASSWORDS_URL: url } })).toThrow(/BREACHED_PASSWORDS_URL: must/);
    },
  );
});
