// A firm claims a domain, proves it by a TXT record, and keeps it while the record stands.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { challengeOf } from '../../src/organizations/domain-claim.ts';
import type { TxtAnswer } from '../../src/platform/dns.ts';
import { type Caller, callerWith, machineFor } from '../support/api.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const dayMs = 24 * hourMs;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`domains of firms (${engine.name})`, () => {
    let gatehouse: TestApp;
    let api: Caller;
    /** What DNS says, by name. */
    const dns = new Map<string, TxtAnswer>();

    beforeAll(async () => {
      const resolveTxt = async (name: string): Promise<TxtAnswer> => dns.get(name) ?? { failure: 'no-name' };
      gatehouse = await startApp({ engine, resolveTxt });
      await createFirms(gatehouse, 'acme', 'zeta');
      api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const pathOf = (firm: string, domain = '') => `/organizations/${firm}/domains${domain && `/${domain}`}`;
    const claims = () => gatehouse.services.domainClaims;
    const firmOf = async (id: string) => {
      const firm = await gatehouse.services.organizations.get(id);
      if (!firm) throw new Error(`there is no ${id}`);
      return firm;
    };
    const claim = async (firm: string, domain: string) => (await api('POST', pathOf(firm), { body: { domain } })).body;
    /** DNS says what these firms were told to publish there. */
    async function publish(domain: string, ...firms: string[]): Promise<void> {
      const records = await Promise.all(firms.map(async (id) => claims().one(await firmOf(id), domain)));
      const values = records.flatMap((one) => (one ? [challengeOf(one).value] : []));
      dns.set(`_gatehouse-challenge.${domain}`, { records: values });
    }
    const check = async (firm: string, domain: string) => (await api('POST', `${pathOf(firm, domain)}/check`)).body;
    const eventsOf = async (organization: string) =>
      (await gatehouse.services.audit.search({ organization }))
        .filter(({ type }) => type.startsWith('organization.domain'))
        .map(({ type, actor, detail }) => ({ type, actor, domain: detail?.domain }));
    /** As the sweeper does, as often as a day has looks in it. */
    async function live(days: number): Promise<void> {
      for (let passed = 0; passed < days * dayMs; passed += dayMs) {
        moveClock(dayMs);
        await claims().sweep();
      }
    }

    it('an administrator claims one, is told the record, and proves it', async () => {
      const { browser, person } = await consoleOf(gatehouse, { acme: ['admin'] });
      const empty = await browser.get('/admin/organizations/acme/domains');
      expect(empty.text).toContain('No domain yet');
      const page = await browser.submit(empty, { domain: ' Müller.Example. ' }, 'Add');
      expect(page.heading).toBe('müller.example');
      const name = page.document.querySelector('#record-name')?.textContent;
      const value = page.document.querySelector('#record-value')?.textContent ?? '';
      expect(name).toBe('_gatehouse-challenge.xn--mller-kva.example');
      expect(value).toMatch(/^gatehouse-domain-verification=[\w-]{43}$/);
      const early = await browser.submit(page, {}, 'Check now');
      expect(early.text).toContain('DNS does not know this name.');
      dns.set(name ?? '', { records: ['v=spf1 -all'] });
      const other = await browser.submit(early, {}, 'Check now');
      expect(other.text).toContain('not this one');
      expect(other.text).toContain('v=spf1 -all');
      dns.set(name ?? '', { records: ['v=spf1 -all', value] });
      const done = await browser.submit(other, {}, 'Check now');
      expect(done.text).toContain('The record is there.');
      expect(done.document.querySelector('.tag')?.textContent).toBe('Proved');
      expect(await eventsOf('acme')).toEqual([
        { type: 'organization.domain-verified', actor: person.account.id, domain: 'xn--mller-kva.example' },
      ]);
      expect(await claims().holderOf('xn--mller-kva.example')).toBe('acme');
      expect((await browser.get('/admin/organizations/acme')).text).toContain('müller.example Proved');
    });

    it.each([
      ['', 'Enter a domain'],
      ['acme', 'acme is not a domain such as acme.example'],
      ['GMail.com', 'GMail.com gives mailboxes to everybody: it cannot belong to one organization'],
      ['co.uk', 'Anybody can have a name under co.uk: it cannot belong to one organization'],
    ])('the console refuses %j and keeps what was typed', async (domain, problem) => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.submit(await browser.get('/admin/organizations/acme/domains'), { domain }, 'Add');
      expect([page.status, page.problems]).toEqual([422, [problem]]);
      expect(page.document.querySelector('#domain')?.getAttribute('value')).toBe(domain);
    });

    it('the API refuses the same, in a claim and in the list of an organization', async () => {
      for (const domain of ['gmail.com', 'github.io', 'acme']) {
        expect((await api('POST', pathOf('acme'), { body: { domain } })).status).toBe(400);
        expect((await api('PATCH', '/organizations/acme', { body: { domains: [domain] } })).status).toBe(400);
      }
      expect((await api('GET', pathOf('acme', 'nobody.example'))).status).toBe(404);
    });

    it('a claim alone gives nothing, a second one is refused, and each firm has a record of its own', async () => {
      const first = await claim('acme', 'both.example');
      const second = await claim('zeta', 'BOTH.example');
      expect([first.state, second.state]).toEqual(['claimed', 'claimed']);
      expect(first.record.value).not.toBe(second.record.value);
      expect((await api('POST', pathOf('acme'), { body: { domain: 'Both.example' } })).status).toBe(409);
      expect(await claims().holderOf('both.example')).toBeUndefined();
      await publish('both.example', 'zeta');
      expect(await check('acme', 'both.example')).toMatchObject({ state: 'claimed', finding: 'other-record' });
      expect((await api('GET', '/organizations/zeta')).body.verifiedDomains).toEqual([]);
      expect(await check('zeta', 'both.example')).toMatchObject({ state: 'verified', finding: 'proved' });
      expect((await api('GET', '/organizations/zeta')).body.verifiedDomains).toEqual(['both.example']);
    });

    it('of two firms that prove one domain at the same moment exactly one has it', async () => {
      const domains = Array.from({ length: 8 }, (_, n) => `race-${n}.example`);
      for (const domain of domains) {
        for (const firm of ['acme', 'zeta']) await claim(firm, domain);
        await publish(domain, 'acme', 'zeta');
      }
      const held = await Promise.all(
        domains.map(async (domain) => {
          const both = await Promise.all(['acme', 'zeta', 'acme', 'zeta'].map((firm) => check(firm, domain)));
          expect(both.map(({ state }) => state).filter((state) => state === 'verified')).toHaveLength(2);
          expect(both.filter(({ finding }) => finding === 'held-by-another')).toHaveLength(2);
          return claims().holderOf(domain);
        }),
      );
      expect(held.every((firm) => firm === 'acme' || firm === 'zeta')).toBe(true);
      const verified = await Promise.all(['acme', 'zeta'].map(async (id) => claims().verifiedOf(await firmOf(id))));
      expect(verified.flat().filter((domain) => domains.includes(domain))).toHaveLength(domains.length);
      expect((await eventsOf('acme')).every(({ domain }) => domain !== undefined)).toBe(true);
    });

    it.each([
      ['server-failure', 'DNS servers answered with an error'],
      ['no-answer', 'DNS servers did not answer in time'],
      ['no-record', 'no TXT record at it'],
    ] as const)('says what came of the look: %s', async (failure, words) => {
      const domain = `${failure}.example`;
      await claim('acme', domain);
      dns.set(`_gatehouse-challenge.${domain}`, { failure });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(`/admin/organizations/acme/domains/${domain}`);
      expect((await browser.submit(page, {}, 'Check now')).text).toContain(words);
    });

    it('is flagged after a week without its record, told on the first page, and back with the record', async () => {
      await createFirms(gatehouse, 'forgetful');
      await claim('forgetful', 'kept.example');
      await publish('kept.example', 'forgetful');
      await check('forgetful', 'kept.example');
      stopClock();
      await live(2);
      expect((await claims().flagged('forgetful')).length).toBe(0);
      dns.delete('_gatehouse-challenge.kept.example');
      await live(7);
      expect((await claims().flagged('forgetful')).length).toBe(0);
      await live(2);
      expect((await claims().flagged('forgetful')).map(({ domain }) => domain)).toEqual(['kept.example']);
      expect(await claims().holderOf('kept.example')).toBe('forgetful');
      const { browser } = await consoleOf(gatehouse, { forgetful: ['admin'] });
      const first = await browser.get('/admin');
      expect(first.text).toContain('The DNS record of 1 domain is missing.');
      expect(linksOn(first)).toContain('/admin/organizations/forgetful/domains/kept.example');
      const { browser: others } = await consoleOf(gatehouse, { zeta: ['admin'] });
      expect((await others.get('/admin')).text).not.toContain('DNS record');
      await publish('kept.example', 'forgetful');
      await live(1);
      expect(await eventsOf('forgetful')).toEqual([
        { type: 'organization.domain-restored', actor: 'system', domain: 'kept.example' },
        { type: 'organization.domain-flagged', actor: 'system', domain: 'kept.example' },
        expect.objectContaining({ type: 'organization.domain-verified' }),
      ]);
    });

    it('goes to the next firm that proves it only once it is flagged, and both logs say so', async () => {
      await createFirms(gatehouse, 'seller', 'buyer');
      for (const firm of ['seller', 'buyer']) await claim(firm, 'sold.example');
      await publish('sold.example', 'seller');
      await check('seller', 'sold.example');
      await publish('sold.example', 'buyer');
      expect(await check('buyer', 'sold.example')).toMatchObject({ state: 'claimed', finding: 'held-by-another' });
      stopClock();
      await live(9);
      await publish('sold.example', 'seller', 'buyer');
      const token = (await machineFor(gatehouse)).token;
      const later = async (firm: string) =>
        (await callerWith(gatehouse, token)('POST', `${pathOf(firm, 'sold.example')}/check`)).body;
      expect(await later('buyer')).toMatchObject({ finding: 'held-by-another' });
      await publish('sold.example', 'buyer');
      expect(await later('buyer')).toMatchObject({ state: 'verified' });
      expect(await claims().holderOf('sold.example')).toBe('buyer');
      expect(await later('seller')).toMatchObject({ state: 'claimed', finding: 'other-record' });
      expect((await eventsOf('seller'))[0]).toMatchObject({ type: 'organization.domain-lost', domain: 'sold.example' });
      expect((await eventsOf('seller'))[0]?.actor).toBeUndefined();
    });

    it('is given up after a question, and is to be proved anew by a new record', async () => {
      const first = await claim('acme', 'gone.example');
      await publish('gone.example', 'acme');
      await check('acme', 'gone.example');
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const asks = await browser.get('/admin/organizations/acme/domains/gone.example/remove');
      for (const page of [
        await browser.submit(asks, {}, 'Remove the domain'),
        await browser.submit(asks, {}, 'Remove the domain'),
      ])
        expect(page.text).toContain('The domain is removed.');
      expect(await claims().holderOf('gone.example')).toBeUndefined();
      const again = await claim('acme', 'gone.example');
      expect(again.record.value).not.toBe(first.record.value);
      expect(await check('acme', 'gone.example')).toMatchObject({ state: 'claimed', finding: 'other-record' });
    });

    it('goes with its organization, and with a list that leaves it out', async () => {
      await createFirms(gatehouse, 'brief');
      for (const domain of ['one.brief.example', 'two.brief.example']) {
        await claim('brief', domain);
        await publish(domain, 'brief');
        await check('brief', domain);
      }
      await api('PATCH', '/organizations/brief', { body: { domains: ['two.brief.example'] } });
      expect(await claims().holderOf('one.brief.example')).toBeUndefined();
      expect(await claims().holderOf('two.brief.example')).toBe('brief');
      expect((await api('DELETE', '/organizations/brief')).status).toBe(204);
      await claim('zeta', 'two.brief.example');
      await publish('two.brief.example', 'zeta');
      expect(await check('zeta', 'two.brief.example')).toMatchObject({ state: 'verified' });
    });

    it('is nobody else’s to see or to touch', async () => {
      await claim('acme', 'private.example');
      const { browser } = await consoleOf(gatehouse, { zeta: ['admin'] });
      for (const part of ['', '/private.example', '/private.example/remove'])
        expect((await browser.get(`/admin/organizations/acme/domains${part}`)).status).toBe(404);
      const { browser: auditor } = await consoleOf(gatehouse, { acme: ['auditor'] });
      const page = await auditor.get('/admin/organizations/acme/domains/private.example');
      expect([page.status, page.document.querySelectorAll('.section form').length]).toEqual([200, 0]);
      expect((await auditor.get('/admin/organizations/acme/domains/private.example/remove')).status).toBe(403);
    });
  });
}
