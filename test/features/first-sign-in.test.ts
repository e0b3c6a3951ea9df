// M2: an invitation, its temporary password, and the first sign-in.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { enterWith, invite, temporaryPasswordIn } from '../support/invited.ts';
import { codeAt, createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const ownPassword = 'seven quiet bicycles';
const names = { givenName: 'Ana', familyName: 'Silva' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the first sign-in (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const opens = async (email: string, password: string) =>
      (await signIn(gatehouse.browser(), rp.request(), { email, password } as never)).leftFor !== undefined;
    const eventsOf = async (id: string) => (await gatehouse.services.audit.bySubject(id)).map(({ type }) => type);

    it('begins with a mail that holds the way in, the address and a temporary password', async () => {
      const { email, text, temporaryPassword } = await invite(gatehouse);
      for (const part of [`${gatehouse.issuer}/profile`, email]) expect(text).toContain(part);
      expect(temporaryPassword).toHaveLength(23);
      const mailbox = (await (await gatehouse.browser().request('/dev/mailbox.json')).json()) as {
        to: string;
        text: string;
        html: string;
        links: string[];
      }[];
      const mail = mailbox.find(({ to }) => to === email);
      expect([temporaryPasswordIn(mail?.text ?? ''), mail?.html.includes(temporaryPassword), mail?.links]).toEqual([
        temporaryPassword,
        true,
        [`${gatehouse.issuer}/profile`],
      ]);
    });

    it('leads over an own password and the name back to the client', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const request = rp.request();
      const choose = await enterWith(browser, request.url, invited);
      expect([choose.heading, new URL(choose.url).pathname.split('/').at(-1)]).toEqual([
        'Choose your password',
        'new-password',
      ]);
      const name = await browser.submit(choose, { newPassword: ownPassword }, 'Save');
      expect(name.heading).toBe('Your name');
      const { leftFor } = await browser.submit(name, { givenName: ' Ana ', familyName: 'Silva' }, 'Save');
      const { claims } = await rp.redeem(leftFor as URL, request);
      expect(claims).toMatchObject({
        sub: invited.account.id,
        email: invited.email,
        email_verified: true,
        name: 'Ana Silva',
        amr: ['pwd'],
      });
      expect(await eventsOf(invited.account.id)).toEqual([
        'account.created',
        'invitation.sent',
        'password.changed',
        'account.profile-completed',
        'sign-in.succeeded',
      ]);
      expect(JSON.stringify(await gatehouse.services.audit.bySubject(invited.account.id))).not.toContain(
        invited.temporaryPassword,
      );
    });

    it('leads to My Profile when the link in the mail is followed', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const name = await browser.submit(
        await enterWith(browser, '/profile', invited),
        { newPassword: ownPassword },
        'Save',
      );
      expect((await browser.submit(name, names, 'Save')).heading).toBe('My Profile');
    });

    it('opens nothing before its last step: no session, no code, no page of a signed-in person', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const choose = await enterWith(browser, rp.request().url, invited);
      const name = await browser.submit(choose, { newPassword: ownPassword }, 'Save');
      for (const page of [choose, name]) expect(page.leftFor).toBeUndefined();
      expect(
        browser.jar
          .getCookiesSync(gatehouse.issuer)
          .map(({ key }) => key)
          .filter((key) => key.includes('session')),
      ).toEqual([]);
      expect((await browser.get('/profile/password')).heading).toBe('Sign in');
      expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
        'login_required',
      );
      expect(await eventsOf(invited.account.id)).not.toContain('sign-in.succeeded');
    });

    it('goes on at the name when it was left there, with the own password', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      await browser.submit(await enterWith(browser, rp.request().url, invited), { newPassword: ownPassword }, 'Save');
      const later = gatehouse.browser();
      const name = await later.submit(
        await later.get(rp.request().url),
        { email: invited.email, password: ownPassword },
        'Sign in',
      );
      expect(name.heading).toBe('Your name');
      expect((await later.submit(name, names, 'Save')).leftFor).toBeDefined();
    });

    it('lets the temporary password live for 72 hours, and says so when it is too old, to who knows it', async () => {
      const now = stopClock();
      const invited = await invite(gatehouse);
      stopClock(now + 72 * hourMs - 1000);
      expect((await enterWith(gatehouse.browser(), rp.request().url, invited)).heading).toBe('Choose your password');
      stopClock(now + 72 * hourMs);
      const late = await enterWith(gatehouse.browser(), rp.request().url, invited);
      expect([late.status, late.problems]).toEqual([
        422,
        ['This temporary password is too old. Ask your administrator for a new invitation'],
      ]);
      const wrong = await enterWith(gatehouse.browser(), rp.request().url, {
        ...invited,
        temporaryPassword: 'AAAAA-AAAAA-AAAAA-AAAAA',
      });
      expect(wrong.problems).toEqual(['The email address or password is not right']);
    });

    it('is over when the page that asks for the own password stood open for half an hour', async () => {
      stopClock();
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const choose = await enterWith(browser, rp.request().url, invited);
      moveClock(30 * minuteMs);
      expect((await browser.submit(choose, { newPassword: ownPassword }, 'Save')).heading).toBe('Sign in');
      expect(await opens(invited.email, ownPassword)).toBe(false);
    });

    it('kills the temporary password by its use', async () => {
      const invited = await invite(gatehouse);
      const [browser, waiting] = [gatehouse.browser(), gatehouse.browser()];
      const stale = await enterWith(waiting, rp.request().url, invited);
      await browser.submit(await enterWith(browser, rp.request().url, invited), { newPassword: ownPassword }, 'Save');
      expect((await enterWith(gatehouse.browser(), rp.request().url, invited)).problems).toEqual([
        'The email address or password is not right',
      ]);
      expect((await waiting.submit(stale, { newPassword: 'another quiet walk' }, 'Save')).heading).toBe('Sign in');
      expect(await opens(invited.email, 'another quiet walk')).toBe(false);
    });

    it('has one winner when twenty browsers choose a password at once', async () => {
      const invited = await invite(gatehouse);
      const browsers = Array.from({ length: 4 }, () => gatehouse.browser());
      const pages = await Promise.all(browsers.map((browser) => enterWith(browser, rp.request().url, invited)));
      const wishes = Array.from({ length: 20 }, (_, n) => `${ownPassword} ${n}`);
      await Promise.all(
        wishes.map((newPassword, n) => {
          const page = pages[n % 4];
          const _csrf = page?.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
          return browsers[n % 4]?.request(page?.url ?? '', {
            method: 'POST',
            body: new URLSearchParams({ newPassword, _csrf }),
          });
        }),
      );
      const account = await gatehouse.services.accounts.get(invited.account.id);
      const taken = [];
      for (const password of wishes)
        if ((await gatehouse.services.passwords.verify(account, password, Date.now())) === 'accepted')
          taken.push(password);
      expect(taken).toHaveLength(1);
      expect((await eventsOf(invited.account.id)).filter((type) => type === 'password.changed')).toHaveLength(1);
      expect(account?.temporaryPassword).toBeUndefined();
    });

    it('is no way round the second factor: a break-glass password is asked for the code before it may choose anything', async () => {
      const { services } = gatehouse;
      const owner = await createPerson(gatehouse, { withTotp: true });
      const { temporaryPassword } = await services.invitations.recoverOwner(
        owner.email,
        { makeOwner: true, resetMfa: false },
        { actor: 'cli' },
      );
      const browser = gatehouse.browser();
      const codePage = await enterWith(browser, rp.request().url, { email: owner.email, temporaryPassword });
      expect(codePage.heading).toBe('Enter your code');
      const _csrf = codePage.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      const forced = await browser.post(codePage.url.replace(/code$/, 'new-password'), {
        newPassword: ownPassword,
        _csrf,
      });
      expect(forced.heading).toBe('Enter your code');
      expect(await opens(owner.email, ownPassword)).toBe(false);
      const choose = await browser.submit(codePage, { code: codeAt(owner.totpSecret ?? '') }, 'Confirm');
      expect(choose.heading).toBe('Choose your password');
      expect((await browser.submit(choose, { newPassword: ownPassword }, 'Save')).leftFor).toBeDefined();
    });
  });
}
