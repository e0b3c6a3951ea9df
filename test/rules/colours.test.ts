// Contrast of the palette, measured as WCAG 2.2 does (1.4.3, 1.4.11): axe cannot see through pseudo-elements, arithmetic can.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (name: string) => readFileSync(new URL(`../../views/assets/${name}`, import.meta.url), 'utf8');

function palettes(css: string): Record<string, string>[] {
  const blocks = css.split('@media');
  return blocks.map((block) =>
    Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map((m) => [m[1], m[2]])),
  );
}

function luminance(hex: string): number {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((d) => d + d) : (hex.slice(1).match(/../g) ?? []);
  const [r = 0, g = 0, b = 0] = digits.map((d) => {
    const channel = Number.parseInt(d, 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string | undefined, b: string | undefined): number {
  const [low = 0, high = 0] = [luminance(a ?? '#000'), luminance(b ?? '#000')].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ['ground', 'surface', 'sunken', 'arch-outer', 'arch-inner'];
const pairs = [
  ...['ink', 'ink-soft', 'accent', 'accent-strong', 'danger'].flatMap((text) =>
    grounds.map((on) => ({ text, on, least: 4.5 })),
  ),
  { text: 'accent-ink', on: 'accent', least: 4.5 },
  { text: 'accent-ink', on: 'accent-strong', least: 4.5 },
  { text: 'ink', on: 'accent-soft', least: 4.5 },
  { text: 'danger', on: 'danger-soft', least: 4.5 },
  { text: 'surface', on: 'danger', least: 4.5 },
  ...['edge', 'ring', 'fair'].flatMap((part) => grounds.map((on) => ({ text: part, on, least: 3 }))),
];

const [light = {}, dark = {}] = palettes(read('app.css/1-tokens.css'));

describe.each([
  { theme: 'light', palette: light },
  { theme: 'dark', palette: { ...light, ...dark } },
])('the $theme palette', ({ palette }) => {
  it.each(pairs)('keeps $text on $on at $least : 1', ({ text, on, least }) => {
    expect(contrast(palette[text], palette[on])).toBeGreaterThanOrEqual(least);
  });
});
