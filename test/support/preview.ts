// Serves every screen in every state at its number, as the real server would: same views, assets and headers.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { createLocales } from '../../src/platform/locales.ts';
import { createTemplates } from '../../src/platform/templates.ts';
import { createAssets } from '../../src/web/http/assets.ts';
import { createBrandFiles } from '../../src/web/http/brand-files.ts';
import { securityHeaders } from '../../src/web/http/headers.ts';
import { createViews } from '../../src/web/http/views.ts';
import { sampleLogo } from './logo.ts';
import { accounts } from './preview-accounts.ts';
import { consoleAppPolicy } from './preview-app-policy.ts';
import { consoleBrands } from './preview-brands.ts';
import { consoleConnections } from './preview-connections.ts';
import { consolePeople } from './preview-console.ts';
import { consoleApps } from './preview-console-apps.ts';
import { consoleInvitations } from './preview-console-invitations.ts';
import { devices } from './preview-devices.ts';
import { consoleDomains } from './preview-domains.ts';
import { federations } from './preview-federation.ts';
import { consoleInstance } from './preview-instance.ts';
import { interactions } from './preview-interactions.ts';
import { invitations } from './preview-invitations.ts';
import { consoleOrganizations } from './preview-organizations.ts';
import { developers, errors } from './preview-others.ts';
import { passkeyScreens } from './preview-passkeys.ts';
import { consoleLog, consolePolicy, consoleSimulator } from './preview-policy.ts';
import type { Screen } from './preview-samples.ts';
import { secondFactors } from './preview-second-factor.ts';

export const screens: readonly Screen[] = [
  ...interactions,
  ...federations,
  ...invitations,
  ...errors,
  ...accounts,
  ...secondFactors,
  ...devices,
  ...consolePeople,
  ...consoleInvitations,
  ...consoleOrganizations,
  ...consoleDomains,
  ...consoleBrands,
  ...consoleAppPolicy,
  ...consoleApps,
  ...consoleConnections,
  ...passkeyScreens,
  ...consolePolicy,
  ...consoleLog,
  ...consoleSimulator,
  ...consoleInstance,
  ...developers,
];

const views = new URL('../../views/', import.meta.url).pathname;

export function createPreview() {
  const assets = createAssets(`${views}assets`);
  const pages = createViews({
    templates: createTemplates(views),
    locales: createLocales(`${views}locales`),
    assets,
    productName: 'Gatehouse',
    privacyUrl: 'https://acme.example/privacy',
    supportUrl: 'https://acme.example/help',
  });
  const app = new Koa();
  app.use(securityHeaders('http://localhost'));
  app.use(assets.middleware);
  app.use(createBrandFiles({ logos: { read: async () => ({ type: 'image/png', bytes: sampleLogo }) } }).routes());
  app.use((ctx) => {
    // What a browser says of itself when it posts a form of ours.
    if (ctx.method === 'POST') ctx.body = { origin: ctx.get('Origin') };
    const screen = screens[Number(ctx.path.slice(1))];
    if (screen) pages.render(ctx, screen.view, screen.model);
  });
  return app;
}

export async function startPreview(): Promise<{ url: string; close(): Promise<void> }> {
  const server = await new Promise<Server>((resolve) => {
    const starting: Server = createPreview().listen(0, '127.0.0.1', () => resolve(starting));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
