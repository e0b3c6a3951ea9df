// Changing the e-mail address on My Profile: asked with the password, proved by a link to the new address, told to the old one.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { confirmPath, emailPath, linkIn, mailsTo, newAddress } from '../support/email-change.ts';
import { engines } from '../support/engines.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`changing the e-mail address (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let browser: TestBrowser;
    let newEmail: string;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: { TRUSTED_PROXIES: '127.0.0.1' } });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    async function begin(options?: { withTotp?: boolean }): Promise<void> {
      ana = await createPerson(gatehouse, options);
      browser = await signedInBrowser(gatehouse, ana);
      newEmail = newAddress();
    }

    async function ask(email = newEmail, currentPassword = ana.password): Promise<Page> {
      const page = await browser.get(emailPath);
      const token = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      const _csrf = page.document.querySelector(`form[action="${emailPath}"] [name=_csrf]`)?.getAttribute('value');
      return browser.post(
        emailPath,
        { newEmail: email, currentPassword, _csrf: _csrf ?? token },
        // Each test from a network of its own: ten mails an hour are all that one may cause.
        { 'X-Forwarded-For': networkOfTest() },
      );
    }

    const stored = () => gatehouse.services.accounts.get(ana.account.id);
    const events = async (type: string) =>
      (await gatehouse.services.audit.bySubject(ana.account.id)).filter((event) => event.type === type);

    it('AC-01: takes the new address as the sign-in name once the link is opened, and keeps `sub`', async () => {
      await begin();
      const before = await signInTo(gatehouse.browser(), rp, ana);
      const asked = await ask();
      expect(asked.text).toContain(`Open the link in the email to ${newEmail}`);
      expect(await stored()).toMatchObject({ email: ana.email, sessionEpoch: 0 });

      const confirm = await browser.get(await linkIn(gatehouse, newEmail));
      expect(confirm.heading).toBe('Is this your new email address?');
      expect(confirm.text).toContain(newEmail);
      expect(confirm.text).not.toContain(ana.email);
      const done = await browser.submit(confirm, {}, 'Change email address');
      expect([done.heading, new URL(done.url).pathname]).toEqual(['My Profile', '/profile']);
      expect(done.text).toContain(`Your email address is changed: you now sign in with ${newEmail}.`);

      const { claims } = await signInTo(gatehouse.browser(), rp, { ...ana, email: newEmail });
      expect(claims?.sub).toBe(before.claims?.sub);
      const account = await stored();
      expect(account).toMatchObject({ email: newEmail, emailVerified: true });
      expect(account?.emailChange).toBeUndefined();
      expect((await signIn(gatehouse.browser(), rp.request(), ana)).problems).toEqual([
        'The email address or password is not right',
      ]);
      expect(await events('account.email-changed')).toMatchObject([
        { result: 'success', actor: ana.account.id, personal: { 'email.old': ana.email, 'email.new': newEmail } },
      ]);
    });

    it('SE-04: ends every other session; the one in which the link is opened goes on', async () => {
      await begin();
      const elsewhere = await signedInBrowser(gatehouse, ana);
      const tokens = await signInTo(gatehouse.browser(), rp, ana);
      await ask();
      await browser.submit(await browser.get(await linkIn(gatehouse, newEmail)), {}, 'Change email address');
      expect((await browser.get(passwordPath)).heading).toBe('Password');
      expect((await elsewhere.get(passwordPath)).heading).toBe('Sign in');
      expect((await rp.refresh(tokens.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    });

    it('SE-04: ends all sessions when the link is opened in another browser', async () => {
      await begin();
      await ask();
      const phone = gatehouse.browser();
      const done = await phone.submit(await phone.get(await linkIn(gatehouse, newEmail)), {}, 'Change email address');
      expect(done.heading).toBe('Your email address is changed');
      expect((await browser.get(passwordPath)).heading).toBe('Sign in');
      expect((await phone.get(passwordPath)).heading).toBe('Sign in');
    });

    it('AC-05: tells the old address when it is asked for, without all of the new one, and when it is done', async () => {
      await begin();
      await ask();
      const [asked] = await mailsTo(gatehouse, ana.email);
      expect(asked?.subject).toBe('A new email address was asked for');
      expect(asked?.text).toContain(`n•••@example.com`);
      expect(asked?.text).not.toContain(newEmail);
      await browser.submit(await browser.get(await linkIn(gatehouse, newEmail)), {}, 'Change email address');
      const [done] = await mailsTo(gatehouse, ana.email);
      expect(done?.subject).toBe('The email address of your Gatehouse account was changed');
      expect(await mailsTo(gatehouse, newEmail)).toHaveLength(1);
    });

    it('says the same at the form for an address that is taken; its owner is told, and no link is sent', async () => {
      stopClock();
      await begin();
      const owner = await createPerson(gatehouse);
      const [free, taken] = [await ask(), await ask(owner.email)];
      expect(taken.status).toBe(free.status);
      expect(taken.text.replace(owner.email, newEmail)).toBe(free.text);
      const mails = await mailsTo(gatehouse, owner.email);
      expect(mails.map(({ subject }) => subject)).toEqual(['Your email address at Gatehouse']);
      expect(mails[0]?.text).not.toContain(confirmPath);
      expect(mails[0]?.text).not.toContain(ana.email);
    });

    it('leaves it to the storage whether an address is taken by the time the link is opened', async () => {
      await begin();
      await ask();
      const link = await linkIn(gatehouse, newEmail);
      await gatehouse.services.accounts.create({ email: newEmail, emailVerified: true, status: 'active' });
      const page = await browser.submit(await browser.get(link), {}, 'Change email address');
      expect([page.status, page.heading]).toEqual([409, 'This address cannot be used']);
      expect(await stored()).toMatchObject({ email: ana.email, sessionEpoch: 0 });
      expect(await events('account.email-changed')).toEqual([]);
    });

    it('changes nothing by a GET, however often', async () => {
      await begin();
      await ask();
      const before = await stored();
      const link = await linkIn(gatehouse, newEmail);
      for (let look = 0; look < 3; look += 1) await gatehouse.browser().get(link);
      expect(await stored()).toEqual(before);
    });

    it('has one winner when the link is posted 200 times at once', async () => {
      await begin();
      await ask();
      const form = await browser.get(await linkIn(gatehouse, newEmail));
      const fields = Object.fromEntries(
        form.document
          .querySelectorAll('input[name]')
          .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
      );
      const answers = await Promise.all(
        Array.from({ length: 200 }, async () => {
          const response = await browser.request(confirmPath, { method: 'POST', body: new URLSearchParams(fields) });
          await response.arrayBuffer();
          return response.status;
        }),
      );
      expect(answers.filter((status) => status === 303)).toHaveLength(1);
      expect(answers.filter((status) => status === 410)).toHaveLength(199);
      expect((await stored())?.sessionEpoch).toBe(1);
      expect(await events('account.email-changed')).toHaveLength(1);
      expect(
        (await mailsTo(gatehouse, ana.email)).filter(({ subject }) => subject.includes('was changed')),
      ).toHaveLength(1);
    }, 60_000);

    it('kills an older link by a newer request, and any link after an hour', async () => {
      stopClock();
      await begin();
      await ask();
      const first = await linkIn(gatehouse, newEmail);
      const second = newAddress();
      await ask(second);
      const old = await browser.get(first);
      expect([old.status, old.heading]).toEqual([410, 'This link is no good any more']);
      const link = await linkIn(gatehouse, second);
      const open = await browser.get(link);
      moveClock(hourMs);
      expect((await browser.submit(open, {}, 'Change email address')).heading).toBe('This link is too old');
      expect((await browser.get(link)).heading).toBe('This link is too old');
      expect((await stored())?.email).toBe(ana.email);
      expect((await browser.get(emailPath)).text).not.toContain('Waiting for you');
    });

    it('can be cancelled while it waits, which is written down', async () => {
      await begin();
      const asked = await ask();
      const page = await browser.submit(asked, {}, 'Cancel this change');
      expect(page.text).toContain('The change is cancelled.');
      expect(page.text).not.toContain('Waiting for you');
      expect((await browser.get(await linkIn(gatehouse, newEmail))).status).toBe(410);
      expect(await events('account.email-change-cancelled')).toHaveLength(1);
    });

    it('asks a person with a second factor to sign in afresh after 15 minutes, and nobody else', async () => {
      stopClock();
      await begin({ withTotp: true });
      expect((await browser.get(emailPath)).heading).toBe('Email address');
      const ben = await createPerson(gatehouse);
      const other = await signedInBrowser(gatehouse, ben);
      moveClock(15 * minuteMs + 1000);
      expect((await browser.get(emailPath)).heading).toBe('Sign in');
      expect((await other.get(emailPath)).heading).toBe('Email address');
    });

    it('sends three mails an hour at most, and says so', async () => {
      stopClock();
      await begin();
      for (let count = 0; count < 3; count += 1) expect((await ask(newAddress())).status).toBe(200);
      const last = newAddress();
      const refused = await ask(last);
      expect([refused.status, refused.problems]).toEqual([
        429,
        ['Too many emails were asked for. Wait an hour, then try again'],
      ]);
      expect(await mailsTo(gatehouse, last)).toEqual([]);
      moveClock(hourMs);
      expect((await ask(last)).status).toBe(200);
    });
  });
}

let networks = 0;
function networkOfTest(): string {
  networks += 1;
  return `198.51.${Math.floor(networks / 250)}.${networks % 250}`;
}

describe('the form that changes the e-mail address', () => {
  let gatehouse: TestApp;
  let ana: Person;
  let browser: TestBrowser;

  beforeAll(async () => {
    gatehouse = await startApp();
    ana = await createPerson(gatehouse);
    browser = await signedInBrowser(gatehouse, ana);
  });
  afterAll(() => gatehouse.stop());
  afterEach(letClockRun);

  it.each([
    ['an empty form', '', '', ['Enter the new email address', 'Enter your current password']],
    ['what is no address', 'ana at example', 'x', ['Enter an email address such as name@example.com']],
    ['the same address in another spelling', 'SELF', 'x', ['This is your email address already']],
    ['a wrong password', 'new@example.com', 'not my password', ['That is not your current password']],
  ])('refuses %s in words, and keeps what was typed', async (_what, typed, currentPassword, problems) => {
    const newEmail = typed === 'SELF' ? ana.email.toUpperCase() : typed;
    const page = await browser.submit(await browser.get(emailPath), { newEmail, currentPassword }, 'Send link');
    expect([page.status, page.problems]).toEqual([422, problems]);
    expect(page.document.querySelector('#newEmail')?.getAttribute('value')).toBe(newEmail);
    expect(page.document.querySelector('#currentPassword')?.getAttribute('value') ?? '').toBe('');
    expect((await gatehouse.services.accounts.get(ana.account.id))?.emailChange).toBeUndefined();
    expect(await mailsTo(gatehouse, ana.email)).toEqual([]);
  });

  it('makes a guesser of the password wait after five wrong ones', async () => {
    stopClock();
    const guessed = await createPerson(gatehouse);
    const guesser = await signedInBrowser(gatehouse, guessed);
    const open = await guesser.get(emailPath);
    const give = (currentPassword: string) =>
      guesser.submit(open, { newEmail: newAddress(), currentPassword }, 'Send link');
    for (let guess = 1; guess <= 5; guess += 1) expect((await give(`guess ${guess}`)).status).toBe(422);
    const refused = await give(guessed.password);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '2']);
  });
});
