// How long a guesser waits, and what counts as one network.
import { describe, expect, it } from '@jest/globals';
import { waitSeconds } from '../../src/credentials/throttle.ts';
import { networkOf } from '../../src/platform/networks.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { codeGuesses, passwordGuesses, reauthenticationGuesses } from '../../src/sign-in/guesses.ts';

describe('the wait after a failure', () => {
  const subject = { key: 'k', free: 5, firstWaitSeconds: 2, longestWaitSeconds: 900, isClearedBySuccess: true };

  it.each([
    [0, 0],
    [1, 0],
    [4, 0],
    [5, 2],
    [6, 4],
    [7, 8],
    [13, 512],
    [14, 900],
    [100, 900],
    [1e9, 900],
  ])('after %i failures is %i seconds', (failures, seconds) => {
    expect(waitSeconds(failures, subject)).toBe(seconds);
  });

  it.each([
    ['a code', codeGuesses('ana', 'otp'), [9, 10, 11, 12, 13, 14, 15], [0, 60, 120, 240, 480, 900, 900]],
    ['the password asked again', reauthenticationGuesses('ana'), [4, 5, 6], [0, 2, 4]],
  ] as const)('for %s grows as documented', (_what, [guess], failures, waits) => {
    expect(failures.map((count) => waitSeconds(count, guess))).toEqual(waits);
  });
});

describe('what is counted of a password guess', () => {
  const secrets = createSecrets([Buffer.alloc(32, 7)]);
  const keys = (email: string, address: string | undefined) =>
    passwordGuesses(secrets, { email, address, knownBrowser: undefined }).map(({ key }) => key);

  it('is the same however the address is typed, and names nobody', () => {
    expect(keys(' ANA@Example.com', '192.0.2.1')).toEqual(keys('ana@example.com', '192.0.2.1'));
    expect(keys('ana@example.com', '192.0.2.1').join()).not.toContain('ana');
  });

  it('differs by network in the first and the last, and not in the second', () => {
    const [here, there] = [keys('ana@example.com', '192.0.2.1'), keys('ana@example.com', '192.0.2.2')];
    expect(here.map((key, index) => key === there[index])).toEqual([false, true, false]);
  });
});

describe('a browser that the account has signed in with', () => {
  it('shares no count with anybody else who guesses at the account, whatever their network', () => {
    const secrets = createSecrets([Buffer.alloc(32, 7)]);
    const keys = (knownBrowser: string | undefined) =>
      passwordGuesses(secrets, { email: 'ana@example.com', address: '192.0.2.1', knownBrowser }).map(({ key }) => key);
    const [own, ...more] = keys('hash-of-the-browser');
    expect(more).toEqual([]);
    expect([...keys(undefined), ...keys('hash-of-another')]).not.toContain(own);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['unknown', 'unknown'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::1', '2001:db8:0:0::/64'],
    ['2001:db8:1::5', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
