// The token of a mailed link stays in the address bar for no longer than one redirect, whatever the link is for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { askFor, newAddress } from '../support/email-change.ts';
import { engines } from '../support/engines.ts';
import { invite } from '../support/invited.ts';
import { notMeLink, tellOf } from '../support/notices.ts';
import { createPerson } from '../support/people.ts';
import { behindProxy, freshLink, mailsTo, newPassword } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

interface Kind {
  path: string;
  cookie: string;
  /** A fresh link, and the account it is of. */
  make(gatehouse: TestApp): Promise<{ link: string; id: string }>;
  fields?: Record<string, string>;
  heading: string;
  /** What the page says of a link that is none of ours. */
  overHeading: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  'a new password': {
    path: '/reset-password',
    cookie: 'gatehouse-reset',
    make: async (gatehouse) => {
      const person = await createPerson(gatehouse);
      return { link: await freshLink(gatehouse, person), id: person.account.id };
    },
    fields: { newPassword },
    heading: 'Choose a new password',
    overHeading: 'This link cannot be used',
  },
  'an invitation': {
    path: '/invitation',
    cookie: 'gatehouse-invitation',
    make: async (gatehouse) => {
      const { account, link } = await invite(gatehouse);
      return { link, id: account.id };
    },
    heading: 'Welcome to Gatehouse',
    overHeading: 'This link does not work',
  },
  'an invitation that is over': {
    path: '/invitation',
    cookie: 'gatehouse-invitation',
    make: async (gatehouse) => {
      const { account, link } = await invite(gatehouse);
      await gatehouse.services.invitations.resend(account.id, { actor: 'test' });
      return { link, id: account.id };
    },
    heading: 'There is a newer invitation',
    overHeading: 'This link does not work',
  },
  'another invitation': {
    path: '/invitation/renewal',
    cookie: 'gatehouse-invitation',
    make: async (gatehouse) => {
      const { account, email } = await invite(gatehouse);
      await gatehouse.services.invitationRequests.leadOn(account, {});
      const [mail] = await mailsTo(gatehouse, email);
      return { link: /http\S+\/invitation\/new\?token=\S+/.exec(mail?.text ?? '')?.[0] ?? '', id: account.id };
    },
    heading: 'Ask for a new invitation',
    overHeading: 'This link does not work',
  },
  'a new e-mail address': {
    path: '/profile/email/confirm',
    cookie: 'gatehouse-email-change',
    make: async (gatehouse) => {
      const { account } = await createPerson(gatehouse);
      return { link: await askFor(gatehouse, { account }, newAddress()), id: account.id };
    },
    heading: 'Is this your new email address?',
    overHeading: 'This link is no good any more',
  },
  '"This was not me"': {
    path: '/not-me',
    cookie: 'gatehouse-not-me',
    make: async (gatehouse) => {
      const { account, email } = await createPerson(gatehouse);
      await tellOf(gatehouse, account, 'newDevice', {});
      return { link: await notMeLink(gatehouse, email, /new device/), id: account.id };
    },
    heading: 'Was this not you?',
    overHeading: 'This link no longer works',
  },
};

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the token of a mailed link (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
    });
    afterAll(() => gatehouse.stop());

    const stateOf = async (id: string) => ({
      account: await gatehouse.services.accounts.get(id),
      events: (await gatehouse.services.audit.bySubject(id)).length,
      mails: (await gatehouse.services.outbox.list()).length,
    });
    const submit = (browser: TestBrowser, page: Page, { fields = {} }: Kind) => browser.submit(page, fields);
    const tokenOf = (link: string) => new URL(link, gatehouse.issuer).searchParams.get('token') ?? '';

    describe.each(Object.entries(kinds))('for %s', (_name, kind) => {
      it('leaves the address at once, and stands on no page and in no header', async () => {
        const { link } = await kind.make(gatehouse);
        const secret = tokenOf(link).split('.').at(-1) ?? '';
        expect(secret.length).toBeGreaterThanOrEqual(43);
        const browser = gatehouse.browser();
        const first = await browser.request(link);
        expect([first.status, first.headers.get('Location')]).toEqual([303, kind.path]);
        expect(first.headers.get('Cache-Control')).toBe('no-store');
        expect(await first.text()).not.toContain(secret);
        const [cookie = ''] = first.headers.getSetCookie().filter((text) => text.startsWith(`${kind.cookie}=`));
        for (const attribute of [/; httponly/i, /; samesite=lax/i, /; path=\/(;|$)/i])
          expect(cookie).toMatch(attribute);
        const page = await browser.get(kind.path);
        expect([page.heading, new URL(page.url).search, page.html.includes(secret)]).toEqual([kind.heading, '', false]);
      });

      it('is not used up by GET or HEAD, however often, and in any browser', async () => {
        const { link, id } = await kind.make(gatehouse);
        const before = await stateOf(id);
        for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) await gatehouse.browser().request(link, { method });
        const browser = gatehouse.browser();
        for (let n = 0; n < 2; n += 1) expect((await browser.get(link)).heading).toBe(kind.heading);
        expect(await stateOf(id)).toEqual(before);
      });

      it('never acts by the form of another link that this browser opened before', async () => {
        const [first, second] = [await kind.make(gatehouse), await kind.make(gatehouse)];
        const browser = gatehouse.browser();
        const page = await browser.get(first.link);
        const latest = await browser.get(second.link);
        const before = [await stateOf(first.id), await stateOf(second.id)];
        expect((await submit(browser, page, kind)).status).toBe(403);
        expect([await stateOf(first.id), await stateOf(second.id)]).toEqual(before);
        expect((await submit(browser, latest, kind)).status).toBeLessThan(400);
        expect((await stateOf(first.id)).account).toEqual(before[0]?.account);
      });

      it('takes the place of another one even where it is none of ours', async () => {
        const { link } = await kind.make(gatehouse);
        const { pathname } = new URL(link, gatehouse.issuer);
        for (const token of ['x'.repeat(5000), 'line\nbreak;', '', 'ключ']) {
          const browser = gatehouse.browser();
          await browser.get(link);
          const page = await browser.get(`${pathname}?${new URLSearchParams({ token })}`);
          expect([page.status, page.heading]).toEqual([410, kind.overHeading]);
        }
      });
    });
  });
}
