// Passkeys: made on My Profile or when offered, used in the place of the password or beside it, renamed, removed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerWith, createAuthenticator } from '../support/authenticator.ts';
import { letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { openProfile, signedInBrowser } from '../support/my-profile.ts';
import { subjectsTo } from '../support/notices.ts';
import { addPasskey, addPath, passkeysPath, signInByPasskey } from '../support/passkeys.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const minuteMs = 60_000;

for (const engine of engines) {
  describe(`passkeys (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, host: 'localhost' });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const mailsTo = ({ email }: Person) => subjectsTo(gatehouse, email);
    const eventsOf = async ({ account }: Person) =>
      (await gatehouse.services.audit.latestOf(account.id, { limit: 20 })).map(({ type }) => type);

    /** Signs in to the app by passkey, in a browser that nobody knows. */
    async function tokensBy(authenticator: ReturnType<typeof createAuthenticator>, lie = {}) {
      const browser = gatehouse.browser();
      const request = rp.request();
      const page = await signInByPasskey(browser, await browser.get(request.url), authenticator, lie);
      return page.leftFor ? rp.redeem(page.leftFor, request) : page;
    }

    it('is added on My Profile, told by mail, and signs in without address, password and code', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      const { authenticator, page } = await addPasskey(gatehouse, person);
      expect(page.text).toContain('Your passkey is saved');
      expect(await mailsTo(person)).toContain('A passkey was added to your Gatehouse account');
      expect(await eventsOf(person)).toContain('passkey.added');
      expect(await tokensBy(authenticator)).toMatchObject({
        claims: { sub: person.account.id, amr: ['hwk', 'user', 'mfa'], acr: 'urn:gatehouse:acr:aal2' },
      });
    });

    it('is told apart from a key of hardware where its provider copies it to other devices', async () => {
      const person = await createPerson(gatehouse);
      const { authenticator } = await addPasskey(gatehouse, person, { isSynced: true });
      expect(await tokensBy(authenticator)).toMatchObject({ claims: { amr: ['swk', 'user', 'mfa'] } });
    });

    it('is followed by the code where it did not check who used it', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      const { authenticator } = await addPasskey(gatehouse, person);
      const browser = gatehouse.browser();
      const request = rp.request();
      moveClock(2 * minuteMs);
      const start = await browser.get(request.url);
      const page = await signInByPasskey(browser, start, authenticator, { isVerified: false });
      expect(page.heading).toBe('Enter your code');
      const end = await browser.submit(page, { code: codeAt(person.totpSecret ?? '') }, 'Confirm');
      expect(await rp.redeem(end.leftFor as URL, request)).toMatchObject({ claims: { amr: ['hwk', 'otp', 'mfa'] } });
    });

    it('is followed by the password where it did not check who used it, and there is no code to ask for', async () => {
      const person = await createPerson(gatehouse);
      const { authenticator } = await addPasskey(gatehouse, person);
      const browser = gatehouse.browser();
      const start = await browser.get(rp.request().url);
      const page = await signInByPasskey(browser, start, authenticator, { isVerified: false });
      expect(page.heading).toBe('Sign in');
      expect(page.text).toContain('did not check that it was you');
    });

    it('does not close the password: that alone still signs in where no second factor is demanded', async () => {
      const person = await createPerson(gatehouse);
      await addPasskey(gatehouse, person);
      const browser = gatehouse.browser();
      const { email, password } = person;
      const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
      expect(page.leftFor).toBeDefined();
    });

    it('takes the place of a code after the password', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      const { authenticator } = await addPasskey(gatehouse, person);
      const browser = gatehouse.browser();
      const request = rp.request();
      const { email, password } = person;
      const code = await browser.submit(await browser.get(request.url), { email, password }, 'Sign in');
      const end = await answerWith(browser, code, (options) => authenticator.get(options));
      expect(await rp.redeem(end.leftFor as URL, request)).toMatchObject({
        claims: { amr: ['pwd', 'hwk', 'user', 'mfa'] },
      });
    });

    it('MF-11: is listed with its last use, renamed, and removed, which ends every other session', async () => {
      const person = await createPerson(gatehouse);
      const { authenticator, browser } = await addPasskey(gatehouse, person);
      expect((await browser.get(passkeysPath)).text).toContain('Not yet');
      await tokensBy(authenticator);
      const list = await browser.get(passkeysPath);
      expect(list.text).not.toContain('Not yet');
      const link = (text: string) =>
        list.document
          .querySelectorAll('a')
          .find((a) => a.textContent.startsWith(text))
          ?.getAttribute('href') ?? '';
      const rename = await browser.get(link('Rename'));
      expect((await browser.submit(rename, { name: ' ' }, 'Save')).problems).toEqual(['Enter a name']);
      const renamed = await browser.submit(rename, { name: '  Work <b>laptop</b> ' }, 'Save');
      expect(renamed.document.querySelector('h3')?.textContent).toBe('Work <b>laptop</b>');

      const other = await signedInBrowser(gatehouse, person);
      const removed = await browser.submit(await browser.get(link('Remove')), {}, 'Remove passkey');
      expect(removed.text).toContain('The passkey is removed');
      expect(removed.text).toContain('You have none yet');
      expect((await other.get(passkeysPath)).heading).toBe('Sign in');
      expect(await tokensBy(authenticator)).toMatchObject({ heading: 'Sign in', status: 422 });
      expect(await mailsTo(person)).toContain('A passkey of your Gatehouse account was removed');
      expect(await eventsOf(person)).toContain('passkey.removed');
    });

    it('says where it is added that it needs script, and asks for none without', async () => {
      const browser = gatehouse.browser();
      const page = await openProfile(browser, await createPerson(gatehouse), addPath);
      expect(page.document.querySelector('noscript')?.textContent).toContain('Passkeys need JavaScript');
      expect(page.document.querySelector('[data-passkey]')?.hasAttribute('hidden')).toBe(true);
    });

    it('asks for a fresh sign-in before one is added or removed', async () => {
      stopClock();
      const person = await createPerson(gatehouse);
      const { browser, page } = await addPasskey(gatehouse, person);
      const remove = page.document
        .querySelectorAll('a')
        .find((a) => a.textContent.startsWith('Remove'))
        ?.getAttribute('href');
      moveClock(16 * minuteMs);
      for (const path of [addPath, remove ?? '']) expect((await browser.get(path)).heading).toBe('Sign in');
      expect((await browser.request(`${passkeysPath}/options`)).status).toBe(303);
    });

    it('MF-11: cannot be removed where it is the last factor and one is demanded, nor by two removals at once', async () => {
      const { id } = await gatehouse.services.organizations.create({ name: 'Fort' }, { actor: 'test' });
      const person = await createPerson(gatehouse);
      const { authenticator, browser } = await addPasskey(gatehouse, person);
      await addPasskey(gatehouse, person, {}, browser);
      const policy = { mfa: 'required', sso: 'optional', ipAllowList: [] } as const;
      await gatehouse.services.organizations.setPolicy(id, { ...policy, ipAllowList: [] }, { actor: 'test' });
      await gatehouse.services.accounts.update(person.account.id, (old) => ({
        ...old,
        memberships: [{ organization: id, roles: [] }],
      }));
      // The session was made with the password alone, and two factors are demanded now.
      const confirm = await browser.get(passkeysPath);
      expect(confirm.heading).toBe('Confirm with your passkey');
      const list = await signInByPasskey(browser, confirm, authenticator);
      const links = list.document
        .querySelectorAll('a')
        .filter((a) => a.textContent.startsWith('Remove'))
        .map((a) => a.getAttribute('href') ?? '');
      const forms = await Promise.all(links.map((link) => browser.get(link)));
      const answers = await Promise.all(forms.map((form) => browser.submit(form, {}, 'Remove passkey')));
      expect(answers.filter(({ text }) => text.includes('The passkey is removed'))).toHaveLength(1);
      const left = (await gatehouse.services.accounts.get(person.account.id))?.passkeys;
      expect(left).toHaveLength(1);
      const last = await openProfile(browser, person, `${passkeysPath}/remove?passkey=${left?.[0]}`);
      expect(last.text).toContain('This passkey has to stay');
      expect(last.document.querySelector('form[action$=remove]')).toBeNull();
    });

    it('MF-11: is offered once after the password, in a browser that can make one, and is never offered again', async () => {
      const person = await createPerson(gatehouse);
      const { email, password } = person;
      const browser = gatehouse.browser();
      const enter = async (canMakePasskey: string) =>
        browser.submit(
          await browser.get(rp.request({ prompt: 'login' }).url),
          { email, password, canMakePasskey },
          'Sign in',
        );
      expect((await enter('')).leftFor).toBeDefined();
      const offer = await enter('yes');
      expect(offer.heading).toBe('Sign in faster next time');
      expect((await browser.submit(offer, {}, 'Not now')).leftFor).toBeDefined();
      expect((await enter('yes')).leftFor).toBeDefined();
    });

    it('is made where it is offered, and the sign-in goes on', async () => {
      const person = await createPerson(gatehouse);
      const { email, password } = person;
      const browser = gatehouse.browser();
      const start = await browser.get(rp.request().url);
      const offer = await browser.submit(start, { email, password, canMakePasskey: 'yes' }, 'Sign in');
      const authenticator = createAuthenticator(gatehouse.issuer);
      const refused = await answerWith(browser, offer, (options) =>
        authenticator.create(options, { origin: 'https://evil.example' }),
      );
      expect(refused.problems).toEqual(['The passkey was not saved. Try again']);
      const end = await answerWith(browser, refused, (options) => authenticator.create(options));
      expect(end.leftFor).toBeDefined();
      expect(await tokensBy(authenticator)).toMatchObject({ claims: { sub: person.account.id } });
    });

    it('is demanded from administrators where the policy says so, in a session that stands too', async () => {
      const { id } = await gatehouse.services.organizations.create({ name: 'Keep' }, { actor: 'test' });
      const [admin, member] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const join = ({ account }: Person, roles: string[]) =>
        gatehouse.services.accounts.update(account.id, (old) => ({
          ...old,
          memberships: [{ organization: id, roles }],
        }));
      await join(admin, ['admin']);
      await join(member, ['reader']);
      const browsers = [await signedInBrowser(gatehouse, admin), await signedInBrowser(gatehouse, member)] as const;
      await gatehouse.services.organizations.setPolicy(
        id,
        { mfa: 'optional', sso: 'optional', passkeys: 'required-for-administrators', ipAllowList: [] },
        { actor: 'test' },
      );
      expect((await browsers[1].get(passkeysPath)).heading).toBe('Passkeys');
      const [browser] = browsers;
      const again = await browser.get('/profile');
      expect(again.text).toContain('Administrators now need a passkey');
      const { email, password } = admin;
      const demand = await browser.submit(again, { email, password }, 'Sign in');
      expect(demand.heading).toBe('Create a passkey');
      const authenticator = createAuthenticator(gatehouse.issuer);
      const end = await answerWith(browser, demand, (options) => authenticator.create(options));
      expect(end.heading).toBe('My Profile');
    });

    it('is the second factor of somebody who has no other where one is demanded', async () => {
      const { id } = await gatehouse.services.organizations.create({ name: 'Tower' }, { actor: 'test' });
      const person = await createPerson(gatehouse);
      const { authenticator } = await addPasskey(gatehouse, person);
      await gatehouse.services.organizations.setPolicy(
        id,
        { mfa: 'required', sso: 'optional', ipAllowList: [] },
        { actor: 'test' },
      );
      await gatehouse.services.accounts.update(person.account.id, (old) => ({
        ...old,
        memberships: [{ organization: id, roles: [] }],
      }));
      const browser = gatehouse.browser();
      const { email, password } = person;
      const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
      expect(page.heading).toBe('Confirm with your passkey');
      const end = await answerWith(browser, page, (options) => authenticator.get(options));
      expect(end.leftFor).toBeDefined();
    });

    it('is asked for in the same words whether or not anybody has one, and hidden where the address is a number', async () => {
      const browser = gatehouse.browser();
      const page = await browser.get(rp.request().url);
      const url = page.document.querySelector('[data-passkey]')?.getAttribute('data-passkey') ?? '';
      const ask = async () => {
        const { get } = (await (await browser.request(url)).json()) as { get: Record<string, unknown> };
        return { ...get, challenge: '' };
      };
      const before = await ask();
      expect(before).toEqual({
        challenge: '',
        rpId: 'localhost',
        timeout: 300_000,
        allowCredentials: [],
        userVerification: 'required',
      });
      await addPasskey(gatehouse, await createPerson(gatehouse));
      expect(await ask()).toEqual(before);
      expect(page.document.querySelector('[data-passkey]')?.hasAttribute('hidden')).toBe(true);
    });
  });
}
