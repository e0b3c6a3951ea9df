// Attacks on passkeys: replayed, foreign, stolen, copied, raced. Each is refused in the same words, and written down.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { administratorOf } from '../../src/administration/administrator.ts';
import {
  answerWith,
  createAuthenticator,
  type Falsehood,
  passkeyOptions,
  postCredential,
} from '../support/authenticator.ts';
import { letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { openProfile } from '../support/my-profile.ts';
import { notMeLink, subjectsTo } from '../support/notices.ts';
import { addPasskey, addPath, passkeysPath, signInByPasskey } from '../support/passkeys.ts';
import { createPerson } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { newPassword, resetLink, resetWith } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const minuteMs = 60_000;
const refusal = 'This passkey did not open an account. Try again, or sign in with your password';

for (const engine of engines) {
  describe(`attacks on passkeys (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, host: 'localhost' });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const reasonsOf = async (accountId: string) =>
      (await gatehouse.services.audit.bySubject(accountId))
        .filter(({ type }) => type === 'sign-in.failed')
        .map(({ detail }) => detail?.reason);

    async function withPasskey(kind = {}) {
      const person = await createPerson(gatehouse);
      const { authenticator, browser } = await addPasskey(gatehouse, person, kind);
      return { ...person, authenticator, browser };
    }

    it.each<[string, Falsehood]>([
      ['for another origin', { origin: 'https://localhost.evil.example' }],
      ['for another scheme', { origin: 'https://localhost' }],
      ['for another relying party', { rpId: 'evil.example' }],
      ['for a challenge that is not ours', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      ['in a frame of another site', { isCrossOrigin: true }],
      ['by another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
      ['that names another owner', { userHandle: Buffer.from('somebody-else').toString('base64url') }],
      ['that names no owner', { userHandle: null }],
    ])('refuses a signature %s', async (_what, lie) => {
      const { account, authenticator } = await withPasskey();
      const browser = gatehouse.browser();
      const page = await signInByPasskey(browser, await browser.get(rp.request().url), authenticator, lie);
      expect([page.heading, page.status, page.problems]).toEqual(['Sign in', 422, [refusal]]);
      expect(await reasonsOf(account.id)).toEqual(['passkey']);
    });

    it.each<[string, Falsehood]>([
      ['for another origin', { origin: 'https://evil.example' }],
      ['for another relying party', { rpId: 'evil.example' }],
      ['by somebody whom the authenticator did not verify', { isVerified: false }],
      ['in a frame of another site', { isCrossOrigin: true }],
      ['for a challenge that is not ours', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ])('adds no passkey that was made %s', async (_what, lie) => {
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const authenticator = createAuthenticator(gatehouse.issuer);
      const form = await openProfile(browser, person, addPath);
      const page = await answerWith(browser, form, (options) => authenticator.create(options, lie));
      expect(page.problems).toEqual(['The passkey was not saved. Try again']);
      expect((await browser.get(passkeysPath)).text).toContain('You have none yet');
    });

    it('takes a challenge of one sign-in, and of signing in, for no other', async () => {
      const { authenticator, ...person } = await withPasskey();
      const [mine, theirs] = [gatehouse.browser(), gatehouse.browser()];
      const stolen = await passkeyOptions(theirs, await theirs.get(rp.request().url));
      const page = await mine.get(rp.request().url);
      expect((await postCredential(mine, page, authenticator.get(stolen))).problems).toEqual([refusal]);
      const profile = gatehouse.browser();
      const creation = await passkeyOptions(profile, await openProfile(profile, person, addPath));
      const lie = { challenge: creation.challenge };
      expect((await signInByPasskey(mine, page, authenticator, lie)).problems).toEqual([refusal]);
    });

    it('takes no challenge after five minutes', async () => {
      stopClock();
      const { authenticator } = await withPasskey();
      const browser = gatehouse.browser();
      const page = await browser.get(rp.request().url);
      const options = await passkeyOptions(browser, page);
      moveClock(5 * minuteMs);
      expect((await postCredential(browser, page, authenticator.get(options))).problems).toEqual([refusal]);
      expect((await signInByPasskey(browser, page, authenticator)).leftFor).toBeDefined();
    });

    it('takes one signature once, replayed later in the same sign-in or fifty times at once', async () => {
      const { account, authenticator } = await withPasskey();
      const browser = gatehouse.browser();
      const page = await browser.get(rp.request().url);
      const credential = authenticator.get(await passkeyOptions(browser, page));
      const action = page.document.querySelector('[data-passkey] form')?.getAttribute('action') ?? '';
      const token = page.document.querySelector('[data-passkey] [name=_csrf]')?.getAttribute('value') ?? '';
      const body = () => new URLSearchParams({ credential, _csrf: token });
      const { signIn } = gatehouse.services;
      const attempt = await signIn.attempts.find(
        action.split('/')[2] ?? '',
        (await browser.jar.getCookies(gatehouse.issuer)).find(({ key }) => key === 'gatehouse-browser')?.value ?? '',
      );
      if (!attempt) throw new Error('no attempt');
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => signIn.givePasskey(attempt, credential, {})));
      expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
      const again = await browser.request(action, {
        method: 'POST',
        body: body(),
        headers: { Origin: gatehouse.issuer },
      });
      expect(again.status).not.toBe(200);
      expect((await reasonsOf(account.id)).length).toBeGreaterThanOrEqual(49);
    });

    it('refuses a copy that has not counted along, and tells its owner once', async () => {
      const person = await withPasskey({ counts: true });
      const { account, authenticator, email } = person;
      const browser = gatehouse.browser();
      expect(
        (await signInByPasskey(browser, await browser.get(rp.request().url), authenticator)).leftFor,
      ).toBeDefined();
      for (const counter of [1, 2, 2]) {
        const copy = gatehouse.browser();
        const page = await signInByPasskey(copy, await copy.get(rp.request().url), authenticator, { counter });
        expect(page.problems).toEqual([refusal]);
      }
      const told = (await subjectsTo(gatehouse, email)).filter((subject) => subject.startsWith('A copy'));
      expect(told).toEqual(['A copy of one of your passkeys was refused']);
      expect(await reasonsOf(account.id)).toEqual(['passkey-cloned', 'passkey-cloned', 'passkey-cloned']);
      expect((await person.browser.get(passkeysPath)).text).toContain('Somebody may have a copy of this passkey');
    });

    it('takes another account’s passkey for no second factor, and one that is known for no new one', async () => {
      const [ana, eve] = [await createPerson(gatehouse, { withTotp: true }), await createPerson(gatehouse)];
      await addPasskey(gatehouse, ana);
      const { authenticator, browser: hers } = await addPasskey(gatehouse, eve);
      const browser = gatehouse.browser();
      const { email, password } = ana;
      const code = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
      const page = await answerWith(browser, code, (options) => authenticator.get(options));
      expect([page.heading, page.problems]).toEqual([
        'Enter your code',
        ['This passkey was not accepted. Use one of this account'],
      ]);
      const form = await openProfile(hers, eve, addPath);
      const options = await passkeyOptions(hers, form);
      expect(options).toMatchObject({ excludeCredentials: [{ id: authenticator.credentialId }] });
    });

    it('dies with a report of misuse, and with a reset of the second factor by an administrator', async () => {
      const owner = await createPerson(gatehouse);
      const who = administratorOf({ ...owner.account, roles: ['owner'] }, {});
      const [robbed, lost] = [await withPasskey(), await withPasskey()];
      const visitor = gatehouse.browser();
      const link = await notMeLink(gatehouse, robbed.email, /passkey was added/);
      await visitor.submit(await visitor.get(link), {}, 'It was not me: close my account to others');
      await gatehouse.app.administration.peopleActs.resetMfa(who, lost.account.id, 'lost phone');
      for (const { authenticator, browser } of [robbed, lost]) {
        expect((await browser.get(passkeysPath)).heading).toBe('Sign in');
        const page = await signInByPasskey(visitor, await visitor.get(rp.request().url), authenticator);
        expect(page.problems).toEqual([refusal]);
      }
    });

    it('keeps whoever rules the mailbox alone out, also by a report of misuse', async () => {
      const { account, authenticator, email } = await withPasskey();
      const thief = gatehouse.browser();
      const report = await thief.get(await notMeLink(gatehouse, email, /passkey was added/));
      await thief.submit(report, {}, 'It was not me: close my account to others');
      await gatehouse.services.deferredWork.settled();
      await resetWith(thief, await resetLink(gatehouse, email));
      const signInPage = await thief.get(rp.request().url);
      const stopped = await thief.submit(signInPage, { email, password: newPassword }, 'Sign in');
      expect(stopped.heading).toBe('Confirm with your passkey');
      expect((await gatehouse.services.accounts.get(account.id))?.totp).toBeUndefined();
      const done = await signInByPasskey(thief, stopped, authenticator);
      expect(done.leftFor?.searchParams.get('code')).toEqual(expect.any(String));
    });

    it('is gone with the account', async () => {
      const { account, authenticator, browser, password } = await withPasskey();
      const form = await browser.get('/profile/delete');
      await browser.submit(form, { currentPassword: password, confirm: 'yes' }, 'Delete account');
      expect(await gatehouse.services.passkeys.list({ ...account, passkeys: [] })).toEqual([]);
      const visitor = gatehouse.browser();
      const page = await signInByPasskey(visitor, await visitor.get(rp.request().url), authenticator);
      expect(page.problems).toEqual([refusal]);
    });

    it('of a suspended account leads no further', async () => {
      const { account, authenticator } = await withPasskey();
      await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, status: 'suspended' }));
      const browser = gatehouse.browser();
      const page = await signInByPasskey(browser, await browser.get(rp.request().url), authenticator);
      expect(page.status).toBe(403);
    });

    it.each(['', '{}', 'null', '[]', '{"id":1}', `{"id":"${'a'.repeat(2000)}"}`, '"\\u0000"'])(
      'is not to be had by %s',
      async (credential) => {
        const browser = gatehouse.browser();
        const page = await postCredential(browser, await browser.get(rp.request().url), credential);
        expect([page.status, page.problems]).toEqual([422, [refusal]]);
      },
    );

    it('of somebody else cannot be renamed or removed', async () => {
      const [ana, eve] = [await withPasskey(), await withPasskey()];
      const { passkeys = [] } = (await gatehouse.services.accounts.get(ana.account.id)) ?? {};
      for (const act of ['rename', 'remove'])
        expect((await eve.browser.get(`${passkeysPath}/${act}?passkey=${passkeys[0]}`)).status).toBe(404);
    });
  });
}
