// Reads the whole audit record and names what was changed, dropped, swapped or put in. Needs the storage and the master key, no server.
import type { Collection } from '../storage/port.ts';
import { faultOf, genesis, type Head } from './chain.ts';
import type { Checkpoint, Checkpoints } from './checkpoints.ts';
import type { AuditEvent } from './event.ts';

export interface AuditFault {
  chain: string;
  /** Of the entry, or of the place where one is missing. */
  seq: number;
  /** Of the entry, where there is one. */
  id?: string;
  at?: number;
  /** `changed`: it is not what was written. `missing`: an entry is gone. `out-of-place`: it does not follow the one before it.
   *  `unknown-chain`: no chain that was begun has it. `statement-forged`: the signed end of a chain is not genuine.
   *  `chain-missing`: a chain that another one followed is gone, or was cut. */
  fault: 'changed' | 'missing' | 'out-of-place' | 'unknown-chain' | 'statement-forged' | 'chain-missing';
}

export interface Verification {
  entries: number;
  chains: number;
  /** Entries that no signed statement covers yet. */
  unsigned: number;
  /** By time, as far as it is known; the first hundred. */
  faults: AuditFault[];
}

export interface VerificationDependencies {
  events: Pick<Collection<AuditEvent>, 'list' | 'count'>;
  checkpoints: Checkpoints;
}

const pageSize = 1000;
const mostFaults = 100;

/** @param onProgress entries looked at so far */
export async function verifyRecord(
  { events, checkpoints }: VerificationDependencies,
  onProgress: (entries: number) => void = () => {},
): Promise<Verification> {
  const found: Verification = { entries: 0, chains: 0, unsigned: 0, faults: [] };
  const statements = new Map<string, Checkpoint>();
  for await (const statement of checkpoints.all()) statements.set(statement.id, statement);
  const wanted = [...statements.values()].flatMap(({ follows }) => follows);
  for (const statement of statements.values()) {
    found.chains += 1;
    if (!(await checkpoints.isGenuine(statement)))
      found.faults.push({ chain: statement.id, seq: statement.seq, at: statement.at, fault: 'statement-forged' });
    const ends = wanted.filter(({ chain }) => chain === statement.id);
    await verifyChain(statement, ends);
  }
  for (const { chain, seq } of wanted)
    if (!statements.has(chain)) found.faults.push({ chain, seq, fault: 'chain-missing' });
  if (found.entries !== (await events.count())) await findStrangers();
  found.faults.sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || a.seq - b.seq);
  return { ...found, faults: found.faults.slice(0, mostFaults) };

  async function verifyChain(statement: Checkpoint, ends: readonly Head[]): Promise<void> {
    const { id: chain, lost } = statement;
    const excused = new Map(lost.map(({ seq, hash }) => [seq, hash]));
    /** Ids go by the clock, which may have been set back: entries that come too early wait for their turn. */
    const early = new Map<number, AuditEvent>();
    let head: Head = { chain, seq: -1, hash: genesis(chain) };
    const signedHash = new Map(
      [...ends, { chain, seq: statement.seq, hash: statement.hash }].map((end) => [end.seq, end.hash]),
    );
    const fault = (at: Pick<AuditEvent, 'seq'> & Partial<AuditEvent>, what: AuditFault['fault']) =>
      found.faults.push({
        chain,
        seq: at.seq,
        fault: what,
        ...(at.id ? { id: at.id } : {}),
        ...(at.at ? { at: at.at } : {}),
      });
    let reached = -1;

    for await (const entry of entriesOf(chain)) {
      found.entries += 1;
      if (found.entries % pageSize === 0) onProgress(found.entries);
      if (entry.seq <= head.seq || early.has(entry.seq)) fault(entry, 'out-of-place');
      else early.set(entry.seq, entry);
      goOn(false);
    }
    goOn(true);
    for (let seq = head.seq + 1; seq <= statement.seq && found.faults.length < mostFaults; seq += 1) skip(seq);
    for (const { seq } of ends) if (seq > Math.max(reached, statement.seq)) fault({ seq }, 'chain-missing');
    found.unsigned += Math.max(0, reached - statement.seq);

    /** @param isEnd nothing more will come: what is not there is missing */
    function goOn(isEnd: boolean): void {
      while (early.size > 0) {
        const next = early.get(head.seq + 1);
        if (next) {
          early.delete(next.seq);
          take(next);
        } else if (isEnd || early.size > pageSize) skipTo(Math.min(...early.keys()));
        else return;
      }
    }

    /** Nothing is written to a chain that is closed. */
    function isBehindEnd({ seq }: AuditEvent): boolean {
      return statement.isClosed && seq > statement.seq;
    }

    /** A number that somebody made up may be far away: of a long gap the beginning is told. */
    function skipTo(next: number): void {
      const before = found.faults.length;
      while (head.seq + 1 < next && found.faults.length - before < mostFaults) skip(head.seq + 1);
      head = { ...head, seq: next - 1 };
    }

    function take(entry: AuditEvent): void {
      const isChanged = faultOf(entry) !== undefined;
      if (isChanged) fault(entry, 'changed');
      else if (entry.previous !== head.hash || isBehindEnd(entry)) fault(entry, 'out-of-place');
      else if ((signedHash.get(entry.seq) ?? entry.hash) !== entry.hash) fault(entry, 'changed');
      // A changed entry is named once: the next one is held against the hash that it still carries.
      head = { chain, seq: entry.seq, hash: entry.hash };
      reached = entry.seq;
    }

    function skip(seq: number): void {
      const hash = excused.get(seq);
      if (hash === undefined) fault({ seq, ...timeNear(seq) }, 'missing');
      const next = early.get(seq + 1);
      head = { chain, seq, hash: hash || next?.previous || signedHash.get(seq) || '' };
    }

    function timeNear(seq: number): { at?: number } {
      const next = early.get(seq + 1);
      return next ? { at: next.at } : { at: statement.at };
    }
  }

  async function* entriesOf(chain: string): AsyncGenerator<AuditEvent> {
    let page = await events.list({ where: { chain }, limit: pageSize });
    while (page.length > 0) {
      yield* page;
      page =
        page.length < pageSize
          ? []
          : await events.list({ where: { chain }, limit: pageSize, after: page.at(-1)?.id ?? '' });
    }
  }

  async function findStrangers(): Promise<void> {
    let page = await events.list({ limit: pageSize });
    while (page.length > 0 && found.faults.length < mostFaults) {
      for (const { id, at, chain, seq } of page)
        if (!statements.has(chain)) found.faults.push({ chain, seq, id, at, fault: 'unknown-chain' });
      page = page.length < pageSize ? [] : await events.list({ limit: pageSize, after: page.at(-1)?.id ?? '' });
    }
  }
}
