// The link of an invitation: what its page says, where it leads, and what becomes of one that is over.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { invitationState } from '../../src/accounts/invitation.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { eventually } from '../support/eventually.ts';
import { enterWith, type Invited, invite, latestMail } from '../support/invited.ts';
import { createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { hiddenFields } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const ownPassword = 'seven quiet bicycles';
const names = { givenName: 'Ana', familyName: 'Silva' };
const dayMs = 24 * hourMs;
const origin = { actor: 'test' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`an invitation (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse, { initiate_login_uri: 'https://time.example/start' });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const stored = async ({ account }: Pick<Invited, 'account'>) => gatehouse.services.accounts.get(account.id);
    const stateOf = async (invited: Pick<Invited, 'account'>) => {
      const account = await stored(invited);
      return account && invitationState(account, Date.now());
    };
    const eventsOf = async ({ account }: Pick<Invited, 'account'>) =>
      (await gatehouse.services.audit.bySubject(account.id)).map(({ type }) => type);
    const mailsTo = async (email: string) =>
      (await gatehouse.services.outbox.list()).filter(({ to }) => to === email).length;
    async function toTheName(browser: TestBrowser, invited: Invited): Promise<Page> {
      const signInPage = await browser.submit(await browser.get(invited.link), {}, 'Continue to sign in');
      const choose = await browser.submit(signInPage, { password: invited.temporaryPassword }, 'Sign in');
      return browser.submit(choose, { newPassword: ownPassword }, 'Save');
    }

    it('RS-07: leads from the link over the temporary password, an own one and the name to My Profile', async () => {
      const inviter = await createPerson(gatehouse, { givenName: 'Maya' });
      await gatehouse.services.organizations.create({ id: 'acme', name: 'Acme' }, {});
      const email = `linked-${inviter.account.id.slice(0, 8).toLowerCase()}@example.com`;
      const account = await gatehouse.services.invitations.invite(
        { email, roles: [], memberships: [{ organization: 'acme', roles: ['clerk'] }] },
        { actor: inviter.account.id },
      );
      const invited = { account, email, ...(await latestMail(gatehouse.services, email)) };
      for (const part of ['Maya Silva invited you to Gatehouse.', 'You will belong to Acme.', invited.link])
        expect(invited.text).toContain(part);
      const browser = gatehouse.browser();
      const page = await browser.get(invited.link);
      expect([page.status, page.heading]).toEqual([200, 'Welcome to Gatehouse']);
      for (const part of ['Maya Silva invited you to Gatehouse.', 'You will belong to Acme.', email])
        expect(page.text).toContain(part);
      const signInPage = await browser.submit(page, {}, 'Continue to sign in');
      expect(signInPage.document.querySelector('#email')?.getAttribute('value')).toBe(email);
      const choose = await browser.submit(signInPage, { password: invited.temporaryPassword }, 'Sign in');
      expect(choose.text).toContain('Step 1 of 2');
      const name = await browser.submit(choose, { newPassword: ownPassword }, 'Save');
      expect([name.heading, name.text.includes('Step 2 of 2')]).toEqual(['Your name', true]);
      expect((await browser.submit(name, names, 'Save')).heading).toBe('My Profile');
      expect(await stored(invited)).toMatchObject({
        status: 'active',
        emailVerified: true,
        memberKeys: expect.arrayContaining(['acme', 'acme:clerk', 'acme::no-mfa', 'acme::invitation-accepted']),
      });
      expect((await stored(invited))?.invitation?.history.map(({ event }) => event)).toEqual([
        'created',
        'started',
        'password-set',
        'profile-done',
        'accepted',
      ]);
      expect(await eventsOf(invited)).toEqual([
        'account.created',
        'invitation.sent',
        'invitation.opened',
        'password.changed',
        'account.profile-completed',
        'invitation.accepted',
        'sign-in.succeeded',
      ]);
    });

    it('leads on to the client that it names, which starts its own sign-in', async () => {
      const invited = await invite(gatehouse, undefined, { clientId: rp.clientId });
      expect(invited.text).toContain(`You then go on to Client ${rp.clientId}.`);
      const browser = gatehouse.browser();
      const { leftFor } = await browser.submit(await toTheName(browser, invited), names, 'Save');
      expect(leftFor?.href).toBe(`https://time.example/start?iss=${encodeURIComponent(gatehouse.issuer)}`);
    });

    it('refuses a client that is not registered', async () => {
      await expect(invite(gatehouse, undefined, { clientId: 'nobody' })).rejects.toThrow('not_found');
    });

    it('RS-03: GET and HEAD change nothing, however often they come', async () => {
      const invited = await invite(gatehouse);
      const before = await stored(invited);
      for (const method of ['GET', 'HEAD', 'GET']) {
        const browser = gatehouse.browser();
        expect((await browser.request(invited.link, { method })).status).toBe(303);
        expect((await browser.request('/invitation', { method })).status).toBe(200);
      }
      expect(await stored(invited)).toEqual(before);
      expect(await eventsOf(invited)).toEqual(['account.created', 'invitation.sent']);
    });

    it('RS-02: keeps no token and no temporary password at rest, and binds both to the account', async () => {
      const [invited, other] = [await invite(gatehouse), await invite(gatehouse)];
      const token = new URLSearchParams(invited.link.split('?')[1]).get('token') ?? '';
      const record = JSON.stringify(await stored(invited));
      for (const secret of [token.split('.')[1] ?? '', invited.temporaryPassword]) expect(record).not.toContain(secret);
      expect((token.split('.')[1] ?? '').length).toBe(43);
      const swapped = await gatehouse.browser().get(`/invitation?token=${other.account.id}.${token.split('.')[1]}`);
      expect([swapped.status, swapped.heading]).toEqual([410, 'This link does not work']);
      expect(swapped.text).not.toContain(other.email);
    });

    it('RS-06: links to the configured issuer, whatever Host the request that caused the mail named', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const fields = hiddenFields(await browser.get(invited.link));
      await browser.post('/invitation/renewal', fields, { 'X-Forwarded-Host': 'evil.example' });
      expect(await mailsTo(invited.email)).toBe(2);
      const { text } = await latestMail(gatehouse.services, invited.email);
      expect(text).toContain(`${gatehouse.issuer}/invitation?token=`);
      expect(text).not.toContain('evil.example');
    });

    it('opens the sign-in page alone: no session, no password without the temporary one', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const page = await browser.submit(await browser.get(invited.link), {}, 'Continue to sign in');
      expect(page.heading).toBe('Sign in');
      const forced = await browser.post(page.url.replace(/sign-in$/, 'new-password'), {
        newPassword: ownPassword,
        _csrf: page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '',
      });
      expect(forced.heading).toBe('Sign in');
      expect(await stored(invited)).toMatchObject({ status: 'invited', emailVerified: false });
    });

    it('opens on another device, and twice', async () => {
      const invited = await invite(gatehouse);
      const phone = gatehouse.browser();
      await phone.submit(await phone.get(invited.link), {}, 'Continue to sign in');
      await phone.submit(await phone.get(invited.link), {}, 'Continue to sign in');
      expect(await stateOf(invited)).toBe('started');
      expect((await eventsOf(invited)).filter((type) => type === 'invitation.opened')).toHaveLength(1);
      expect((await toTheName(gatehouse.browser(), invited)).heading).toBe('Your name');
    });

    it('says welcome back to who stopped at the name, and leads to the sign-in with the own password', async () => {
      const invited = await invite(gatehouse);
      await toTheName(gatehouse.browser(), invited);
      expect(await stateOf(invited)).toBe('password-set');
      const later = gatehouse.browser();
      const page = await later.get(invited.link);
      expect(page.heading).toBe('Welcome back');
      const signInPage = await later.submit(page, {}, 'Continue to sign in');
      const name = await later.submit(signInPage, { password: ownPassword }, 'Sign in');
      expect((await later.submit(name, names, 'Save')).heading).toBe('My Profile');
    });

    it('once accepted, leads to the sign-in with a kind word, and tells no address', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      await browser.submit(await toTheName(browser, invited), names, 'Save');
      expect((await browser.submit(await browser.get(invited.link), {}, 'Continue to sign in')).heading).toBe(
        'My Profile',
      );
      const other = gatehouse.browser();
      const page = await other.get(invited.link);
      expect([page.status, page.heading]).toEqual([200, 'You are all set']);
      expect(page.text).not.toContain(invited.email);
      expect((await other.submit(page, {}, 'Continue to sign in')).heading).toBe('Sign in');
    });

    it('asks the invited person to sign in where somebody else is signed in with the browser', async () => {
      const [person, invited] = [await createPerson(gatehouse), await invite(gatehouse)];
      const browser = gatehouse.browser();
      await signIn(browser, rp.request(), person);
      const name = await toTheName(browser, invited);
      const done = await browser.submit(name, names, 'Save');
      expect([done.heading, done.text.includes(invited.email)]).toEqual(['My Profile', true]);
    });

    it('RS-08: an expired link says when it ended, and mails a new one to the address that is known', async () => {
      const now = stopClock();
      const invited = await invite(gatehouse);
      moveClock(7 * dayMs);
      const browser = gatehouse.browser();
      const page = await browser.get(invited.link);
      expect([page.status, page.heading]).toEqual([410, 'This invitation has run out']);
      const ended = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(now + 7 * dayMs);
      expect(page.text).toContain(ended);
      expect(await stateOf(invited)).toBe('expired');
      expect((await browser.submit(page, {}, 'Send a new email')).heading).toBe('Look into your mailbox');
      const fresh = { ...invited, ...(await latestMail(gatehouse.services, invited.email)) };
      expect(fresh.link).not.toBe(invited.link);
      expect((await stored(invited))?.invitation?.history.map(({ event }) => event)).toEqual([
        'created',
        'expired',
        'resent',
      ]);
      expect((await toTheName(browser, fresh)).heading).toBe('Your name');
    });

    it('RS-08: answers a link without a true token, and an address, the same whether or not there is an account', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const forged = `${invited.link.slice(0, -43)}${'A'.repeat(43)}`;
      const pages = [];
      for (const link of [forged, '/invitation?token=x', '/invitation', '/invitation?token=a&token=b']) {
        const { status, heading, text } = await browser.get(link);
        pages.push({ status, heading, text });
      }
      expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1);
      expect(pages[0]).toMatchObject({ status: 410, heading: 'This link does not work' });
      const answers = [];
      for (const email of [invited.email, 'nobody@example.com']) {
        const { status, text, url } = await browser.submit(await browser.get('/invitation/new'), { email });
        answers.push({ status, text, url });
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(
        await eventually(
          () => mailsTo(invited.email),
          (count) => count > 1,
        ),
      ).toBe(2);
      expect(await mailsTo('nobody@example.com')).toBe(0);
      expect((await browser.submit(await browser.get('/invitation/new'), { email: 'no' })).problems).toEqual([
        'Enter an email address such as name@example.com',
      ]);
    });

    it('RS-03: a newer link and temporary password kill the older ones, and the older link says so', async () => {
      const invited = await invite(gatehouse);
      const waiting = gatehouse.browser();
      const choose = await enterWith(waiting, '/profile', invited);
      await gatehouse.services.invitations.resend(invited.account.id, origin);
      const fresh = { ...invited, ...(await latestMail(gatehouse.services, invited.email)) };
      const old = await gatehouse.browser().get(invited.link);
      expect([old.status, old.heading]).toEqual([410, 'There is a newer invitation']);
      expect((await enterWith(gatehouse.browser(), '/profile', invited)).problems).toEqual([
        'The email address or password is not right',
      ]);
      expect((await waiting.submit(choose, { newPassword: ownPassword }, 'Save')).heading).toBe('Sign in');
      expect((await toTheName(gatehouse.browser(), fresh)).heading).toBe('Your name');
    });

    it('after the temporary password ran out, the link and the sign-in page both lead to a new one', async () => {
      stopClock();
      const invited = await invite(gatehouse);
      moveClock(72 * hourMs);
      const browser = gatehouse.browser();
      const page = await browser.get(invited.link);
      expect(page.heading).toBe('Your temporary password is too old');
      const late = await enterWith(browser, '/profile', invited);
      expect(late.document.querySelector('a[href="/invitation/new"]')?.textContent).toBe('Ask for a new invitation');
      await browser.submit(page, {}, 'Send a new email');
      const fresh = { ...invited, ...(await latestMail(gatehouse.services, invited.email)) };
      expect((await toTheName(browser, fresh)).heading).toBe('Your name');
    });

    it('withdrawn and never used, is deleted with its account: the link is nobody’s, and the address can be invited anew', async () => {
      const invited = await invite(gatehouse);
      expect(await gatehouse.services.invitations.cancel(invited.account.id, origin)).toBe('deleted');
      expect(await stored(invited)).toBeUndefined();
      expect((await gatehouse.browser().get(invited.link)).heading).toBe('This link does not work');
      expect((await enterWith(gatehouse.browser(), '/profile', invited)).problems).toEqual([
        'The email address or password is not right',
      ]);
      expect(await eventsOf(invited)).toContain('invitation.cancelled');
      expect((await invite(gatehouse, invited.email)).account.id).not.toBe(invited.account.id);
    });

    it('withdrawn after a password was set, is suspended; its holder is told and gets no mail, until it is sent again', async () => {
      const { invitations } = gatehouse.services;
      const invited = await invite(gatehouse);
      await toTheName(gatehouse.browser(), invited);
      expect(await invitations.cancel(invited.account.id, origin)).toBe('suspended');
      expect(await stateOf(invited)).toBe('cancelled');
      const browser = gatehouse.browser();
      const page = await browser.get(invited.link);
      expect([page.heading, page.document.querySelector('form')]).toEqual(['This invitation was withdrawn', null]);
      await browser.submit(await browser.get('/invitation/new'), { email: invited.email });
      expect((await signIn(browser, rp.request(), { ...invited, password: ownPassword })).heading).toBe(
        'This account is suspended',
      );
      expect(await mailsTo(invited.email)).toBe(1);
      await invitations.resend(invited.account.id, origin);
      const { text, temporaryPassword, link } = await latestMail(gatehouse.services, invited.email);
      expect([temporaryPassword, text.includes('token=')]).toEqual(['', false]);
      const again = await browser.submit(
        await browser.get(link),
        { email: invited.email, password: ownPassword },
        'Sign in',
      );
      expect(again.heading).toBe('Your name');
    });

    it('is neither sent again nor withdrawn once it is accepted', async () => {
      const { invitations } = gatehouse.services;
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      await browser.submit(await toTheName(browser, invited), names, 'Save');
      await expect(invitations.resend(invited.account.id, origin)).rejects.toThrow('can sign in already');
      await expect(invitations.cancel(invited.account.id, origin)).rejects.toThrow('has accepted');
    });
  });
}
