// How a firm looks, as it is written.
import type { AuditEvent, AuditEventType, Origin } from '../audit/audit.ts';
import type { Collection } from '../storage/port.ts';
import { type Brand, type BrandChange, brandDetail, isEmptyBrand } from './brand.ts';
import type { Logos } from './logos.ts';
import type { Organization } from './organization.ts';

export interface FirmBrandsDependencies {
  organizations: Pick<Collection<Organization>, 'update'>;
  logos: Logos;
  note(type: AuditEventType, id: string, detail: NonNullable<AuditEvent['detail']>, origin: Origin): Promise<void>;
}

export function createFirmBrands({ organizations, logos, note }: FirmBrandsDependencies) {
  /** @param isStill declines where the organization is no longer as it was looked at
   *  @returns the organization as it is now; undefined when there is none, or `isStill` declined
   *  @throws DomainError 'invalid_input' for what is no logo */
  return async function setBrand(
    id: string,
    change: BrandChange,
    origin: Origin,
    isStill: (old: Organization) => boolean = () => true,
  ): Promise<Organization | undefined> {
    const owner = `organization ${id}` as const;
    const next = await logos.prepare(owner, change);
    let before: Brand = {};
    const updated = await organizations.update(id, (old) => {
      if (!isStill(old)) return undefined;
      before = old.brand ?? {};
      const brand = next(before);
      const { brand: _former, ...kept } = old;
      return { ...kept, ...(isEmptyBrand(brand) ? {} : { brand }), updatedAt: Date.now() };
    });
    if (!updated) return undefined;
    const detail = brandDetail(before, updated.brand ?? {});
    if (detail) await note('organization.brand-changed', id, detail, origin);
    await logos.clear(owner, updated.brand);
    return updated;
  };
}
