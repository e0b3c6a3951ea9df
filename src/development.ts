// What `npm start` adds in development, and production never has: the sample relying app on its own port, the mailbox page, and the first
// administrator's invitation waiting in it.
import type { Server } from 'node:http';
import type { App } from './app.ts';
import { ownerRole } from './credentials/owner-recovery.ts';
import { isDomainError } from './platform/errors.ts';
import { listen } from './platform/listen.ts';
import type { Services } from './services.ts';
import { createMailboxRouter } from './web/dev/mailbox.ts';
import { createSampleApp, sampleRegistration } from './web/dev/sample-app.ts';

const firstAdministrator = 'admin@example.com';
const origin = { actor: 'system' };

export function sampleUrl({ config }: Services): string {
  return `http://localhost:${config.samplePort}`;
}

export function mailboxRouter(services: Services, { views }: App) {
  return createMailboxRouter({ outbox: services.outbox, views, sampleUrl: sampleUrl(services) });
}

/** Registers and starts the sample app, and invites the first administrator of an empty instance.
 *  @returns the sample app's server */
export async function startDevelopment(services: Services, { views, assets }: App): Promise<Server[]> {
  const url = sampleUrl(services);
  await services.clients.apply(sampleRegistration(url), origin);
  await inviteFirstAdministrator(services);
  const sample = createSampleApp({ issuer: services.config.issuer, url, views, assets });
  return listen(sample.callback(), { host: 'localhost', port: services.config.samplePort });
}

/** An invitation whose temporary password ran out unused is sent again at the next start. */
async function inviteFirstAdministrator({ accounts, invitations }: Services): Promise<void> {
  const known = await accounts.findByEmail(firstAdministrator);
  if (known) {
    const hasRunOut = (known.temporaryPassword?.expiresAt ?? 0) <= Date.now();
    if (known.status === 'invited' && known.passwordHash === undefined && hasRunOut)
      await invitations.resend(known.id, origin);
    return;
  }
  if (!(await accounts.isEmpty())) return;
  try {
    await invitations.invite({ email: firstAdministrator, roles: [ownerRole] }, origin);
  } catch (error) {
    if (!isDomainError(error, 'duplicate')) throw error;
  }
}
