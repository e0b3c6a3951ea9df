// "Invitations": which wait, which failed, and what to do about them.
import type Router from '@koa/router';
import { displayName } from '../../accounts/account.ts';
import { may, mayAnywhere, mayOver } from '../../administration/administrator.ts';
import { type Tracked, trackedStates } from '../../administration/tracker.ts';
import type { InvitationRow } from '../http/admin-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { sectionsFor } from './navigation.ts';
import { personActs } from './person-acts.ts';
import { personPath } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

const path = '/admin/invitations';
const pageSize = 50;

export function invitationsRoutes(router: Router, { administration, openDesk, views }: AdminPagesDependencies): void {
  const { firms, tracker } = administration;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'users:read');
    if (!desk) return;
    const { who, model } = desk;
    const state = trackedStates.find((one) => one === queryOf(ctx, 'state')) ?? 'waiting';
    const after = queryOf(ctx, 'after');
    const { organization, choices } = await chooseFirm(ctx, who, {
      firms,
      permission: 'users:read',
      href: (id) => pathWith(path, { organization: id, state }),
    });
    const { found, next } = await tracker.list(who, { state, organization, after, limit: pageSize });
    const rows = found.map((one) => rowOf(desk, one));
    // The store orders by id; a list that fits one page begins with the latest.
    const isWhole = after === undefined && next === undefined;
    const act = personActs.find(({ name }) => name === queryOf(ctx, 'done'));
    const mayInvite =
      organization === undefined ? mayAnywhere(who, 'users:invite') : may(who, 'users:invite', organization);
    views.render(ctx, 'admin/invitations', {
      ...model,
      sections: sectionsFor(who, organization),
      ...(act ? { notice: { key: `admin.act.${act.name}.done`, values: { email: '' } } } : {}),
      firms: choices,
      states: trackedStates.map((one) => ({
        label: { key: `admin.tracked.${one}` },
        href: pathWith(path, { organization, state: one }),
        isCurrent: one === state,
      })),
      invitations: isWhole ? rows.toSorted((a, b) => b.at - a.at) : rows,
      empty: { key: `admin.trackedNone.${state}` },
      ...(mayInvite ? { inviteUrl: pathWith('/admin/invite', { organization }) } : {}),
      ...(after ? { firstUrl: pathWith(path, { organization, state }) } : {}),
      ...(next ? { nextUrl: pathWith(path, { organization, state, after: next }) } : {}),
    });
  });
}

function rowOf({ who }: Desk, { account, invitation }: Tracked): InvitationRow {
  const latest = invitation.history.at(-1);
  const offered = personActs.filter(
    ({ name, permission, isFor }) =>
      (name === 'resend' || name === 'cancel-invitation') && isFor(account, who) && mayOver(who, account, permission),
  );
  return {
    href: personPath(account.id),
    name: displayName(account),
    email: account.email,
    state: { key: `admin.invitation.${invitation.state}` },
    at: latest?.at ?? account.createdAt,
    offers: offered.map(({ name }) => ({
      href: personPath(account.id, `/${name}?from=invitations`),
      label: { key: `admin.act.${name}.offer` },
    })),
  };
}
