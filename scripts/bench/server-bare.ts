// The ceiling: oidc-provider of the same version with its own in-memory adapter and nothing of ours, doing the same work on the wire.
// Whoever comes to its sign-in page is signed in, so that the same virtual users can get a session here.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type Configuration, errors, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import type { BareArguments } from './arguments.ts';
import { answerQuestions, childArguments, usage } from './children.ts';
import { type Algorithm, registration, scope } from './fixtures.ts';

const { port, algorithm } = childArguments<BareArguments>();
// The adapter's own store forgets all but the last 1,000 entries, live ones too: too few for this many users.
const store = new Map<string, unknown>();
const provider = new Provider(`http://127.0.0.1:${port}`, configuration());

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: randomUUID(), amr: ['pwd'] } });
});
createServer({ keepAliveTimeout: 65_000 }, provider.callback()).listen(port, '127.0.0.1', () => answerQuestions(usage));

function configuration(): Configuration {
  return {
    adapter: (model) => new MemoryAdapter(model, store),
    clients: [registration(algorithm)],
    jwks: { keys: [key('ES256'), key('RS256')] },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => claimsOf(accountId) }),
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time', 'sid'],
      profile: ['name', 'given_name', 'family_name', 'updated_at'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    responseTypes: ['code'],
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    loadExistingGrant,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: features(),
    ttl: {
      AccessToken: 900,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  };
}

/** The ones that Gatehouse has on. */
function features(): NonNullable<Configuration['features']> {
  const enabled = { enabled: true } as const;
  const getResourceServerInfo = () => {
    throw new errors.InvalidTarget();
  };
  return {
    devInteractions: { enabled: false },
    backchannelLogout: enabled,
    claimsParameter: enabled,
    clientCredentials: enabled,
    dPoP: enabled,
    introspection: enabled,
    jwtUserinfo: enabled,
    pushedAuthorizationRequests: enabled,
    resourceIndicators: { enabled: true, getResourceServerInfo },
    revocation: enabled,
    rpInitiatedLogout: enabled,
    userinfo: enabled,
  };
}

/** A first-party client: nobody is asked for consent. */
async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider: current } = oidc;
  if (!client || !session?.accountId) return undefined;
  const known = session.grantIdFor(client.clientId);
  if (known) return current.Grant.find(known);
  const grant = new current.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(scope);
  await grant.save();
  return grant;
}

function claimsOf(sub: string) {
  const names = { name: 'Ada Heron 7', given_name: 'Ada', family_name: 'Heron 7' };
  return { sub, ...names, email: 'person7@example.com', email_verified: true, updated_at: 1_700_000_000 };
}

/** Both kinds in the sizes of ours, so that discovery and keys are alike. */
function key(kind: Algorithm): JWK {
  const pair =
    kind === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 3072 });
  return { ...pair.privateKey.export({ format: 'jwk' }), kid: kind, use: 'sig', alg: kind } as JWK;
}
