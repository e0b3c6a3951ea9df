// One accent colour of a firm's choosing, made into the tones that our screens and mails need: all of them readable, in light and dark.
import { createHash } from 'node:crypto';
import { type Colour, mixed, readable } from '../platform/colour.ts';

/** The grounds that an accent stands on, in views/assets/app.css/1-tokens.css. */
const light = { grounds: ['#ffffff', '#f4f3ee', '#efede6', '#f8f7f3'], ink: '#ffffff' } as const;
const dark = { grounds: ['#1a201e', '#0e1211', '#131817', '#151b19', '#121716'], ink: '#0e1211' } as const;
const least = 4.5;

export interface Tones {
  accent: Colour;
  accentStrong: Colour;
  /** On the accent. */
  accentInk: Colour;
  accentSoft: Colour;
}

export function lightTones(accent: Colour): Tones {
  const tone = readable(accent, { grounds: light.grounds, least, towards: '#000000' });
  return {
    accent: tone,
    accentStrong: mixed(tone, '#000000', 0.22),
    accentInk: light.ink,
    accentSoft: mixed(tone, '#ffffff', 0.9),
  };
}

export function darkTones(accent: Colour): Tones {
  const tone = readable(accent, { grounds: dark.grounds, least, towards: '#ffffff' });
  return {
    accent: tone,
    accentStrong: mixed(tone, '#ffffff', 0.3),
    accentInk: dark.ink,
    accentSoft: mixed(tone, dark.grounds[0], 0.82),
  };
}

/** `sample` colours two boxes of a page, `brand-light` and `brand-dark`, instead of the page. */
export type StyleKind = 'page' | 'sample';

/** A style sheet of our own making: nothing that anybody typed is in it but the colour. */
export function accentStyle(accent: Colour, kind: StyleKind): string {
  const [onLight, onDark] = [declarations(lightTones(accent)), declarations(darkTones(accent))];
  if (kind === 'sample') return `.brand-light{${onLight}}.brand-dark{${onDark}}`;
  return `:root{${onLight}}@media (prefers-color-scheme:dark){:root{${onDark}}}`;
}

/** Named by its colour and its content, so that it may be kept for ever. */
export function accentStyleUrl(accent: Colour, kind: StyleKind = 'page'): string {
  const hash = createHash('sha256').update(accentStyle(accent, kind)).digest('hex').slice(0, 16);
  return `/brand/${kind}-${accent.slice(1)}.${hash}.css`;
}

function declarations({ accent, accentStrong, accentInk, accentSoft }: Tones): string {
  const all = {
    accent,
    'accent-strong': accentStrong,
    'accent-ink': accentInk,
    'accent-soft': accentSoft,
    ring: accent,
  };
  return Object.entries(all)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}
