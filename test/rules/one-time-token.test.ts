// The links of mails: which account a token names, and what it opens.
import { describe, expect, it } from '@jest/globals';
import { accountOfToken, makeToken, matchesToken } from '../../src/accounts/one-time-token.ts';
import { newId, randomToken } from '../../src/platform/ids.ts';

describe('a one-time token', () => {
  const accountId = newId();
  const { token, stored } = makeToken('password reset', accountId, 1000);

  it('names its account', () => {
    expect(accountOfToken(token)).toBe(accountId);
  });

  it.each([
    '',
    accountId,
    `${accountId}.`,
    `.${randomToken()}`,
    `${accountId}.${randomToken()}x`,
    `${token}\0`,
    '__proto__',
  ])('names no account where it is no token: %j', (text) => {
    expect(accountOfToken(text)).toBeUndefined();
  });

  it('is not among what is kept', () => {
    expect(JSON.stringify(stored)).not.toContain(token.split('.')[1]);
    expect(stored.expiresAt).toBe(1000);
  });

  it('opens what it was made for', () => {
    expect(matchesToken('password reset', token, stored)).toBe(true);
  });

  it.each([
    ['another purpose', 'invitation', token, stored],
    ['another secret', 'password reset', `${accountId}.${randomToken()}`, stored],
    ['a newer token', 'password reset', token, makeToken('password reset', accountId, 1000).stored],
    ['nothing kept', 'password reset', token, undefined],
    ['no token', 'password reset', '', stored],
  ])('does not open: %s', (_, purpose, given, kept) => {
    expect(matchesToken(purpose, given, kept)).toBe(false);
  });
});
