// Forgotten password, as a person does it: from the sign-in page over the mail, and what they are told where there is no link to be had.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { enterWith, invite } from '../support/invited.ts';
import { createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import {
  askForReset,
  behindProxy,
  forgottenPath,
  freshNetwork,
  mailsTo,
  newPassword,
  resetLink,
  resetWith,
  subjectsTo,
} from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const linkSubject = 'Choose a new password for Gatehouse';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`asking for a new password (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    const ask = (email: string, network?: string) =>
      askForReset(gatehouse, gatehouse.browser(), email, network ? { network } : {});

    it('RS-01: answers the same to known, unknown, invited and suspended addresses, and to one too many', async () => {
      const [ana, bo] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const invited = await invite(gatehouse);
      await gatehouse.services.accounts.update(bo.account.id, (old) => ({ ...old, status: 'suspended' }));
      const addresses = [ana.email, ana.email, ana.email, ana.email, bo.email, invited.email, 'nobody@example.com'];
      const answers = await Promise.all(addresses.map((email) => ask(email)));
      const [first] = answers;
      expect([first?.status, first?.heading, first?.url]).toEqual([
        200,
        'Look into your mailbox',
        `${gatehouse.issuer}${forgottenPath}/sent`,
      ]);
      expect(first?.text).toContain('If an account has this address');
      for (const { html, status } of answers) expect([status, html]).toEqual([200, first?.html]);
    });

    it('RS-01: mails a link to a known address, however it is written, and nothing to an unknown one', async () => {
      const ana = await createPerson(gatehouse);
      const before = (await gatehouse.services.outbox.list()).length;
      await ask('somebody-else@example.com');
      expect(await gatehouse.services.outbox.list()).toHaveLength(before);
      await ask(` ${ana.email.toUpperCase()} `);
      const [mail] = await mailsTo(gatehouse, ana.email);
      expect(mail).toMatchObject({ subject: linkSubject, purpose: 'reset' });
      for (const part of [mail?.text, mail?.html]) expect(part).toContain(await resetLink(gatehouse, ana.email));
      expect(mail?.text).toContain('If it was not you, do nothing');
    });

    it('RS-01: sends three mails an hour to an account at most, the page saying the same', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      await Promise.all(Array.from({ length: 8 }, () => ask(ana.email)));
      expect(await subjectsTo(gatehouse, ana.email)).toEqual([linkSubject, linkSubject, linkSubject]);
      moveClock(hourMs);
      await ask(ana.email);
      expect(await subjectsTo(gatehouse, ana.email)).toHaveLength(4);
    });

    it('RS-01: sends ten mails an hour for a network at most, whomever they go to', async () => {
      stopClock();
      const network = freshNetwork();
      const people: Person[] = [];
      while (people.length < 12) people.push(await createPerson(gatehouse));
      const answers = await Promise.all(people.map(({ email }) => ask(email, network)));
      expect(new Set(answers.map(({ html }) => html)).size).toBe(1);
      const sent = await Promise.all(people.map(({ email }) => subjectsTo(gatehouse, email)));
      expect(sent.flat()).toHaveLength(10);
      moveClock(hourMs);
      const [last] = people.slice(-1);
      await ask(last?.email ?? '', network);
      expect(await subjectsTo(gatehouse, last?.email ?? '')).toContain(linkSubject);
    });

    it('RS-05: alters nothing of how the account signs in, whoever asks and however often', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const before = await gatehouse.services.accounts.get(ana.account.id);
      for (let asked = 0; asked < 5; asked += 1) await ask(ana.email);
      const { passwordReset, updatedAt: _, ...after } = (await gatehouse.services.accounts.get(ana.account.id)) ?? {};
      const { updatedAt: __, ...unaltered } = before ?? {};
      expect(after).toEqual(unaltered);
      expect(passwordReset).toBeDefined();
    });

    it('RS-06: makes the link of the configured issuer, whatever the request says its host is', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const page = await browser.get(forgottenPath);
      const token = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      await browser.post(
        forgottenPath,
        { email: ana.email, _csrf: token },
        { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example', 'X-Forwarded-For': freshNetwork() },
      );
      await gatehouse.services.deferredWork.settled();
      const [mail] = await mailsTo(gatehouse, ana.email);
      expect(await resetLink(gatehouse, ana.email)).toMatch(`${gatehouse.issuer}/reset-password?token=`);
      expect(JSON.stringify(mail)).not.toContain('evil.example');
    });

    it('tells who has not signed in yet that the invitation waits, and makes no link', async () => {
      const invited = await invite(gatehouse);
      await ask(invited.email);
      const [mail] = await mailsTo(gatehouse, invited.email);
      expect(mail).toMatchObject({
        subject: 'Your Gatehouse account waits for its first sign-in',
        purpose: 'refusal.waiting',
      });
      expect(mail?.text).not.toContain('/reset-password');
      expect((await gatehouse.services.accounts.get(invited.account.id))?.passwordReset).toBeUndefined();
    });

    it('mails a link to who was invited and has an own password by now, though the name was never given', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const choose = await enterWith(browser, rp.request().url, invited);
      await browser.submit(choose, { newPassword: 'nine calm lanterns' }, 'Save');
      await ask(invited.email);
      const page = await resetWith(gatehouse.browser(), await resetLink(gatehouse, invited.email));
      const next = await gatehouse.browser().get(rp.request().url);
      expect([page.heading, next.heading]).toEqual(['Sign in', 'Sign in']);
    });

    it('tells who is suspended that they are, and makes no link', async () => {
      const ana = await createPerson(gatehouse);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, status: 'suspended' }));
      await ask(ana.email);
      const [mail] = await mailsTo(gatehouse, ana.email);
      expect(mail?.subject).toBe('Your Gatehouse account is suspended');
      expect((await gatehouse.services.accounts.get(ana.account.id))?.passwordReset).toBeUndefined();
    });

    it('writes down each request, and never what the link is', async () => {
      const ana = await createPerson(gatehouse);
      for (let asked = 0; asked < 4; asked += 1) await ask(ana.email);
      const events = await gatehouse.services.audit.bySubject(ana.account.id);
      expect(events.map(({ type, result, detail }) => [type, result, detail?.outcome])).toEqual([
        ['password-reset.requested', 'success', 'link-sent'],
        ['password-reset.requested', 'success', 'link-sent'],
        ['password-reset.requested', 'success', 'link-sent'],
        ['password-reset.requested', 'failure', 'account-limited'],
      ]);
      const token = new URL(await resetLink(gatehouse, ana.email)).searchParams.get('token') ?? '';
      expect(JSON.stringify(events)).not.toContain(token.split('.')[1]);
    });
  });
}

describe('the form for a forgotten password', () => {
  let gatehouse: TestApp;

  beforeAll(async () => {
    gatehouse = await startApp({ env: behindProxy });
  });
  afterAll(() => gatehouse.stop());

  it.each([
    ['nothing', '', 'Enter your email address'],
    ['no address', 'ana', 'Enter an email address such as name@example.com'],
  ])('says what is wrong with %s', async (_what, email, problem) => {
    const browser = gatehouse.browser();
    const page = await browser.submit(await browser.get(forgottenPath), { email }, 'Send reset link');
    expect([page.status, page.problems]).toEqual([422, [problem]]);
    expect(page.title).toMatch(/^Error: Forgotten password/);
    expect(page.document.querySelector('[name=email]')?.getAttribute('value')).toBe(email);
  });

  it('is filled in with the address that was typed at the sign-in', async () => {
    const rp = await registerRelyingParty(gatehouse);
    const browser = gatehouse.browser();
    const typed = { email: 'maya@example.com', password: 'not the right one' };
    const page = await browser.submit(await browser.get(rp.request().url), typed, 'Sign in');
    const href = page.document.querySelector('a[href^="/forgotten-password"]')?.getAttribute('href') ?? '';
    const form = await browser.get(href);
    expect(form.document.querySelector('[name=email]')?.getAttribute('value')).toBe(typed.email);
    const back = form.document.querySelector('a[href^="/interaction/"]')?.getAttribute('href') ?? '';
    expect((await browser.get(back)).heading).toBe('Sign in');
  });

  it('takes the new password where it meets the policy, and keeps the link where it does not', async () => {
    const ana = await createPerson(gatehouse);
    await askForReset(gatehouse, gatehouse.browser(), ana.email);
    const browser = gatehouse.browser();
    const link = await resetLink(gatehouse, ana.email);
    const refused = await resetWith(browser, link, 'only eleven');
    expect([refused.status, refused.problems]).toEqual([422, ['A password needs at least 12 characters']]);
    expect(refused.title).toMatch(/^Error: Choose a new password/);
    expect(refused.document.querySelector('#username')?.getAttribute('value')).toBe(ana.email);
    const done = await browser.submit(refused, { newPassword }, 'Save');
    expect(done.heading).toBe('Sign in');
  });
});
