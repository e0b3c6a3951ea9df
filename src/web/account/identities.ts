// "Sign-in services": the accounts elsewhere that sign in to this one, linked, looked at and unlinked. Both changes ask for a fresh sign-in.
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Account } from '../../accounts/account.ts';
import { hasPasskey } from '../../accounts/factors.ts';
import { identityKey, type LinkedIdentity } from '../../accounts/identity.ts';
import type { Connection } from '../../federation/connection.ts';
import { newIdentity } from '../../federation/identities.ts';
import { isFor } from '../../federation/membership-rules.ts';
import { UpstreamError } from '../../federation/upstream-problem.ts';
import { DomainError } from '../../platform/errors.ts';
import type { LinkedAccountModel } from '../http/account-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { holderOf } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/sign-in-services';
const linkPath = `${path}/link`;
const unlinkPath = `${path}/unlink`;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['linked', { key: 'notice.identityLinked' }],
  ['unlinked', { key: 'notice.identityUnlinked' }],
]);

export function identitiesRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, connections, identities, oidc, readForm, roundTrips, sessions, signedIn, views } = dependencies;

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const failed = (await offeredTo(person.account)).find(({ id }) => id === ctx.query.unavailable);
    await show(ctx, person, failed ? [unavailable(failed.name)] : []);
  });

  /** Off to the service. */
  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['connection']);
    const connection = (await offeredTo(person.account)).find(({ id }) => id === given.connection);
    if (!connection) return show(ctx, person, [{ key: 'error.connection.gone' }], 409);
    try {
      seeOther(
        ctx,
        await roundTrips.begin(connection, { ...claimant(ctx, person), returnPath: linkPath, isFresh: true }),
      );
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      seeOther(ctx, `${path}?${new URLSearchParams({ unavailable: connection.id })}`);
    }
  });

  /** Back from there: which account it is, before anything is linked. */
  router.get(linkPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const trip = typeof ctx.query.trip === 'string' ? ctx.query.trip : '';
    const back = await roundTrips.read(trip, claimant(ctx, person));
    if (!back) return seeOther(ctx, path);
    const connection = await connections.get(back.trip.connectionId);
    if (back.outcome.result === 'problem') return show(ctx, person, [unavailable(connection?.name ?? '')], 503);
    const { email } = back.outcome.claims;
    const theirs = typeof email === 'string' ? email.slice(0, 254) : '';
    views.render(ctx, 'account/identity-link', {
      ...person.model,
      ...form(ctx, person, linkPath),
      name: connection?.name ?? '',
      theirs,
      trip,
    });
  });

  router.post(linkPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { trip } = await readForm(ctx, person.csrfContext, ['trip']);
    const taken = await roundTrips.take(trip, claimant(ctx, person));
    if (taken?.outcome.result !== 'claims') return seeOther(ctx, path);
    const connection = (await offeredTo(person.account)).find(({ id }) => id === taken.trip.connectionId);
    if (!connection) return show(ctx, person, [{ key: 'error.connection.gone' }], 409);
    const identity = newIdentity(taken.outcome.claims, connection);
    const isStill = (old: Account) => old.sessionEpoch === person.account.sessionEpoch;
    const linked = await identities.link(person.account.id, identity, person.origin, { isStill });
    if (linked === 'taken') return show(ctx, person, [{ key: 'error.identity.taken' }], 409);
    if (!linked) return show(ctx, person, [{ key: 'error.identity.notLinked' }], 409);
    seeOther(ctx, `${path}?done=linked`);
  });

  router.get(unlinkPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (person) await showUnlink(ctx, person, ownIdentity(person, ctx.query.identity));
  });

  router.post(unlinkPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['identity']);
    const { account, origin, session } = person;
    const identity = ownIdentity(person, given.identity);
    const key = identityKey(identity);
    const usable = await usableKeys(account);
    const updated = await identities.unlink(account.id, key, origin, (old) => hasOtherWay(old, key, usable));
    if (!updated) return showUnlink(ctx, person, identity, 409);
    await sessions.moveToEpoch(session.id, { from: account.sessionEpoch, to: updated.sessionEpoch });
    await oidc.endAll(account.id, { except: session.id, reason: 'credentials-changed' }, origin);
    seeOther(ctx, `${path}?done=unlinked`);
  });

  const claimant = (ctx: Context, person: SignedIn) =>
    ({ purpose: 'link', browserId: browser.idOf(ctx), holder: `${person.account.id} ${holderOf(person)}` }) as const;

  const form = (ctx: Context, { csrfContext }: SignedIn, action: string, errors: readonly FieldError[] = []) => ({
    action,
    errors,
    csrf: browser.csrfToken(ctx, csrfContext),
    cancelUrl: path,
  });

  async function show(ctx: Context, person: SignedIn, errors: readonly FieldError[] = [], status = 200): Promise<void> {
    const notice = notices.get(ctx.query.done);
    const offered = await offeredTo(person.account);
    const model = {
      ...person.model,
      ...form(ctx, person, path, errors),
      identities: (person.account.identities ?? []).map(toModel),
      offers: offered.map(({ id, name }) => ({ id, name })),
      ...(notice && errors.length === 0 ? { notice } : {}),
    };
    views.render(ctx, 'account/identities', model, { status });
  }

  async function showUnlink(ctx: Context, person: SignedIn, identity: LinkedIdentity, status = 200): Promise<void> {
    const key = identityKey(identity);
    const isNeeded = !hasOtherWay(person.account, key, await usableKeys(person.account));
    const model = { ...person.model, ...form(ctx, person, unlinkPath), identity: toModel(identity), isNeeded };
    views.render(ctx, 'account/identity-unlink', model, { status });
  }

  /** Those of the whole instance, and of the person's firms. */
  async function offeredTo(account: Account): Promise<Connection[]> {
    return (await connections.enabled()).filter((connection) => isFor(connection, account));
  }

  /** What is linked and can be signed in with as things stand. */
  async function usableKeys(account: Account): Promise<ReadonlySet<string>> {
    const ids = (await offeredTo(account)).map(({ id }) => id);
    const usable = (account.identities ?? []).filter(({ connectionId }) => ids.includes(connectionId));
    return new Set(usable.map(identityKey));
  }
}

/** Whether there is a way in beside this one. */
function hasOtherWay(account: Account, key: string, usable: ReadonlySet<string>): boolean {
  if (account.passwordHash !== undefined || hasPasskey(account)) return true;
  return (account.identities ?? []).map(identityKey).some((other) => other !== key && usable.has(other));
}

/** @throws DomainError 'not_found' */
function ownIdentity({ account }: SignedIn, key: unknown): LinkedIdentity {
  const identity = account.identities?.find((one) => identityKey(one) === key);
  if (!identity) throw new DomainError('not_found', 'no such identity of this person');
  return identity;
}

function toModel(identity: LinkedIdentity): LinkedAccountModel {
  const { name, email = '', linkedAt } = identity;
  return { id: identityKey(identity), name, email, linkedAt };
}

function unavailable(name: string): FieldError {
  return { key: 'error.identity.unavailable', values: { name } };
}
