// Connections as a file declares them: what applying it would change, and applying it. Secrets may stand in the file; none is written into one.
import type { z } from 'zod';
import type { Origin } from '../audit/audit.ts';
import { type Difference, differences } from '../organizations/declared.ts';
import { type Connection, connectionId, connectionInputSchema, inputOf, statedBy } from './connection.ts';
import type { Connections } from './connections.ts';

export const declaredConnectionSchema = connectionInputSchema.extend({ id: connectionId });
export type DeclaredConnection = z.output<typeof declaredConnectionSchema>;

/** What differs from what is stored: every field where nothing is. Of a secret only that it does. */
export function connectionDifferences(
  wanted: DeclaredConnection,
  stored: Connection | undefined,
  { secretOf }: Pick<Connections, 'secretOf'>,
): Difference[] {
  const { client_secret: secret } = wanted;
  const isNewSecret = secret !== undefined && (!stored || secretOf(stored) !== secret);
  const next = fieldsOf({ ...recordLike, ...statedBy(wanted), id: wanted.id });
  const found = differences(stored ? fieldsOf(stored) : {}, next);
  return isNewSecret ? [...found, { field: 'client_secret' }] : found;
}

/** @returns what happened; applied again, nothing does */
export async function applyConnection(
  connections: Connections,
  wanted: DeclaredConnection,
  origin: Origin,
): Promise<'created' | 'changed' | 'unchanged'> {
  const stored = await connections.get(wanted.id);
  if (!stored) {
    await connections.create(wanted, origin, { isDeclared: true });
    return 'created';
  }
  const isDifferent = connectionDifferences(wanted, stored, connections).length > 0;
  if (isDifferent || !stored.isDeclared) await connections.replace(wanted.id, wanted, origin, { isDeclared: true });
  return isDifferent ? 'changed' : 'unchanged';
}

/** As it is written into a file: without its secret, and without what is so anyway. */
export function declarationOf(stored: Connection): Record<string, unknown> {
  const usual: Record<string, unknown> = {
    domains: [],
    trustsMfa: false,
    allowsSignUp: false,
    allowsPrivateNetwork: false,
    enabled: false,
  };
  return Object.fromEntries(
    Object.entries(inputOf(stored)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(usual[name])),
  );
}

const recordLike = { createdAt: 0, updatedAt: 0 };

function fieldsOf(stored: Connection): Record<string, unknown> {
  const { id: _id, ...fields } = inputOf(stored);
  return fields;
}
