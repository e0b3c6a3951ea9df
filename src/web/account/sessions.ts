// "Devices": where the person is signed in, and ending it from here.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { deviceOf, deviceWords } from '../../platform/device.ts';
import { DomainError } from '../../platform/errors.ts';
import { isLive, type Session } from '../../sessions/session.ts';
import type { RememberedDevice } from '../../sign-in/remembered-devices.ts';
import type { RememberedModel, SessionModel } from '../http/account-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { Message } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/sessions';
const endPath = `${path}/end`;
const forgetPath = `${path}/forget`;
const endOthersPath = `${path}/end-others`;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['ended', { key: 'notice.sessionEnded' }],
  ['forgotten', { key: 'notice.deviceForgotten' }],
  ['others-ended', { key: 'notice.otherSessionsEnded' }],
]);

export function sessionsRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, oidc, policyOf, readForm, rememberedDevices, sessions, signedIn, views } = dependencies;

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const live = await liveOf(person);
    const others = live.filter(({ id }) => id !== person.session.id);
    const notice = notices.get(ctx.query.done);
    const { rememberDeviceDays: days } = await policyOf(person.account);
    views.render(ctx, 'account/sessions', {
      ...form(ctx, person, forgetPath),
      current: toModel(live.find(({ id }) => id === person.session.id) ?? person.session),
      others: others.map(toModel),
      remembered: (await rememberedDevices.list(person.account, days)).map((device) => rememberedModel(device, days)),
      ...(notice ? { notice } : {}),
    });
  });

  router.get(endPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const session = await ownSession(person, String(ctx.query.session ?? ''));
    views.render(ctx, 'account/session-end', { ...form(ctx, person, endPath), session: toModel(session) });
  });

  router.post(endPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['session']);
    const { id } = await ownSession(person, given.session);
    await oidc.endSession(id, 'signed-out-elsewhere', person.origin);
    seeOther(ctx, `${path}?done=ended`);
  });

  router.get(endOthersPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (person) views.render(ctx, 'account/session-end', form(ctx, person, endOthersPath));
  });

  router.post(endOthersPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    await readForm(ctx, person.csrfContext, []);
    const options = { except: person.session.id, reason: 'signed-out-elsewhere' } as const;
    await oidc.endAll(person.account.id, options, person.origin);
    seeOther(ctx, `${path}?done=others-ended`);
  });

  // No page asks beforehand: all that comes of it is that a code is asked again.
  router.post(forgetPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const { device } = await readForm(ctx, person.csrfContext, ['device']);
    if (!(await rememberedDevices.forget(person.account, device, person.origin)))
      throw new DomainError('not_found', `remembered device ${device.slice(0, 100)}`);
    seeOther(ctx, `${path}?done=forgotten`);
  });

  const form = (ctx: Context, { csrfContext, model }: SignedIn, action: string) => ({
    ...model,
    action,
    errors: [],
    csrf: browser.csrfToken(ctx, csrfContext),
    cancelUrl: path,
  });

  /** The one in use last comes first. */
  async function liveOf({ account }: SignedIn): Promise<Session[]> {
    const live: Session[] = [];
    for await (const session of sessions.ofAccount(account.id))
      if (isLive(session, Date.now()) && session.epoch === account.sessionEpoch) live.push(session);
    return live.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  /** One that could be ended from here: a live one of the same person, and not this one, which "Log Out" ends.
   *  @throws DomainError 'not_found', for another's as for none */
  async function ownSession({ account, session: current }: SignedIn, id: string): Promise<Session> {
    const session = id === '' || id === current.id ? undefined : await sessions.findByUid(id, Date.now());
    if (session?.accountId !== account.id) throw new DomainError('not_found', `session ${id.slice(0, 100)}`);
    return session;
  }
}

function rememberedModel({ id, userAgent, createdAt, expiresAt }: RememberedDevice, days: number): RememberedModel {
  const until = Math.min(expiresAt, createdAt + days * 24 * 3_600_000);
  return { id, device: deviceWords(deviceOf(userAgent)), since: createdAt, until };
}

function toModel({ id, address = '', userAgent, signedInAt, lastSeenAt }: Session): SessionModel {
  return { id, device: deviceWords(deviceOf(userAgent)), address, signedInAt, lastSeenAt };
}
