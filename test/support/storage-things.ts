// The collection that the storage contract is tried on: one field of each kind the port knows.
import { z } from 'zod';
import type { CollectionSpec } from '../../src/storage/port.ts';

const value = z.union([z.string(), z.number(), z.boolean()]);

export const thingSchema = z.object({
  id: z.string(),
  email: z.string().optional(),
  handle: value.optional(),
  group: value.optional(),
  label: z.string().optional(),
  tags: z.array(z.string()).optional(),
  keys: z.array(z.string()).optional(),
  size: z.number().optional(),
  endsAt: z.number().optional(),
  payload: z.unknown().optional(),
});

export type Thing = z.infer<typeof thingSchema>;

export const things: CollectionSpec<Thing> = {
  name: 'things',
  schema: thingSchema,
  unique: ['email', 'handle'],
  index: ['group', 'size'],
  indexEach: ['tags'],
  lists: [
    { by: 'label' },
    { where: ['group'], by: 'label' },
    { where: ['tags'], by: 'label' },
    { where: ['tags', 'group'], by: 'label' },
    { where: ['tags', 'size'] },
  ],
  expiresAt: 'endsAt',
};

/** The same, but its owner must still act on what has expired. */
export const keptThings: CollectionSpec<Thing> = {
  ...things,
  name: 'kept-things',
  indexEach: ['tags', 'keys'],
  uniqueEach: ['keys'],
  keepExpired: true,
};

export function count(old: Thing): Thing {
  return { ...old, size: (old.size ?? 0) + 1 };
}
