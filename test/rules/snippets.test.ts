// Code that the console hands out: what goes in stays data, and a secret never goes in.
import { describe, expect, it } from '@jest/globals';
import { type Client, clientMetadataSchema } from '../../src/clients/client.ts';
import { snippetsFor } from '../../src/web/admin/snippets.ts';

const redirect = { redirect_uris: ['https://app.example/callback'] };
const types: [string, Record<string, unknown>, string[]][] = [
  ['web server', redirect, ['node', 'python', 'go', 'java']],
  ['single-page app', { ...redirect, token_endpoint_auth_method: 'none' }, ['browser']],
  [
    'app on a device, on loopback',
    { application_type: 'native', redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none' },
    ['node', 'go'],
  ],
  [
    'app on a device, with a scheme',
    { application_type: 'native', redirect_uris: ['com.example.app:/callback'], token_endpoint_auth_method: 'none' },
    ['node'],
  ],
  ['program without people', { grant_types: ['client_credentials'] }, ['node', 'python', 'go', 'java']],
  [
    'app with a key',
    { ...redirect, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.example/jwks' },
    [],
  ],
];

function clientOf(metadata: Record<string, unknown>, id = 'time'): Client {
  const parsed = clientMetadataSchema.parse({ client_id: id, ...metadata });
  return { id, metadata: parsed, secrets: [{ id: 'one', hash: 'HASH', createdAt: 1 }], createdAt: 1, updatedAt: 1 };
}

describe('the snippets', () => {
  it.each(types)('are in the languages that a %s is written in', (_type, metadata, languages) => {
    const snippets = snippetsFor('https://id.example', clientOf(metadata));
    expect(snippets.map(({ id }) => id)).toEqual(languages);
    for (const { code } of snippets) {
      expect(code).toContain('"time"');
      expect(code).toContain('https://id.example');
      expect(code).not.toContain('HASH');
    }
  });

  it.each(types)('keep a strange client_id inside its string: %s', (_type, metadata) => {
    const id = '"+evil(`x`)+\'\\';
    for (const { code } of snippetsFor('https://id.example', clientOf(metadata, id))) {
      expect(code).toContain(JSON.stringify(id));
      expect(code.replaceAll(JSON.stringify(id), '')).not.toContain('evil');
    }
  });

  it('follow what is registered: signature, method, scopes, a port where any will do', () => {
    const codeOf = (metadata: Record<string, unknown>, language: string) =>
      snippetsFor('http://localhost:3000', clientOf(metadata)).find(({ id }) => id === language)?.code;
    const post = {
      ...redirect,
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
    };
    expect(codeOf(post, 'node')).toMatch(/"ES256"[\s\S]*ClientSecretPost[\s\S]*allowInsecureRequests/);
    expect(codeOf(post, 'java')).toMatch(/client_secret_post[\s\S]*SignatureAlgorithm\.ES256/);
    expect(codeOf(post, 'go')).toContain('AuthStyleInParams');
    expect(codeOf({ ...redirect, scope: 'openid email users:read' }, 'node')).toContain('scope: "openid email",');
    expect(codeOf({ grant_types: ['client_credentials'], scope: 'users:read' }, 'python')).toMatch(
      /scope="users:read",\s+resource="http:\/\/localhost:3000\/api\/v1"/,
    );
    const native = {
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
    };
    expect(codeOf(native, 'go')).toContain('"http://127.0.0.1:8080/callback"');
  });
});
