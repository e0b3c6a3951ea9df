// Addresses and CIDR ranges of an allow list.
import { describe, expect, it } from '@jest/globals';
import { canonicalRange, isInRanges } from '../../src/organizations/ip-ranges.ts';

describe('an entry of an allow list', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['2001:db8:1:2::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
  ])('%s means %s', (text, range) => expect(canonicalRange(text)).toBe(range));

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0.0/8.0',
    '010.0.0.1',
    '0x0a.0.0.1',
    '127.1',
    '1',
    '2001:db8::/129',
    '2001:db8:::1',
    'fe80::1%eth0',
    '::ffff:10.0.0.0/95',
    '10.0.0.*',
    '10.0.0.1-10.0.0.9',
  ])('is not %p', (text) => expect(canonicalRange(text)).toBeUndefined());
});

describe('an allow list', () => {
  it.each([
    [['10.0.0.0/8'], '10.255.255.255', true],
    [['10.0.0.0/8'], '11.0.0.0', false],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', true],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['::/0'], '10.0.0.1', false],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['192.0.2.7', '2001:db8::1'], '2001:db8::1', true],
    [['0.0.0.0/0', '::/0'], undefined, false],
    [['0.0.0.0/0'], 'unknown', false],
    [['127.0.0.0/8'], '127.1', false],
    [[], '10.0.0.1', false],
  ])('%j holds %s: %p', (ranges, address, expected) => expect(isInRanges(ranges, address)).toBe(expected));
});
