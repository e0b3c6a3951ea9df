// What a registration refuses, in the words of the console.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseRegistration } from '../../src/clients/registration.ts';
import { isDomainError } from '../../src/platform/errors.ts';
import { givenFrom, registrationFrom } from '../../src/web/admin/app-form.ts';
import { problemsOf } from '../../src/web/admin/app-problems.ts';

const catalogue = JSON.parse(readFileSync(new URL('../../views/locales/en.json', import.meta.url), 'utf8'));
const good = {
  name: 'Time',
  redirectUris: 'https://app.example/callback',
  idTokenAlg: 'ES256',
  authMethod: 'client_secret_basic',
};

function problems(type: 'web' | 'native', form: Record<string, string>) {
  const given = givenFrom({ ...good, ...form });
  try {
    parseRegistration({ ...registrationFrom(type, given), client_id: 'x' });
  } catch (error) {
    if (isDomainError(error, 'invalid_input')) return problemsOf(error.detail, given);
    throw error;
  }
  return [];
}

describe('a problem of a registration', () => {
  it.each([
    ['web', 'redirectUris', '', 'error.uri.none'],
    ['web', 'redirectUris', 'app.example/callback', 'error.uri.absolute'],
    ['web', 'redirectUris', 'https://app.example/#x', 'error.uri.fragment'],
    ['web', 'redirectUris', 'https://*.app.example/', 'error.uri.wildcard'],
    ['web', 'redirectUris', 'https://me:pw@app.example/', 'error.uri.userName'],
    ['web', 'redirectUris', 'http://app.example/', 'error.uri.scheme'],
    ['web', 'redirectUris', 'javascript:alert(1)', 'error.uri.scheme'],
    ['web', 'redirectUris', 'com.example.app:/callback', 'error.uri.privateScheme'],
    ['native', 'redirectUris', 'http://127.1.1.1/callback', 'error.uri.loopbackHost'],
    ['native', 'redirectUris', 'https://localhost/callback', 'error.uri.loopbackHttps'],
    ['web', 'postLogoutRedirectUris', 'http://app.example/', 'error.uri.scheme'],
    ['web', 'backchannelLogoutUri', 'http://app.example/', 'error.uri.https'],
    ['web', 'name', 'x'.repeat(201), 'error.app.tooLong'],
    ['web', 'name', 'a\u0007b', 'error.app.controlCharacters'],
  ] as const)('stands beside its field, in the words of the catalogue: %s, %s: %s', (type, field, value, key) => {
    const [problem, ...others] = problems(type, { [field]: value });
    expect([problem?.field, problem?.key, others]).toEqual([field, key, []]);
    expect(catalogue[key]).toBeDefined();
  });

  it('names the line it is about', () => {
    const redirectUris = 'https://app.example/\n\n  https://app.example/#x  \nhttps://app.example/*';
    expect(problems('web', { redirectUris })).toEqual([
      { field: 'redirectUris', key: 'error.uri.fragment', values: { value: 'https://app.example/#x' } },
      { field: 'redirectUris', key: 'error.uri.wildcard', values: { value: 'https://app.example/*' } },
    ]);
  });

  it('is told in the words of the registration where the catalogue has none, and cut short', () => {
    const [problem] = problems('web', { idTokenAlg: 'none' });
    expect(problem).toMatchObject({ field: 'idTokenAlg', key: 'error.app.other' });
    expect(problem?.values?.problem).toMatch(/^id_token_signed_response_alg: must be one of/);
    expect(problemsOf(`jwks.keys.0: ${'x'.repeat(500)}`, givenFrom({}))).toEqual([
      { key: 'error.app.other', values: { problem: expect.stringMatching(/^jwks\.keys\.0: x{100,110}…$/) } },
    ]);
  });
});
