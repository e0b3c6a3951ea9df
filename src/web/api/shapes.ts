// What several resources share: lists in pages, times, and how a schema gets its name in the OpenAPI document.
import { z } from 'zod';

/** Milliseconds UTC, as the API shows it. */
export function timeText(at: number): string {
  return new Date(at).toISOString();
}
export const time = z.iso.datetime();

const defaultLimit = 50;
const mostItems = 200;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(mostItems).default(defaultLimit).describe('How many at most'),
  after: z.string().min(1).max(1200).optional().describe('The `next` of the page before'),
};

export function listOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('Give it as `after` for the next page; null on the last one'),
  });
}

/** Asks for one more than is shown, to know whether there is a next page.
 *  @param placeOf what `after` takes: the id where it is left out */
export async function pageOf<T extends { id: string }, S>(
  limit: number,
  { fetch, show, placeOf = ({ id }) => id }: Pages<T, S>,
): Promise<{ items: S[]; next: string | null }> {
  const found = await fetch(limit + 1);
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items: items.map(show), next: last ? placeOf(last) : null };
}

interface Pages<T, S> {
  fetch: (limit: number) => Promise<T[]>;
  show: (item: T) => S;
  placeOf?: (item: T) => string;
}

/** Without the fields that there is nothing to say of. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
