// What a form that invites lets choose from: the firms the administrator may invite into, and the apps to go on to.

import type { Administration } from '../../administration/administration.ts';
import { type Administrator, firmsWith, mayAnywhere } from '../../administration/administrator.ts';
import { clientName, ownClientId } from '../../clients/client.ts';
import type { OptionModel } from '../http/admin-models.ts';

/** A select with more is none; others are reached from the page of organizations. */
const mostOptions = 200;

export interface InviteOptions {
  /** An empty value stands for no organization, where that is allowed. */
  firms: OptionModel[];
  apps: OptionModel[];
}

/** @param current a firm that is there whatever the limit */
export async function inviteOptions(
  { firms, clientApps }: Administration,
  who: Administrator,
  current?: string,
): Promise<InviteOptions> {
  const own = firmsWith(who, 'users:invite');
  const listed = own ? await firms.named(who, own) : await firms.list(who, { limit: mostOptions });
  const isMissing = current !== undefined && !listed.some(({ id }) => id === current);
  const found = isMissing ? [...listed, ...(await firms.named(who, [current]))] : listed;
  const named = found
    .map(({ id, name }) => ({ value: id, label: { text: name } }))
    .toSorted((a, b) => a.label.text.localeCompare(b.label.text));
  const apps = mayAnywhere(who, 'clients:read') ? await appsOf(clientApps, who) : [];
  return { firms: own ? named : [{ value: '', label: { key: 'admin.invite.noFirm' } }, ...named], apps };
}

async function appsOf(clientApps: Administration['clientApps'], who: Administrator): Promise<OptionModel[]> {
  const firms = firmsWith(who, 'clients:read') ?? [undefined];
  const lists = await Promise.all(
    firms.map((organization) => clientApps.list(who, { organization, limit: mostOptions })),
  );
  return lists
    .flat()
    .filter(({ id }) => id !== ownClientId)
    .map(({ id, metadata }) => ({ value: id, label: { text: clientName(metadata) } }))
    .toSorted((a, b) => a.label.text.localeCompare(b.label.text));
}

/** Of what a form named, what it offered; undefined for an empty choice. */
export function chosen(options: readonly OptionModel[], value: string): { value: string | undefined } | undefined {
  if (value === '' && (options.length === 0 || options.some((option) => option.value === '')))
    return { value: undefined };
  return options.some((option) => option.value === value) ? { value } : undefined;
}
