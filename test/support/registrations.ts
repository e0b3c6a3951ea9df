// Registrations of client apps, good ones to make bad ones of.
import { parseRegistration } from '../../src/clients/registration.ts';
import { isDomainError } from '../../src/platform/errors.ts';

export const web = { client_id: 'wiki', redirect_uris: ['https://wiki.example.com/callback'] };
export const native = { ...web, application_type: 'native', token_endpoint_auth_method: 'none' };
export const machine = { client_id: 'reports', grant_types: ['client_credentials'] };
export const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
export const withKey = {
  ...machine,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
};

/** @returns `field: what is wrong`, each */
export function problemsOf(registration: unknown): string[] {
  try {
    parseRegistration(registration);
    return [];
  } catch (error) {
    if (!isDomainError(error, 'invalid_input')) throw error;
    return error.detail.split('\n');
  }
}
