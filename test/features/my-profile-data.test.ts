// My Profile: the own data as a file, and the end of the account.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { createAccountDeletion } from '../../src/accounts/account-deletion.ts';
import { holdingsOf } from '../../src/accounts/holdings.ts';
import { sweep } from '../../src/sweeper.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { mailsTo } from '../support/email-change.ts';
import { engines } from '../support/engines.ts';
import { tokenOn } from '../support/form.ts';
import { activateMfa, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { hiddenFields, linkOn } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const dataPath = '/profile/data';
const downloadPath = `${dataPath}/download`;
const deletePath = '/profile/delete';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the own data (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let thirdParty: RelyingParty;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
      thirdParty = await registerRelyingParty(gatehouse, { first_party: false });
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    async function begin(): Promise<void> {
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
    }

    const events = async (type: string) =>
      (await gatehouse.services.audit.bySubject(ana.account.id)).filter((event) => event.type === type);

    async function account(): Promise<Account> {
      const stored = await gatehouse.services.accounts.get(ana.account.id);
      if (!stored) throw new Error('there is no such account');
      return stored;
    }

    async function download(): Promise<Response> {
      const page = await browser.get(dataPath);
      const body = new URLSearchParams({ _csrf: tokenOn(page, downloadPath) });
      return browser.request(downloadPath, { method: 'POST', body });
    }

    async function remove(fields: Record<string, string> = {}): Promise<Page> {
      const form = { currentPassword: ana.password, confirm: 'yes', ...fields };
      return browser.submit(await browser.get(deletePath), form, 'Delete account');
    }

    /** The record as it is stored, marked or not. */
    async function isStored(): Promise<boolean> {
      const marked = await gatehouse.services.accounts.markedDeleted(Number.MAX_SAFE_INTEGER);
      const { accounts } = gatehouse.services;
      return (await accounts.get(ana.account.id)) !== undefined || marked.some(({ id }) => id === ana.account.id);
    }

    it('comes as a file with all that is held, and neither hash nor secret', async () => {
      await begin();
      const { recoveryCodes, secret } = await activateMfa(browser);
      await browser.submit(await browser.get(thirdParty.request().url), {}, 'Allow');
      const response = await download();
      expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="my-data.json"');
      expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({
        account: {
          id: ana.account.id,
          email: ana.email,
          givenName: 'Ana',
          createdAt: new Date(ana.account.createdAt).toISOString(),
          hasPassword: true,
          recoveryCodes: 10,
        },
        sessions: [{ amr: ['pwd'], clients: expect.arrayContaining([thirdParty.clientId]) }],
        applications: [{ clientId: thirdParty.clientId, scopes: expect.arrayContaining(['email']) }],
        events: expect.arrayContaining([expect.objectContaining({ type: 'mfa.activated' })]),
      });
      const stored = await account();
      expect(JSON.parse(text).account).not.toHaveProperty('totp');
      const hidden = [secret, stored.passwordHash ?? '', stored.totp?.secret ?? '', recoveryCodes[0] ?? ''];
      for (const value of hidden) expect([value !== '', text.includes(value)]).toEqual([true, false]);
      expect(text).not.toMatch(/[Hh]ash|idHashes|sealed/);
      expect(await events('account.data-downloaded')).toHaveLength(1);
    });

    it('asks for a sign-in of the last 15 minutes, and leads back to the page', async () => {
      stopClock();
      await begin();
      moveClock(15 * minuteMs + 1000);
      const page = await browser.get(dataPath);
      expect(page.heading).toBe('Your data');
      const asked = await browser.submit(page, {}, 'Download');
      expect(asked.heading).toBe('Sign in');
      expect((await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in')).heading).toBe(
        'Your data',
      );
      expect(await events('account.data-downloaded')).toEqual([]);
      expect((await download()).status).toBe(200);
      expect((await gatehouse.browser().get(deletePath)).heading).toBe('Sign in');
    });

    it('goes with the account: sessions, tokens, consents and the record; the address is free, `sub` is not used again', async () => {
      await begin();
      const tokens = await signInTo(gatehouse.browser(), rp, ana, { scope: 'openid email offline_access' });
      await browser.submit(await browser.get(thirdParty.request().url), {}, 'Allow');
      await browser.submit(await browser.get('/profile/name'), { givenName: 'Anna' }, 'Save');
      const page = await remove();
      expect([page.status, page.heading]).toEqual([200, 'Your account is deleted']);

      expect(await isStored()).toBe(false);
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      expect((await rp.refresh(tokens.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      const me = await fetch(`${gatehouse.issuer}/me`, {
        headers: { Authorization: `Bearer ${tokens.body.access_token}` },
      });
      expect(me.status).toBe(401);
      expect(await gatehouse.services.grants.consentsOf(ana.account.id)).toEqual([]);
      expect((await signIn(gatehouse.browser(), rp.request(), ana)).problems).toEqual([
        'The email address or password is not right',
      ]);
      const ends = await events('session.ended');
      expect(ends.map(({ detail }) => detail?.reason)).toEqual(['account-deleted', 'account-deleted']);
      const all = await gatehouse.services.audit.bySubject(ana.account.id);
      expect(all.filter(({ type }) => type === 'account.deleted')).toHaveLength(1);
      expect(JSON.stringify(all)).not.toMatch(/Anna|Silva|@/);
      expect((await mailsTo(gatehouse, ana.email)).map(({ subject }) => subject)).toContain(
        'Your Gatehouse account is deleted',
      );

      const { email } = ana;
      const heir = await gatehouse.services.accounts.create({ email, emailVerified: false, status: 'active' });
      expect(heir.id).not.toBe(ana.account.id);
    });

    it('stays where something is missing, said in words', async () => {
      await begin();
      const page = await browser.post(deletePath, { _csrf: tokenOn(await browser.get(deletePath), deletePath) });
      expect([page.status, page.problems]).toEqual([
        422,
        ['Enter your current password', 'Tick the box to delete your account'],
      ]);
      const wrong = await remove({ currentPassword: 'not my password' });
      expect([wrong.status, wrong.problems]).toEqual([422, ['That is not your current password']]);
      expect(wrong.document.querySelector('#confirm')?.hasAttribute('checked')).toBe(true);
      expect((await browser.get('/profile')).heading).toBe('My Profile');
    });

    it('asks for a code as well where there is a second factor', async () => {
      stopClock();
      await begin();
      const { secret } = await activateMfa(browser);
      moveClock(stepMs);
      const code = codeAt(secret);
      const wrong = code === '000000' ? '000001' : '000000';
      expect((await remove({ code: '' })).problems).toEqual(['Enter the 6 digits from your authenticator app']);
      expect((await remove({ code: wrong })).status).toBe(422);
      expect((await remove({ code })).heading).toBe('Your account is deleted');
    });

    it('takes a recovery code in its place where the phone is lost, once', async () => {
      await begin();
      const { recoveryCodes } = await activateMfa(browser);
      const [used = '', fresh = ''] = recoveryCodes;
      await gatehouse.services.recoveryCodes.verify(await account(), used, { origin: {}, now: Date.now() });
      const page = await browser.get(linkOn(await browser.get(deletePath), 'Lost your phone? Use a recovery code'));
      const form = { currentPassword: ana.password, confirm: 'yes' };
      const empty = await browser.submit(page, { ...form, recoveryCode: '' }, 'Delete account');
      expect([empty.status, empty.problems]).toEqual([422, ['Enter a recovery code']]);
      const wrong = await browser.submit(empty, { ...form, recoveryCode: used }, 'Delete account');
      expect([wrong.status, wrong.problems]).toEqual([422, ['That recovery code is not right, or was used already']]);
      const unticked = await browser.post(page.url, {
        ...hiddenFields(wrong),
        ...form,
        confirm: '',
        recoveryCode: fresh,
      });
      expect(unticked.problems).toEqual(['Tick the box to delete your account']);
      const done = await browser.submit(wrong, { ...form, recoveryCode: fresh }, 'Delete account');
      expect(done.heading).toBe('Your account is deleted');
      expect(await isStored()).toBe(false);
    });

    it('takes no recovery code in the field of the app’s code, and no code of the app in the field of a recovery code', async () => {
      stopClock();
      await begin();
      const { recoveryCodes, secret } = await activateMfa(browser);
      moveClock(stepMs);
      expect((await remove({ code: recoveryCodes[0] ?? '' })).status).toBe(422);
      const page = await browser.get(`${deletePath}?with=recovery-code`);
      const form = { currentPassword: ana.password, confirm: 'yes', recoveryCode: codeAt(secret) };
      expect((await browser.submit(page, form, 'Delete account')).status).toBe(422);
      expect((await account()).recoveryCodes?.every(({ usedAt }) => usedAt === undefined)).toBe(true);
    });

    it('does not let the last owner go, nor the last two at once', async () => {
      const { accounts } = gatehouse.services;
      const owners = await Promise.all([createPerson(gatehouse), createPerson(gatehouse)]);
      for (const { account } of owners) await accounts.update(account.id, (old) => ({ ...old, roles: ['owner'] }));
      const invited = await createPerson(gatehouse);
      await accounts.update(invited.account.id, (old) => ({ ...old, roles: ['owner'], status: 'invited' }));
      const leaving = await Promise.all(
        owners.map(async (owner) => {
          const own = await signedInBrowser(gatehouse, owner);
          const form = { currentPassword: owner.password, confirm: 'yes' };
          const page = await own.get(deletePath);
          return () => own.submit(page, form, 'Delete account');
        }),
      );
      await Promise.all(leaving.map((leave) => leave()));
      const left = (await accounts.withRole('owner')).filter(({ status }) => status === 'active');
      expect(left.length).toBeGreaterThanOrEqual(1);

      const [last] = left;
      const person = owners.find(({ account }) => account.id === last?.id);
      if (!person) throw new Error('the owner who is left is none of the two');
      for (const { id } of left.slice(1)) await accounts.update(id, (old) => ({ ...old, roles: [] }));
      const own = await signedInBrowser(gatehouse, person);
      const page = await own.get(deletePath);
      expect(page.text).toContain('You are the only owner');
      expect(page.document.querySelector('#currentPassword')).toBeNull();
      expect(await accounts.get(person.account.id)).toMatchObject({ roles: ['owner'] });
      await accounts.update(person.account.id, (old) => ({ ...old, roles: [] }));
    });

    it.each(['sessions', 'tokens', 'applications', 'knownBrowsers', 'events', 'mail'])(
      'is closed at once and finished by the sweeper when the process dies at the step "%s"',
      async (step) => {
        stopClock();
        await begin();
        const { services, app } = gatehouse;
        const tokens = await signInTo(gatehouse.browser(), rp, ana, { scope: 'openid offline_access' });
        const fail = () => Promise.reject(new Error('the process died'));
        const holdings = holdingsOf({ ...services, consents: services.grants }).map((holding) =>
          holding.name === step ? { ...holding, remove: fail } : holding,
        );
        const dying = createAccountDeletion({
          ...services,
          holdings,
          ownerRole: 'owner',
          endSessions: (id, origin) =>
            step === 'sessions' ? fail() : app.oidc.endAll(id, { reason: 'account-deleted' }, origin),
          securityNotices: step === 'mail' ? { ...services.securityNotices, deliver: fail } : services.securityNotices,
        });
        expect(await dying.remove(await account(), { actor: ana.account.id })).toBe('deleted');

        expect(await isStored()).toBe(true);
        expect(await services.accounts.get(ana.account.id)).toBeUndefined();
        expect((await browser.get('/profile')).heading).toBe('Sign in');
        expect((await rp.refresh(tokens.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
        expect((await signIn(gatehouse.browser(), rp.request(), ana)).problems).toHaveLength(1);

        moveClock(minuteMs);
        await sweep(services, app);
        expect(await isStored()).toBe(false);
        expect(await services.grants.consentsOf(ana.account.id)).toEqual([]);
        expect(await events('account.deleted')).toHaveLength(1);
        expect((await mailsTo(gatehouse, ana.email)).map(({ subject }) => subject)).toContain(
          'Your Gatehouse account is deleted',
        );
      },
    );

    it('is deleted once, however often the form is sent', async () => {
      await begin();
      const page = await browser.get(deletePath);
      const body = new URLSearchParams({
        currentPassword: ana.password,
        confirm: 'yes',
        _csrf: tokenOn(page, deletePath),
      });
      await Promise.all(
        Array.from({ length: 20 }, () =>
          browser.request(deletePath, { method: 'POST', body: new URLSearchParams(body) }),
        ),
      );
      expect(await events('account.deletion-begun')).toHaveLength(1);
      expect(await events('account.deleted')).toHaveLength(1);
    });
  });
}
