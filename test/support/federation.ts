// Connections for tests, in use at once; domains that are proved; and a person's way through an upstream provider.

import { type Connection, connectionInputSchema } from '../../src/federation/connection.ts';
import type { UpstreamFetch } from '../../src/federation/guarded-fetch.ts';
import { UpstreamError } from '../../src/federation/upstream-problem.ts';
import { challengeOf } from '../../src/organizations/domain-claim.ts';
import type { TxtAnswer } from '../../src/platform/dns.ts';
import type { Page, TestBrowser } from './browser.ts';
import { type StartOptions, startApp, type TestApp } from './start-app.ts';
import { type Claims, startUpstream, type Upstream, upstreamClient } from './upstream.ts';

export const google = 'https://accounts.google.com';
export const acmeSso = 'https://sso.acme.example';
export const tenant = '11111111-2222-3333-4444-555555555555';
export const microsoft = (audience: string) => `https://login.microsoftonline.com/${audience}/v2.0`;

export interface Federation {
  gatehouse: TestApp;
  /** The provider with this issuer, begun now if need be. */
  upstream(issuer: string): Promise<Upstream>;
  connect(input: Record<string, unknown>): Promise<Connection>;
  /** The firm claims and proves it. */
  prove(organization: string, domain: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startFederation(options: StartOptions = {}): Promise<Federation> {
  const upstreams = new Map<string, Upstream>();
  const dns = new Map<string, TxtAnswer>();
  const fetch: UpstreamFetch = (url, request) => {
    const found = [...upstreams.values()].find(({ issuer }) => url.startsWith(`${issuer}/`));
    if (!found) return Promise.reject(new UpstreamError('unreachable', new URL(url).host));
    return found.fetch(url, request);
  };
  const resolveTxt = async (name: string): Promise<TxtAnswer> => dns.get(name) ?? { failure: 'no-name' };
  const gatehouse = await startApp({ ...options, fetch, resolveTxt });
  const { connections, domainClaims, organizations } = gatehouse.services;

  async function upstream(issuer: string): Promise<Upstream> {
    const known = upstreams.get(issuer);
    if (known) return known;
    const isAnyTenant = issuer === microsoft('organizations') || issuer === microsoft('consumers');
    const template = {
      metadataIssuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
      tokenIssuer: ({ tid }: Claims) => `https://login.microsoftonline.com/${tid}/v2.0`,
    };
    const made = await startUpstream(issuer, `${gatehouse.issuer}/federation/callback`, isAnyTenant ? template : {});
    upstreams.set(issuer, made);
    return made;
  }

  async function prove(organization: string, domain: string): Promise<void> {
    await organizations.update(organization, ({ name, domains }) => ({ name, domains: [...domains, domain] }), {});
    const firm = await organizations.get(organization);
    const claim = firm && (await domainClaims.one(firm, domain));
    if (!firm || !claim) throw new Error(`${organization} cannot claim ${domain}`);
    const { name, value } = challengeOf(claim);
    dns.set(name, { records: [value] });
    await domainClaims.check(firm, domain, {});
  }

  return {
    gatehouse,
    upstream,
    prove,
    connect: (input) =>
      connections.create(connectionInputSchema.parse({ ...upstreamClient, enabled: true, ...input }), {}),
    stop: async () => {
      await Promise.all([...upstreams.values()].map((one) => one.close()));
      await gatehouse.stop();
    },
  };
}

/** Presses "Continue with …" and comes back from there. @returns the page the browser ends on */
export async function continueWith(
  browser: TestBrowser,
  page: Page,
  { upstream, name, email }: { upstream: Upstream; name: string; email?: string },
): Promise<Page> {
  const left = await browser.submit(page, email === undefined ? {} : { email }, `Continue with ${name}`);
  if (!left.leftFor) return left;
  return browser.get((await upstream.visit(left.leftFor)).href);
}
