// A client as the API shows and takes it: RFC 7591 metadata, whose it is, and which secrets it has, never what they are.
import { z } from 'zod';
import { type Client, clientMetadataSchema } from '../../clients/client.ts';
import { registrationSchema } from '../../clients/registration.ts';
import { listOf, time, timeText, withoutUndefined } from './shapes.ts';

const metadata = clientMetadataSchema.shape;

/** Each field without its default: what is left out of a change must not go back to one. */
const bare = Object.entries(metadata).map(([name, schema]): [string, z.ZodType] => [
  name,
  schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema,
]);
const each = (wrapped: (schema: z.ZodType) => z.ZodType) =>
  Object.fromEntries(bare.map(([name, schema]) => [name, wrapped(schema)]));

export const newClientSchema = z
  .strictObject({
    ...metadata,
    client_id: metadata.client_id.optional().describe('Made where none is given'),
    client_secret: registrationSchema.shape.client_secret.describe('Made where none is given and one is used'),
    organization: z.string().optional().describe('Whose it is; the instance’s where left out'),
  })
  .meta({ id: 'NewClient' });

export const clientChangeSchema = z
  .strictObject(each((schema) => schema.nullable().optional()))
  .omit({ client_id: true })
  .meta({ id: 'ClientChange', description: 'A merge patch: `null` takes a field back to its default.' });

const shown = {
  ...each((schema) => schema.optional()),
  client_id: z.string(),
  client_id_issued_at: z.int().describe('Seconds UTC'),
  organization: z.string().optional(),
  secrets: z.array(z.strictObject({ id: z.string(), createdAt: time })),
  updatedAt: time,
};
export const clientSchema = z.strictObject(shown).meta({ id: 'Client' });
export const clientListSchema = listOf(clientSchema).meta({ id: 'ClientList' });

const secretFields = {
  client_secret: z.string().optional().describe('Shown this once'),
  client_secret_expires_at: z.literal(0).optional().describe('Never'),
};
export const createdClientSchema = z.strictObject({ ...shown, ...secretFields }).meta({ id: 'CreatedClient' });

export const newSecretSchema = z
  .strictObject({ id: z.string(), client_secret: z.string().describe('Shown this once') })
  .meta({ id: 'NewClientSecret' });

export function showClient(client: Client) {
  const { metadata: stated, organization, secrets, createdAt, updatedAt } = client;
  return withoutUndefined({
    ...stated,
    client_id_issued_at: Math.floor(createdAt / 1000),
    organization,
    secrets: secrets.map(({ id, createdAt: at }) => ({ id, createdAt: timeText(at) })),
    updatedAt: timeText(updatedAt),
  });
}

export function withSecret(shownClient: ReturnType<typeof showClient>, secret: string | undefined) {
  return secret === undefined ? shownClient : { ...shownClient, client_secret: secret, client_secret_expires_at: 0 };
}

/** @returns the metadata after a merge patch (RFC 7396) */
export function patched({ metadata: stated }: Client, change: z.output<typeof clientChangeSchema>) {
  const merged = { ...stated, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null && value !== undefined));
}
