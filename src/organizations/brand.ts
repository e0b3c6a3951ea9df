// How a firm or an app looks: an accent colour, and a logo that is served from our own origin. Pure rules.
import { createHash } from 'node:crypto';
import { imageSize } from 'image-size';
import { z } from 'zod';
import { isColour } from '../platform/colour.ts';
import type { CollectionSpec } from '../storage/port.ts';

export const maxLogoBytes = 90_000;
/** In each direction: a small file may still unpack to gigabytes. */
export const maxLogoPixels = 2000;

/** SVG is none: it may hold script, and refer to other places. */
export const logoTypes = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' } as const;
export type LogoType = keyof typeof logoTypes;

export const accentColour = z.string().trim().toLowerCase().refine(isColour, 'must be a colour such as #0e5f4c');

export const brandSchema = z.object({
  accent: accentColour.optional(),
  /** What it holds stands in `logos.ts`, under its SHA-256. */
  logo: z.object({ hash: z.string(), type: z.enum(Object.keys(logoTypes) as [LogoType, ...LogoType[]]) }).optional(),
});
export type Brand = z.output<typeof brandSchema>;
export type LogoReference = NonNullable<Brand['logo']>;

/** What is stated of one: null takes a part away, what is left out stays. */
export interface BrandChange {
  accent?: Brand['accent'] | null | undefined;
  logo?: Uint8Array | null | undefined;
}

export const storedLogoSchema = z.object({
  id: z.string(),
  /** `organization acme`, `client wiki`. */
  owner: z.string(),
  hash: z.string(),
  type: z.string(),
  /** Base64. */
  data: z.string(),
  putAt: z.number(),
});
export type StoredLogo = z.output<typeof storedLogoSchema>;

export const logosSpec: CollectionSpec<StoredLogo> = {
  name: 'logos',
  schema: storedLogoSchema,
  index: ['owner', 'hash'],
};

export type LogoFault = 'type' | 'tooLarge' | 'tooManyPixels';

/** What the bytes are, by themselves: neither a name nor a Content-Type is believed. */
export function logoIn(bytes: Uint8Array): LogoReference | LogoFault {
  if (bytes.length > maxLogoBytes) return 'tooLarge';
  const type = typeOf(bytes);
  if (!type) return 'type';
  const size = sizeOf(bytes);
  if (!size) return 'type';
  if (Math.max(size.width, size.height) > maxLogoPixels) return 'tooManyPixels';
  return { hash: createHash('sha256').update(bytes).digest('hex'), type };
}

export function logoUrl({ hash, type }: LogoReference): string {
  return `/brand/${hash}.${logoTypes[type]}`;
}

/** By the first bytes of the formats. */
function typeOf(bytes: Uint8Array): LogoType | undefined {
  const begin = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (begin.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  return begin.startsWith('RIFF') && begin.slice(8) === 'WEBP' ? 'image/webp' : undefined;
}

function sizeOf(bytes: Uint8Array): { width: number; height: number } | undefined {
  try {
    const { width, height } = imageSize(bytes);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

const dataUri = /^data:image\/(?:png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/;

const faultSentences: Record<LogoFault, string> = {
  type: 'must be a PNG, JPEG or WebP image',
  tooLarge: `must be of ${maxLogoBytes / 1000} kB at most`,
  tooManyPixels: `must have ${maxLogoPixels} pixels in each direction at most`,
};

/** A logo as a text, for the API and for files: `data:image/png;base64,…`. */
export const logoText = z.string().transform((text, context) => {
  const bytes = Buffer.from(dataUri.exec(text)?.[1] ?? '', 'base64');
  const logo = bytes.length === 0 ? 'type' : logoIn(bytes);
  if (typeof logo !== 'string') return bytes as Uint8Array;
  context.addIssue(logo === 'type' ? `${faultSentences.type} as data:image/…;base64,…` : faultSentences[logo]);
  return z.NEVER;
});

/** What the API takes. */
export const brandChangeSchema = z.strictObject({
  accent: accentColour.nullable().optional().describe('Made darker or lighter where it could not be read'),
  logo: logoText.nullable().optional().describe('PNG, JPEG or WebP, as `data:image/png;base64,…`'),
});

/** @param logo the reference of the new one, where there is one */
export function changedBrand(old: Brand, change: BrandChange, logo: LogoReference | undefined): Brand {
  const accent = change.accent === undefined ? old.accent : (change.accent ?? undefined);
  const kept = change.logo === undefined ? old.logo : logo;
  return { ...(accent ? { accent } : {}), ...(kept ? { logo: kept } : {}) };
}

export function isEmptyBrand({ accent, logo }: Brand): boolean {
  return accent === undefined && logo === undefined;
}

/** Old and new, for the audit record; nothing where nothing changed. */
export function brandDetail(old: Brand, next: Brand): Record<string, string> | undefined {
  const before = { accent: old.accent ?? '', logo: old.logo?.hash ?? '' };
  const after = { accent: next.accent ?? '', logo: next.logo?.hash ?? '' };
  if (before.accent === after.accent && before.logo === after.logo) return undefined;
  const pair = (part: 'accent' | 'logo') =>
    before[part] === after[part] ? {} : { [`${part}.old`]: before[part], [`${part}.new`]: after[part] };
  return { ...pair('accent'), ...pair('logo') };
}
