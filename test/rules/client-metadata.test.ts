// What a client may register (what it may not: client-metadata-refused.test.ts). Whatever is accepted must also be good for the protocol library, which looks at it at each request.
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Adapter, Provider } from 'oidc-provider';
import type { ClientMetadata } from '../../src/clients/client.ts';
import { parseRegistration } from '../../src/clients/registration.ts';
import { clientAdapter } from '../../src/oidc/client-adapter.ts';
import { type ConfigurationParts, createConfiguration } from '../../src/oidc/configuration.ts';
import { machine, native, problemsOf, publicKey, web, withKey } from '../support/registrations.ts';

describe('a registration', () => {
  const accepted = [
    ['of a web app', web],
    [
      'of a web app in development',
      {
        ...web,
        redirect_uris: ['http://localhost:8080/callback', 'http://127.0.0.1/callback', 'http://[::1]:1/callback'],
      },
    ],
    [
      'of a single-page app',
      {
        ...web,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        dpop_bound_access_tokens: true,
      },
    ],
    [
      'of a native app',
      {
        ...native,
        redirect_uris: ['com.example.app:/callback', 'http://127.0.0.1/callback', 'https://app.example.com/callback'],
      },
    ],
    ['of a machine', machine],
    ['of a machine with a key of its own', { ...withKey, jwks_uri: 'https://reports.example.com/jwks' }],
    ['with pairwise subjects', { ...web, subject_type: 'pairwise' }],
    [
      'with everything',
      {
        ...web,
        client_name: 'Wiki',
        client_uri: 'https://wiki.example.com',
        logo_uri: 'https://wiki.example.com/logo.svg',
        policy_uri: 'https://wiki.example.com/privacy',
        tos_uri: 'https://wiki.example.com/terms',
        contacts: ['ana@example.com'],
        post_logout_redirect_uris: ['https://wiki.example.com/'],
        initiate_login_uri: 'https://wiki.example.com/login',
        backchannel_logout_uri: 'https://wiki.example.com/logout',
        backchannel_logout_session_required: true,
        response_types: ['code'],
        scope: 'openid email',
        default_max_age: 3600,
        require_auth_time: true,
        require_pushed_authorization_requests: true,
        id_token_signed_response_alg: 'ES256',
        userinfo_signed_response_alg: 'PS256',
        first_party: true,
        require_pkce: false,
      },
    ],
  ] as const;

  let library: Provider;
  beforeAll(() => {
    const parsed = accepted.map(([, registration], n) => {
      const { metadata } = parseRegistration(registration);
      return [`client-${n}`, { ...metadata, client_id: `client-${n}` }] as const;
    });
    library = providerOf(new Map(parsed));
  });

  it.each(accepted.map(([name, registration], n) => [name, registration, n] as const))(
    '%s is accepted, here and by the protocol library',
    async (_, registration, n) => {
      expect(problemsOf(registration)).toEqual([]);
      expect(await library.Client.find(`client-${n}`)).toBeDefined();
    },
  );

  it('has safe defaults', () => {
    expect(parseRegistration(web).metadata).toMatchObject({
      application_type: 'web',
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      require_pkce: true,
      first_party: false,
      id_token_signed_response_alg: 'RS256',
    });
  });

  it('may bring its public keys with it', () => {
    expect(problemsOf({ ...withKey, jwks: { keys: [{ ...publicKey, kid: '1' }] } })).toEqual([]);
  });

  it('keeps the secret apart from the metadata', () => {
    const { metadata, clientSecret } = parseRegistration({ ...web, client_secret: 'sixteen-letters-' });
    expect(clientSecret).toBe('sixteen-letters-');
    expect(metadata).not.toHaveProperty('client_secret');
  });

  it('tells every problem at once', () => {
    expect(
      problemsOf({
        redirect_uris: ['x', 'javascript:alert(1)'],
        colour: 'blue',
        client_secret: 'short',
        first_party: 'yes',
      }),
    ).toEqual([
      'client_id: is missing',
      expect.stringMatching(/^client_secret: must be 16 to 512/),
      'redirect_uris.0: "x" is not an absolute address',
      expect.stringMatching(/^redirect_uris\.1: /),
      'first_party: must be of type boolean',
      'colour: is not a known field',
    ]);
  });
});

/** The protocol library as we configure it, with nothing behind it but these clients. */
function providerOf(clients: ReadonlyMap<string, ClientMetadata>): Provider {
  const get = async (id: string) => {
    const metadata = clients.get(id);
    return metadata && { id, metadata, secrets: [], createdAt: 0, updatedAt: 0 };
  };
  const adapter = () => clientAdapter({ findClient: get }) as Adapter;
  const parts = {
    issuer: 'https://sign-in.example.com',
    cookieKeys: ['x'],
    sessionAbsoluteSeconds: 3600,
    adapter,
    jwks: signingKeys(),
  };
  return new Provider(parts.issuer, createConfiguration(parts as unknown as ConfigurationParts));
}

function signingKeys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return [
    { ...rsa, kid: 'rs', alg: 'RS256' },
    { ...rsa, kid: 'ps', alg: 'PS256' },
    { ...ec, kid: 'es', alg: 'ES256' },
  ];
}
