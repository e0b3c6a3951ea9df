// What is signed, and what signatures of others are taken.
import type { Configuration } from 'oidc-provider';

const signing = ['RS256', 'ES256', 'PS256'] as const;
const asymmetric = [...signing, 'EdDSA'] as const;

export const dpopAlgorithms = asymmetric;

export const enabledAlgorithms: NonNullable<Configuration['enabledJWA']> = {
  idTokenSigningAlgValues: signing,
  userinfoSigningAlgValues: signing,
  clientAuthSigningAlgValues: asymmetric,
  dPoPSigningAlgValues: dpopAlgorithms,
};
