// Signing in with the account that the firm already has: who comes in, what is linked, and what the tokens say of it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { createFirms, createMember } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import {
  acmeSso,
  continueWith,
  type Federation,
  google,
  microsoft,
  startFederation,
  tenant,
} from '../support/federation.ts';
import { invite } from '../support/invited.ts';
import { createPerson } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import type { TestApp } from '../support/start-app.ts';
import type { Upstream } from '../support/upstream.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`signing in with another service (${engine.name})`, () => {
    let federation: Federation;
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let atGoogle: Upstream;
    let atAcme: Upstream;

    beforeAll(async () => {
      federation = await startFederation({ engine });
      ({ gatehouse } = federation);
      rp = await registerRelyingParty(gatehouse);
      await createFirms(gatehouse, 'acme', 'zeta');
      await federation.prove('acme', 'acme.example');
      await federation.connect({ id: 'google', name: 'Google', preset: 'google' });
      const sso = { id: 'acme-sso', name: 'Acme SSO', preset: 'oidc', issuer: acmeSso, organization: 'acme' };
      await federation.connect({
        ...sso,
        domains: ['acme.example', 'claimed.example'],
        trustsMfa: true,
        allowsSignUp: true,
      });
      atGoogle = await federation.upstream(google);
      atAcme = await federation.upstream(acmeSso);
    });
    afterAll(() => federation.stop());

    const services = () => gatehouse.services;
    const isAt = (email: string, claims: object = {}) => ({ sub: newId(), email, email_verified: true, ...claims });
    const gmail = () =>
      `${newId()
        .toLowerCase()
        .replaceAll(/[^a-z]/g, '')}x@gmail.com`;
    const atWork = () => gmail().replace('gmail.com', 'acme.example');
    const identitiesOf = async (email: string) =>
      ((await services().accounts.findByEmail(email))?.identities ?? []).map(({ issuer, subject }) => [
        issuer,
        subject,
      ]);
    const mails = async (email: string) =>
      (await services().deliveries.list({ limit: 1000 }))
        .filter(({ to }) => to === email)
        .map(({ purpose }) => purpose);
    /** With Google, to the app. */
    const withGoogle = async (params: Record<string, string> = {}, browser = gatehouse.browser()) => {
      const request = rp.request(params);
      const start = await browser.get(request.url);
      return { request, browser, page: await continueWith(browser, start, { upstream: atGoogle, name: 'Google' }) };
    };
    /** By the address alone, to the firm's own provider. */
    const bySso = async (email: string, browser = gatehouse.browser()) => {
      const request = rp.request();
      const left = await browser.submit(await browser.get(request.url), { email }, 'Use my organization’s sign-in');
      if (!left.leftFor) return { request, browser, page: left, asked: undefined };
      return {
        request,
        browser,
        page: await browser.get((await atAcme.visit(left.leftFor)).href),
        asked: left.leftFor,
      };
    };
    const memberOfAcme = async (email: string) => {
      const { account } = await createMember(gatehouse, { acme: [] });
      const change = { email, emailCanonical: email, emailVerified: true };
      return services().accounts.update(account.id, (old) => ({ ...old, ...change }));
    };

    it('accepts an invitation without a password: the address is proved, the name is asked, the mail’s password is dead', async () => {
      const email = gmail();
      const { account, temporaryPassword } = await invite(gatehouse, email);
      atGoogle.person = isAt(email, { given_name: 'Ana', family_name: 'Silva' });
      const { page, browser, request } = await withGoogle();
      expect(page.heading).toBe('Your name');
      expect(page.document.querySelector('[name=givenName]')?.getAttribute('value')).toBe('Ana');
      const done = await browser.submit(page, {}, 'Save');
      const { claims } = await rp.redeem(done.leftFor ?? new URL('x:'), request);
      expect(claims).toMatchObject({ sub: account.id, email, email_verified: true, amr: ['fed'] });
      const stored = await services().accounts.get(account.id);
      expect(stored).toMatchObject({ status: 'active', emailVerified: true });
      expect([stored?.passwordHash, stored?.temporaryPassword]).toEqual([undefined, undefined]);
      expect(stored?.invitation?.history.map(({ event }) => event)).toContain('accepted');
      expect(await mails(email)).toContain('notice.identityLinked');
      const types = (await services().audit.bySubject(account.id)).map(({ type }) => type);
      expect(types).toEqual(expect.arrayContaining(['identity.linked', 'invitation.accepted', 'sign-in.succeeded']));
      const other = gatehouse.browser();
      const refused = await other.submit(
        await other.get(rp.request().url),
        { email, password: temporaryPassword },
        'Sign in',
      );
      expect(refused.heading).toBe('Sign in');
    });

    it('knows the person by issuer and subject, whatever becomes of the address there', async () => {
      const [email, victim] = [gmail(), gmail()];
      await invite(gatehouse, victim);
      const { account } = await createPerson(gatehouse);
      const own = { email, emailCanonical: email };
      await services().accounts.update(account.id, (old) => ({ ...old, ...own }));
      atGoogle.person = isAt(email);
      expect((await withGoogle()).page.leftFor?.searchParams.get('code')).toEqual(expect.any(String));
      atGoogle.person = { ...atGoogle.person, email: victim };
      const { page, request } = await withGoogle();
      expect((await rp.redeem(page.leftFor ?? new URL('x:'), request)).claims?.sub).toBe(account.id);
      expect(await identitiesOf(victim)).toEqual([]);
    });

    it('leads by the address straight to the firm’s own provider, and passes on what the app asked for', async () => {
      const email = atWork();
      const member = await memberOfAcme(email);
      atAcme.person = isAt(email, { amr: ['pwd', 'mfa'] });
      const { page, request, asked } = await bySso(email);
      expect(asked?.origin).toBe(acmeSso);
      expect(Object.fromEntries(asked?.searchParams ?? [])).toMatchObject({
        login_hint: email,
        code_challenge_method: 'S256',
        nonce: expect.any(String),
        redirect_uri: `${gatehouse.issuer}/federation/callback`,
      });
      const { claims } = await rp.redeem(page.leftFor ?? new URL('x:'), request);
      expect(claims).toMatchObject({ sub: member?.id, amr: ['fed', 'mfa'], acr: 'urn:gatehouse:acr:aal2' });
      const browser = gatehouse.browser();
      const hinted = await browser.get(rp.request({ login_hint: email, acr_values: 'phr', prompt: 'login' }).url);
      const left = await browser.submit(hinted, {}, 'Sign in');
      expect(Object.fromEntries(left.leftFor?.searchParams ?? [])).toMatchObject({
        acr_values: 'phr',
        prompt: 'login',
      });
    });

    it('leads nowhere by a domain that the firm has claimed and not proved', async () => {
      const { page } = await bySso('ana@claimed.example');
      expect(page.problems).toEqual(['No organization’s sign-in is set up for this address. Use your password']);
      expect(page.document.querySelector('#email')?.getAttribute('value')).toBe('ana@claimed.example');
    });

    it('makes an account only of the firm’s proved domains, and within the firm', async () => {
      const email = atWork();
      atAcme.person = isAt(email, { given_name: 'Bea', family_name: 'Costa' });
      const { page } = await bySso(email);
      expect(page.leftFor).toBeDefined();
      expect(await services().accounts.findByEmail(email)).toMatchObject({
        givenName: 'Bea',
        memberships: [{ organization: 'acme', roles: [] }],
        emailVerified: true,
      });
      const stranger = gmail();
      atAcme.person = isAt(stranger);
      expect((await bySso(atWork())).page.heading).toBe('Sign in');
      expect(await services().accounts.findByEmail(stranger)).toBeUndefined();
    });

    it('asks for the own second factor unless the provider is trusted with it and says that it asked', async () => {
      const email = atWork();
      const member = await memberOfAcme(email);
      const policy = await services().organizations.get('acme');
      if (policy) await services().organizations.setPolicy('acme', { ...policy.policy, mfa: 'required' }, {});
      atAcme.person = isAt(email, { amr: ['pwd'] });
      expect((await bySso(email)).page.heading).toBe('Set up multi-factor authentication');
      atAcme.person = { ...atAcme.person, amr: ['pwd', 'mfa'] };
      const { page, browser } = await bySso(email);
      expect(page.leftFor).toBeDefined();
      expect((await browser.get('/profile')).text).toContain(email);
      const zeta = [...(member?.memberships ?? []), { organization: 'zeta', roles: [] }];
      await services().accounts.update(member?.id ?? '', (old) => ({ ...old, memberships: zeta }));
      expect((await bySso(email)).page.heading).toBe('Set up multi-factor authentication');
      if (policy) await services().organizations.setPolicy('acme', policy.policy, {});
    });

    it('links nothing by itself where the address proves nothing, but after the password, and a yes', async () => {
      const person = await createPerson(gatehouse);
      atGoogle.person = isAt(person.email);
      const { page, browser, request } = await withGoogle();
      expect([page.heading, page.text.includes('does not belong to an account here yet')]).toEqual(['Sign in', true]);
      const { email, password } = person;
      const asked = await browser.submit(page, { email, password }, 'Sign in');
      expect([asked.heading, asked.text.includes(email)]).toEqual(['Link your Google account?', true]);
      expect(await identitiesOf(email)).toEqual([]);
      const done = await browser.submit(asked, {}, 'Link');
      expect((await rp.redeem(done.leftFor ?? new URL('x:'), request)).claims).toMatchObject({ amr: ['pwd'] });
      expect(await identitiesOf(email)).toEqual([[google, atGoogle.person.sub]]);
      const again = await withGoogle();
      expect(again.page.leftFor).toBeDefined();
    });

    it('links nothing where the person says no', async () => {
      const { email, password } = await createPerson(gatehouse);
      atGoogle.person = isAt(email);
      const { page, browser } = await withGoogle();
      const asked = await browser.submit(page, { email, password }, 'Sign in');
      expect((await browser.submit(asked, {}, 'Not now')).leftFor).toBeDefined();
      expect(await identitiesOf(email)).toEqual([]);
    });

    it.each([
      ['one tenant', tenant, { tid: tenant }, true],
      ['another tenant', tenant, { tid: '99999999-2222-3333-4444-555555555555' }, false],
      ['any work account', 'organizations', { tid: '99999999-2222-3333-4444-555555555555' }, true],
      ['a personal account among them', 'organizations', { tid: '9188040d-6c67-4b5b-b112-36a304b66dad' }, false],
      ['personal accounts', 'consumers', { tid: '9188040d-6c67-4b5b-b112-36a304b66dad' }, true],
    ])('signs in with Microsoft: %s', async (_what, audience, odd, isGood) => {
      const issuer = microsoft(audience);
      const upstream = await federation.upstream(issuer);
      const name = `Microsoft ${newId()}`;
      await federation.connect({ name, preset: 'microsoft', issuer });
      const { account } = await createPerson(gatehouse);
      upstream.person = { sub: newId(), email: account.email, ...odd };
      const iss = microsoft(odd.tid);
      const identity = { issuer: iss, subject: upstream.person.sub, connectionId: 'any', name };
      await services().identities.link(account.id, identity, {});
      const browser = gatehouse.browser();
      const page = await continueWith(browser, await browser.get(rp.request().url), { upstream, name });
      expect(page.leftFor !== undefined).toBe(isGood);
      if (!isGood) expect(page.text).toContain('Back to the sign-in');
    });
  });
}
