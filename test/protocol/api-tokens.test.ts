// Tokens for the administration API: who may ask for which scope of it, and what such a token says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { createPerson, signIn } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const machine = { grant_types: ['client_credentials'], redirect_uris: [], post_logout_redirect_uris: [] };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`tokens for the administration API (${engine.name})`, () => {
    let gatehouse: TestApp;
    let resource: string;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      resource = `${gatehouse.issuer}/api/v1`;
    });
    afterAll(() => gatehouse.stop());

    const asked = async (metadata: Record<string, unknown>, fields: Record<string, string>) => {
      const rp = await registerRelyingParty(gatehouse, { ...machine, ...metadata });
      const response = await rp.post('/token', { grant_type: 'client_credentials', resource, ...fields });
      return { status: response.status, body: (await response.json()) as Record<string, unknown>, rp };
    };

    it('go to a program whose registration names the scope: opaque, for this audience, revocable', async () => {
      const { status, body, rp } = await asked({ scope: 'users:read audit:read' }, { scope: 'users:read' });
      expect([status, body.scope, body.token_type]).toEqual([200, 'users:read', 'Bearer']);
      const token = String(body.access_token);
      expect(token).toMatch(/^[\w-]{51}$/);
      const about = async () => (await (await rp.post('/token/introspection', { token })).json()) as object;
      expect(await about()).toMatchObject({ active: true, aud: resource, scope: 'users:read' });
      await rp.post('/token/revocation', { token });
      expect(await about()).toEqual({ active: false });
    });

    it.each([
      [
        'a scope that the registration does not name',
        { scope: 'users:read' },
        { scope: 'users:write' },
        'invalid_scope',
      ],
      ['any, where it names none of them', { scope: 'openid' }, { scope: 'users:read' }, 'invalid_target'],
      ['any, where it names nothing', {}, { scope: 'users:read' }, 'invalid_target'],
      [
        'another resource',
        { scope: 'users:read' },
        { scope: 'users:read', resource: 'https://elsewhere.example/' },
        'invalid_target',
      ],
    ])('are refused for %s', async (_what, metadata, fields, error) => {
      const { status, body } = await asked(metadata, fields);
      expect([status, body.error]).toEqual([400, error]);
    });

    it('without the resource, open nothing of the API: the scope is not in them', async () => {
      const { body } = await asked({ scope: 'users:read' }, { scope: 'users:read', resource: '' });
      expect(body.scope ?? '').not.toContain('users');
    });

    it('go to a person through a first-party app without a question, and only as far as the app may ask', async () => {
      const rp = await registerRelyingParty(gatehouse, { scope: 'openid users:read' });
      const person = await createPerson(gatehouse);
      const request = rp.request({ scope: 'openid users:read', resource });
      const { leftFor } = await signIn(gatehouse.browser(), request, person);
      const { body } = await rp.redeem(leftFor ?? new URL(resource), request, { resource });
      expect(body).toMatchObject({ scope: 'users:read', access_token: expect.any(String) });
      const more = await gatehouse.browser().get(rp.request({ scope: 'openid users:write', resource }).url);
      expect(more.leftFor?.searchParams.get('error')).toBe('invalid_scope');
    });

    it('go to a third-party app by consent in plain words, in each session anew', async () => {
      const rp = await registerRelyingParty(gatehouse, { scope: 'openid users:write', first_party: false });
      const person = await createPerson(gatehouse);
      for (const _session of [1, 2]) {
        const browser = gatehouse.browser();
        const request = rp.request({ scope: 'openid users:write', resource });
        const page = await signIn(browser, request, person);
        expect(page.text).toContain('Invite, change, suspend and delete people, as far as you may');
        const { leftFor } = await browser.submit(page, { decision: 'allow' }, 'Allow');
        const { body } = await rp.redeem(leftFor ?? new URL(resource), request, { resource });
        expect(body.scope).toBe('users:write');
      }
      const events = await gatehouse.services.audit.bySubject(person.account.id);
      expect(events.find(({ type }) => type === 'consent.granted')?.detail?.scopes).toEqual(['openid', 'users:write']);
    });

    it('a registration that names an unknown scope is refused at once', async () => {
      await expect(registerRelyingParty(gatehouse, { scope: 'openid user:read' })).rejects.toMatchObject({
        code: 'invalid_input',
        detail: 'scope: "user:read" is not a scope of this server',
      });
    });
  });
}
