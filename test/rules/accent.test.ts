// Whatever colour a firm chooses, what is written in it and on it can be read: measured against the palette itself.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accentStyle, accentStyleUrl, darkTones, lightTones } from '../../src/organizations/accent.ts';
import { type Colour, contrast } from '../../src/platform/colour.ts';

const css = readFileSync(new URL('../../views/assets/app.css/1-tokens.css', import.meta.url), 'utf8');
const [light = {}, dark = {}] = css
  .split('@media')
  .map((block) =>
    Object.fromEntries(
      [...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name, value = '']) => [name, value]),
    ),
  );
const long = (colour = '') =>
  (colour.length === 4 ? `#${[...colour.slice(1)].map((d) => d + d).join('')}` : colour) as Colour;
const grounds = ['ground', 'surface', 'sunken', 'arch-outer', 'arch-inner'];
const colours = fc.integer({ min: 0, max: 0xffffff }).map((n): Colour => `#${n.toString(16).padStart(6, '0')}`);

describe.each([
  { scheme: 'light', palette: light, tonesOf: lightTones },
  { scheme: 'dark', palette: dark, tonesOf: darkTones },
])('an accent of any colour in $scheme', ({ palette, tonesOf }) => {
  it('keeps 4.5 : 1 on every ground, under its own ink, and under the ink of the page', () => {
    fc.assert(
      fc.property(colours, (colour) => {
        const { accent, accentStrong, accentInk, accentSoft } = tonesOf(colour);
        const pairs = [
          ...grounds.flatMap((ground) => [accent, accentStrong].map((tone) => [tone, long(palette[ground])] as const)),
          [accentInk, accent] as const,
          [accentInk, accentStrong] as const,
          [long(palette.ink), accentSoft] as const,
        ];
        for (const [text, on] of pairs) expect(contrast(text, on)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });
});

describe('an accent', () => {
  it('that can be read stays as it is', () => {
    expect(lightTones('#0e5f4c').accent).toBe('#0e5f4c');
    expect(darkTones('#7ed6b8').accent).toBe('#7ed6b8');
  });

  it('has a style sheet of its own, whose name says its content', () => {
    expect(accentStyle('#1f4e8c', 'page')).toMatch(/^:root\{--accent:#1f4e8c;.*@media \(prefers-color-scheme:dark\)/);
    expect(accentStyle('#1f4e8c', 'sample')).not.toContain(':root');
    expect(accentStyleUrl('#1f4e8c')).toMatch(/^\/brand\/page-1f4e8c\.[0-9a-f]{16}\.css$/);
    expect(accentStyleUrl('#1f4e8c')).not.toBe(accentStyleUrl('#1f4e8d'));
  });

  it.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
  ] as const)('contrast of %s and %s is %d', (a, b, ratio) => expect(contrast(a, b)).toBeCloseTo(ratio, 1));
});
