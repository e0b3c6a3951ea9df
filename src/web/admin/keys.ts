// "Signing keys": what each is for, the rotation by hand, and the revocation of one that has leaked. Both acts ask for a fresh sign-in, on
// a page that says what will happen; a second click leads on to what holds now.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type SigningKeyView, tooEarlyUntil } from '../../administration/signing-keys.ts';
import { keyAlgorithms } from '../../oidc/signing-key.ts';
import { isDomainError } from '../../platform/errors.ts';
import type { SigningKeyModel } from '../http/instance-view-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { Message } from '../http/view-models.ts';
import type { Desk } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';

const keysPath = '/admin/keys';
const rotatePath = `${keysPath}/rotate`;
const revokePath = `${keysPath}/:kid/revoke`;

/** What a redirect back to the page may announce. */
const notices = new Map<unknown, Message>([
  ['rotated', { key: 'admin.keys.rotate.done' }],
  ['revoked', { key: 'admin.keys.revoke.done' }],
]);

export function keysRoutes(
  router: Router,
  { administration, openDesk, readForm, views }: AdminPagesDependencies,
): void {
  const { signingKeys } = administration;

  router.get(keysPath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:read');
    if (!desk) return;
    const all = await signingKeys.list(desk.who);
    const notice = notices.get(ctx.query.done);
    views.render(ctx, 'admin/keys', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      isScheduled: all.some(({ state, until }) => state === 'signing' && until !== undefined),
      rotateUrl: rotatePath,
      algorithms: keyAlgorithms.map((algorithm) => ({
        algorithm,
        about: { key: `admin.keys.about.${algorithm}` },
        keys: all.filter((key) => key.algorithm === algorithm).map(modelOf),
      })),
    });
  });

  router.get(rotatePath, async (ctx) => {
    const desk = await openFresh(ctx);
    if (desk) showRotation(ctx, desk, await signingKeys.list(desk.who));
  });

  router.post(rotatePath, async (ctx) => {
    const desk = await openFresh(ctx);
    if (!desk) return;
    const { was } = await readForm(ctx, desk.person.csrfContext, ['was']);
    const all = await signingKeys.list(desk.who);
    try {
      if (was === signing(all)) await signingKeys.rotate(desk.who);
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      return showRotation(ctx, desk, await signingKeys.list(desk.who), 409);
    }
    seeOther(ctx, `${keysPath}?done=rotated`);
  });

  router.get(revokePath, async (ctx) => {
    const desk = await openFresh(ctx);
    if (!desk) return;
    const all = await signingKeys.list(desk.who);
    const key = await signingKeys.get(desk.who, ctx.params.kid ?? '');
    if (key.state === 'revoked') return seeOther(ctx, keysPath);
    show(ctx, desk, {
      act: 'revoke',
      action: `${keysPath}/${encodeURIComponent(key.kid)}/revoke`,
      key: { kid: key.kid, algorithm: key.algorithm },
      about: consequences(key, all),
      was: '',
    });
  });

  router.post(revokePath, async (ctx) => {
    const desk = await openFresh(ctx);
    if (!desk) return;
    await readForm(ctx, desk.person.csrfContext, []);
    const { kid, state } = await signingKeys.get(desk.who, ctx.params.kid ?? '');
    try {
      if (state !== 'revoked') await signingKeys.revoke(desk.who, kid);
    } catch (error) {
      // Somebody else was faster by a moment.
      if (!isDomainError(error, 'not_found')) throw error;
    }
    seeOther(ctx, `${keysPath}?done=revoked`);
  });

  function openFresh(ctx: Context): Promise<Desk | undefined> {
    return openDesk(ctx, 'instance:write', { isFresh: true });
  }

  function showRotation(ctx: Context, desk: Desk, all: readonly SigningKeyView[], status = 200): void {
    const earliestAt = tooEarlyUntil(all, Date.now());
    const about = ['begins', 'stays', 'nobody'].map((what) => ({ key: `admin.keys.rotate.${what}` }));
    const early = earliestAt === undefined ? {} : { earliestAt };
    show(ctx, desk, { act: 'rotate', action: rotatePath, about, was: signing(all), ...early }, status);
  }

  function show(
    ctx: Context,
    desk: Desk,
    {
      act,
      action,
      ...asked
    }: {
      act: 'rotate' | 'revoke';
      action: string;
      key?: { kid: string; algorithm: string };
      about: readonly Message[];
      was: string;
      earliestAt?: number;
    },
    status = 200,
  ): void {
    const page = {
      ...desk.model,
      ...desk.form(action),
      ...asked,
      title: { key: `admin.keys.${act}.title` },
      submit: { key: `admin.keys.${act}.submit` },
      isDangerous: act === 'revoke',
      cancelUrl: keysPath,
    };
    views.render(ctx, 'admin/key-act', page, { status });
  }
}

function modelOf({ kid, state, since, until }: SigningKeyView): SigningKeyModel {
  return {
    kid,
    state: { key: `admin.keys.state.${state}` },
    since: { label: { key: `admin.keys.since.${state}` }, at: since },
    ...(until === undefined ? {} : { until: { label: { key: `admin.keys.until.${state}` }, at: until } }),
    ...(state === 'revoked' ? {} : { revokeUrl: `${keysPath}/${encodeURIComponent(kid)}/revoke` }),
  };
}

/** What breaks and what does not, in plain words. */
function consequences({ algorithm, state }: SigningKeyView, all: readonly SigningKeyView[]): Message[] {
  const next = all.find((key) => key.algorithm === algorithm && key.state === 'next');
  const isNextUnknown = state === 'signing' && (next?.readyAt ?? 0) > Date.now();
  const what =
    state === 'next'
      ? ['gone', 'unused']
      : [
          'gone',
          ...(state === 'signing' ? ['nextSigns'] : []),
          ...(isNextUnknown ? ['nextUnknown'] : []),
          'refused',
          'trusted',
        ];
  return what.map((key) => ({ key: `admin.keys.revoke.${key}` }));
}

/** Which sign: after a rotation, others. */
function signing(all: readonly SigningKeyView[]): string {
  return all
    .filter(({ state }) => state === 'signing')
    .map(({ kid }) => kid)
    .join(' ');
}
