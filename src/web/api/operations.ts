// The table of all that the API does.
import { auditOperations } from './audit-events.ts';
import { brandOperations } from './brands.ts';
import { clientPolicyOperations } from './client-policies.ts';
import { clientOperations } from './clients.ts';
import { connectionOperations } from './connections.ts';
import { domainOperations } from './domains.ts';
import { keyOperations } from './keys.ts';
import { openApiOperation } from './openapi.ts';
import type { Operation } from './operation.ts';
import { organizationOperations } from './organizations.ts';
import type { ApiDependencies } from './router.ts';
import { userActOperations } from './user-acts.ts';
import { userOperations } from './users.ts';

/** @param document the text of the OpenAPI document, which is made from this very table */
export function operationsOf(
  { administration }: Pick<ApiDependencies, 'administration'>,
  document: () => string = () => '',
): Operation[] {
  return [
    ...userOperations(administration),
    ...userActOperations(administration),
    ...organizationOperations(administration),
    ...domainOperations(administration),
    ...clientOperations(administration),
    ...brandOperations(administration),
    ...clientPolicyOperations(administration),
    ...connectionOperations(administration),
    ...auditOperations(administration),
    ...keyOperations(administration),
    openApiOperation(document),
  ];
}
