// Clients as oidc-provider reads them, at each request: a changed client acts at once. The library never sees a secret or its hash;
// it demands a `client_secret` where the method uses one, so it is given a value that no comparison ever accepts.
import type { Client } from '../clients/client.ts';
import { usesSecret } from '../clients/client.ts';
import type { AdapterDependencies, PartialAdapter } from './adapter.ts';
import { protocolScope } from './api-resource.ts';

export function clientAdapter({ findClient }: Pick<AdapterDependencies, 'findClient'>): PartialAdapter {
  return {
    find: async (id) => {
      const client = await findClient(id);
      return client && (toLibraryMetadata(client) as never);
    },
  };
}

function toLibraryMetadata({ metadata }: Client): Record<string, unknown> {
  const scope = protocolScope(metadata.scope);
  const usesCode = metadata.grant_types.includes('authorization_code');
  return {
    ...metadata,
    ...(scope === undefined ? {} : { scope }),
    response_types: usesCode ? ['code'] : [],
    ...(usesSecret(metadata) ? { client_secret: 'kept-as-a-hash' } : {}),
  };
}
