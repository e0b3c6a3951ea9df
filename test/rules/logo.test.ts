// Which files can be a logo: by what is in them, never by what they are called.
import { describe, expect, it } from '@jest/globals';
import { logoIn, logoText, maxLogoBytes } from '../../src/organizations/brand.ts';
import { dataUri, png } from '../support/logo.ts';

/** The smallest there are. */
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffd9', 'hex');
const webp = Buffer.concat([
  Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0', 'latin1'),
  Buffer.from('2f00000010071011118888fe0700', 'hex'),
]);
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

describe('a logo', () => {
  it.each([
    ['PNG', png(16, 16), 'image/png'],
    ['JPEG', jpeg, 'image/jpeg'],
    ['WebP', webp, 'image/webp'],
  ])('may be %s', (_name, bytes, type) =>
    expect(logoIn(bytes)).toEqual({ type, hash: expect.stringMatching(/^[0-9a-f]{64}$/) }),
  );

  it.each([
    ['SVG', svg, 'type'],
    ['GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), 'type'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'type'],
    ['a page behind the first bytes of a PNG', Buffer.from('\x89PNG\r\n\x1a\n<script>', 'latin1'), 'type'],
    ['nothing', Buffer.alloc(0), 'type'],
    ['a PNG of gigabytes', png(2001, 16), 'tooManyPixels'],
    ['a large file', Buffer.concat([png(16, 16), Buffer.alloc(maxLogoBytes)]), 'tooLarge'],
  ])('may not be %s', (_name, bytes, fault) => expect(logoIn(bytes)).toBe(fault));

  it.each([
    ['another type than it is', dataUri(svg, 'image/png')],
    ['an address', 'https://acme.example/logo.png'],
    ['SVG', dataUri(svg, 'image/svg+xml')],
    ['no base64', 'data:image/png;base64,***'],
  ])('as a text may not be %s', (_name, text) => expect(logoText.safeParse(text).success).toBe(false));

  it('as a text is what it holds', () => {
    expect(logoText.parse(dataUri(png(16, 16)))).toEqual(png(16, 16));
  });
});
