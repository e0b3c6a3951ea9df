// "Passkeys": those of the person, made, renamed and removed. Making and removing ask for a fresh sign-in (ASVS 7.5.1).
import type Router from '@koa/router';
import type { Context } from 'koa';
import { isPasskeyNeeded } from '../../accounts/factors.ts';
import { longestName, mostPasskeys, type Passkey, readName } from '../../credentials/passkey.ts';
import type { PasskeyAddition } from '../../credentials/passkeys.ts';
import { deviceOf, deviceWords } from '../../platform/device.ts';
import { DomainError } from '../../platform/errors.ts';
import type { PasskeyModel } from '../http/account-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { holderOf } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/passkeys';
const [addPath, optionsPath, renamePath, removePath] = [
  `${path}/add`,
  `${path}/options`,
  `${path}/rename`,
  `${path}/remove`,
];

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['added', { key: 'notice.passkeyAdded' }],
  ['renamed', { key: 'notice.passkeyRenamed' }],
  ['removed', { key: 'notice.passkeyRemoved' }],
]);

const refusals: Record<Exclude<PasskeyAddition, 'added'>, Message> = {
  rejected: { key: 'error.passkey.notAdded' },
  'too-many': { key: 'error.passkey.tooMany', values: { count: mostPasskeys } },
};

export function passkeysRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, oidc, passkeys, policyOf, readForm, sessions, signedIn, views } = dependencies;

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const notice = notices.get(ctx.query.done);
    views.render(ctx, 'account/passkeys', {
      ...person.model,
      passkeys: (await passkeys.list(person.account)).map(toModel),
      isAvailable: passkeys.isAvailable,
      ...(notice ? { notice } : {}),
    });
  });

  router.get(addPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (person) showAdd(ctx, person);
  });

  // What the script of that page hands to the browser. It changes nothing.
  router.get(optionsPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { create: await passkeys.creationOptions(person.account, holderOf(person)) };
  });

  router.post(addPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { credential } = await readForm(ctx, person.csrfContext, ['credential']);
    const given = { holder: holderOf(person), credential };
    const outcome = await passkeys.add(person.account, given, person.origin);
    if (outcome === 'added') return seeOther(ctx, `${path}?done=added`);
    showAdd(ctx, person, [refusals[outcome]], 422);
  });

  router.get(renamePath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const { id, name } = await ownPasskey(person, ctx.query.passkey);
    showRename(ctx, person, { id, name });
  });

  router.post(renamePath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['passkey', 'name']);
    const { id } = await ownPasskey(person, given.passkey);
    const read = readName(given.name);
    if ('name' in read) {
      await passkeys.rename(person.account, id, read.name);
      return seeOther(ctx, `${path}?done=renamed`);
    }
    const error =
      read.fault === 'tooLong'
        ? { field: 'name', key: 'error.name.tooLong', values: { count: longestName } }
        : { field: 'name', key: 'error.passkeyName.required' };
    showRename(ctx, person, { id, name: given.name.slice(0, 200) }, [error], 422);
  });

  router.get(removePath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (person) await showRemove(ctx, person, await ownPasskey(person, ctx.query.passkey));
  });

  router.post(removePath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['passkey']);
    const { account, origin, session } = person;
    // A second click finds it gone.
    if (!account.passkeys?.includes(given.passkey)) return seeOther(ctx, `${path}?done=removed`);
    const passkey = await ownPasskey(person, given.passkey);
    const policy = await policyOf(account);
    const isFree = (current: typeof account) => !isPasskeyNeeded(current, policy);
    const keep = (updated: typeof account) =>
      sessions.moveToEpoch(session.id, { from: account.sessionEpoch, to: updated.sessionEpoch });
    const updated = await passkeys.remove(account, { id: passkey.id, isFree, keep }, origin);
    if (!updated) return showRemove(ctx, person, passkey, 409);
    await oidc.endAll(account.id, { except: session.id, reason: 'credentials-changed' }, origin);
    seeOther(ctx, `${path}?done=removed`);
  });

  const form = (
    ctx: Context,
    { csrfContext, model }: SignedIn,
    action: string,
    errors: readonly FieldError[] = [],
  ) => ({
    ...model,
    action,
    errors,
    csrf: browser.csrfToken(ctx, csrfContext),
    cancelUrl: path,
  });

  function showAdd(ctx: Context, person: SignedIn, errors: readonly FieldError[] = [], status = 200): void {
    views.render(
      ctx,
      'account/passkey-add',
      { ...form(ctx, person, addPath, errors), optionsUrl: optionsPath },
      { status },
    );
  }

  function showRename(
    ctx: Context,
    person: SignedIn,
    { id, name }: { id: string; name: string },
    errors: readonly FieldError[] = [],
    status = 200,
  ): void {
    views.render(
      ctx,
      'account/passkey-rename',
      { ...form(ctx, person, renamePath, errors), passkey: id, name },
      { status },
    );
  }

  async function showRemove(ctx: Context, person: SignedIn, passkey: Passkey, status = 200): Promise<void> {
    const isNeeded = isPasskeyNeeded(person.account, await policyOf(person.account));
    const model = { ...form(ctx, person, removePath), passkey: toModel(passkey), isNeeded };
    views.render(ctx, 'account/passkey-remove', model, { status });
  }

  /** @throws DomainError 'not_found', for another's as for none */
  async function ownPasskey({ account }: SignedIn, id: unknown): Promise<Passkey> {
    const passkey = (await passkeys.list(account)).find((one) => one.id === id);
    if (!passkey) throw new DomainError('not_found', `passkey ${String(id).slice(0, 100)}`);
    return passkey;
  }
}

function toModel({ id, name, userAgent, createdAt, lastUsedAt, isBackedUp, suspectedAt }: Passkey): PasskeyModel {
  return {
    id,
    name,
    device: deviceWords(deviceOf(userAgent)),
    createdAt,
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    isSynced: isBackedUp,
    isSuspected: suspectedAt !== undefined,
  };
}
