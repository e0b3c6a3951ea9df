// The names of firms beside the people in them, each read once.
import type { Administration } from '../../administration/administration.ts';
import type { Administrator } from '../../administration/administrator.ts';

/** Of those that may be seen. */
export async function namesOf(
  { firms }: Pick<Administration, 'firms'>,
  who: Administrator,
  ids: readonly string[],
): Promise<Map<string, string>> {
  return new Map((await firms.named(who, [...new Set(ids)])).map(({ id, name }) => [id, name]));
}
