// What a client may not register, each with its message.
import { describe, expect, it } from '@jest/globals';
import { machine, native, problemsOf, publicKey, web, withKey } from '../support/registrations.ts';

describe('a redirect URI', () => {
  const problem = (uri: string, client: object = web) => problemsOf({ ...client, redirect_uris: [uri] });

  it.each([
    ['/callback', 'is not an absolute address'],
    ['https://wiki.example.com/callback#x', 'must have no fragment'],
    ['https://wiki.example.com/callback#', 'must have no fragment'],
    ['https://*.example.com/callback', 'must be exact'],
    ['https://ana:secret@wiki.example.com/', 'must have no user name'],
    ['http://wiki.example.com/callback', 'must be an https: address'],
    ['http://localhost.example.com/callback', 'must be an https: address'],
    ['http://127.0.0.1.example.com/callback', 'must be an https: address'],
    ['javascript:alert(1)', 'must be an https: address'],
    ['data:text/html,x', 'must be an https: address'],
    ['file:///etc/passwd', 'must be an https: address'],
    ['myapp:/callback', 'must be an https: address'],
    [`https://wiki.example.com/${'x'.repeat(2000)}`, 'expected string to have <=2000 characters'],
  ])('may not be %s', (uri, message) => {
    expect(problem(uri).join()).toContain(message);
    expect(problemsOf({ ...web, post_logout_redirect_uris: [uri] }).join()).toContain(message);
  });

  it.each([
    ['com.example.app:/callback', web, 'redirect_uris.0: a private scheme needs application_type native'],
    ['https://localhost/callback', native, "redirect_uris.0: a native client's loopback address must start with http:"],
    [
      'http://127.0.0.2/callback',
      native,
      "redirect_uris.0: a native client's loopback address must be localhost, 127.0.0.1 or [::1]",
    ],
  ])('must fit its kind of application: %s', (uri, client, message) => {
    expect(problem(uri, client)).toEqual([message]);
  });
});

describe('a client', () => {
  it.each([
    ['without an id', { ...web, client_id: undefined }, 'client_id: is missing'],
    [
      'with blanks in its id',
      { ...web, client_id: 'my wiki' },
      'client_id: must be 1 to 200 printable ASCII characters without spaces',
    ],
    [
      'with a long id',
      { ...web, client_id: 'x'.repeat(201) },
      'client_id: must be 1 to 200 printable ASCII characters without spaces',
    ],
    [
      'without redirect URIs',
      { client_id: 'wiki' },
      'redirect_uris: at least one is needed for the authorization code grant',
    ],
    [
      'that redirects without a code',
      { ...web, ...machine },
      'redirect_uris: must be empty without the authorization code grant',
    ],
    [
      'of the implicit flow',
      { ...web, grant_types: ['implicit'] },
      'grant_types.0: must be one of authorization_code, refresh_token, client_credentials',
    ],
    [
      'that acts for itself and keeps no secret',
      { ...machine, token_endpoint_auth_method: 'none' },
      'grant_types: client_credentials needs a client that can keep a secret',
    ],
    [
      'that lifts PKCE and keeps no secret',
      { ...web, token_endpoint_auth_method: 'none', require_pkce: false },
      'require_pkce: PKCE cannot be lifted for a public client (RFC 9700, 2.1.1)',
    ],
    [
      'that has a secret and does not use it',
      { ...web, token_endpoint_auth_method: 'none', client_secret: 'sixteen-letters-' },
      'client_secret: must not be given with token_endpoint_auth_method none',
    ],
    [
      'with a secret that breaks HTTP Basic',
      { ...web, client_secret: 'sixteen:letters%' },
      'client_secret: must be 16 to 512 letters, digits, "-" and "_" (other characters break HTTP Basic in some libraries)',
    ],
    ['with a key that nobody knows', withKey, 'jwks: private_key_jwt needs jwks or jwks_uri'],
    [
      'with its keys in two places',
      { ...withKey, jwks: { keys: [publicKey] }, jwks_uri: 'https://reports.example.com/jwks' },
      'jwks_uri: must not be given together with jwks',
    ],
    [
      'that gives its private key away',
      { ...withKey, jwks: { keys: [{ ...publicKey, d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' }] } },
      'jwks.keys.0: must be a public key',
    ],
    [
      'with a symmetric key',
      { ...withKey, jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } },
      'jwks.keys.0: must be a public key',
    ],
    [
      'with half a key',
      { ...withKey, jwks: { keys: [{ kty: 'EC', crv: 'P-256' }] } },
      'jwks.keys.0: must be a public key',
    ],
    [
      'with an algorithm for a key it does not use',
      { ...web, token_endpoint_auth_signing_alg: 'ES256' },
      'token_endpoint_auth_signing_alg: must only be given with private_key_jwt',
    ],
    [
      'with pairwise subjects on several hosts',
      { ...web, subject_type: 'pairwise', redirect_uris: ['https://a.example/', 'https://b.example/'] },
      'sector_identifier_uri: is needed for pairwise subjects with redirect URIs on several hosts',
    ],
    [
      'with pairwise subjects and no host',
      { ...machine, subject_type: 'pairwise' },
      'sector_identifier_uri: is needed for pairwise subjects without redirect URIs',
    ],
    ['with a contact that is no address', { ...web, contacts: ['Ana'] }, 'contacts.0: must be an email address'],
    [
      'with an http: address to start at',
      { ...web, initiate_login_uri: 'http://localhost/login' },
      'initiate_login_uri: must be an https: address',
    ],
    ['with a name that has a NUL', { ...web, client_name: 'a\0b' }, 'client_name: must have no control characters'],
    ['with half a surrogate pair', { ...web, client_name: '\ud800' }, 'client_name: must have no control characters'],
    [
      'with a prototype in its keys',
      { ...withKey, jwks: JSON.parse('{"keys":[],"__proto__":{"x":1}}') },
      'jwks: has a field name that is not allowed',
    ],
    ['with a name that is a number', { ...web, client_name: 7 }, 'client_name: must be of type string'],
    ['that is nested without end', { ...withKey, jwks: { keys: [], x: nested(30) } }, 'is nested too deeply'],
    [
      'that is too long',
      { ...web, contacts: Array(3000).fill('a'.repeat(50)) },
      'client: must be 100000 characters or less',
    ],
    ['that is text', 'wiki', 'client: must be a list of fields and values'],
    ['that is nothing', null, 'client: must be a list of fields and values'],
  ])('%s is refused', (_, registration, problem) => {
    expect(problemsOf(registration).join('\n')).toContain(problem);
  });
});

function nested(levels: number): unknown {
  return levels === 0 ? 'x' : { x: nested(levels - 1) };
}
