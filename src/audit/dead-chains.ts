// Chains of processes that died: what they had stored is signed for, and what was under way just then is noted as lost. Nobody was told
// that it had happened.
import type { Collection } from '../storage/port.ts';
import type { Checkpoint, Checkpoints } from './checkpoints.ts';
import type { AuditEvent } from './event.ts';

/** A process that lives signs each minute. */
const silentMs = 10 * 60_000;
const pageSize = 1000;

export interface DeadChainsDependencies {
  events: Pick<Collection<AuditEvent>, 'list'>;
  checkpoints: Checkpoints;
}

/** May be done by several nodes at once. @param own the chain of this process */
export async function settleDeadChains(
  { events, checkpoints }: DeadChainsDependencies,
  own: string | undefined,
): Promise<void> {
  for (const statement of await checkpoints.silentSince(Date.now() - silentMs)) {
    if (statement.id === own) continue;
    const { signature: _old, isFollowed: _mark, ...stated } = statement;
    const tail = await unsignedEntries(events, statement);
    const last = tail.at(-1);
    const end = last ? { seq: last.seq, hash: last.hash } : {};
    const lost = [...statement.lost, ...holes(statement, tail)];
    await checkpoints.put({ ...stated, ...end, lost, at: Date.now(), isClosed: true });
  }
}

/** In order. */
async function unsignedEntries(
  events: DeadChainsDependencies['events'],
  { id, seq }: Checkpoint,
): Promise<AuditEvent[]> {
  const tail: AuditEvent[] = [];
  const query = { where: { chain: id }, order: 'descending', limit: pageSize } as const;
  for (let page = await events.list(query); page.length > 0; ) {
    tail.push(...page.filter((entry) => entry.seq > seq));
    const isDone = page.length < pageSize || page.every((entry) => entry.seq <= seq);
    page = isDone ? [] : await events.list({ ...query, after: page.at(-1)?.id ?? '' });
  }
  return tail.sort((a, b) => a.seq - b.seq);
}

/** What is not there between entries that are: the next one tells the hash of the one before it. */
function holes({ seq }: Checkpoint, tail: readonly AuditEvent[]): { seq: number; hash: string }[] {
  const found: { seq: number; hash: string }[] = [];
  let expected = seq + 1;
  for (const entry of tail) {
    for (; expected < entry.seq; expected += 1)
      found.push({ seq: expected, hash: expected === entry.seq - 1 ? entry.previous : '' });
    expected = entry.seq + 1;
  }
  return found;
}
