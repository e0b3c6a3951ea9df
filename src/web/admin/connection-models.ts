// Connections as the console shows them.
import { type Connection, isSingleTenant, tenantOf } from '../../federation/connection.ts';
import type { ConnectionModel, ConnectionRow } from '../http/admin-connection-models.ts';
import type { Message } from '../http/view-models.ts';
import { firmLabel } from './app-models.ts';

export const connectionsPath = '/admin/connections';
/** Beside the others, since a connection may be called `new`. */
export const addPath = '/admin/add-connection';

export function connectionPath(id: string, part = ''): string {
  return `${connectionsPath}/${encodeURIComponent(id)}${part}`;
}

/** @param names of the organizations, by id */
export function connectionRow(connection: Connection, names: ReadonlyMap<string, string>): ConnectionRow {
  const { id, name, isEnabled, domains } = connection;
  return {
    href: connectionPath(id),
    name,
    preset: presetLabel(connection),
    organization: firmLabel(connection, names),
    isEnabled,
    domains,
  };
}

export function connectionModel(
  connection: Connection,
  names: ReadonlyMap<string, string>,
  proved: ReadonlySet<string>,
): ConnectionModel {
  const { href: _, domains, ...row } = connectionRow(connection, names);
  const { issuer, clientId, clientSecret, createdAt, isDeclared } = connection;
  return {
    ...row,
    isDeclared: isDeclared === true,
    issuer,
    clientId,
    hasSecret: clientSecret !== undefined,
    domains: domains.map((name) => ({ name, isProved: proved.has(name) })),
    rules: rulesOf(connection),
    createdAt,
  };
}

export function presetLabel({ preset, issuer }: Pick<Connection, 'preset' | 'issuer'>): Message {
  if (preset !== 'microsoft') return { key: `admin.connection.preset.${preset}` };
  const audience = isSingleTenant({ preset, issuer }) ? 'tenant' : (tenantOf(issuer) ?? 'tenant');
  return { key: `admin.connection.microsoft.${audience}` };
}

function rulesOf({ trustsMfa, allowsSignUp, allowsPrivateNetwork }: Connection): Message[] {
  return [
    { key: trustsMfa ? 'admin.connection.mfaTrusted' : 'admin.connection.mfaOwn' },
    { key: allowsSignUp ? 'admin.connection.signUp' : 'admin.connection.noSignUp' },
    ...(allowsPrivateNetwork ? [{ key: 'admin.connection.private' }] : []),
  ];
}
