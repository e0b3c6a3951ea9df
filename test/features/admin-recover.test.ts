// `gatehouse admin recover`: the break-glass way in, and the first way in on a fresh instance.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines, sqlite } from '../support/engines.ts';

interface Recovered {
  email: string;
  signInUrl: string;
  temporaryPassword: string;
  expiresAt: string;
  accountCreated: boolean;
  ownerRoleGiven: boolean;
  mfaReset: boolean;
}

const person = {
  email: 'ana@example.com',
  emailVerified: true,
  status: 'active',
  passwordHash: '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
} as const;
const totp = { secret: 'sealed', lastUsedStep: 0, driftSteps: 0, activatedAt: 0 };
const recover = (...more: string[]) =>
  shell.run(['admin', 'recover', '--email', 'ana@example.com', ...more], { ISSUER: 'https://sign-in.example.com' });

let shell: Shell;
afterEach(() => shell.close());

describe.each(engines.filter(({ available }) => available))('admin recover on $name', (engine) => {
  beforeEach(() => {
    shell = openShell(engine);
  });

  it('makes the first owner of a fresh instance, who can choose a password with what it prints', async () => {
    const ended = await recover('--json');
    const recovered = jsonOf<Recovered>(ended);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(recovered).toMatchObject({
      email: 'ana@example.com',
      signInUrl: 'https://sign-in.example.com/profile',
      accountCreated: true,
      ownerRoleGiven: true,
    });
    expect(Date.parse(recovered.expiresAt) - Date.now()).toBeGreaterThan(71 * 3_600_000);
    await shell.look(async ({ accounts, passwords }) => {
      const account = await accounts.findByEmail('ana@example.com');
      expect(account).toMatchObject({ roles: ['owner'], status: 'invited' });
      expect(await passwords.verify(account, recovered.temporaryPassword, Date.now())).toBe('accepted-temporary');
    });
  });

  it('lets an owner in again, ends password, sessions and tokens and keeps the second factor', async () => {
    await shell.look(({ accounts }) => accounts.create({ ...person, roles: ['owner'], totp }));
    const { stdout } = await recover();
    const { accounts } = await shell.stored();
    expect(stdout).toContain('The password of the account, every session and every token have ended.');
    expect(accounts).toMatchObject([{ sessionEpoch: 1, tokensFromEpoch: 1, totp }]);
    expect(accounts[0]).not.toHaveProperty('passwordHash');
  });
});

describe('admin recover', () => {
  beforeEach(() => {
    shell = openShell(sqlite);
  });

  it('prints where and with what to sign in, and until when', async () => {
    const { stdout } = await recover();
    expect(stdout).toMatch(
      /^Sign in at +https:\/\/sign-in\.example\.com\/profile\nEmail address +ana@example\.com\nTemporary password +[A-Z0-9]{5}(-[A-Z0-9]{5}){3}\nGood until +\d{4}-/,
    );
    expect(stdout).toContain('There was no account with this address: one was made');
  });

  it('refuses an account that is no owner, and says what to add', async () => {
    await shell.look(({ accounts }) => accounts.create(person));
    const { status, stdout, stderr } = await recover();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe('ana@example.com is not an owner; add --make-owner to give the account that role\n');
  });

  it('makes no owner of a mistyped address', async () => {
    await shell.look(({ accounts }) => accounts.create({ ...person, email: 'anna@example.com' }));
    const { status, stderr } = await recover();
    expect(status).toBe(1);
    expect(stderr).toBe('ana@example.com has no account; add --make-owner to create one with every right\n');
  });

  it('gives the role with --make-owner', async () => {
    await shell.look(({ accounts }) => accounts.create({ ...person, roles: ['reader'] }));
    expect(jsonOf(await recover('--make-owner', '--json'))).toMatchObject({
      accountCreated: false,
      ownerRoleGiven: true,
      mfaReset: false,
    });
    expect((await shell.stored()).accounts).toMatchObject([{ roles: ['reader', 'owner'] }]);
  });

  it('removes a lost second factor with --reset-mfa', async () => {
    await shell.look(({ accounts }) => accounts.create({ ...person, roles: ['owner'], totp }));
    const { stdout } = await recover('--reset-mfa');
    expect(stdout).toContain('Its second factor was removed.');
    expect((await shell.stored()).accounts[0]).not.toHaveProperty('totp');
  });

  it('leaves an event behind that tells of it, without the password', async () => {
    const { temporaryPassword } = jsonOf<Recovered>(await recover('--json'));
    const { events } = await shell.stored();
    expect(events).toMatchObject([
      { type: 'recovery.started', actor: 'cli', detail: { resetMfa: false, madeOwner: true } },
    ]);
    expect(JSON.stringify(await shell.stored())).not.toContain(temporaryPassword);
  });

  it.each([
    [['--email', 'nobody'], '"nobody" is not an email address.'],
    [[], "error: required option '--email <address>' not specified"],
    [['--email', 'ana@example.com', '--password', 'x'], "error: unknown option '--password'"],
  ])('ends %j with status 2', async (args, message) => {
    const { status, stderr, stdout } = await shell.run(['admin', 'recover', ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
