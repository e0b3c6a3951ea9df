// Which names a firm can claim, and in which spelling they are kept.
import { describe, expect, it } from '@jest/globals';
import { asciiDomain, domainRefusal, shownDomain } from '../../src/organizations/domain-name.ts';

describe('a domain', () => {
  it.each([
    ['acme.example', 'acme.example'],
    [' Acme.EXAMPLE. ', 'acme.example'],
    ['mail.acme.co.uk', 'mail.acme.co.uk'],
    ['Müller.example', 'xn--mller-kva.example'],
    ['mu\u0308ller.example', 'xn--mller-kva.example'],
    ['日本。jp', 'xn--wgv71a.jp'],
    ['xn--mller-kva.example', 'xn--mller-kva.example'],
    ['corp.acme.local', 'corp.acme.local'],
  ])('%j is kept as %s', (text, domain) => expect(asciiDomain(text)).toBe(domain));

  it.each([
    '',
    'acme',
    '.acme.example',
    'a..example',
    '-a.example',
    'a_b.example',
    'https://acme.example',
    'ana@acme.example',
    'acme.example/x',
    'exa%6dple.com',
    'a b.example',
    '192.0.2.7',
    '0x7f.1',
    '2001:db8::1',
    '*.acme.example',
    `${'a'.repeat(64)}.example`,
    // With the label of the challenge it would be longer than a name may be.
    `${`${'a'.repeat(57)}.`.repeat(4)}example`,
  ])('%j is none', (text) => expect([asciiDomain(text), domainRefusal(text)]).toEqual([undefined, 'format']));

  it.each(['co.uk', 'com.br', 'github.io', 'herokuapp.com', 'xn--55qx5d.cn'])('%s is a public suffix', (domain) =>
    expect(domainRefusal(domain)).toBe('public-suffix'),
  );

  it.each(['gmail.com', 'Outlook.com', 'web.de', 'yahoo.co.jp', 'mail.gmail.com'])('%s is for everybody', (domain) =>
    expect(domainRefusal(domain)).toBe('free-mail'),
  );

  it.each(['acme.co.uk', 'acme.github.io', 'notgmail.com', 'acme.example'])('%s can be claimed', (domain) =>
    expect(domainRefusal(domain)).toBeUndefined(),
  );

  it('is shown as people write it', () => {
    expect(shownDomain('xn--mller-kva.example')).toBe('müller.example');
    expect(shownDomain('acme.example')).toBe('acme.example');
  });
});
