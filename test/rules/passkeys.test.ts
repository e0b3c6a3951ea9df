// Passkeys: what a counter tells of a copy, what a use proves, which names are kept, and who must have one.
import { describe, expect, it } from '@jest/globals';
import { isPasskeyNeeded, lacksPasskey } from '../../src/accounts/factors.ts';
import { isCloned, longestName, parseCredential, proofOf, readName } from '../../src/credentials/passkey.ts';

describe('the counter of a passkey', () => {
  it.each([
    [0, 0, false],
    [0, 1, false],
    [1, 2, false],
    [5, 900, false],
    [1, 1, true],
    [2, 1, true],
    [1, 0, true],
    [4_294_967_295, 0, true],
  ])('after %d and then %d tells of a copy: %s', (stored, given, expected) => {
    expect(isCloned(stored, given)).toBe(expected);
  });
});

describe('what a passkey proves', () => {
  it.each([
    [false, true, 'hwk'],
    [true, true, 'swk'],
    [false, false, 'hwk-unverified'],
    [true, false, 'swk-unverified'],
  ])('copied by its provider %s, its owner verified %s: %s', (isBackupEligible, isVerified, proof) => {
    expect(proofOf({ isBackupEligible }, isVerified)).toBe(proof);
  });
});

describe('the name of a passkey', () => {
  it.each([
    ['Laptop', { name: 'Laptop' }],
    ['  two\t words\n', { name: 'two words' }],
    ['e\u0301', { name: '\u00e9' }],
    ['🦊'.repeat(longestName), { name: '🦊'.repeat(longestName) }],
    ['🦊'.repeat(longestName + 1), { fault: 'tooLong' }],
    ['', { fault: 'required' }],
    [' \u0000 ', { fault: 'required' }],
  ])('%j', (typed, read) => {
    expect(readName(typed)).toEqual(read);
  });
});

describe('what a browser posts', () => {
  const good = { id: 'a'.repeat(22), rawId: 'a'.repeat(22), type: 'public-key', response: { clientDataJSON: 'e30' } };

  it('is read by its shape', () => {
    expect(parseCredential(JSON.stringify(good))).toEqual(good);
  });

  it.each([
    ['no JSON', '{'],
    ['a short id', JSON.stringify({ ...good, id: 'abc' })],
    ['an id that is not base64url', JSON.stringify({ ...good, id: '+'.repeat(22) })],
    ['another type', JSON.stringify({ ...good, type: 'password' })],
    ['no answer', JSON.stringify({ ...good, response: undefined })],
    ['odd transports', JSON.stringify({ ...good, response: { ...good.response, transports: ['<script>'] } })],
    ['too much', JSON.stringify({ ...good, rawId: 'a'.repeat(9000) })],
  ])('is refused with %s', (_what, posted) => {
    expect(parseCredential(posted)).toBeUndefined();
  });
});

const required = { mfa: 'required', passkeys: 'optional' } as const;
const forAdministrators = { mfa: 'optional', passkeys: 'required-for-administrators' } as const;
const optional = { mfa: 'optional', passkeys: 'optional' } as const;
const admin = { roles: [], memberships: [{ organization: 'acme', roles: ['admin'] }] };
const owner = { roles: ['owner'] };
const member = { roles: [], memberships: [{ organization: 'acme', roles: ['reader'] }] };

describe('who must have a passkey', () => {
  it.each([
    ['an administrator without one', admin, forAdministrators, true],
    ['an owner without one', owner, forAdministrators, true],
    ['an auditor without one', { roles: ['auditor'] }, forAdministrators, true],
    ['a member', member, forAdministrators, false],
    ['an administrator with one', { ...admin, passkeys: ['a'] }, forAdministrators, false],
    ['an administrator with an authenticator app', { ...admin, totp: {} }, forAdministrators, true],
    ['an administrator where it is a choice', admin, optional, false],
  ])('%s: %#', (_who, account, policy, expected) => {
    expect(lacksPasskey(account, policy)).toBe(expected);
  });
});

describe('a passkey that must stay', () => {
  it.each([
    ['the only factor where one is demanded', { ...member, passkeys: ['a'] }, required, true],
    ['one of two', { ...member, passkeys: ['a', 'b'] }, required, false],
    ['one beside an authenticator app', { ...member, passkeys: ['a'], totp: {} }, required, false],
    ['the only one of an administrator', { ...admin, passkeys: ['a'], totp: {} }, forAdministrators, true],
    ['the only factor by choice', { ...member, passkeys: ['a'] }, optional, false],
  ])('%s: %#', (_what, account, policy, expected) => {
    expect(isPasskeyNeeded(account, policy)).toBe(expected);
  });
});
