// /keys: the signing keys. What apps check tokens with is at /jwks, for everybody.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import type { SigningKeyView } from '../../administration/signing-keys.ts';
import { keyAlgorithms } from '../../oidc/signing-key.ts';
import { type Operation, operation } from './operation.ts';
import { time, timeText, withoutUndefined } from './shapes.ts';

const keySchema = z
  .strictObject({
    kid: z.string(),
    algorithm: z.enum(keyAlgorithms).describe('RS256 stands for PS256, too'),
    state: z
      .enum(['signing', 'next', 'retiring', 'revoked'])
      .describe('`next` and `retiring` are published and do not sign; `revoked` is published no more'),
    since: time.describe('When this state began'),
    until: time.optional().describe('When it ends, as far as that is known'),
    readyAt: time.optional().describe('Of `next`: from when a rotation by hand may take it'),
  })
  .meta({ id: 'SigningKey' });
const listSchema = z.strictObject({ items: z.array(keySchema) }).meta({ id: 'SigningKeyList' });

const read = { scope: 'keys:read', permission: 'instance:read' } as const;
const write = { scope: 'keys:write', permission: 'instance:write' } as const;

export function keyOperations({ signingKeys }: Administration): Operation[] {
  return [
    operation({
      id: 'listKeys',
      method: 'GET',
      path: '/keys',
      summary: 'List the signing keys, with what each is for now',
      access: read,
      answer: { status: 200, schema: listSchema },
      run: async ({ who }) => ({ body: show(await signingKeys.list(who)) }),
    }),
    operation({
      id: 'rotateKeys',
      method: 'POST',
      path: '/keys/rotation',
      summary: 'Let the next keys sign, now',
      description:
        'The keys of before stay published until their tokens are of no use. 409 while the next keys have been published for less than an hour.',
      access: write,
      answer: { status: 200, schema: listSchema },
      run: async ({ who }) => ({ body: show(await signingKeys.rotate(who)) }),
    }),
    operation({
      id: 'revokeKey',
      method: 'DELETE',
      path: '/keys/{kid}',
      summary: 'Take a key that has leaked out of the list at once',
      description:
        'Apps refuse its tokens as soon as they read the list again. Where it signs, the next key does so from now on.',
      access: write,
      answer: { status: 204 },
      run: async ({ who, params: { kid = '' } }) => {
        await signingKeys.revoke(who, kid);
        return {};
      },
    }),
  ];
}

function show(keys: readonly SigningKeyView[]) {
  const items = keys.map(({ kid, algorithm, state, since, until, readyAt }) =>
    withoutUndefined({
      kid,
      algorithm,
      state,
      since: timeText(since),
      until: until === undefined ? undefined : timeText(until),
      readyAt: readyAt === undefined ? undefined : timeText(readyAt),
    }),
  );
  return { items };
}
