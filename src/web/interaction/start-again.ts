// Back, a late or a second click: the interaction is over, but the attempt still knows what was asked.
import type { Context } from 'koa';
import type { ClientMetadata } from '../../clients/client.ts';
import type { Clients } from '../../clients/clients.ts';
import type { Attempts } from '../../sign-in/attempts.ts';
import type { Browser } from '../http/browser.ts';

export interface StartAgainDependencies {
  attempts: Attempts;
  browser: Browser;
  clients: Clients;
  issuer: string;
}

export function createStartAgain({ attempts, browser, clients, issuer }: StartAgainDependencies) {
  /** @param uid the interaction's   @returns where a fresh request begins; undefined when this browser did not begin that one */
  return async function startAgain(ctx: Context, uid: string): Promise<string | undefined> {
    const browserId = browser.peek(ctx);
    const attempt = browserId === undefined ? undefined : await attempts.find(uid, browserId);
    if (!attempt) return undefined;
    const metadata = (await clients.get(attempt.clientId))?.metadata;
    const freshStart = metadata && initiateLoginUrl(metadata, issuer);
    if (freshStart) return freshStart;
    const params = Object.entries(attempts.paramsOf(attempt)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    // A pushed request is used up; its parameters may not be sent in the open.
    const mustPush = metadata?.require_pushed_authorization_requests === true;
    return mustPush ? metadata.client_uri : `/auth?${new URLSearchParams(params)}`;
  };
}
export type StartAgain = ReturnType<typeof createStartAgain>;

/** Third-party initiated login (OpenID Connect Core 4). @returns undefined for a client that does not take it */
export function initiateLoginUrl({ initiate_login_uri: uri }: ClientMetadata, issuer: string): string | undefined {
  if (!uri) return undefined;
  const url = new URL(uri);
  url.searchParams.set('iss', issuer);
  return url.href;
}
