// Colours as six hexadecimal digits after a `#`, and how well one is told from another (WCAG 2.2, relative luminance and contrast ratio).

export type Colour = `#${string}`;

export function isColour(text: string): text is Colour {
  return /^#[0-9a-f]{6}$/.test(text);
}

/** 1 to 21. */
export function contrast(a: Colour, b: Colour): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** @param share of `other` in it, 0 to 1 */
export function mixed(colour: Colour, other: Colour, share: number): Colour {
  const theirs = channels(other);
  const digits = channels(colour).map((own, n) => Math.round(own + ((theirs[n] ?? 0) - own) * share));
  return `#${digits.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** The colour itself where it stands out enough from every ground, else the nearest tone on its way to `towards` that does. */
export function readable(
  colour: Colour,
  { grounds, least, towards }: { grounds: readonly Colour[]; least: number; towards: '#000000' | '#ffffff' },
): Colour {
  for (let share = 0; share < 1; share += 0.02) {
    const tone = mixed(colour, towards, share);
    if (grounds.every((ground) => contrast(tone, ground) >= least)) return tone;
  }
  return towards;
}

function luminance(colour: Colour): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const channel = value / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(colour: Colour): number[] {
  return (colour.slice(1).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
