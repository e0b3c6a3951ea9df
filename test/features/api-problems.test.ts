// What a caller of the API is told when something is wrong: a problem document, with all of it at once.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { policySchema } from '../../src/organizations/policy.ts';
import { type ApiAnswer, type Caller, callerWith, machineFor } from '../support/api.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('a wrong call of the API', () => {
  let gatehouse: TestApp;
  let api: Caller;

  beforeAll(async () => {
    gatehouse = await startApp();
    api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
  });
  afterAll(() => gatehouse.stop());

  const kind = ({ status, body }: ApiAnswer) => `${status} ${String(body.type).split(':').at(-1)}`;

  it('is answered by a problem document with the id that the log has, and is never cached', async () => {
    const { status, headers, body } = await api('GET', '/users/nobody');
    expect(status).toBe(404);
    expect(headers.get('Content-Type')).toBe('application/problem+json');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(body).toEqual({
      type: 'urn:gatehouse:problem:not-found',
      title: 'There is no such thing, or it is not yours to see',
      status: 404,
      detail: 'there is no account nobody',
      instance: `urn:uuid:${headers.get('X-Request-Id')}`,
    });
  });

  it('hears of every wrong field at once, by its place', async () => {
    const body = { email: 'no address', roles: ['with space'], organization: 7, invite: 'yes', nickname: 'x' };
    const { body: problem } = await api('POST', '/users', { body });
    expect(problem.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/email',
      '#/invite',
      '#/nickname',
      '#/organization',
      '#/roles/0',
    ]);
  });

  it('changes nothing where the body was lost on the way', async () => {
    const { organizations } = gatehouse.services;
    const { id } = await organizations.create({ name: 'Strict' }, {});
    await organizations.setPolicy(id, policySchema.parse({ mfa: 'required' }), {});
    const { status } = await api('PUT', `/organizations/${id}/policy`);
    expect(status).toBe(400);
    expect((await organizations.get(id))?.policy.mfa).toBe('required');
  });

  it('hears of wrong parameters by their names', async () => {
    const { body } = await api('GET', '/users?limit=1000&status=dead&colour=red&email=a&email=b');
    expect(body.errors.map(({ parameter }: { parameter: string }) => parameter).sort()).toEqual([
      'colour',
      'email',
      'limit',
      'status',
    ]);
  });

  it.each([
    ['JSON that is none', '{"email":', {}, '400 invalid-request'],
    ['a list', '[]', {}, '400 invalid-request'],
    ['nothing', '', {}, '400 invalid-request'],
    [
      'another type',
      'email=a@example.com',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      '415 unsupported-media-type',
    ],
    ['more than 128 KiB', JSON.stringify({ email: 'x'.repeat(128 * 1024) }), {}, '413 body-too-large'],
    ['a prototype', '{"email":"a@example.com","__proto__":{"invite":false}}', {}, '400 invalid-request'],
    ['NUL', '{"email":"a@example.com","givenName":"a\\u0000b"}', {}, '400 invalid-request'],
    ['half a character', '{"email":"a@example.com","givenName":"a\\ud800"}', {}, '400 invalid-request'],
    ['deep nesting', `{"email":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, {}, '400 invalid-request'],
  ])('is refused as a body: %s', async (_what, text, headers, expected) => {
    expect(kind(await api('POST', '/users', { text, headers }))).toBe(expected);
  });

  it('is refused where a body is sent that nobody reads', async () => {
    expect(kind(await api('POST', '/users/nobody/invitation', { body: { password: 'x' } }))).toBe(
      '400 invalid-request',
    );
    expect(kind(await api('POST', '/users/nobody/invitation', { body: {} }))).toBe('404 not-found');
  });

  it('is told which methods there are', async () => {
    const { status, headers } = await api('PUT', '/users');
    expect([status, headers.get('Allow')]).toEqual([405, 'GET, POST, HEAD']);
    expect((await api('POST', '/organizations/acme/policy')).headers.get('Allow')).toBe('GET, PUT, HEAD');
  });

  it('answers HEAD like GET, without the body', async () => {
    const { status, text, headers } = await api('HEAD', '/organizations');
    expect([status, text, headers.get('Content-Type')]).toEqual([200, '', 'application/json; charset=utf-8']);
  });

  it.each(['/nothing', '/users/a/b', '', '/users/%E0%A4%A', '/users/..%2f..%2fhealth'])(
    'finds nothing at "%s"',
    async (path) => {
      const answer = await api('GET', path);
      expect([answer.status >= 400 && answer.status < 500, answer.body.type]).toEqual([
        true,
        expect.stringMatching(/^urn:gatehouse:problem:(not-found|invalid-request)$/),
      ]);
    },
  );

  it('tells no more than that where the fault is ours', async () => {
    const { administration } = gatehouse.app;
    const { get } = administration.firms;
    administration.firms.get = () => Promise.reject(new Error('secret-of-the-house'));
    const answer = await api('GET', '/organizations/acme');
    administration.firms.get = get;
    expect(kind(answer)).toBe('500 unexpected');
    expect(answer.text).not.toContain('secret-of-the-house');
    expect(answer.body).not.toHaveProperty('detail');
  });
});
