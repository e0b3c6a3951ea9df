// The log in the console: what happened, why a sign-in was refused, and the same as a file.

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { policySchema } from '../../src/organizations/policy.ts';
import type { Page } from '../support/browser.ts';
import { consoleOf, createFirms, createMember } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the log in the console (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let refused: Person;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
      await createFirms(gatehouse, 'acme', 'zeta', 'strict');
      await gatehouse.services.organizations.setPolicy(
        'strict',
        policySchema.parse({ ipAllowList: ['10.0.0.0/8'] }),
        {},
      );
      refused = await createMember(gatehouse, { acme: [], strict: [] });
      await signIn(gatehouse.browser(), rp.request(), refused);
    });
    afterAll(() => gatehouse.stop());

    const entries = ({ document }: Page) =>
      document.querySelectorAll('.steps > li').map((li) => li.structuredText.replace(/\s+/g, ' '));

    it('says why a sign-in was refused, found by the address of the person', async () => {
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const page = await browser.get(`/admin/log?about=${encodeURIComponent(refused.email)}&type=sign-in.refused`);
      const [entry = '', ...others] = entries(page);
      expect(others).toEqual([]);
      for (const part of [
        'Kept out by a rule',
        'sign-in.refused',
        'address-not-allowed',
        'organization strict',
        '127.0.0.1',
      ])
        expect(entry).toContain(part);
      expect(page.document.querySelector('#about')?.getAttribute('value')).toBe(refused.email);
    });

    it('shows a firm’s administrators what concerns their firm, and an owner all of it', async () => {
      const [ours, theirs] = [await createMember(gatehouse, { acme: [] }), await createMember(gatehouse, { zeta: [] })];
      for (const person of [ours, theirs]) await signIn(gatehouse.browser(), rp.request(), person);
      const subjectsFor = async (roles: Record<string, string[]>) => {
        const { browser } = await consoleOf(gatehouse, roles);
        const answer = await browser.request('/admin/log/events.jsonl?type=sign-in.succeeded');
        const lines = (await answer.text()).trim().split('\n');
        return lines.map((line) => (JSON.parse(line) as { subject: string }).subject);
      };
      const seen = await subjectsFor({ acme: ['auditor'] });
      expect(seen).toContain(ours.account.id);
      expect(seen).not.toContain(theirs.account.id);
      expect(await subjectsFor({ instance: ['owner'] })).toEqual(
        expect.arrayContaining([ours.account.id, theirs.account.id]),
      );
      const { browser } = await consoleOf(gatehouse, { acme: ['auditor'] });
      expect((await browser.get('/admin/log?organization=zeta')).status).toBe(403);
      expect((await browser.get('/admin/log/events.csv?organization=zeta')).status).toBe(403);
      const help = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      expect((await help.browser.get('/admin/log')).status).toBe(403);
    });

    it('pages through many, each shown once', async () => {
      const { browser, person } = await consoleOf(gatehouse, { instance: ['owner'] });
      for (let n = 0; n < 60; n += 1)
        await gatehouse.services.audit.record(
          { type: 'account.changed', result: 'success', subject: 'somebody', detail: { n } },
          { actor: person.account.id },
        );
      const first = await browser.get('/admin/log?about=somebody');
      const next = first.document.querySelectorAll('a').find((a) => a.textContent === 'Next page');
      const second = await browser.get(next?.getAttribute('href')?.replaceAll('&amp;', '&') ?? '');
      expect([entries(first).length, entries(second).length]).toEqual([50, 10]);
      expect(new Set([...entries(first), ...entries(second)]).size).toBe(60);
    });

    it('is taken along as CSV in which nothing is a formula, and that is written down', async () => {
      const { browser, person } = await consoleOf(gatehouse, { instance: ['owner'] });
      await gatehouse.services.audit.record(
        { type: 'account.changed', result: 'success', subject: '=HYPERLINK("x")', detail: { said: 'a "b", c\nd' } },
        { actor: person.account.id, userAgent: '@evil' },
      );
      const answer = await browser.request('/admin/log/events.csv');
      expect(answer.headers.get('Content-Disposition')).toContain('attachment');
      expect(answer.headers.get('Cache-Control')).toContain('no-store');
      const rows = parse(await answer.text(), { columns: true }) as Record<string, string>[];
      expect(rows[0]).toMatchObject({
        type: 'account.changed',
        subject: `'=HYPERLINK("x")`,
        userAgent: "'@evil",
        detail: JSON.stringify({ said: 'a "b", c\nd' }),
      });
      expect(Object.keys(rows[0] ?? {})).not.toContain('hash');
      const [exported] = await gatehouse.services.audit.search({ type: 'audit.exported' });
      expect(exported).toMatchObject({ actor: person.account.id, detail: { format: 'csv', count: rows.length } });
    });
  });
}
