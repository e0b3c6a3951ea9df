// Keeps the bytes of logos. They are written before the brand that names them and taken away long after it named another one, so that no
// brand ever names a logo that is not there.
import { DomainError } from '../platform/errors.ts';
import type { Storage } from '../storage/port.ts';
import { type Brand, type BrandChange, changedBrand, type LogoReference, logoIn, logosSpec } from './brand.ts';

/** Somebody else may be about to name what was put just now. */
const keptMs = 3_600_000;

export type BrandOwner = `organization ${string}` | `client ${string}`;

export function createLogos({ storage }: { storage: Storage }) {
  const logos = storage.collection(logosSpec);

  /** @throws DomainError 'invalid_input' for what is no logo */
  async function put(owner: BrandOwner, bytes: Uint8Array): Promise<LogoReference> {
    const logo = logoIn(bytes);
    if (typeof logo === 'string') throw new DomainError('invalid_input', `logo: ${logo}`);
    const data = Buffer.from(bytes).toString('base64');
    await logos.put({ id: `${owner} ${logo.hash}`, owner, ...logo, data, putAt: Date.now() });
    return logo;
  }

  /** @param hash as brands name it */
  async function read(hash: string): Promise<{ type: string; bytes: Buffer } | undefined> {
    const found = await logos.find('hash', hash);
    return found && { type: found.type, bytes: Buffer.from(found.data, 'base64') };
  }

  /** @returns what changes a brand: its new logo, if there is one, is stored */
  async function prepare(owner: BrandOwner, change: BrandChange): Promise<(old: Brand) => Brand> {
    const logo = change.logo ? await put(owner, change.logo) : undefined;
    return (old) => changedBrand(old, change, logo);
  }

  /** @param current what the owner's brand says now */
  async function clear(owner: BrandOwner, current: Brand | undefined): Promise<void> {
    const before = Date.now() - keptMs;
    const old = (await logos.list({ where: { owner } })).filter(
      ({ hash, putAt }) => hash !== current?.logo?.hash && putAt < before,
    );
    await Promise.all(old.map(({ id }) => logos.delete(id)));
  }

  async function forget(owner: BrandOwner): Promise<void> {
    await logos.deleteMany('owner', owner);
  }

  return { put, read, prepare, clear, forget };
}
export type Logos = ReturnType<typeof createLogos>;
