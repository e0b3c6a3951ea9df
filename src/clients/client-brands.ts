// How an app looks, as it is written.
import type { AuditEventType, Origin } from '../audit/audit.ts';
import { type Brand, type BrandChange, brandDetail, isEmptyBrand } from '../organizations/brand.ts';
import type { Logos } from '../organizations/logos.ts';
import type { Collection } from '../storage/port.ts';
import type { Client } from './client.ts';

export interface ClientBrandsDependencies {
  clients: Pick<Collection<Client>, 'update'>;
  logos: Logos;
  record(type: AuditEventType, client: Client, detail: Record<string, string>, origin: Origin): Promise<void>;
}

export function createClientBrands({ clients, logos, record }: ClientBrandsDependencies) {
  /** @param isStill declines where the client is no longer as it was looked at
   *  @returns the client as it is now; undefined when there is none, or `isStill` declined
   *  @throws DomainError 'invalid_input' for what is no logo */
  return async function setBrand(
    clientId: string,
    change: BrandChange,
    origin: Origin,
    isStill: (old: Client) => boolean = () => true,
  ): Promise<Client | undefined> {
    const owner = `client ${clientId}` as const;
    const next = await logos.prepare(owner, change);
    let before: Brand = {};
    const updated = await clients.update(clientId, (old) => {
      if (!isStill(old)) return undefined;
      before = old.brand ?? {};
      const brand = next(before);
      const { brand: _former, ...kept } = old;
      return { ...kept, ...(isEmptyBrand(brand) ? {} : { brand }), updatedAt: Date.now() };
    });
    if (!updated) return undefined;
    const detail = brandDetail(before, updated.brand ?? {});
    if (detail) await record('client.brand-changed', updated, detail, origin);
    await logos.clear(owner, updated.brand);
    return updated;
  };
}
