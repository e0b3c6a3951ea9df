// "Mail": where each message stands, another try of one, and a test to the administrator's own address with what the mail server answers.
// Never what a message says.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type MailRoute, mayRetry } from '../../administration/mail-desk.ts';
import type { DeliveryStatus } from '../../mail/deliveries.ts';
import { type DeliveryState, deliveryStates } from '../../mail/delivery.ts';
import { isDomainError } from '../../platform/errors.ts';
import type { MailMessageModel, MailTestModel } from '../http/instance-view-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';

const mailPath = '/admin/mail';
const testPath = '/admin/mail-test';
const messagePath = `${mailPath}/:id`;

const pageSize = 50;
/** Nobody gets these, unless somebody does something about it. */
const troubles: readonly DeliveryState[] = ['retrying', 'refused', 'expired'];

export function mailRoutes(
  router: Router,
  { administration, openDesk, readForm, views }: AdminPagesDependencies,
): void {
  const { mailDesk } = administration;

  router.get(mailPath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:read');
    if (!desk) return;
    const state = deliveryStates.find((one) => one === queryOf(ctx, 'state'));
    const after = queryOf(ctx, 'after');
    // One more than is shown says whether there is more.
    const found = await mailDesk.list(desk.who, { state, after, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const last = found.length > pageSize ? shown.at(-1) : undefined;
    views.render(ctx, 'admin/mail', {
      ...desk.model,
      route: routeLabel(mailDesk.route(desk.who)),
      testUrl: testPath,
      states: [undefined, ...deliveryStates].map((one) => ({
        label: { key: one ? `admin.mail.state.${one}` : 'admin.mail.anyState' },
        href: pathWith(mailPath, { state: one }),
        isCurrent: one === state,
      })),
      empty: { key: state ? 'admin.mail.noneFound' : 'admin.mail.none' },
      messages: shown.map(modelOf),
      ...(after ? { firstUrl: pathWith(mailPath, { state }) } : {}),
      ...(last ? { nextUrl: pathWith(mailPath, { state, after: last.id }) } : {}),
    });
  });

  router.get(messagePath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:read');
    if (desk) await showMessage(ctx, desk);
  });

  router.post(messagePath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write');
    if (!desk) return;
    await readForm(ctx, desk.person.csrfContext, []);
    const id = ctx.params.id ?? '';
    try {
      // A second click finds it under way.
      if (mayRetry(await mailDesk.get(desk.who, id), Date.now())) await mailDesk.retry(desk.who, id);
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      return showMessage(ctx, desk, { status: 409, errors: [{ key: 'error.mail.over' }] });
    }
    seeOther(ctx, `${pathOf(id)}?done=retried`);
  });

  router.get(testPath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write');
    if (desk) showTest(ctx, desk);
  });

  router.post(testPath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write');
    if (!desk) return;
    await readForm(ctx, desk.person.csrfContext, []);
    const { state, answer } = await mailDesk.test(desk.who);
    showTest(ctx, desk, { state: { key: `admin.mailTest.${state}` }, answer, isTrouble: state !== 'sent' });
  });

  async function showMessage(
    ctx: Context,
    desk: Desk,
    { status = 200, errors = [] }: { status?: number; errors?: readonly FieldError[] } = {},
  ): Promise<void> {
    const found = await mailDesk.get(desk.who, ctx.params.id ?? '');
    const isOff = mailDesk.route(desk.who).kind === 'off';
    const { sendUntil, lastTryAt, nextTryAt, endedAt } = found;
    const page = {
      ...desk.model,
      ...desk.form(pathOf(found.id), errors),
      ...(ctx.query.done === 'retried' ? { notice: { key: 'admin.mail.retried' } } : {}),
      message: modelOf(found),
      isOff,
      mayRetry: !isOff && mayRetry(found, Date.now()),
      sendUntil,
      ...(lastTryAt === undefined ? {} : { lastTryAt }),
      ...(nextTryAt === undefined ? {} : { nextTryAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      listUrl: mailPath,
    };
    views.render(ctx, 'admin/mail-message', page, { status });
  }

  function showTest(ctx: Context, desk: Desk, result?: MailTestModel): void {
    const route = mailDesk.route(desk.who);
    views.render(ctx, 'admin/mail-test', {
      ...desk.model,
      ...desk.form(testPath),
      email: desk.person.account.email,
      route: routeLabel(route),
      hasServer: route.kind === 'server',
      ...(result ? { result } : {}),
      listUrl: mailPath,
    });
  }
}

function pathOf(id: string): string {
  return `${mailPath}/${encodeURIComponent(id)}`;
}

function modelOf({ id, to, purpose, state, answer, tries, createdAt }: DeliveryStatus): MailMessageModel {
  return {
    href: pathOf(id),
    to,
    subjectKey: `mail.${purpose}.subject`,
    purpose,
    state: { key: `admin.mail.state.${state}` },
    isTrouble: troubles.includes(state),
    tries,
    createdAt,
    ...(answer === undefined ? {} : { answer }),
  };
}

function routeLabel(route: MailRoute): Message {
  const server = route.kind === 'server' ? { values: { server: `${route.host}:${route.port}` } } : {};
  return { key: `admin.mail.route.${route.kind}`, ...server };
}
