// What a line of `users import` may hold, and why it is rejected otherwise.
import { describe, expect, it } from '@jest/globals';
import { generateSync } from 'otplib';
import { accountOf, checkLine } from '../../src/commands/import-line.ts';

describe('a line', () => {
  const email = 'ana@example.com';
  const withKey = (line: string) => JSON.parse(line) as unknown;

  it.each([
    ['no object', 'ana', 'the line is not a JSON object'],
    ['a list', [email], 'the line is not a JSON object'],
    ['no address', { givenName: 'Ana' }, 'email: is missing'],
    ['an empty address', { email: '' }, 'email: is missing'],
    ['an address that is a number', { email: 7 }, 'email: must be text'],
    ['no address at all', { email: 'ana' }, 'email: is not an email address'],
    ['two addresses', { email: 'a@example.com, b@example.com' }, 'email: is not an email address'],
    ['an address that is two when folded', { email: 'a\uff20b@example.com' }, 'email: is not an email address'],
    ['an address with NUL', { email: 'a\0b@example.com' }, 'email: is not an email address'],
    ['a field that we do not know', { email, password: 'x' }, 'has a field that is not known: "password"'],
    [
      'a prototype name',
      withKey('{"email":"ana@example.com","__proto__":{"roles":["owner"]}}'),
      'has a field that is not known: "__proto__"',
    ],
    ['a name with a line break', { email, givenName: 'Ana\nBoss' }, 'givenName: must have no control characters'],
    ['a name with NUL', { email, familyName: 'a\0b' }, 'familyName: must have no control characters'],
    ['half a surrogate pair', { email, familyName: '\ud800' }, 'familyName: must have no control characters'],
    ['a long name', { email, familyName: '😀'.repeat(101) }, 'familyName: must have 100 characters or less'],
    ['roles that are text', { email, roles: 'reader' }, 'roles: must be a list'],
    [
      'the role that rules the instance',
      { email, roles: ['owner'] },
      'roles: must not have "owner": `gatehouse admin recover --make-owner` gives it',
    ],
    [
      'a password',
      { email, passwordHash: 'correct horse' },
      'passwordHash: is of no kind that is known: argon2, bcrypt, scrypt or PBKDF2',
    ],
    [
      'a hash that was cut off',
      { email, passwordHash: '$scrypt$ln=4,r=8,p=1$c2FsdA$A' },
      'passwordHash: is of no kind',
    ],
    [
      'a hash that costs nothing',
      { email, passwordHash: '$pbkdf2-sha256$i=0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA' },
      'passwordHash: is of no kind',
    ],
    [
      'a TOTP secret that is not base32',
      { email, totpSecret: 'JBSWY3DPEHPK3PX1' },
      'totpSecret: must be base32 of 80 to 512 bits',
    ],
    ['a short TOTP secret', { email, totpSecret: 'JBSWY3DPEHPK' }, 'totpSecret: must be base32 of 80 to 512 bits'],
    ['a verified address that is text', { email, emailVerified: 'true' }, 'emailVerified: must be true or false'],
    ['two faults', { email: 'ana', roles: 1 }, 'email: is not an email address; roles: must be a list'],
  ])('with %s is rejected', (_, value, reason) => {
    expect(checkLine(value)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it.each([
    [
      'null and empty text for what is left out',
      { email, givenName: null, familyName: '', roles: null, passwordHash: '' },
    ],
    ['blanks around the address', { email: '  ana@example.com ' }],
    ['an address in another script', { email: 'ана@пример.example' }],
    [
      'a bcrypt hash with dots in it',
      { email, passwordHash: '$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2' },
    ],
    ['the least secret, as people write it', { email, totpSecret: 'jbsw y3dp-ehpk 3pxp' }],
    ['a secret with padding', { email, totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY======' }],
  ])('with %s is taken', (_, value) => {
    expect(checkLine(value)).toHaveProperty('person');
  });

  it('with a short TOTP secret gives the codes that the phone shows', () => {
    const checked = checkLine({ email, totpSecret: 'JBSWY3DPEHPK3PXP' });
    if ('reason' in checked) throw new Error(checked.reason);
    const sealed: string[] = [];
    accountOf(checked.person, { id: 'x', seal: (secret) => sealed.push(secret).toString(), now: 0 });
    // RFC 6238's algorithm for this secret at Unix time 0.
    expect(generateSync({ secret: sealed[0] ?? '', epoch: 0 })).toBe('282760');
  });
});
