// The console's mail: where each message stands, another try, and a test with the mail server's own answer. Never what a message says.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun } from '../support/clock.ts';
import { addressesOn, consoleOf, createFirms, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import type { Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const secret = 'https://sign-in.example.com/reset?token=held-by-the-owner-alone';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`mail in the console (${engine.name})`, () => {
    let server: MailServer;
    let gatehouse: TestApp;
    let browser: TestBrowser;
    let owner: Person;

    beforeEach(async () => {
      server = await startMailServer();
      gatehouse = await startApp({ engine, env: server.env });
      ({ browser, person: owner } = await consoleOf(gatehouse, { instance: ['owner'] }));
    });
    afterEach(async () => {
      letClockRun();
      await server.stop();
      await gatehouse.stop();
    });

    async function put(to: string, purpose = 'reset'): Promise<void> {
      await gatehouse.services.outbox.put({ to, subject: 'A link for you', text: secret, html: secret, purpose });
    }

    async function tried(to: string): Promise<void> {
      await put(to);
      await gatehouse.services.mailSender.sendDue();
    }

    const openFirst = async (page: Page) =>
      browser.get(page.document.querySelector('tbody th a')?.getAttribute('href') ?? '');

    it('shows where each message stands and what the mail server said, and never what the message says', async () => {
      expect((await browser.get('/admin/mail')).text).toContain('There is no message yet');
      await tried('ana@example.com');
      server.behave({ at: 'recipient', code: 550, text: '5.1.1 No such user here' });
      await tried('bea@example.com');
      await put('cleo@example.com', 'something.else');
      const page = await browser.get('/admin/mail');
      expect(addressesOn(page)).toEqual(['cleo@example.com', 'bea@example.com', 'ana@example.com']);
      for (const shown of ['Waiting', 'Refused', 'Sent', '550 5.1.1 No such user here', 'something.else'])
        expect(page.text).toContain(shown);
      expect(page.text).toContain(`Mail leaves by ${new URL(server.url).host}.`);
      const refused = await browser.get('/admin/mail?state=refused');
      expect(addressesOn(refused)).toEqual(['bea@example.com']);
      expect((await browser.get('/admin/mail?state=expired')).text).toContain('No message is in this state');
      for (const { html } of [page, refused, await openFirst(refused)]) expect(html).not.toMatch(/token|A link for/);
    });

    it('pages through many, each shown once', async () => {
      for (let n = 0; n < 60; n += 1) await put(`person-${n}@example.com`);
      const first = await browser.get('/admin/mail');
      const next = first.document.querySelectorAll('.actions a').find((a) => a.textContent.trim() === 'Next page');
      const second = await browser.get(next?.getAttribute('href') ?? '');
      expect(new Set([...addressesOn(first), ...addressesOn(second)]).size).toBe(60);
    });

    it('has a message tried again that was refused, once the reason is mended', async () => {
      server.behave({ at: 'recipient', code: 550, text: '5.1.1 No such user here' });
      await tried('ana@example.com');
      const message = await openFirst(await browser.get('/admin/mail'));
      server.behave('accept');
      const again = await browser.submit(message, {}, 'Try again now');
      expect([again.text.includes('tried again within seconds'), again.text.includes('Waiting')]).toEqual([true, true]);
      // A second click finds it under way.
      expect((await browser.submit(message, {}, 'Try again now')).status).toBe(200);
      await gatehouse.services.mailSender.sendDue();
      expect(server.arrived.map(({ to }) => to)).toEqual([['ana@example.com']]);
      const sent = await openFirst(await browser.get('/admin/mail'));
      expect([sent.text.includes('Sent'), sent.text.includes('Try again')]).toEqual([true, false]);
    });

    it('sends a test to the administrator alone, at once, and shows what the mail server answers', async () => {
      const asked = await browser.get('/admin/mail-test');
      expect(asked.text).toContain(owner.email);
      const taken = await browser.submit(asked, {}, 'Send');
      expect(taken.text).toContain('The mail server took the message');
      expect(server.arrived.map(({ to }) => to)).toEqual([[owner.email]]);
      server.behave({ at: 'recipient', code: 451, text: '4.7.1 Greylisted, come back later' });
      const late = await browser.submit(taken, {}, 'Send');
      expect(late.text).toContain('The message could not be handed over');
      expect(late.text).toContain('451 4.7.1 Greylisted, come back later');
      server.behave({ at: 'sender', code: 550, text: '5.7.1 Sender address rejected' });
      const refused = await browser.submit(asked, {}, 'Send');
      expect(refused.text).toContain('The mail server refused the message');
      expect(refused.text).toContain('550 5.7.1 Sender address rejected');
    });

    it('says that mail is off, or stays in the mailbox, and offers nothing that would do nothing', async () => {
      const { storageUrl } = gatehouse.services.config;
      for (const [env, told] of [
        [{ SMTP_URL: 'off' }, 'Mail is off in the settings'],
        [{}, 'messages stay in the mailbox of development'],
      ] as const) {
        const other = await startApp({ engine, storageUrl, keepStorage: true, env });
        const { browser: there } = await consoleOf(other, { instance: ['owner'] });
        for (const path of ['/admin/mail', '/admin/mail-test']) expect((await there.get(path)).text).toContain(told);
        const test = await there.get('/admin/mail-test');
        expect(test.document.querySelectorAll('form[action="/admin/mail-test"]')).toEqual([]);
        await other.stop();
      }
    });

    it('is closed to the administrators of a firm, and not in their navigation', async () => {
      await tried('ana@example.com');
      const id = (await gatehouse.services.deliveries.list())[0]?.id;
      await createFirms(gatehouse, 'acme');
      const { browser: firm } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect(linksOn(await firm.get('/admin')).filter((href) => href.startsWith('/admin/mail'))).toEqual([]);
      for (const path of ['/admin/mail', `/admin/mail/${id}`, '/admin/mail-test'])
        expect((await firm.get(path)).status).toBe(403);
      expect((await browser.get('/admin/mail/nothing')).status).toBe(404);
    });
  });
}
