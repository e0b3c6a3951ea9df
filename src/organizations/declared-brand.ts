// The look of a firm or an app as a file declares it: what the file leaves out, there is not.
import { z } from 'zod';
import { accentColour, type Brand, type BrandChange, logoIn, logoText } from './brand.ts';
import type { Logos } from './logos.ts';

export const declaredBrandSchema = z.strictObject({ accent: accentColour.optional(), logo: logoText.optional() });
export type DeclaredBrand = z.output<typeof declaredBrandSchema>;
export type DeclaredBrandText = z.input<typeof declaredBrandSchema>;

/** What would be stored. */
export function brandOf({ accent, logo: bytes }: DeclaredBrand): Brand {
  const logo = bytes && logoIn(bytes);
  return { ...(accent ? { accent } : {}), ...(logo && typeof logo !== 'string' ? { logo } : {}) };
}

export function wholeBrand({ accent, logo }: DeclaredBrand): BrandChange {
  return { accent: accent ?? null, logo: logo ?? null };
}

/** For a difference: a logo by its hash. */
export function brandFields({ accent, logo }: Brand = {}): Record<string, string> {
  return { ...(accent ? { 'brand.accent': accent } : {}), ...(logo ? { 'brand.logo': `sha256:${logo.hash}` } : {}) };
}

/** As it is written into a file, its logo with it. @returns undefined where there is nothing to write */
export async function declaredBrand(brand: Brand | undefined, logos: Logos): Promise<DeclaredBrandText | undefined> {
  if (!brand) return undefined;
  const logo = brand.logo && (await logos.read(brand.logo.hash));
  const text = logo && `data:${logo.type};base64,${logo.bytes.toString('base64')}`;
  return { ...(brand.accent ? { accent: brand.accent } : {}), ...(text ? { logo: text } : {}) };
}
