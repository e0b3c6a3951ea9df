// Keeps organizations. Who may change one is for administration/ to say.
import type { Audit, AuditEvent, AuditEventType, Origin } from '../audit/audit.ts';
import { DomainError, isDomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Collection, Storage } from '../storage/port.ts';
import { createBrandWriting } from './brand-writing.ts';
import { claimId, type DomainClaim } from './domain-claim.ts';
import { createFirmPolicies } from './firm-policies.ts';
import type { Logos } from './logos.ts';
import { idFromName, type Organization, type OrganizationInput, organizationsSpec } from './organization.ts';
import { policySchema } from './policy.ts';

export interface OrganizationsDependencies {
  storage: Storage;
  audit: Audit;
  claims: Pick<Collection<DomainClaim>, 'delete' | 'deleteMany'>;
  logos: Logos;
}

export function createOrganizations({ storage, audit, claims, logos }: OrganizationsDependencies) {
  const organizations = storage.collection(organizationsSpec);

  function get(id: string): Promise<Organization | undefined> {
    return organizations.get(id);
  }

  /** @throws DomainError 'duplicate' when the id is taken; one made from the name gets an ending instead */
  async function create({ id, name, domains = [] }: OrganizationInput, origin: Origin): Promise<Organization> {
    const now = Date.now();
    const draft = {
      name,
      domains: [...new Set(domains)],
      policy: policySchema.parse({}),
      createdAt: now,
      updatedAt: now,
    };
    const wanted = id ?? idFromName(name) ?? 'organization';
    const record = await inserted({ ...draft, id: wanted }, id === undefined ? idWithEnding(wanted) : undefined);
    await note('organization.created', record.id, { name }, origin);
    return record;
  }

  /** @param otherwise the id to take where the wanted one is taken */
  async function inserted(record: Organization, otherwise: string | undefined): Promise<Organization> {
    try {
      await demandNeverUsed(record.id);
      await organizations.insert(record);
      return record;
    } catch (error) {
      if (otherwise === undefined || !isDomainError(error, 'duplicate')) throw error;
      return inserted({ ...record, id: otherwise }, undefined);
    }
  }

  /** The log of a firm that was deleted is not for the next one of its name. */
  async function demandNeverUsed(id: string): Promise<void> {
    const [event] = await audit.search({ organization: id, limit: 1 });
    if (event) throw new DomainError('duplicate', `${id} was the id of another organization`);
  }

  /** Name and domains. A domain that is claimed no longer is proved no longer.
   *  @returns undefined when there is none, or `change` declined */
  async function update(
    id: string,
    change: (old: Organization) => Pick<Organization, 'name' | 'domains'> | undefined,
    origin: Origin,
  ): Promise<Organization | undefined> {
    let before: Organization | undefined;
    const updated = await organizations.update(id, (old) => {
      before = old;
      const next = change(old);
      if (!next || (next.name === old.name && next.domains.join() === old.domains.join())) return undefined;
      const domains = [...new Set(next.domains)];
      return { ...old, name: next.name, domains, updatedAt: Date.now() };
    });
    if (!updated || !before) return before && change(before) ? before : undefined;
    const kept = updated.domains;
    await forgetClaims(before.domains.filter((domain) => !kept.includes(domain)).map((domain) => claimId(id, domain)));
    await note(
      'organization.changed',
      id,
      {
        'name.old': before.name,
        'name.new': updated.name,
        'domains.old': before.domains,
        'domains.new': updated.domains,
      },
      origin,
    );
    return updated;
  }

  /** Claimed again, it is to be proved again. What a crash leaves here counts for nothing: see domain-claims.ts. */
  async function forgetClaims(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((one) => claims.delete(one)));
  }

  function note(
    type: AuditEventType,
    id: string,
    detail: NonNullable<AuditEvent['detail']>,
    origin: Origin,
  ): Promise<void> {
    return audit.record({ type, result: 'success', subject: id, organizations: [id], detail }, origin);
  }

  /** A file declares it from now on. */
  async function markDeclared(id: string): Promise<void> {
    await organizations.update(id, (old) => (old.isDeclared ? undefined : { ...old, isDeclared: true }));
  }

  /** By id. @param after the id of the last one of the page before */
  function list({
    after,
    limit = 100,
  }: {
    after?: string | undefined;
    limit?: number | undefined;
  } = {}): Promise<Organization[]> {
    return organizations.list({ limit, ...(after === undefined ? {} : { after }) });
  }

  /** Those of these ids that there are, in their order. */
  async function named(ids: readonly string[]): Promise<Organization[]> {
    const found = await Promise.all(ids.map((id) => organizations.get(id)));
    return found.filter((one) => one !== undefined);
  }

  /** Only once nobody belongs to it: whoever calls has looked. @returns whether there was one */
  async function remove(id: string, origin: Origin): Promise<boolean> {
    if (!(await organizations.delete(id))) return false;
    await claims.deleteMany('organization', id);
    await logos.forget(`organization ${id}`);
    await note('organization.deleted', id, {}, origin);
    return true;
  }

  return {
    get,
    create,
    update,
    markDeclared,
    list,
    named,
    remove,
    setBrand: createBrandWriting({
      records: organizations,
      logos,
      ownerOf: (id) => `organization ${id}`,
      changed: ({ id }, detail, origin) => note('organization.brand-changed', id, detail, origin),
    }),
    ...createFirmPolicies({ organizations, note }),
  };
}
export type Organizations = ReturnType<typeof createOrganizations>;

function idWithEnding(id: string): string {
  const ending = newId()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 8);
  return `${id.slice(0, 50)}-${ending}`;
}
