// Nothing is done twice, and nobody's change is lost: Idempotency-Key and If-Match.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Caller, callerWith, machineFor, personWith } from '../support/api.ts';
import { hourMs, letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const origin = { actor: 'test' };
const random = () => Math.random().toString(36).slice(2);

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`once only (${engine.name})`, () => {
    let gatehouse: TestApp;
    let program: Caller;
    let other: Caller;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await gatehouse.services.organizations.create({ id: 'acme', name: 'Acme' }, origin);
      program = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      other = callerWith(gatehouse, (await machineFor(gatehouse)).token);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const posting = (key: string, body: unknown, caller = program, path = '/clients') =>
      caller('POST', path, { body, headers: { 'Idempotency-Key': key } });
    const app = () => ({ client_name: random(), redirect_uris: ['https://app.example/callback'] });
    const named = async (name: string) => {
      const all = await gatehouse.services.clients.list({ limit: 1000 });
      return all.filter(({ metadata }) => metadata.client_name === name);
    };

    it('of 20 parallel posts with one key one creates; the others hear the same, or are told to come back', async () => {
      const [key, body] = [random(), app()];
      const answers = await Promise.all(Array.from({ length: 20 }, () => posting(key, body)));
      const created = answers.filter(({ status }) => status === 201);
      expect(created.length).toBeGreaterThan(0);
      for (const { status, body: problem, headers } of answers.filter((one) => one.status !== 201))
        expect([status, problem.type, headers.get('Retry-After')]).toEqual([
          409,
          'urn:gatehouse:problem:under-way',
          '1',
        ]);
      expect(await named(body.client_name)).toHaveLength(1);
      const again = await posting(key, body);
      expect(new Set([...created, again].map(({ text }) => text)).size).toBe(1);
      expect(again.headers.get('Idempotent-Replayed')).toBe('true');
      expect(again.body.client_secret).toEqual(expect.any(String));
      expect([again.headers.get('ETag'), again.headers.get('Location')]).toEqual([
        created[0]?.headers.get('ETag'),
        `${gatehouse.issuer}/api/v1/clients/${again.body.client_id}`,
      ]);
    });

    it('an answer that is kept shows its secret to nobody who reads the database', async () => {
      const { body } = await posting(random(), app());
      const records = [];
      for (const collection of gatehouse.services.expiring) records.push(...(await collection.due(Infinity, 1000)));
      const text = JSON.stringify(records);
      expect(text).toContain('"answer"');
      expect(text).not.toContain(body.client_secret);
      expect(text).not.toContain(body.client_id);
    });

    it('the key of another request is refused, that of another caller is another key', async () => {
      const [key, body] = [random(), app()];
      await posting(key, body);
      expect((await posting(key, app())).body).toMatchObject({ status: 422 });
      expect((await posting(key, {}, program, '/organizations')).status).toBe(400);
      const { status, headers } = await posting(key, body, other);
      expect([status, headers.get('Idempotent-Replayed')]).toEqual([201, null]);
      expect(await named(body.client_name)).toHaveLength(2);
    });

    it('a request that failed may be tried again under its key', async () => {
      const key = random();
      const body = { email: `${random()}@example.com`, organization: 'later' };
      expect((await posting(key, body, program, '/users')).status).toBe(404);
      await gatehouse.services.organizations.create({ id: 'later', name: 'Later' }, origin);
      expect((await posting(key, body, program, '/users')).status).toBe(201);
      expect((await posting(key, body, program, '/users')).status).toBe(201);
      expect((await program('POST', '/users', { body })).status).toBe(409);
    });

    it('a key is forgotten after a day, and taken over from a process that died', async () => {
      const { answeredRequests } = gatehouse.services;
      const asked = { caller: random(), key: random(), request: 'one' };
      expect(await answeredRequests.begin(asked)).toMatchObject({ outcome: 'new' });
      expect(await answeredRequests.begin(asked)).toEqual({ outcome: 'under-way' });
      moveClock(minuteMs + 1);
      const [first, second] = await Promise.all([answeredRequests.begin(asked), answeredRequests.begin(asked)]);
      expect([first.outcome, second.outcome].sort()).toEqual(['new', 'under-way']);
      for (const one of [first, second]) if (one.outcome === 'new') await answeredRequests.finish(one.turn, 'done');
      expect(await answeredRequests.begin(asked)).toEqual({ outcome: 'answered', answer: 'done' });
      moveClock(24 * hourMs + 1);
      expect(await answeredRequests.begin(asked)).toMatchObject({ outcome: 'new' });
    });

    it.each(['', 'with space', 'ü', 'x'.repeat(256)])('takes no key like "%s"', async (key) => {
      const { status } = await posting(encodeHeader(key), app());
      expect(status).toBe(key === '' ? 201 : 400);
    });

    it.each<[string, (id: string) => string, () => Promise<string>, unknown, unknown]>([
      [
        'a person',
        (id) => `/users/${id}`,
        async () => (await personWith(gatehouse, {})).account.id,
        { givenName: 'A' },
        { familyName: 'B' },
      ],
      ['an organization', (id) => `/organizations/${id}`, firm, { name: 'A' }, { name: 'B' }],
      ['a client', (id) => `/clients/${id}`, client, { client_name: 'A' }, { client_name: 'B' }],
    ])('two administrators who change %s at once: the later one is told', async (_what, at, make, one, two) => {
      const path = at(await make());
      const tag = (await program('GET', path)).headers.get('ETag') ?? '';
      expect(tag).toMatch(/^"[\w-]{27}"$/);
      const change = (body: unknown) => program('PATCH', path, { body, headers: { 'If-Match': tag } });
      const [first, second] = await Promise.all([change(one), change(two)]);
      expect([first.status, second.status].sort()).toEqual([200, 412]);
      const [winner, left] = first.status === 200 ? [first, two] : [second, one];
      expect((await program('GET', path)).body).toEqual(winner.body);
      const next = { 'If-Match': winner.headers.get('ETag') ?? '' };
      expect((await program('PATCH', path, { body: left, headers: next })).status).toBe(200);
      expect((await program('DELETE', path, { headers: next })).status).toBe(412);
      expect((await program('DELETE', path, { headers: { 'If-Match': '*' } })).status).toBe(204);
    });

    it('a policy that was replaced meanwhile is not replaced again', async () => {
      const path = `/organizations/${await firm()}/policy`;
      const tag = (await program('GET', path)).headers.get('ETag') ?? '';
      const put = (body: unknown) => program('PUT', path, { body, headers: { 'If-Match': tag } });
      expect((await put({ mfa: 'required' })).body).toEqual({ mfa: 'required', sso: 'optional', ipAllowList: [] });
      expect((await put({ mfa: 'optional' })).body).toMatchObject({
        status: 412,
        type: 'urn:gatehouse:problem:precondition-failed',
      });
      expect((await program('GET', path)).body.mfa).toBe('required');
    });

    it('a change in several writes is one for whoever demands a version', async () => {
      const { account } = await personWith(gatehouse, { acme: [] });
      const path = `/users/${account.id}`;
      const tag = (await program('GET', path)).headers.get('ETag') ?? '';
      const body = { givenName: 'Bea', roles: ['editor'], status: 'suspended' };
      const { status, body: shown } = await program('PATCH', path, {
        body,
        headers: { 'If-Match': `"other", ${tag}` },
      });
      expect([status, shown]).toMatchObject([200, { givenName: 'Bea', roles: ['editor'], status: 'suspended' }]);
    });

    it('refuses If-Match where it means nothing', async () => {
      const { account } = await personWith(gatehouse, { acme: [] });
      const path = `/users/${account.id}/sessions`;
      expect((await program('DELETE', path, { headers: { 'If-Match': '"any"' } })).status).toBe(400);
    });

    async function firm(): Promise<string> {
      return (await gatehouse.services.organizations.create({ name: random() }, origin)).id;
    }
    async function client(): Promise<string> {
      return (await posting(random(), app())).body.client_id;
    }
  });
}

/** As bytes that fetch lets through. */
function encodeHeader(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
