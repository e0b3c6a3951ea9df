// Password hashes of other systems, by vectors that others have published or made with Python's hashlib.
import { describe, expect, it } from '@jest/globals';
import { createAccounts } from '../../src/accounts/accounts.ts';
import { isForeign, isKnownHash, verifyForeign } from '../../src/credentials/foreign-hashes.ts';
import { createHashQueue } from '../../src/credentials/hash-queue.ts';
import { createPasswords } from '../../src/credentials/passwords.ts';
import { storageAt } from '../support/engines.ts';

const foreign = [
  // crypt_blowfish 1.3, wrapper.c
  ['bcrypt, 2a', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt, 2b', 'U*U', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt, 2y', 'U*U*', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
  // RFC 7914, 12
  [
    'scrypt',
    'pleaseletmein',
    '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
  ],
  // RFC 6070, 2
  ['PBKDF2, SHA-1', 'password', '$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE'],
  ['PBKDF2, SHA-256', 'password', '$pbkdf2-sha256$i=4096,l=32$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o'],
  [
    'PBKDF2, SHA-512',
    'password',
    '$pbkdf2-sha512$i=4096$c2FsdA$0Zexsz2wFD4BixLz0dFHnmzevcyXxcD4f2kC4HL0V7UUPzBgJkGz1VzTNZiMs2uEN2Bg7NUy4Dm3QqI5Q0ry1Q',
  ],
  ['Django, SHA-256', 'lètmein', 'pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A='],
  ['Django, SHA-1', 'lètmein', 'pbkdf2_sha1$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I='],
] as const;

/** Of the reference implementation's tests (phc-winner-argon2, test.c). */
const argon2 = [
  ['argon2id', 'password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['argon2i', 'password', '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8'],
] as const;

describe.each(foreign)('%s', (_, password, hash) => {
  it('is known and foreign', () => {
    expect(isKnownHash(hash)).toBe(true);
    expect(isForeign(hash)).toBe(true);
  });

  it('accepts its password and no other', async () => {
    expect(await verifyForeign(hash, password)).toBe(true);
    for (const wrong of ['', `${password}x`, password.slice(0, -1), password.toUpperCase() + password]) {
      expect(await verifyForeign(hash, wrong)).toBe(false);
    }
  });

  it('does not accept its password once a character of it was changed', async () => {
    const at = hash.replace(/=+$/, '').length - 8;
    const changed = `${hash.slice(0, at)}${hash[at] === 'A' ? 'B' : 'A'}${hash.slice(at + 1)}`;
    expect(await verifyForeign(changed, password)).toBe(false);
  });
});

describe.each([...argon2, ...foreign])('%s at a sign-in', (_, password, hash) => {
  it('lets the right password in, and is replaced by a hash of our own', async () => {
    const { accounts, passwords, account, close } = await withHash(hash);
    const now = Date.now();
    expect(await passwords.verify(account, `${password}x`, now)).toBe('rejected');
    expect((await accounts.get(account.id))?.passwordHash).toBe(hash);
    expect(await passwords.verify(account, password, now)).toBe('accepted');
    const replaced = await accounts.get(account.id);
    expect(replaced?.passwordHash).toMatch(/^\$argon2id\$v=19\$/);
    expect(replaced?.passwordHash).not.toBe(hash);
    expect(await passwords.verify(replaced, password, now)).toBe('accepted');
    await close();
  });
});

describe('argon2', () => {
  it.each(argon2)('is known, and not foreign: %s', (_, __, hash) => {
    expect(isKnownHash(hash)).toBe(true);
    expect(isForeign(hash)).toBe(false);
  });
});

describe('what is not taken', () => {
  it.each([
    ['nothing', ''],
    ['a password', 'correct horse battery staple'],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['MD5 of crypt', '$1$salt$qJH7.N4xYta3aEG/dfqo/0'],
    [
      'SHA-512 of crypt',
      '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1',
    ],
    ['LDAP', '{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr'],
    ['bcrypt of a thousand years', '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt that was cut off', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe'],
    ['argon2 of 4 GiB', '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
    ['scrypt of 2^30', '$scrypt$ln=30,r=8,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA'],
    ['PBKDF2 of 99 million', '$pbkdf2-sha256$i=99000000$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o'],
    ['a hash with more behind it', `${foreign[0][2]}\n`],
  ])('%s', (_, hash) => {
    expect(isKnownHash(hash)).toBe(false);
  });

  it('is never verified, should it ever be stored', async () => {
    expect(await verifyForeign('correct horse battery staple', 'correct horse battery staple')).toBe(false);
  });
});

async function withHash(passwordHash: string) {
  const storage = await storageAt('sqlite::memory:');
  const accounts = createAccounts({ storage });
  const passwords = createPasswords({
    accounts,
    queue: createHashQueue(),
    cost: { memoryMib: 46, passes: 1 },
  });
  await storage.open();
  const account = await accounts.create({
    email: 'ana@example.com',
    emailVerified: true,
    status: 'active',
    passwordHash,
  });
  return { accounts, passwords, account, close: () => storage.close() };
}
