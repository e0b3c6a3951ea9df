// The names of those who act in the log and on whom, as far as they may be seen; each is read once.
import { displayName } from '../../accounts/account.ts';
import type { Administration } from '../../administration/administration.ts';
import type { Administrator } from '../../administration/administrator.ts';
import type { AuditEvent } from '../../audit/audit.ts';
import { isDomainError } from '../../platform/errors.ts';

/** @returns names by account id; who is missing may not be seen, or is no account */
export async function accountNames(
  { people }: Pick<Administration, 'people'>,
  who: Administrator,
  events: readonly Pick<AuditEvent, 'actor' | 'subject'>[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(events.flatMap(({ actor, subject }) => [actor, subject]).filter((id) => id !== undefined));
  const named = await Promise.all([...ids].map(async (id) => [id, await nameOf(id)] as const));
  return new Map(named.filter((entry): entry is [string, string] => entry[1] !== undefined));

  async function nameOf(id: string): Promise<string | undefined> {
    try {
      return displayName(await people.get(who, id));
    } catch (error) {
      if (!isDomainError(error, 'not_found')) throw error;
      return undefined;
    }
  }
}
