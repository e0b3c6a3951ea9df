// The rules that an app states for signing in to it: in the console, by API, and in the log.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callerWith, machineFor } from '../support/api.ts';
import { consoleOf, createFirms } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the rules of an app (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let path: string;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
      rp = await registerRelyingParty(gatehouse);
      const stored = await gatehouse.services.clients.get(rp.clientId);
      await gatehouse.services.clients.apply(stored?.metadata, {}, { organization: 'acme' });
      path = `/admin/apps/${rp.clientId}/policy`;
    });
    afterAll(() => gatehouse.stop());

    const policy = async () => (await gatehouse.services.clients.get(rp.clientId))?.policy;

    it('are stated by an administrator of its firm, held from the next sign-in on, and in the log with old and new', async () => {
      const { browser, person } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect((await browser.get(`/admin/apps/${rp.clientId}`)).html).toContain(path);
      const page = await browser.get(path);
      const saved = await browser.submit(page, { mfa: 'required', idleTimeoutMinutes: '30' }, 'Save');
      expect(saved.text).toContain('The rules are saved.');
      expect(await policy()).toEqual({ mfa: 'required', ipAllowList: [], idleTimeoutMinutes: 30 });
      const [event] = await gatehouse.services.audit.search({ type: 'client.policy-changed' });
      expect(event).toMatchObject({
        actor: person.account.id,
        clientId: rp.clientId,
        organizations: ['acme'],
        detail: {
          'mfa.old': 'optional',
          'mfa.new': 'required',
          'idleTimeoutMinutes.old': '',
          'idleTimeoutMinutes.new': '30',
        },
      });
      const enrol = await signIn(gatehouse.browser(), rp.request(), await createPerson(gatehouse));
      expect(enrol.heading).toBe('Set up multi-factor authentication');
    });

    it('are refused beside the field, with what was typed', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(path);
      const typed = { ipAllowList: '10.0.0.0/8 home', maxAgeMinutes: '0' };
      const wrong = await browser.submit(page, typed, 'Save');
      expect([wrong.status, wrong.problems]).toEqual([
        422,
        [
          '“home” is neither an IP address nor a range such as 203.0.113.0/24',
          'Type a whole number from 1 to 43200, or leave it empty',
        ],
      ]);
      expect(wrong.document.querySelector('#maxAgeMinutes')?.getAttribute('value')).toBe('0');
    });

    it('are not lost to somebody who looked at older ones, and not saved twice by two clicks', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(path);
      const twice = await Promise.all([1, 2].map(() => browser.submit(page, { maxAgeMinutes: '45' }, 'Save')));
      for (const one of twice) expect(one.text).toContain('The rules are saved.');
      const stale = await browser.submit(page, { maxAgeMinutes: '99' }, 'Save');
      expect([stale.status, (await policy())?.maxAgeMinutes]).toEqual([409, 45]);
    });

    it('are nobody else’s', async () => {
      const { browser: other } = await consoleOf(gatehouse, { zeta: ['admin'] });
      expect((await other.get(path)).status).toBe(404);
      const { browser: auditor } = await consoleOf(gatehouse, { acme: ['auditor'] });
      expect((await auditor.get(path)).status).toBe(403);
    });

    it('are read and replaced by the API, only as they were seen', async () => {
      const api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      const url = `/clients/${rp.clientId}/policy`;
      const { body, headers } = await api('GET', url);
      expect(body).toMatchObject({ mfa: 'required', maxAgeMinutes: 45 });
      const ifMatch = { 'If-Match': headers.get('ETag') ?? '' };
      const next = { ipAllowList: ['203.0.113.9/24'] };
      expect((await api('PUT', url, { body: next, headers: ifMatch })).body).toEqual({
        mfa: 'optional',
        ipAllowList: ['203.0.113.0/24'],
      });
      expect((await api('PUT', url, { body: {}, headers: ifMatch })).status).toBe(412);
      for (const body of [{ passwordMinLength: 20 }, { maxAgeMinutes: 0 }, { ipAllowList: ['home'] }])
        expect((await api('PUT', url, { body })).status).toBe(400);
      await api('PUT', url, { body: {} });
      expect(await policy()).toBeUndefined();
    });
  });
}
