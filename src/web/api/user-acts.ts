// /users/{id}/…: a person's ways in. They are ended, taken away and sent again, to the person alone; nothing secret is ever shown or set.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import type { MfaStatus } from '../../administration/people-acts.ts';
import { deviceOf } from '../../platform/device.ts';
import type { Session } from '../../sessions/session.ts';
import { type Operation, operation } from './operation.ts';
import { time, timeText, withoutUndefined } from './shapes.ts';

const mailedSchema = z.strictObject({ email: z.string().describe('Where the mail goes') }).meta({ id: 'Mailed' });

const passkeySchema = z
  .strictObject({
    name: z.string(),
    createdAt: time,
    lastUsedAt: time.optional(),
    browser: z.string().optional().describe('Where it was made'),
    system: z.string().optional(),
    synchronized: z.boolean().describe('Whether its provider keeps copies on other devices'),
  })
  .meta({ id: 'Passkey' });

const mfaSchema = z
  .strictObject({
    active: z.boolean().describe('Whether there is a second factor: an authenticator app, or a passkey'),
    activatedAt: time.optional().describe('Since when there is an authenticator app'),
    recoveryCodesLeft: z.int(),
    passkeys: z.array(passkeySchema),
  })
  .meta({ id: 'Mfa' });

const sessionSchema = z
  .strictObject({
    signedInAt: time,
    lastSeenAt: time,
    endsAt: time,
    amr: z.array(z.string()).describe('How the person signed in (RFC 8176)'),
    address: z.string().optional(),
    browser: z.string().optional(),
    system: z.string().optional(),
  })
  .meta({ id: 'Session' });
const sessionListSchema = z.strictObject({ items: z.array(sessionSchema) }).meta({ id: 'SessionList' });

const read = { scope: 'users:read', permission: 'users:read' } as const;
const help = { scope: 'users:write', permission: 'users:help' } as const;

export function userActOperations({ peopleActs }: Administration): Operation[] {
  return [
    operation({
      id: 'resendInvitation',
      method: 'POST',
      path: '/users/{id}/invitation',
      summary: 'Send the invitation again: the older one is over',
      access: { scope: 'users:write', permission: 'users:invite' },
      answer: { status: 202, schema: mailedSchema },
      run: async ({ who, params: { id = '' } }) => ({ body: mailedTo(await peopleActs.resend(who, id)) }),
    }),
    operation({
      id: 'sendPasswordReset',
      method: 'POST',
      path: '/users/{id}/password-reset',
      summary: 'Mail the person a link for choosing a new password',
      access: help,
      answer: { status: 202, schema: mailedSchema },
      run: async ({ who, params: { id = '' } }) => ({ body: mailedTo(await peopleActs.sendPasswordReset(who, id)) }),
    }),
    operation({
      id: 'getMfa',
      method: 'GET',
      path: '/users/{id}/mfa',
      summary: 'See which second factors are set up',
      access: read,
      answer: { status: 200, schema: mfaSchema },
      run: async ({ who, params: { id = '' } }) => {
        const { activatedAt, passkeys, ...status } = await peopleActs.mfaOf(who, id);
        const since = activatedAt === undefined ? {} : { activatedAt: timeText(activatedAt) };
        return { body: { ...status, ...since, passkeys: passkeys.map(showPasskey) } };
      },
    }),
    operation({
      id: 'resetMfa',
      method: 'DELETE',
      path: '/users/{id}/mfa',
      summary: 'Remove lost second factors: authenticator app, passkeys, recovery codes',
      description: 'Ends every session and is told to the person; the password stays.',
      access: help,
      query: z.strictObject({ reason: z.string().trim().max(500).default('').describe('For the audit log') }),
      answer: { status: 204 },
      run: async ({ who, params: { id = '' }, query }) => {
        await peopleActs.resetMfa(who, id, query.reason);
        return {};
      },
    }),
    operation({
      id: 'listSessions',
      method: 'GET',
      path: '/users/{id}/sessions',
      summary: 'See where a person is signed in',
      access: read,
      answer: { status: 200, schema: sessionListSchema },
      run: async ({ who, params: { id = '' } }) => ({
        body: { items: (await peopleActs.sessionsOf(who, id)).map(showSession) },
      }),
    }),
    operation({
      id: 'endSessions',
      method: 'DELETE',
      path: '/users/{id}/sessions',
      summary: 'Sign a person out everywhere',
      access: help,
      answer: { status: 204 },
      run: async ({ who, params: { id = '' } }) => {
        await peopleActs.endAllSessions(who, id);
        return {};
      },
    }),
  ];
}

function showPasskey({ name, createdAt, lastUsedAt, userAgent, isBackedUp }: MfaStatus['passkeys'][number]) {
  return withoutUndefined({
    name,
    createdAt: timeText(createdAt),
    lastUsedAt: lastUsedAt === undefined ? undefined : timeText(lastUsedAt),
    ...deviceOf(userAgent),
    synchronized: isBackedUp,
  });
}

function mailedTo({ email }: { email: string }) {
  return { email };
}

function showSession({ signedInAt, lastSeenAt, endsAt, amr, address, userAgent }: Session) {
  return withoutUndefined({
    signedInAt: timeText(signedInAt),
    lastSeenAt: timeText(lastSeenAt),
    endsAt: timeText(endsAt),
    amr,
    address,
    ...deviceOf(userAgent),
  });
}
