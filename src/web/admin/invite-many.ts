// Inviting many: a list is pasted or uploaded, shown line by line with what will happen, and sent by one click. The page of the list then
// tells what became of each line; sending goes on without it, and after a crash.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Batch, type BatchLine, isOpen } from '../../administration/batches.ts';
import { mostListed, readPeopleList } from '../../administration/people-list.ts';
import type { BatchLineModel } from '../http/admin-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { namesOf } from './firm-names.ts';
import { invitePath } from './invite.ts';
import { chosen, chosenApp, type InviteOptions, inviteOptions } from './invite-options.ts';
import { personPath } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

const manyPath = `${invitePath}/many`;
/** Some hundred lines with long names. */
const maxBytes = 256 * 1024;

const example = [
  'email,givenName,familyName,roles',
  'maya.okafor@example.com,Maya,Okafor,helpdesk',
  'jonas.weber@example.com,Jonas,Weber,editor;approver',
].join('\n');

const listFaults = {
  empty: 'error.people.required',
  header: 'error.people.header',
  'too-many': 'error.people.tooMany',
} as const;

interface Given {
  people: string;
  organization: string;
  clientId: string;
}

export function inviteManyRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, openDesk, readForm, views } = dependencies;
  const { massInvitations } = administration;

  router.get(manyPath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:invite');
    if (!desk) return;
    const organization = queryOf(ctx, 'organization');
    const options = await inviteOptions(administration, desk.who, organization);
    const first = options.firms.find(({ value }) => value === organization) ?? options.firms[0];
    show(ctx, desk, { options, given: { people: '', organization: first?.value ?? '', clientId: '' } });
  });

  router.post(manyPath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:invite');
    if (!desk) return;
    const names = ['people', 'file', 'organization', 'clientId'] as const;
    const given = await readForm(ctx, desk.person.csrfContext, names, { files: ['file'], maxBytes });
    const options = await inviteOptions(administration, desk.who, given.organization || undefined);
    const firm = chosen(options.firms, given.organization);
    const app = chosenApp(options.apps, given.clientId, firm?.value);
    const list = readPeopleList(given.file.trim() === '' ? given.people : given.file);
    const errors: FieldError[] = [
      ...('fault' in list ? [listError(list.fault)] : []),
      ...(firm ? [] : [{ field: 'organization', key: 'error.organization.unknown' }]),
      ...(app ? [] : [{ field: 'clientId', key: 'error.client.unknown' }]),
    ];
    if ('fault' in list || errors.length > 0) return show(ctx, desk, { options, given, errors });
    const { id } = await massInvitations.plan(
      { ...desk.who, accountId: desk.person.account.id },
      { people: list.people, organization: firm?.value, clientId: app?.value },
    );
    seeOther(ctx, `${manyPath}/${id}`);
  });

  router.get(`${manyPath}/:batch`, async (ctx) => {
    const desk = await openDesk(ctx, 'users:invite');
    if (!desk) return;
    const batch = await massInvitations.get(desk.who, ctx.params.batch ?? '');
    views.render(ctx, 'admin/invite-list', { ...desk.model, ...(await toModel(desk, batch)) });
  });

  router.post(`${manyPath}/:batch`, async (ctx) => {
    const desk = await openDesk(ctx, 'users:invite');
    if (!desk) return;
    await readForm(ctx, desk.person.csrfContext, []);
    const id = ctx.params.batch ?? '';
    await massInvitations.send(desk.who, id);
    seeOther(ctx, `${manyPath}/${id}`);
  });

  function show(
    ctx: Context,
    { model, form }: Desk,
    { options, given, errors = [] }: { options: InviteOptions; given: Given; errors?: readonly FieldError[] },
  ): void {
    const cancelUrl = pathWith('/admin/people', { organization: given.organization || undefined });
    const { people, organization, clientId } = given;
    const page = {
      ...model,
      ...form(manyPath, errors),
      ...options,
      example,
      people,
      organization,
      clientId,
      cancelUrl,
    };
    views.render(ctx, 'admin/invite-many', page, { status: errors.length > 0 ? 422 : 200 });
  }

  async function toModel({ who, form }: Desk, batch: Batch) {
    const { id, organization, lines, startedAt } = batch;
    const names = await namesOf(administration, who, organization === undefined ? [] : [organization]);
    const path = `${manyPath}/${id}`;
    return {
      ...form(path),
      ...(organization === undefined ? {} : { organization: names.get(organization) ?? organization }),
      state:
        startedAt === undefined
          ? ('planned' as const)
          : lines.some(isOpen)
            ? ('under-way' as const)
            : ('done' as const),
      willInvite: lines.filter(({ plan }) => plan === 'invite' || plan === 'join').length,
      invited: lines.filter(({ outcome }) => outcome === 'invited' || outcome === 'joined').length,
      // What needs a look comes first.
      lines: lines.toSorted((a, b) => Number(isTrouble(b)) - Number(isTrouble(a)) || a.line - b.line).map(lineModel),
      againUrl: pathWith(manyPath, { organization }),
      reloadUrl: path,
      trackerUrl: pathWith('/admin/invitations', { organization }),
    };
  }
}

function isTrouble({ plan, outcome }: BatchLine): boolean {
  return outcome === 'refused' || !(plan === 'invite' || plan === 'join');
}

function lineModel(line: BatchLine): BatchLineModel {
  const { givenName, familyName, email, roles, plan, outcome, accountId } = line;
  return {
    line: line.line,
    email,
    name: [givenName, familyName].filter(Boolean).join(' '),
    roles,
    state: { key: outcome ? `admin.list.outcome.${outcome}` : `admin.list.plan.${plan}` },
    isTrouble: isTrouble(line),
    ...(accountId === undefined ? {} : { href: personPath(accountId) }),
  };
}

function listError(fault: keyof typeof listFaults): FieldError {
  return { field: 'people', key: listFaults[fault], values: { count: mostListed } };
}
