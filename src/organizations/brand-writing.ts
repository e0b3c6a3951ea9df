// How a firm or an app looks, as it is written: one way for both.
import type { Origin } from '../audit/audit.ts';
import type { Collection, Stored } from '../storage/port.ts';
import { type Brand, type BrandChange, brandDetail, isEmptyBrand } from './brand.ts';
import type { BrandOwner, Logos } from './logos.ts';

interface Branded extends Stored {
  brand?: Brand | undefined;
  updatedAt: number;
}

export interface BrandWritingDependencies<T extends Branded> {
  records: Pick<Collection<T>, 'update'>;
  logos: Logos;
  ownerOf(id: string): BrandOwner;
  /** Told what was changed, for the log. */
  changed(updated: T, detail: Record<string, string>, origin: Origin): Promise<void>;
}

export function createBrandWriting<T extends Branded>(dependencies: BrandWritingDependencies<T>) {
  const { records, logos, ownerOf, changed } = dependencies;

  /** @param isStill declines where the record is no longer as it was looked at
   *  @returns the record as it is now; undefined when there is none, or `isStill` declined
   *  @throws DomainError 'invalid_input' for what is no logo */
  return async function setBrand(
    id: string,
    change: BrandChange,
    origin: Origin,
    isStill: (old: T) => boolean = () => true,
  ): Promise<T | undefined> {
    const owner = ownerOf(id);
    const next = await logos.prepare(owner, change);
    let before: Brand = {};
    const updated = await records.update(id, (old) => {
      if (!isStill(old)) return undefined;
      before = old.brand ?? {};
      const brand = next(before);
      const { brand: _former, ...kept } = old;
      return { ...kept, ...(isEmptyBrand(brand) ? {} : { brand }), updatedAt: Date.now() } as T;
    });
    if (!updated) return undefined;
    const detail = brandDetail(before, updated.brand ?? {});
    if (detail) await changed(updated, detail, origin);
    await logos.clear(owner, updated.brand);
    return updated;
  };
}
