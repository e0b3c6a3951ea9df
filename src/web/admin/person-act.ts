// The page that says what an act will do to somebody, and asks; and the act itself. A second click, a page left open and a person who
// changed meanwhile lead on to where it can be seen what holds now.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, displayName } from '../../accounts/account.ts';
import { demandOver } from '../../administration/administrator.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, queryOf } from './desk.ts';
import { peoplePath } from './people.ts';
import { type PersonAct, personActs } from './person-acts.ts';
import { personPath } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

const longestReason = 500;
/** Looked through for what was done already. */
const latestEvents = 20;

/** Where the answer leads instead of the person's own page. */
const otherPlaces = new Map([['invitations', '/admin/invitations']]);

interface Given {
  reason: string;
  openedAt: string;
  from: string;
}

export function personActRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  for (const act of personActs) actRoutes(router, dependencies, act);
}

function actRoutes(router: Router, dependencies: AdminPagesDependencies, act: PersonAct): void {
  const { administration, audit, openDesk, readForm, views } = dependencies;
  const path = `${peoplePath}/:id/${act.name}`;

  function show(
    ctx: Context,
    { desk, account }: { desk: Desk; account: Account },
    { errors = [], status = 200, given, hindrance }: Shown = {},
  ): void {
    const from = given?.from ?? queryOf(ctx, 'from') ?? '';
    const values = { person: displayName(account), email: account.email };
    views.render(
      ctx,
      'admin/person-act',
      {
        ...desk.model,
        ...desk.form(personPath(account.id, `/${act.name}`), errors),
        title: { key: `admin.act.${act.name}.title`, values },
        about: [{ key: `admin.act.${act.name}.lead`, values }],
        submit: { key: `admin.act.${act.name}.submit` },
        email: account.email,
        cancelUrl: otherPlaces.get(from) ?? personPath(account.id),
        openedAt: Number(given?.openedAt) || Date.now(),
        from: otherPlaces.has(from) ? from : '',
        ...(act.asksReason ? { reason: given?.reason ?? '' } : {}),
        isDangerous: act.isDangerous,
        ...(hindrance ? { hindrance } : {}),
      },
      { status },
    );
  }

  router.get(path, async (ctx) => {
    const open = await openAct(ctx);
    if (!open) return;
    const { account } = open;
    const isLastOwner = act.endsOwner && (await administration.people.isLastOwner(account));
    if (isLastOwner) return show(ctx, open, { hindrance: { key: 'admin.act.lastOwner' } });
    if (act.isFor(account, open.desk.who)) return show(ctx, open);
    show(ctx, open, { hindrance: { key: 'admin.act.notNow' } });
  });

  router.post(path, async (ctx) => {
    const open = await openAct(ctx);
    if (!open) return;
    const { desk, account } = open;
    const given = await readForm(ctx, desk.person.csrfContext, ['reason', 'openedAt', 'from']);
    if (await isDone(desk, account, given)) return lead(ctx, account, given);
    const errors = reasonErrors(given);
    if (errors.length > 0) return show(ctx, open, { errors, status: 422, given });
    try {
      await act.run(administration, desk.who, { id: account.id, reason: given.reason.trim() });
    } catch (error) {
      if (!isDomainError(error, 'conflict') && !isDomainError(error, 'not_found')) throw error;
      if (await isSo(desk, account, given)) return lead(ctx, account, given);
      const isLastOwner = act.endsOwner && (await administration.people.isLastOwner(account));
      const hindrance: Message = { key: isLastOwner ? 'admin.act.lastOwner' : 'admin.act.notNow' };
      return show(ctx, open, { hindrance, status: 409, given });
    }
    await lead(ctx, account, given);
  });

  /** @throws DomainError 'not_found' or 'not_permitted' */
  async function openAct(ctx: Context): Promise<{ desk: Desk; account: Account } | undefined> {
    const desk = await openDesk(ctx, act.permission, { isFresh: act.isFresh });
    if (!desk) return undefined;
    const account = await administration.people.get(desk.who, ctx.params.id ?? '');
    demandOver(desk.who, account, act.permission);
    return { desk, account };
  }

  /** The same administrator has done it since the page was opened: a second click is none. */
  async function isDone({ person }: Desk, { id }: Account, { openedAt }: Given): Promise<boolean> {
    if (!act.event || !Number(openedAt)) return false;
    const latest = await audit.latestOf(id, { limit: latestEvents });
    return latest.some(
      ({ type, actor, at }) => type === act.event && actor === person.account.id && at >= Number(openedAt),
    );
  }

  /** Another request was faster, and what was wanted holds. */
  async function isSo({ who }: Desk, { id }: Account, { openedAt }: Given): Promise<boolean> {
    const now = await dependencies.accounts.get(id);
    return !now || !act.isFor(now, who) || (act.wasDone?.(now, Number(openedAt)) ?? false);
  }

  async function lead(ctx: Context, { id }: Account, { from }: Given): Promise<void> {
    const place = otherPlaces.get(from);
    const isLeft = !act.mayRemove || (await dependencies.accounts.get(id)) !== undefined;
    seeOther(ctx, `${place ?? (isLeft ? personPath(id) : peoplePath)}?done=${act.name}`);
  }

  function reasonErrors({ reason }: Given): FieldError[] {
    if (!act.asksReason) return [];
    if (reason.trim() === '') return [{ field: 'reason', key: 'error.reason.required' }];
    if (reason.length > longestReason)
      return [{ field: 'reason', key: 'error.reason.tooLong', values: { count: longestReason } }];
    return [];
  }
}

interface Shown {
  errors?: readonly FieldError[];
  status?: number;
  given?: Given;
  hindrance?: Message;
}
