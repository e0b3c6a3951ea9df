// Which firm a page is about: the one named in the address, or the first of the administrator's own. Owners see all of them at once.
import type { Context } from 'koa';
import { type Administrator, demand, firmsWith } from '../../administration/administrator.ts';
import type { Firms } from '../../administration/firms.ts';
import type { Permission } from '../../organizations/roles.ts';
import type { ChoiceModel } from '../http/admin-models.ts';
import { queryOf } from './desk.ts';

/** More are chosen on the page of organizations. */
const mostLinks = 8;

export interface FirmChoice {
  /** Undefined for all of them. */
  organization: string | undefined;
  /** Empty where there is nothing to choose. */
  choices: ChoiceModel[];
}

interface FirmQuestion {
  firms: Firms;
  permission: Permission;
  /** The address of the page with this firm. */
  href(organization?: string): string;
  /** Which one the page is about; the address names it when left out. */
  about?: string | undefined;
}

/** @throws DomainError 'not_permitted' or 'not_found' for a firm that is none of theirs */
export async function chooseFirm(
  ctx: Context,
  who: Administrator,
  { firms, permission, href, about = queryOf(ctx, 'organization') }: FirmQuestion,
): Promise<FirmChoice> {
  const own = firmsWith(who, permission)?.toSorted();
  const organization = about ?? own?.[0];
  demand(who, permission, organization);
  const current = organization === undefined ? undefined : await firms.get(who, organization);
  const most = mostLinks + 1;
  const shown = own ? await firms.named(who, own.slice(0, most)) : await firms.list(who, { limit: most });
  if (shown.length < (own ? 2 : 1)) return { organization, choices: [] };
  const linked = shown.length > mostLinks ? [] : shown;
  const all = current && !linked.some(({ id }) => id === current.id) ? [...linked, current] : linked;
  return {
    organization,
    choices: [
      ...(own ? [] : [{ label: { key: 'admin.allFirms' }, href: href(), isCurrent: organization === undefined }]),
      ...all.map(({ id, name }) => ({ label: { text: name }, href: href(id), isCurrent: id === organization })),
      ...(shown.length > mostLinks
        ? [{ label: { key: 'admin.moreFirms' }, href: '/admin/organizations', isCurrent: false }]
        : []),
    ],
  };
}
