// Addresses of people and of requests: what they are, when two are the same, where two differ.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalEmail, isEmail } from '../../src/accounts/account.ts';
import { createClientAddress } from '../../src/web/http/client-address.ts';
import { difference } from '../../src/web/http/difference.ts';

describe('an email address', () => {
  it.each([
    ['ana@example.com', true],
    ['ana.silva+news@sub.example.co.uk', true],
    ["o'brien@example.com", true],
    ['ana@localhost', true],
    ['jörg@münchen.example', true],
    ['用户@例子.example', true],
    [`${'a'.repeat(64)}@example.com`, true],
    [`${'a'.repeat(65)}@example.com`, false],
    [`a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}`, false],
    ['', false],
    ['ana', false],
    ['@example.com', false],
    ['ana@', false],
    ['a@b@example.com', false],
    ['ana silva@example.com', false],
    [' ana@example.com', false],
    ['ana@example.com\n', false],
    ['ana@exa mple.com', false],
    ['ana@example..com', true],
    ['<ana@example.com>', false],
    ['"ana"@example.com', false],
    ['ana,ben@example.com', false],
    ['ana\u0000@example.com', false],
    ['ana\u202e@example.com', false],
    ['ana@exa%mple.com', false],
    ['ana@[127.0.0.1]', false],
  ])('%j is one: %s', (text, isOne) => {
    expect(isEmail(text)).toBe(isOne);
  });

  it.each([
    ['ANA@Example.COM', 'ana@example.com'],
    ['  ana@example.com ', 'ana@example.com'],
    ['ａｎａ@example.com', 'ana@example.com'],
    ['ana@ｅｘａｍｐｌｅ.com', 'ana@example.com'],
    ['ana@MÜNCHEN.example', 'ana@xn--mnchen-3ya.example'],
    ['ana@xn--mnchen-3ya.example', 'ana@xn--mnchen-3ya.example'],
    ['jo\u0308rg@example.com', 'j\u00f6rg@example.com'],
    ['\u212aai@example.com', 'kai@example.com'],
    ['ana.silva+news@example.com', 'ana.silva+news@example.com'],
    ['nobody', 'nobody'],
  ])('%j is kept as %s', (typed, canonical) => {
    expect(canonicalEmail(typed)).toBe(canonical);
  });

  it('is the same when it is made canonical twice, and when it is typed in capitals', () => {
    const part = fc.string({ unit: fc.constantFrom(...'abzÄöß.-_+09éİıΣς東ｅK'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(part, part, (local, domain) => {
        const once = canonicalEmail(`${local}@${domain}.example`);
        expect(canonicalEmail(once)).toBe(once);
      }),
    );
  });
});

describe('the address of a request', () => {
  const open = createClientAddress([]);
  const behind = createClientAddress(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);

  it.each([
    ['no proxy', open, '192.0.2.1', undefined, '192.0.2.1'],
    ['a header without a trusted proxy', open, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['a trusted proxy', behind, '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a trusted proxy, mapped into IPv6', behind, '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a trusted proxy without a header', behind, '127.0.0.1', undefined, '127.0.0.1'],
    ['a trusted proxy with an empty header', behind, '127.0.0.1', ' , ', '127.0.0.1'],
    ['two trusted proxies', behind, '127.0.0.1', '203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['a client that lies', behind, '127.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['a client that claims to be a proxy', behind, '127.0.0.1', '198.51.100.1, 10.9.9.9, 203.0.113.9', '203.0.113.9'],
    ['an untrusted neighbour', behind, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['only proxies', behind, '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['an IPv6 client', behind, 'fd00::1', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['an IPv4 client, mapped into IPv6', behind, '127.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['garbage from the proxy', behind, '127.0.0.1', 'a', undefined],
    ['a name from the proxy', behind, '127.0.0.1', 'client.example', undefined],
    ['an address with a port', behind, '127.0.0.1', '203.0.113.9:4711', undefined],
    ['a number', behind, '127.0.0.1', '1', undefined],
    ['octal figures', behind, '127.0.0.1', '0203.0.0113.011', undefined],
    ['three parts', behind, '127.0.0.1', '203.0.113', undefined],
    ['no socket any more', behind, undefined, undefined, undefined],
    ['garbage before a good one', behind, '127.0.0.1', 'a, 203.0.113.9', '203.0.113.9'],
  ])('with %s', (_what, clientAddress, socket, forwarded, address) => {
    expect(clientAddress(socket, forwarded)).toBe(address);
  });

  it.each(['nonsense', '10.0.0.0/33', '10.0.0.0/', ''])('takes no proxy %j', (proxy) => {
    expect(() => createClientAddress([proxy])).toThrow('neither an address nor a CIDR range');
  });

  it('trusts a range that is written as IPv4 in IPv6', () => {
    expect(createClientAddress(['::ffff:10.0.0.0/104'])('10.1.2.3', '203.0.113.9')).toBe('203.0.113.9');
  });
});

describe('the difference between two addresses', () => {
  it.each([
    ['https://a.example/cb', 'https://a.example/cb/', '', '/', 1],
    ['https://a.example/cb', 'https://b.example/cb', 'a', 'b', 2],
    ['http://a.example', 'https://a.example', '', 's', 1],
    ['', 'abc', '', 'abc', 3],
    ['same', 'same', '', '', 0],
    ['aa', 'a', 'a', '', 1],
  ])('of %j and %j', (left, right, leftPart, rightPart, distance) => {
    const found = difference(left, right);
    const differing = (parts: { text: string; differs: boolean }[]) =>
      parts
        .filter(({ differs }) => differs)
        .map(({ text }) => text)
        .join('');
    expect([differing(found.left), differing(found.right), found.distance]).toEqual([leftPart, rightPart, distance]);
  });

  it('loses nothing, cuts no sign in two, and is none only between equals', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀', '😁', 'é'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const found = difference(left, right);
        expect(found.left.map((part) => part.text).join('')).toBe(left);
        expect(found.right.map((part) => part.text).join('')).toBe(right);
        expect(found.distance === 0).toBe(left === right);
        for (const part of [...found.left, ...found.right])
          expect([part.text.isWellFormed(), part.text === '']).toEqual([true, false]);
      }),
    );
  });
});
