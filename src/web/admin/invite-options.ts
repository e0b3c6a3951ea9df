// What a form that invites lets choose from: the firms the administrator may invite into, and the apps to go on to.

import type { Administration } from '../../administration/administration.ts';
import { type Administrator, firmsWith, mayAnywhere } from '../../administration/administrator.ts';
import { clientName, ownClientId } from '../../clients/client.ts';
import type { OptionModel } from '../http/admin-models.ts';

/** A select with more is none; others are reached from the page of organizations. */
const mostOptions = 200;

export interface AppOption extends OptionModel {
  label: { text: string };
  asksConsent: boolean;
  organization: string | undefined;
}

export interface InviteOptions {
  /** An empty value stands for no organization, where that is allowed. */
  firms: OptionModel[];
  apps: AppOption[];
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
  const apps = await appOptions(clientApps, who);
  return { firms: own ? named : [{ value: '', label: { key: 'admin.invite.noFirm' } }, ...named], apps };
}

/** Apps that may be seen, by name. */
export async function appOptions(clientApps: Administration['clientApps'], who: Administrator): Promise<AppOption[]> {
  if (!mayAnywhere(who, 'clients:read')) return [];
  const firms = firmsWith(who, 'clients:read') ?? [undefined];
  const lists = await Promise.all(
    firms.map((organization) => clientApps.list(who, { organization, limit: mostOptions })),
  );
  return lists
    .flat()
    .filter(({ id }) => id !== ownClientId)
    .map(({ id, metadata, organization }) => ({
      value: id,
      label: { text: clientName(metadata) },
      asksConsent: !metadata.first_party,
      organization,
    }))
    .toSorted((a, b) => a.label.text.localeCompare(b.label.text));
}

/** An app of another firm is none that these people can be sent to. Undefined for what is no choice. */
export function chosenApp(
  apps: readonly AppOption[],
  value: string,
  organization: string | undefined,
): { value: string | undefined } | undefined {
  if (value === '') return { value: undefined };
  const app = apps.find((option) => option.value === value);
  return app && (app.organization === undefined || app.organization === organization) ? { value } : undefined;
}

/** Of what a form named, what it offered; undefined for an empty choice. */
export function chosen(options: readonly OptionModel[], value: string): { value: string | undefined } | undefined {
  if (value === '' && (options.length === 0 || options.some((option) => option.value === '')))
    return { value: undefined };
  return options.some((option) => option.value === value) ? { value } : undefined;
}
