// The console: inviting one person and many, and following the invitations.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mostListed, readPeopleList } from '../../src/administration/people-list.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, createMember, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { tokenOn } from '../support/form.ts';
import { invite } from '../support/invited.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const newcomer = () => `new-${randomBytes(6).toString('hex')}@example.com`;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`invitations in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const mailsTo = async (email: string) =>
      (await gatehouse.services.outbox.list()).filter(({ to }) => to === email).length;
    const find = (email: string) => gatehouse.services.accounts.findByEmail(email);
    const rowsOn = (page: Page) => page.document.querySelectorAll('.rows > li').map((row) => row.structuredText);
    const linesOn = ({ document }: Page) =>
      document
        .querySelectorAll('tbody tr')
        .map((row) => [
          row.querySelector('th bdi')?.textContent.trim(),
          row.querySelectorAll('td').at(-1)?.textContent.trim(),
        ]);
    const paste = async (browser: TestBrowser, people: string) =>
      browser.submit(await browser.get('/admin/invite/many'), { people }, 'Show what will happen');

    it('M2: a help desk invites one person into the firm, once for two clicks', async () => {
      const { browser, person } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      const email = newcomer();
      const page = await browser.get('/admin/invite');
      expect(page.text).toContain('Organization Acme');
      const fields = { email, givenName: 'Bela', familyName: '', otherRoles: 'editor' };
      const twice = await Promise.all([1, 2].map(() => browser.submit(page, fields, 'Send invitation')));
      for (const done of [...twice, await browser.submit(page, fields, 'Send invitation')])
        expect([done.heading, done.text.includes(`on its way to ${email}`)]).toEqual(['Bela', true]);
      expect(await find(email)).toMatchObject({
        status: 'invited',
        memberships: [{ organization: 'acme', roles: ['editor'] }],
        invitation: { invitedBy: person.account.id },
      });
      expect(await mailsTo(email)).toBe(1);
    });

    it('says what is wrong beside each field, and invites nobody', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      const email = newcomer();
      const page = await browser.get('/admin/invite');
      const wrong = await browser.submit(
        page,
        { email: 'ana', givenName: 'x'.repeat(101), otherRoles: 'a:b' },
        'Send invitation',
      );
      expect([wrong.status, wrong.problems.length]).toEqual([422, 3]);
      for (const fields of [{ organization: 'zeta' }, { organization: '' }, { role: 'admin' }, { role: 'owner' }]) {
        const refused = await browser.submit(page, { email, ...fields }, 'Send invitation');
        expect([refused.status, refused.problems.length]).toEqual([422, 1]);
      }
      expect(await find(email)).toBeUndefined();
      const member = await createMember(gatehouse, { acme: [] });
      const known = await browser.submit(page, { email: member.email }, 'Send invitation');
      expect(known.problems).toEqual([
        'This address has an account already. If the person does not belong here yet, an owner can add them',
      ]);
    });

    it('offers the apps of the firm to go on to, and takes no other', async () => {
      const ours = await registerRelyingParty(gatehouse, { client_name: 'Acme Time' });
      const { clients } = gatehouse.services;
      const own = await clients.apply(
        { ...(await clients.get(ours.clientId))?.metadata, client_id: 'acme-time' },
        {},
        { organization: 'acme' },
      );
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get('/admin/invite');
      const offered = page.document.querySelectorAll('[name=clientId] option').map((o) => o.getAttribute('value'));
      expect(offered).toEqual(['', own.clientId]);
      const email = newcomer();
      const refused = await browser.submit(page, { email, clientId: ours.clientId }, 'Send invitation');
      expect(refused.problems).toEqual(['Choose one of these apps']);
      await browser.submit(page, { email, clientId: own.clientId }, 'Send invitation');
      expect((await find(email))?.invitation?.clientId).toBe(own.clientId);
    });

    it('shows a pasted list line by line before anything is sent, then invites once for many clicks', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      const [one, two] = [newcomer(), newcomer()];
      const [member, stranger] = [
        await createMember(gatehouse, { acme: [] }),
        await createMember(gatehouse, { zeta: [] }),
      ];
      const list = [
        'Email;First name;Last name;Roles',
        `${one};Ana;Souza;editor,approver`,
        `${two};;;admin`,
        'not an address;;;',
        one.toUpperCase(),
        member.email,
        `${stranger.email};;;`,
      ].join('\r\n');
      const plan = await paste(browser, list);
      expect(plan.heading).toBe('Look before it is sent');
      expect(linesOn(plan)).toEqual([
        [two, 'You cannot give this role'],
        ['not an address', 'Not an email address'],
        [one.toUpperCase(), 'Stands in the list twice'],
        [member.email, 'Has an account already'],
        [one, 'Will be invited'],
        // Whether somebody else’s person has an account is not told before it is sent.
        [stranger.email, 'Will be invited'],
      ]);
      expect(plan.text).toContain('2 people will be invited to Acme.');
      expect([await mailsTo(one), await find(one)]).toEqual([0, undefined]);
      await Promise.all([1, 2, 3].map(() => browser.submit(plan, {}, 'Invite 2 people')));
      await gatehouse.services.deferredWork.settled();
      const done = await browser.get(plan.url);
      expect(done.heading).toBe('Invitations sent');
      expect(linesOn(done)).toEqual(
        expect.arrayContaining([
          [one, 'Invited'],
          [stranger.email, 'Had an account already'],
        ]),
      );
      expect((await find(stranger.email))?.memberships).toEqual([{ organization: 'zeta', roles: [] }]);
      expect([await mailsTo(one), await mailsTo(two)]).toEqual([1, 0]);
      expect((await find(one))?.memberships).toEqual([{ organization: 'acme', roles: ['editor', 'approver'] }]);
    });

    it.each([
      ['UTF-8', (text: string) => new TextEncoder().encode(text)],
      ['the characters of older spreadsheets', (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0))],
    ])('reads an uploaded file in %s', async (_, encode) => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get('/admin/invite/many');
      const email = newcomer();
      const body = new FormData();
      const fields = { _csrf: tokenOn(page, '/admin/invite/many'), organization: 'acme', clientId: '', people: '' };
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      body.append('file', new Blob([encode(`email,familyName\n${email},Müller`)]), 'people.csv');
      const sent = await browser.request('/admin/invite/many', { method: 'POST', body });
      expect(sent.status).toBe(303);
      const plan = await browser.get(sent.headers.get('Location') ?? '');
      expect(plan.text).toContain('Müller');
      expect(linesOn(plan)).toEqual([[email, 'Will be invited']]);
    });

    it('refuses an upload without its token, with a file under another name, and one that is too large', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get('/admin/invite/many');
      const send = (parts: Record<string, string | Blob>) => {
        const body = new FormData();
        for (const [name, value] of Object.entries(parts)) body.append(name, value);
        return browser.request('/admin/invite/many', { method: 'POST', body });
      };
      const _csrf = tokenOn(page, '/admin/invite/many');
      const file = new Blob([newcomer()]);
      expect((await send({ file, organization: 'acme' })).status).toBe(403);
      expect((await send({ _csrf, organization: file })).status).toBe(400);
      expect((await send({ _csrf, organization: 'acme', file: new Blob(['x'.repeat(300_000)]) })).status).toBe(413);
      const body = new FormData();
      body.append('email', newcomer());
      expect((await browser.request('/admin/invite', { method: 'POST', body })).status).toBe(415);
    });

    it('keeps a list to the administrator who made it', async () => {
      const [mine, other] = [
        await consoleOf(gatehouse, { acme: ['admin'] }),
        await consoleOf(gatehouse, { acme: ['admin'] }),
      ];
      const plan = await paste(mine.browser, newcomer());
      expect((await other.browser.get(plan.url)).status).toBe(404);
    });

    it('REL-07: carries on with a list whose server died in the middle: each is invited and mailed once', async () => {
      stopClock();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const { accounts, batches, deferredWork } = gatehouse.services;
      const emails = Array.from({ length: 45 }, newcomer);
      const plan = await paste(browser, emails.join('\n'));
      const id = plan.url.split('/').at(-1) ?? '';
      await browser.submit(plan, {}, 'Invite 45 people');
      await deferredWork.settled();
      // As a process leaves it that dies after some accounts, one of them without its mail, and before it could note any.
      const noted = await batches.get(id);
      await batches.update(id, ({ finishedAt: _, ...old }) => ({
        ...old,
        lines: old.lines.map(({ outcome: _outcome, accountId: _account, ...line }) => line),
      }));
      const lost = await find(emails[3] ?? '');
      await accounts.remove(lost?.id ?? '');
      await accounts.create({
        email: emails[3] ?? '',
        emailVerified: false,
        status: 'invited',
        memberships: [{ organization: 'acme', roles: [] }],
        ...(lost?.invitation ? { invitation: lost.invitation } : {}),
      });
      await gatehouse.app.administration.massInvitations.carryOn({ batch: id, turn: noted?.turn ?? '' });
      await deferredWork.settled();
      expect(noted?.lines.every(({ outcome }) => outcome === 'invited')).toBe(true);
      const now = await batches.get(id);
      expect(now?.lines.every(({ outcome }) => outcome === 'invited')).toBe(true);
      expect(now?.finishedAt).toBeDefined();
      const mails = await Promise.all(emails.map(mailsTo));
      expect(mails.filter((count) => count !== 1)).toEqual([2]);
    });

    it('follows each invitation by its state, and sends again or withdraws from there', async () => {
      stopClock();
      await createFirms(gatehouse, 'track');
      const memberships = [{ organization: 'track', roles: [] }];
      const { email, account } = await invite(gatehouse, newcomer(), { memberships });
      const elsewhere = await invite(gatehouse);
      const { browser } = await consoleOf(gatehouse, { track: ['helpdesk'] });
      const waiting = await browser.get('/admin/invitations');
      expect(rowsOn(waiting)).toHaveLength(1);
      expect(rowsOn(waiting)[0]).toContain(email);
      expect(waiting.html).not.toContain(elsewhere.email);
      expect((await browser.get('/admin/invitations?state=expired')).text).toContain('No invitation has run out.');
      moveClock(8 * 24 * hourMs);
      const again = await consoleOf(gatehouse, { track: ['helpdesk'] });
      expect(rowsOn(await again.browser.get('/admin/invitations'))).toEqual([]);
      const expired = await again.browser.get('/admin/invitations?state=expired');
      expect(rowsOn(expired)[0]).toContain('Run out');
      const asked = await again.browser.get(linksOn(expired).find((href) => href.includes('/resend')) ?? '');
      const sent = await again.browser.submit(asked, {}, 'Send again');
      expect([sent.heading, sent.text.includes('on its way once more')]).toEqual(['Invitations', true]);
      expect(rowsOn(sent)[0]).toContain(email);
      const withdraw = await again.browser.get(linksOn(sent).find((href) => href.includes('/cancel-invitation')) ?? '');
      const gone = await again.browser.submit(withdraw, {}, 'Cancel invitation');
      expect([gone.heading, rowsOn(gone)]).toEqual(['Invitations', []]);
      expect(await gatehouse.services.accounts.get(account.id)).toBeUndefined();
      const auditor = await consoleOf(gatehouse, { track: ['auditor'] });
      expect(linksOn(await auditor.browser.get('/admin/invitations'))).not.toContain(
        '/admin/invite?organization=track',
      );
    });
  });
}

describe('a list of people', () => {
  const read = (text: string) => readPeopleList(text);
  const one = { line: 1, email: 'ana@example.com', roles: [] };

  it.each([
    ['addresses alone', 'ana@example.com\n\nbob@example.com', [one, { ...one, line: 3, email: 'bob@example.com' }]],
    [
      'a name with a comma in quotes',
      'ana@example.com,"Ana, Maria",Souza',
      [{ ...one, givenName: 'Ana, Maria', familyName: 'Souza' }],
    ],
    [
      'a header in another order, from a spreadsheet',
      '\uFEFFLast name\tE-mail\r\nSouza\tana@example.com\r\n',
      [{ ...one, line: 2, familyName: 'Souza' }],
    ],
    ['roles', 'email,roles\nana@example.com,editor; approver', [{ ...one, line: 2, roles: ['editor', 'approver'] }]],
    [
      'a quote that is never closed',
      'ana@example.com\n"bob@example.com',
      [one, { ...one, line: 2, email: '', problem: 'cells' }],
    ],
    ['more cells than columns', 'email\nana@example.com,x', [{ ...one, line: 2, problem: 'cells' }]],
    ['a role with a mark', 'email,roles\nana@example.com,a:b', [{ ...one, line: 2, roles: ['a:b'], problem: 'role' }]],
    [
      'an address twice, in other letters',
      'ana@example.com\nANA@example.com',
      [one, { ...one, line: 2, email: 'ANA@example.com', problem: 'twice' }],
    ],
  ])('is read with %s', (_, text, people) => {
    expect(read(text)).toEqual({ people });
  });

  it.each([
    ['nothing', '  \n', 'empty'],
    ['a header alone', 'email,roles', 'empty'],
    ['columns that nobody knows', 'user,mail\nana,ana@example.com', 'header'],
    ['too many', 'a@example.com\n'.repeat(mostListed + 1), 'too-many'],
  ])('is refused with %s', (_, text, fault) => {
    expect(read(text)).toEqual({ fault });
  });
});
