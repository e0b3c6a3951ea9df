// Attacks by way of another service: every bad answer gets a page that helps, signs nobody in and links nothing.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { roundTripsSpec } from '../../src/federation/round-trip.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { createFirms, createMember } from '../support/console.ts';
import { engines, storageAt } from '../support/engines.ts';
import {
  acmeSso,
  continueWith,
  type Federation,
  google,
  microsoft,
  startFederation,
  tenant,
} from '../support/federation.ts';
import { createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import type { TestApp } from '../support/start-app.ts';
import type { Claims, Upstream } from '../support/upstream.ts';

const callback = '/federation/callback';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`attacks by way of another service (${engine.name})`, () => {
    let federation: Federation;
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let atGoogle: Upstream;
    let person: Person;

    beforeAll(async () => {
      federation = await startFederation({ engine });
      ({ gatehouse } = federation);
      rp = await registerRelyingParty(gatehouse);
      await createFirms(gatehouse, 'acme', 'zeta');
      await federation.prove('acme', 'acme.example');
      await federation.connect({ id: 'google', name: 'Google', preset: 'google' });
      atGoogle = await federation.upstream(google);
    });
    /** Somebody whom Google signs in. */
    beforeEach(async () => {
      person = await createPerson(gatehouse);
      atGoogle.person = { sub: newId(), email: person.email, email_verified: true };
      const identity = { issuer: google, subject: atGoogle.person.sub, connectionId: 'google', name: 'Google' };
      await gatehouse.services.identities.link(person.account.id, identity, {});
    });
    afterEach(() => {
      atGoogle.tamper = undefined;
      atGoogle.instead = {};
      letClockRun();
    });
    afterAll(() => federation.stop());

    const start = async (browser = gatehouse.browser()) => ({ browser, page: await browser.get(rp.request().url) });
    const withGoogle = async (browser = gatehouse.browser()): Promise<Page> =>
      continueWith(browser, (await start(browser)).page, { upstream: atGoogle, name: 'Google' });
    /** Where the provider sends the browser back to. */
    const sentBack = async (browser: TestBrowser): Promise<URL> => {
      const { leftFor } = await browser.submit((await start(browser)).page, {}, 'Continue with Google');
      return atGoogle.visit(leftFor ?? '');
    };
    const path = ({ pathname, search }: URL) => pathname + search;
    const isSignedIn = async (browser: TestBrowser) => (await browser.get('/profile')).heading === 'My Profile';
    const failures = async () =>
      (await gatehouse.services.audit.search({ type: 'sign-in.failed', limit: 5 })).map(({ detail }) => detail?.reason);
    const identitiesOf = async (id: string) => (await gatehouse.services.accounts.get(id))?.identities ?? [];

    it('signs in whoever is asked for nothing bad: the answers below are bad in one thing each', async () => {
      expect((await withGoogle()).leftFor).toBeDefined();
    });

    const tampered: [what: string, reason: string, tamper: (claims: Claims) => Claims][] = [
      ['of another sign-in (nonce)', 'upstream-wrong-nonce', (claims) => ({ ...claims, nonce: 'another' })],
      ['without a nonce', 'upstream-wrong-nonce', ({ nonce: _, ...claims }) => claims],
      ['of another issuer', 'upstream-wrong-issuer', (claims) => ({ ...claims, iss: 'https://evil.example' })],
      ['for another client', 'upstream-wrong-audience', (claims) => ({ ...claims, aud: 'somebody-else' })],
      ['that has run out', 'upstream-wrong-time', (claims) => ({ ...claims, exp: 1000 })],
      ['without a subject', 'upstream-bad-answer', ({ sub: _, ...claims }) => claims],
    ];
    it.each(tampered)('refuses an ID token %s', async (_what, reason, tamper) => {
      atGoogle.tamper = tamper;
      const browser = gatehouse.browser();
      const page = await withGoogle(browser);
      expect([page.status, page.heading]).toEqual([403, 'Google gave no good answer']);
      expect(await failures()).toContain(reason);
      expect(await isSignedIn(browser)).toBe(false);
      atGoogle.tamper = undefined;
      const again = await browser.submit(page, {}, 'Try again');
      expect((await browser.get(path(await atGoogle.visit(again.leftFor ?? '')))).leftFor).toBeDefined();
    });

    it('refuses a signature of a key that is not published, and follows keys that turn over', async () => {
      await atGoogle.signWithForeignKey();
      expect((await withGoogle()).heading).toBe('Google gave no good answer');
      moveClock(2 * minuteMs);
      await atGoogle.rotateKeys();
      expect((await withGoogle()).leftFor).toBeDefined();
    });

    const broken: [what: string, Record<string, () => Response>, heading: string][] = [
      ['is down', { token: () => new Response('', { status: 503 }) }, 'Google gave no good answer'],
      ['answers with something else', { token: () => new Response('<html>') }, 'Google gave no good answer'],
      [
        'knows our secret no more',
        { token: () => Response.json({ error: 'invalid_client' }, { status: 401 }) },
        'Google gave no good answer',
      ],
    ];
    it.each(broken)('helps where the provider %s', async (_what, instead, heading) => {
      atGoogle.instead = instead;
      const browser = gatehouse.browser();
      const page = await withGoogle(browser);
      expect(page.heading).toBe(heading);
      const back = page.document.querySelectorAll('a').find((a) => a.textContent === 'Back to the sign-in');
      const form = await browser.get(back?.getAttribute('href') ?? '');
      const { email, password } = person;
      expect((await browser.submit(form, { email, password }, 'Sign in')).leftFor).toBeDefined();
    });

    it('helps where the provider cannot be found at all, and where the person cancels there', async () => {
      await federation.connect({ id: 'nowhere', name: 'Nowhere', preset: 'oidc', issuer: 'https://nowhere.example' });
      const { browser, page } = await start();
      const unavailable = await browser.submit(page, {}, 'Continue with Nowhere');
      expect([unavailable.status, unavailable.heading]).toEqual([503, 'Nowhere is not available']);
      await gatehouse.services.connections.remove('nowhere', {});
      const { leftFor } = await browser.submit((await start(browser)).page, {}, 'Continue with Google');
      const query = { error: 'access_denied', state: leftFor?.searchParams.get('state') ?? '', iss: google };
      const denied = await browser.get(`${callback}?${new URLSearchParams(query)}`);
      expect(denied.heading).toBe('You were not signed in at Google');
    });

    it('takes a state once, also when both come at the same moment', async () => {
      const browser = gatehouse.browser();
      const back = path(await sentBack(browser));
      const answers = await Promise.all(Array.from({ length: 6 }, () => browser.request(back)));
      expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
      expect((await browser.get(back)).heading).toBe('This was used already');
      expect(await failures()).toContain('state-used');
    });

    it('takes an outcome once, and for the sign-in that it belongs to', async () => {
      const browser = gatehouse.browser();
      const arrived = await browser.request(path(await sentBack(browser)));
      const taken = arrived.headers.get('Location') ?? '';
      const other = new URL((await start(browser)).page.url).pathname.replace(/sign-in$/, 'federation');
      expect((await browser.get(`${other}?${taken.split('?')[1]}`)).heading).toBe('Sign in');
      expect(await isSignedIn(browser)).toBe(false);
      expect((await browser.get(taken)).leftFor).toBeDefined();
      const again = gatehouse.browser();
      expect((await again.get(taken)).heading).toBe('This sign-in is over');
      expect(await isSignedIn(again)).toBe(false);
    });

    it('takes a callback in no browser but the one that was sent off, and none of a state that is not ours', async () => {
      const [victim, attacker] = [gatehouse.browser(), gatehouse.browser()];
      await victim.get(rp.request().url);
      const back = await sentBack(attacker);
      const forced = await victim.get(path(back));
      expect(forced.heading).toBe('This way back is not known here');
      expect(await failures()).toContain('foreign-browser');
      expect(await isSignedIn(victim)).toBe(false);
      expect((await attacker.get(path(back))).leftFor).toBeDefined();
      expect((await victim.get(`${callback}?code=x&state=made-up`)).heading).toBe('This way back is not known here');
      expect((await victim.get(callback)).status).toBe(400);
    });

    it('forgets a way that took too long, and one whose connection was switched off meanwhile', async () => {
      const browser = gatehouse.browser();
      const back = path(await sentBack(browser));
      moveClock(21 * minuteMs);
      expect((await browser.get(back)).heading).toBe('This way back is not known here');
      letClockRun();
      const late = path(await sentBack(browser));
      const { connections } = gatehouse.services;
      const stored = await connections.get('google');
      if (!stored) throw new Error('no connection');
      const input = { name: 'Google', preset: 'google', client_id: stored.clientId } as const;
      const plain = { domains: [], trustsMfa: false, allowsSignUp: false, allowsPrivateNetwork: false };
      await connections.replace('google', { ...input, ...plain, enabled: false }, {});
      expect((await browser.get(late)).heading).toBe('Google is not available');
      await connections.replace('google', { ...input, ...plain, enabled: true }, {});
    });

    it('mixes up nothing of two tabs: whoever came last is who signs in', async () => {
      const browser = gatehouse.browser();
      const { page } = await start(browser);
      const { leftFor } = await browser.submit(page, {}, 'Continue with Google');
      const withCode = await createPerson(gatehouse, { withTotp: true });
      const { email, password } = withCode;
      expect((await browser.submit(page, { email, password }, 'Sign in')).heading).toBe('Enter your code');
      const done = await browser.get(path(await atGoogle.visit(leftFor ?? '')));
      expect(done.leftFor).toBeDefined();
      expect((await browser.get('/profile')).text).toContain(person.email);
    });

    const doubtful: [what: string, Claims][] = [
      ['that is not verified', { email_verified: false }],
      ['that says nothing of being verified', { email_verified: undefined }],
      ['that Google does not keep', { email_verified: true }],
      ['of another customer’s domain', { email_verified: true, hd: 'evil.example' }],
      ['that is no text', { email: ['x'], email_verified: true }],
    ];
    it.each(doubtful)('links no account by an address %s', async (_what, odd) => {
      const victim = await createPerson(gatehouse);
      atGoogle.person = { sub: newId(), email: victim.email, ...odd };
      expect((await withGoogle()).heading).toBe('Sign in');
      expect(await identitiesOf(victim.account.id)).toEqual([]);
    });

    it('links no account by what any tenant of Microsoft writes into an account (nOAuth)', async () => {
      const issuer = microsoft('organizations');
      const upstream = await federation.upstream(issuer);
      await federation.connect({
        id: 'any',
        name: 'Microsoft',
        preset: 'microsoft',
        issuer,
        domains: ['acme.example'],
      });
      const { account } = await createMember(gatehouse, { acme: [] });
      const email = `${newId()
        .toLowerCase()
        .replace(/[^a-z]/g, 'x')}@acme.example`;
      await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, email, emailCanonical: email }));
      upstream.person = { sub: newId(), email, email_verified: true, tid: tenant };
      const { browser, page } = await start();
      expect((await continueWith(browser, page, { upstream, name: 'Microsoft' })).heading).toBe('Sign in');
      expect(await identitiesOf(account.id)).toEqual([]);
      await gatehouse.services.connections.remove('any', {});
    });

    it('lets a firm’s own provider reach no further than the firm', async () => {
      const sso = { id: 'acme-sso', name: 'Acme SSO', preset: 'oidc', issuer: acmeSso, organization: 'acme' };
      await federation.connect({ ...sso, domains: ['acme.example'], allowsSignUp: true });
      const upstream = await federation.upstream(acmeSso);
      const roles: [what: string, held: Record<string, string[]>][] = [
        ['an owner', { instance: ['owner'], acme: [] }],
        ['somebody of two firms', { acme: [], zeta: ['admin'] }],
        ['somebody of another firm', { zeta: [] }],
      ];
      for (const [what, held] of roles) {
        const { account } = await createMember(gatehouse, held);
        const email = `${newId()
          .toLowerCase()
          .replace(/[^a-z]/g, 'x')}@acme.example`;
        await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, email, emailCanonical: email }));
        upstream.person = { sub: newId(), email, email_verified: true };
        const { browser, page } = await start();
        const left = await browser.submit(page, { email }, 'Use my organization’s sign-in');
        const back = await browser.get(path(await upstream.visit(left.leftFor ?? '')));
        expect([what, back.heading, await identitiesOf(account.id)]).toEqual([what, 'Sign in', []]);
      }
      await gatehouse.services.connections.remove('acme-sso', {});
    });

    it('gives one identity to one account, also when two ask at once', async () => {
      const two = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const identity = { issuer: google, subject: newId(), connectionId: 'google', name: 'Google' };
      const linked = await Promise.all(
        two.map(({ account }) => gatehouse.services.identities.link(account.id, identity, {})),
      );
      expect(linked.filter((one) => one === 'taken')).toHaveLength(1);
    });

    it('keeps no state, nonce, verifier or claim in clear', async () => {
      const browser = gatehouse.browser();
      const { leftFor } = await browser.submit((await start(browser)).page, {}, 'Continue with Google');
      const [state, nonce] = ['state', 'nonce'].map((name) => leftFor?.searchParams.get(name) ?? '');
      await browser.request(path(await atGoogle.visit(leftFor ?? '')));
      const storage = await storageAt(gatehouse.services.config.storageUrl);
      const trips = storage.collection(roundTripsSpec);
      await storage.open();
      const stored = JSON.stringify(await trips.list({ limit: 1000 }));
      await storage.close();
      expect(stored).toContain('"purpose":"sign-in"');
      for (const secret of [state, nonce, person.email, atGoogle.person.sub]) expect(stored).not.toContain(secret);
    });
  });
}
