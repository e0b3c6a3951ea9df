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
import { wasDoneSince } from './second-click.ts';

const longestReason = 500;

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
    const desk = await openDesk(ctx, act.permission, { isFresh: act.isFresh });
    if (!desk) return;
    const open = { desk, account: await accountFor(desk, ctx.params.id ?? '') };
    const { account } = open;
    const isLastOwner = act.endsOwner && (await administration.people.isLastOwner(account));
    if (isLastOwner) return show(ctx, open, { hindrance: { key: 'admin.act.lastOwner' } });
    if (act.isFor(account, open.desk.who)) return show(ctx, open);
    show(ctx, open, { hindrance: { key: 'admin.act.notNow' } });
  });

  router.post(path, async (ctx) => {
    const desk = await openDesk(ctx, act.permission, { isFresh: act.isFresh });
    if (!desk) return;
    const id = ctx.params.id ?? '';
    const given = await readForm(ctx, desk.person.csrfContext, ['reason', 'openedAt', 'from']);
    if (await isDone(desk, id, given)) return lead(ctx, id, given);
    const account = await accountFor(desk, id);
    const errors = reasonErrors(given);
    if (errors.length > 0) return show(ctx, { desk, account }, { errors, status: 422, given });
    try {
      await act.run(administration, desk.who, { id, reason: given.reason.trim() });
    } catch (error) {
      if (!isDomainError(error, 'conflict') && !isDomainError(error, 'not_found')) throw error;
      if (await isSo(desk, id, given)) return lead(ctx, id, given);
      const isLastOwner = act.endsOwner && (await administration.people.isLastOwner(account));
      const hindrance: Message = { key: isLastOwner ? 'admin.act.lastOwner' : 'admin.act.notNow' };
      return show(ctx, { desk, account }, { hindrance, status: 409, given });
    }
    await lead(ctx, id, given);
  });

  /** @throws DomainError 'not_found' or 'not_permitted' */
  async function accountFor({ who }: Desk, id: string): Promise<Account> {
    const account = await administration.people.get(who, id);
    demandOver(who, account, act.permission);
    return account;
  }

  async function isDone({ person }: Desk, subject: string, { openedAt }: Given): Promise<boolean> {
    if (!act.event) return false;
    return wasDoneSince(audit, { type: act.event, subject, actor: person.account.id, openedAt });
  }

  /** Another request was faster, and what was wanted holds. */
  async function isSo({ who }: Desk, id: string, { openedAt }: Given): Promise<boolean> {
    const now = await dependencies.accounts.get(id);
    return !now || !act.isFor(now, who) || (act.wasDone?.(now, Number(openedAt)) ?? false);
  }

  async function lead(ctx: Context, id: string, { from }: Given): Promise<void> {
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
