// What only owners may give an app: no consent screen, and no PKCE. Each is asked where it means something.
import { type ClientMetadata, clientType } from '../../clients/client.ts';
import type { OwnersRules } from '../http/admin-app-models.ts';

export type { OwnersRules };
export const ownersFields = ['firstParty', 'withoutPkce'] as const;

/** @returns undefined for a program without people: there is nobody to ask, and no code to protect */
export function ownersOf(metadata: ClientMetadata): OwnersRules | undefined {
  const type = clientType(metadata);
  if (type === 'machine') return undefined;
  return {
    firstParty: metadata.first_party,
    // Of a client without a secret it cannot be lifted (RFC 9700, 2.1.1).
    ...(type === 'web' ? { withoutPkce: !metadata.require_pkce } : {}),
  };
}

export function ownersFrom(
  form: Record<(typeof ownersFields)[number], string>,
  metadata: ClientMetadata,
): OwnersRules | undefined {
  const asked = ownersOf(metadata);
  if (!asked) return undefined;
  return {
    firstParty: form.firstParty === 'yes',
    ...(asked.withoutPkce === undefined ? {} : { withoutPkce: form.withoutPkce === 'yes' }),
  };
}

/** @param owners undefined: what stands stays */
export function ownersRegistration(owners: OwnersRules | undefined): Partial<ClientMetadata> {
  if (!owners) return {};
  return {
    first_party: owners.firstParty,
    ...(owners.withoutPkce === undefined ? {} : { require_pkce: !owners.withoutPkce }),
  };
}
