// An upstream provider for tests: a bare oidc-provider that plays Google, Microsoft or any other, under the very addresses these have. It
// signs in whoever `person` says, at once, and can be made to answer wrongly.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Adapter, type AdapterPayload, interactionPolicy, Provider } from 'oidc-provider';
import { CookieJar } from 'tough-cookie';
import type { UpstreamFetch } from '../../src/federation/guarded-fetch.ts';
import { UpstreamError } from '../../src/federation/upstream-problem.ts';

export type Claims = Record<string, unknown>;

export interface Upstream {
  issuer: string;
  /** Who signs in there next: `sub`, and whatever else it says of them. */
  person: Claims & { sub: string };
  /** What is done to the claims of an ID token before it is signed. */
  tamper: ((claims: Claims) => Claims) | undefined;
  /** Answers instead of the provider, by the path under the issuer: `token`, `jwks`, … */
  instead: Record<string, () => Response | Promise<Response>>;
  /** The paths that were asked for, by the server of Gatehouse. */
  asked: string[];
  /** A new signing key; the old one is gone at once. */
  rotateKeys(): Promise<void>;
  /** The key that the next ID tokens are signed with in secret. */
  signWithForeignKey(): Promise<void>;
  /** The person's browser there. @returns where it is sent back to */
  visit(location: string | URL): Promise<URL>;
  fetch: UpstreamFetch;
  close(): Promise<void>;
}

export const upstreamClient = { client_id: 'gatehouse', client_secret: 'what-gatehouse-was-given' };

/** @param options.metadataIssuer what its discovery document says it is, such as Microsoft's template
 *  @param options.tokenIssuer what its ID tokens say */
export async function startUpstream(
  issuer: string,
  redirectUri: string,
  options: { metadataIssuer?: string; tokenIssuer?: (claims: Claims) => string } = {},
): Promise<Upstream> {
  const base = new URL(issuer);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  let handle: ReturnType<Provider['callback']> | undefined;
  let key = await newKey();
  let signer: { privateKey: CryptoKey; kid: string } = key;
  const server = createServer((req, res) => {
    const url = req.url ?? '/';
    Object.assign(req, { originalUrl: url, url: url.slice(prefix.length) || '/' });
    handle?.(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstream: Upstream = {
    issuer,
    person: { sub: 'somebody' },
    tamper: undefined,
    instead: {},
    asked: [],
    rotateKeys: async () => {
      key = await newKey();
      signer = key;
      build();
    },
    signWithForeignKey: async () => {
      signer = { ...(await newKey()), kid: key.kid };
    },
    visit,
    fetch: ask,
    close: () => closed(server),
  };

  function build(): void {
    const provider = new Provider(issuer, {
      clients: [{ ...upstreamClient, redirect_uris: [redirectUri], id_token_signed_response_alg: 'ES256' }],
      adapter: inMemory(),
      renderError: (ctx, out) => {
        ctx.body = `${out.error}: ${out.error_description}`;
      },
      jwks: { keys: [key.jwk as never] },
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
      features: { devInteractions: { enabled: false } },
      findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...upstream.person, sub: id }) }),
      interactions: { policy: withSelectAccount(), url: (_ctx, { uid }) => `${prefix}/there/${uid}` },
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({
          clientId: ctx.oidc.client?.clientId ?? '',
          accountId: ctx.oidc.session?.accountId ?? '',
        });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
      cookies: { keys: ['for tests alone'] },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    });
    provider.proxy = true;
    provider.use(async (ctx, next) => {
      if (!ctx.path.startsWith('/there/')) return next();
      await provider.interactionFinished(ctx.req, ctx.res, {
        login: { accountId: upstream.person.sub },
        select_account: {},
      });
      ctx.respond = false;
    });
    handle = provider.callback();
  }

  async function ask(url: string, { method, headers, body }: Parameters<UpstreamFetch>[1]): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    if (origin !== base.origin) throw new UpstreamError('unreachable', origin);
    const path = pathname.slice(prefix.length + 1);
    upstream.asked.push(path);
    const odd = upstream.instead[path];
    if (odd) return odd();
    const response = await fetch(local + pathname + search, {
      method,
      headers: { ...headers, ...forwarded },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
    });
    if (path === '.well-known/openid-configuration') return changed(response, metadata);
    return path === 'token' && response.ok ? changed(response, resigned) : response;
  }

  const forwarded = { 'X-Forwarded-Proto': base.protocol.slice(0, -1), 'X-Forwarded-Host': base.host };

  async function metadata(document: Claims): Promise<Claims> {
    const { metadataIssuer } = options;
    if (!metadataIssuer) return document;
    return { ...document, issuer: metadataIssuer, authorization_response_iss_parameter_supported: false };
  }

  /** Everything it knows of the person stands in the ID token, as Google and Microsoft do it. */
  async function resigned(answer: Claims): Promise<Claims> {
    const { sub: _sub, ...known } = upstream.person;
    const claims = { ...decodeJwt(String(answer.id_token)), ...known };
    const issued = { ...claims, ...(options.tokenIssuer ? { iss: options.tokenIssuer(claims) } : {}) };
    const said = upstream.tamper?.(issued) ?? issued;
    const header = { alg: 'ES256', kid: signer.kid };
    return { ...answer, id_token: await new SignJWT(said).setProtectedHeader(header).sign(signer.privateKey) };
  }

  async function visit(location: string | URL): Promise<URL> {
    const jar = new CookieJar();
    let url = new URL(location);
    for (let step = 0; step < 10; step += 1) {
      if (url.origin !== base.origin) return url;
      const cookie = await jar.getCookieString(url.href);
      const headers = { ...forwarded, ...(cookie ? { Cookie: cookie } : {}) };
      const response = await fetch(local + url.pathname + url.search, { headers, redirect: 'manual' });
      for (const set of response.headers.getSetCookie()) await jar.setCookie(set, url.href, { ignoreError: true });
      const next = response.headers.get('Location');
      if (!next) throw new Error(`the upstream stopped at ${url.pathname}: ${(await response.text()).slice(0, 500)}`);
      url = new URL(next, url);
      if (options.metadataIssuer) url.searchParams.delete('iss');
    }
    throw new Error('the upstream leads nowhere');
  }

  build();
  return upstream;
}

async function newKey(): Promise<{ jwk: JWK; privateKey: CryptoKey; kid: string }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = Math.random().toString(36).slice(2);
  return { jwk: { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }, privateKey, kid };
}

async function changed(response: Response, change: (body: Claims) => Promise<Claims>): Promise<Response> {
  const body = await change((await response.json()) as Claims);
  return Response.json(body, { status: response.status });
}

/** As Google has it. */
function withSelectAccount() {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}

/** The library's own warns of itself. */
function inMemory(): (model: string) => Adapter {
  const kept = new Map<string, AdapterPayload>();
  return (model) => {
    const keyOf = (id: string) => `${model} ${id}`;
    const by = async (name: 'uid' | 'userCode', value: string) =>
      [...kept].find(([key, payload]) => key.startsWith(`${model} `) && payload[name] === value)?.[1];
    return {
      upsert: async (id, payload) => void kept.set(keyOf(id), payload),
      find: async (id) => kept.get(keyOf(id)),
      findByUid: (uid) => by('uid', uid),
      findByUserCode: (code) => by('userCode', code),
      consume: async (id) => void Object.assign(kept.get(keyOf(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) }),
      destroy: async (id) => void kept.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
