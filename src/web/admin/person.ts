// One person: who they are, how they sign in, where they are signed in, how their invitation went, what happened lately, and what may be
// done about it. Nothing here shows or sets a password or a secret.
import type Router from '@koa/router';
import { type Account, displayName } from '../../accounts/account.ts';
import { statusOf } from '../../accounts/invitation-status.ts';
import { organizationIds } from '../../accounts/membership.ts';
import { may, mayAnywhere, mayOver } from '../../administration/administrator.ts';
import type { AuditEvent } from '../../audit/audit.ts';
import { deviceOf, deviceWords } from '../../platform/device.ts';
import type { Session } from '../../sessions/session.ts';
import type { SessionModel } from '../http/account-models.ts';
import { activityKey } from '../http/activity-key.ts';
import type { EventModel, OfferModel, PersonModel } from '../http/admin-models.ts';
import type { Message } from '../http/view-models.ts';
import { accountNames } from './account-names.ts';
import { type Desk, queryOf } from './desk.ts';
import { namesOf } from './firm-names.ts';
import { peoplePath } from './people.ts';
import { type PersonAct, personActs } from './person-acts.ts';
import { membershipModels, personPath, roleLabel, statusLabel } from './person-models.ts';
import { mayChangeRoles, rolesIn } from './person-roles.ts';
import type { AdminPagesDependencies } from './router.ts';

const latestEvents = 10;

function noticeOf(done: string | undefined, { email }: Account): Message | undefined {
  if (done === 'roles') return { key: 'admin.roles.done' };
  if (done === 'left') return { key: 'admin.leave.done' };
  if (done === 'invited') return { key: 'admin.invite.done', values: { email } };
  if (done === 'joined') return { key: 'admin.invite.joined', values: { email } };
  const act = personActs.find(({ name }) => name === done);
  return act && { key: `admin.act.${act.name}.done`, values: { email } };
}

export function personRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, openDesk, views } = dependencies;
  const { auditLog, people, peopleActs } = administration;

  router.get(`${peoplePath}/:id`, async (ctx) => {
    const desk = await openDesk(ctx, 'users:read');
    if (!desk) return;
    const account = await people.get(desk.who, ctx.params.id ?? '');
    const offers = personActs.filter(
      ({ isFor, permission }) => isFor(account, desk.who) && mayOver(desk.who, account, permission),
    );
    const notice = noticeOf(queryOf(ctx, 'done'), account);
    views.render(ctx, 'admin/person', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      person: await toModel(desk, account),
      offers: offers.filter(({ isDangerous }) => !isDangerous).map((act) => offerOf(act, account)),
      dangerousOffers: [
        ...(await leaveOffers(desk, account)),
        ...offers.filter(({ isDangerous }) => isDangerous).map((act) => offerOf(act, account)),
      ],
    });
  });

  async function leaveOffers({ who }: Desk, account: Account): Promise<OfferModel[]> {
    const ids = organizationIds(account).filter((id) => mayChangeRoles(who, rolesIn(account, id), id));
    return (await administration.firms.named(who, ids)).map(({ id, name }) => ({
      href: personPath(account.id, `/leave/${id}`),
      label: { key: 'admin.leave.offer', values: { organization: name } },
      about: { key: 'admin.leave.about' },
    }));
  }

  async function toModel({ who }: Desk, account: Account): Promise<PersonModel> {
    const [names, mfa, sessions, events] = await Promise.all([
      namesOf(administration, who, organizationIds(account)),
      peopleActs.mfaOf(who, account.id),
      peopleActs.sessionsOf(who, account.id),
      eventsOf(who, account),
    ]);
    const nameOf = await accountNames(administration, who, events ?? []);
    const memberships = membershipModels(who, account, names);
    const invitation = statusOf(account);
    return {
      name: displayName(account),
      email: account.email,
      emailVerified: account.emailVerified,
      status: statusLabel(account),
      createdAt: account.createdAt,
      ...(account.firstSignedInAt === undefined ? {} : { firstSignedInAt: account.firstSignedInAt }),
      memberships: memberships.map(({ id, ...membership }) => ({
        ...membership,
        ...(mayChangeRoles(who, rolesIn(account, id), id) ? { rolesUrl: personPath(account.id, `/roles/${id}`) } : {}),
      })),
      instanceRoles: account.roles.map(roleLabel),
      ...(mayChangeRoles(who, account.roles) ? { instanceRolesUrl: personPath(account.id, '/roles') } : {}),
      isShared: memberships.length < organizationIds(account).length,
      mfa: { ...mfa, passkeys: mfa.passkeys.length },
      sessions: sessions.map(sessionModel),
      ...(invitation
        ? {
            invitation: {
              state: { key: `admin.invitation.${invitation.state}` },
              ...(account.passwordHash === undefined ? { expiresAt: invitation.expiresAt } : {}),
              history: invitation.history.map(({ event, at }) => ({ event: { key: `admin.invitation.${event}` }, at })),
            },
          }
        : {}),
      ...(events ? { events: events.map((event) => eventModel(event, account, nameOf)) } : {}),
    };
  }

  /** What concerns the firm that they share; all of it for owners. */
  async function eventsOf(who: Desk['who'], account: Account): Promise<AuditEvent[] | undefined> {
    if (!mayAnywhere(who, 'audit:read')) return undefined;
    const organization = who.instance.has('audit:read')
      ? undefined
      : organizationIds(account).find((id) => may(who, 'audit:read', id));
    if (organization === undefined && !who.instance.has('audit:read')) return undefined;
    return auditLog.list(who, { subject: account.id, organization, limit: latestEvents });
  }
}

function eventModel(
  { type, at, result, address = '', actor }: AuditEvent,
  account: Account,
  nameOf: ReadonlyMap<string, string>,
): EventModel {
  const isForeign = actor !== undefined && actor !== account.id && actor !== 'system';
  const name = isForeign ? nameOf.get(actor) : undefined;
  return {
    sentence: { key: activityKey(type) },
    at,
    hasFailed: result === 'failure',
    address,
    ...(isForeign ? { by: name ? { text: name } : { key: 'admin.person.byOther' } } : {}),
  };
}

function offerOf({ name }: PersonAct, { id }: Account): OfferModel {
  const href = personPath(id, `/${name}`);
  return { href, label: { key: `admin.act.${name}.offer` }, about: { key: `admin.act.${name}.about` } };
}

function sessionModel({ id, address = '', userAgent, signedInAt, lastSeenAt }: Session): SessionModel {
  return { id, device: deviceWords(deviceOf(userAgent)), address, signedInAt, lastSeenAt };
}
