// What each role allows.
import { describe, expect, it } from '@jest/globals';
import { allows, permissions, rankOf } from '../../src/organizations/roles.ts';

const table: Record<string, string> = {
  owner: permissions.join(' '),
  admin:
    'users:read users:invite users:help users:write clients:read clients:write organizations:read organizations:write audit:read',
  helpdesk: 'users:read users:invite users:help organizations:read',
  auditor: 'users:read clients:read organizations:read audit:read',
  editor: '',
  constructor: '',
  __proto__: '',
};

describe('a role', () => {
  it.each(Object.keys(table))('%s allows what the table says, and nothing else', (role) => {
    const allowed = permissions.filter((permission) => allows([role], permission));
    expect(allowed).toEqual(permissions.filter((permission) => (table[role] ?? '').split(' ').includes(permission)));
  });

  it('adds to another', () => {
    expect(allows(['auditor', 'helpdesk'], 'users:help')).toBe(true);
    expect(allows(['auditor', 'helpdesk'], 'clients:write')).toBe(false);
  });

  it.each([
    [[], 0],
    [['editor'], 0],
    [['auditor'], 1],
    [['helpdesk', 'auditor'], 2],
    [['editor', 'admin'], 3],
    [['owner'], 4],
  ])('%j stands at %i', (roles, rank) => expect(rankOf(roles)).toBe(rank));
});
