// "Apps": which clients the person has allowed or is signed in to, what they may see, and taking that back.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { clientName } from '../../clients/client.ts';
import type { ClientAccess } from '../../oidc/client-access.ts';
import { DomainError } from '../../platform/errors.ts';
import type { ApplicationModel } from '../http/account-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { Message } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/applications';
const removePath = `${path}/remove`;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([['removed', { key: 'notice.applicationRemoved' }]]);

export function applicationsRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, clients, oidc, readForm, signedIn, views } = dependencies;

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const applications = await Promise.all((await accessOf(person)).map(toModel));
    const notice = notices.get(ctx.query.done);
    views.render(ctx, 'account/applications', { ...person.model, applications, ...(notice ? { notice } : {}) });
  });

  router.get(removePath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const access = await known(person, String(ctx.query.client ?? ''));
    views.render(ctx, 'account/application-remove', {
      ...person.model,
      ...form(ctx, person),
      application: await toModel(access),
    });
  });

  router.post(removePath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const { client } = await readForm(ctx, person.csrfContext, ['client']);
    const { clientId } = await known(person, client);
    await oidc.revokeClient(person.account.id, clientId, person.origin);
    seeOther(ctx, `${path}?done=removed`);
  });

  const form = (ctx: Context, { csrfContext }: SignedIn) => ({
    action: removePath,
    errors: [],
    csrf: browser.csrfToken(ctx, csrfContext),
    cancelUrl: path,
  });

  function accessOf({ account }: SignedIn): Promise<ClientAccess[]> {
    return oidc.clientsOf(account.id, account.sessionEpoch);
  }

  /** @throws DomainError 'not_found' for a client that has nothing of this person */
  async function known(person: SignedIn, clientId: string): Promise<ClientAccess> {
    const access = (await accessOf(person)).find((candidate) => candidate.clientId === clientId);
    if (!access) throw new DomainError('not_found', `client ${clientId.slice(0, 100)}`);
    return access;
  }

  /** A client that is registered no longer keeps its id for a name: its consent can still be taken back. */
  async function toModel({
    clientId,
    scopes,
    since,
    lastUsedAt,
    sessionCount,
    isOffline,
  }: ClientAccess): Promise<ApplicationModel> {
    const registered = await clients.get(clientId);
    const name = registered ? clientName(registered.metadata) : clientId;
    const logoUri = registered?.metadata.logo_uri;
    return {
      clientId,
      client: { name, ...(logoUri ? { logoUri } : {}) },
      scopes: scopes.map((scope) => ({ key: `scope.${scope}` })),
      since,
      lastUsedAt,
      sessionCount,
      isOffline,
    };
  }
}
