// `gatehouse config plan`, `apply` and `export` of organizations, their policies and clients, as an operator or a script sees them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines } from '../support/engines.ts';
import { dataUri, png } from '../support/logo.ts';

const logo = dataUri(png(8, 8));

const file = `organizations:
  - id: acme
    name: Acme
    domains: [acme.example]
    brand:
      accent: '#1F4E8C'
      logo: ${logo}
    policy:
      mfa: required
      ipAllowList: [203.0.113.9/24, 2001:DB8::/32]
      idleTimeoutMinutes: 30
  - id: zeta
    name: Zeta
clients:
  - client_id: wiki
    organization: acme
    client_name: The Wiki
    redirect_uris: [https://wiki.example.com/callback]
    grant_types: [authorization_code, refresh_token]
  - client_id: board
    redirect_uris: [https://board.example.com/callback]
    token_endpoint_auth_method: none
    brand: { accent: '#8a3b12' }
    policy: { mfa: required, ipAllowList: [203.0.113.9/24], maxAgeMinutes: 60 }
connections:
  - id: acme-sso
    name: Acme SSO
    organization: acme
    preset: oidc
    issuer: https://sso.acme.example
    client_id: gatehouse
    client_secret: what-acme-gave-us
    domains: [acme.example]
    trustsMfa: true
    enabled: true
  - id: google
    name: Google
    preset: google
    client_id: 123.apps.googleusercontent.com
`;

describe.each(engines.filter(({ available }) => available))('a file of firms and clients on $name', (engine) => {
  let shell: Shell;
  beforeEach(() => {
    shell = openShell(engine);
  });
  afterEach(() => shell.close());

  const config = (...args: string[]) => shell.run(['config', ...args]);

  it('is planned, applied, and then changes nothing', async () => {
    const path = shell.file('firms.yaml', file);
    const planned = await config('plan', path, '--check');
    expect(planned.status).toBe(1);
    for (const line of [
      'create  organization acme',
      'create  client wiki',
      'policy.mfa: (nothing) -> "required"',
      'create  connection acme-sso',
    ])
      expect(planned.stdout).toContain(line);
    expect((await shell.stored()).events).toEqual([]);
    const applied = await config('apply', path);
    expect([applied.status, applied.stdout.includes('6 created, 0 changed, 0 unchanged')]).toEqual([0, true]);
    expect((await config('apply', path)).stdout).toContain('0 created, 0 changed, 6 unchanged');
    expect(await config('plan', path, '--check')).toMatchObject({ status: 0, stdout: 'Nothing would change.\n' });
    await shell.look(async ({ organizations, clients, connections }) => {
      const sso = await connections.get('acme-sso');
      expect(sso).toMatchObject({ organization: 'acme', isDeclared: true, isEnabled: true, trustsMfa: true });
      expect(sso && connections.secretOf(sso)).toBe('what-acme-gave-us');
      expect(await organizations.get('acme')).toMatchObject({
        isDeclared: true,
        domains: ['acme.example'],
        policy: { mfa: 'required', ipAllowList: ['203.0.113.0/24', '2001:db8::/32'], idleTimeoutMinutes: 30 },
      });
      expect(await clients.get('wiki')).toMatchObject({ organization: 'acme', isDeclared: true });
      expect(await clients.get('board')).not.toHaveProperty('organization');
      expect(await clients.get('board')).toMatchObject({
        brand: { accent: '#8a3b12' },
        policy: { mfa: 'required', ipAllowList: ['203.0.113.0/24'], maxAgeMinutes: 60 },
      });
    });
  });

  it('comes back the same, byte for byte, from a server it was applied to', async () => {
    await config('apply', shell.file('firms.yaml', file));
    const first = (await config('export')).stdout;
    for (const part of [
      'id: acme',
      'mfa: required',
      'client_id: wiki',
      'organization: acme',
      'id: acme-sso',
      'accent: "#1f4e8c"',
      `logo: ${logo}`,
    ])
      expect(first).toContain(part);
    expect(first).not.toMatch(/secret|hash/);
    const other = openShell(engine);
    try {
      writeFileSync(join(other.folder, 'exported.yaml'), first);
      expect((await other.run(['config', 'apply', 'exported.yaml'])).status).toBe(0);
      expect((await other.run(['config', 'export'])).stdout).toBe(first);
    } finally {
      await other.close();
    }
    expect(await config('plan', shell.file('same.yaml', first), '--check')).toMatchObject({ status: 0 });
  });

  it('shows what was changed elsewhere since, and changes it back', async () => {
    const path = shell.file('firms.yaml', file);
    await config('apply', path);
    await shell.look(async ({ organizations }) => {
      const firm = await organizations.get('acme');
      if (firm) await organizations.setPolicy('acme', { ...firm.policy, mfa: 'optional' }, { actor: 'somebody' });
    });
    const { changes } = jsonOf<{ changes: unknown[] }>(await config('plan', path, '--json'));
    expect(changes).toEqual([
      {
        kind: 'organization',
        id: 'acme',
        action: 'change',
        differences: [{ field: 'policy.mfa', old: 'optional', next: 'required' }],
      },
    ]);
    await config('apply', path);
    const { events } = await shell.stored();
    expect(events.filter(({ type }) => type === 'policy.changed').at(-1)).toMatchObject({
      actor: 'cli',
      organizations: ['acme'],
      detail: { 'mfa.old': 'optional', 'mfa.new': 'required' },
    });
  });

  it('tells that a secret differs, and of no secret what it is', async () => {
    await config('apply', shell.file('firms.yaml', file));
    const other = shell.file('other.yaml', file.replace('what-acme-gave-us', 'another-secret'));
    const { stdout } = await config('plan', other);
    expect(stdout).toMatch(/^change {2}connection acme-sso\n {8}client_secret: /);
    expect(stdout).not.toMatch(/another-secret|what-acme-gave-us/);
    expect((await config('apply', other)).stdout).toContain('0 created, 1 changed, 5 unchanged');
    expect(JSON.stringify((await shell.stored()).events)).not.toMatch(/another-secret|what-acme-gave-us/);
  });

  it('is refused as a whole, with the line of each problem', async () => {
    const broken = file
      .replace('2001:DB8::/32', 'home')
      .replace('name: Zeta', 'nome: Zeta')
      .replace('organization: acme', 'organization: nowhere');
    const { status, stderr } = await config('apply', shell.file('firms.yaml', broken));
    expect(status).toBe(1);
    expect(stderr).toContain(
      'firms.yaml:10: organization "acme": policy.ipAllowList.1: "home" is neither an IP address',
    );
    expect(stderr).toMatch(/firms\.yaml:\d+: organization "zeta": nome: is not a known field/);
    expect((await config('export')).stdout).toBe('organizations: []\nclients: []\nconnections: []\n');
    const lonely = await config(
      'apply',
      shell.file('firms.yaml', file.replace('organization: acme', 'organization: nowhere')),
    );
    expect([lonely.status, lonely.stderr]).toEqual([1, expect.stringContaining('no organization "nowhere"')]);
  });

  it.each(['organizations', 'connections'])('loads as the example of %s in config/', async (name) => {
    const example = readFileSync(join(import.meta.dirname, `../../config/${name}.example.yaml`), 'utf8');
    expect(await config('apply', shell.file('example.yaml', example))).toMatchObject({ status: 0, stderr: '' });
  });
});
