// `gatehouse audit`: what happened, and whether the record of it is whole.
import { type Command, InvalidArgumentError } from 'commander';
import { type AuditEvent, type AuditEventType, auditEventTypes } from '../audit/audit.ts';
import { contentOf } from '../audit/event.ts';
import type { AuditFault } from '../audit/verification.ts';
import {
  type Answer,
  type CommonOptions,
  type Environment,
  exitStatus,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';
import { startProgress } from './progress.ts';

interface ListOptions extends CommonOptions {
  actor?: string;
  subject?: string;
  organization?: string;
  type?: AuditEventType;
  since?: number;
  limit: number;
  after?: string;
}

const verifyDescription = `Reads the whole record and names each entry that was changed, dropped, swapped or put in, the first one first.
Needs the storage and the master key; the server may be running or not.`;

const faultTexts: Record<AuditFault['fault'], string> = {
  changed: 'is not what was written',
  missing: 'is missing',
  'out-of-place': 'does not follow the entry before it',
  'unknown-chain': 'stands in a chain that was never begun',
  'statement-forged': 'is the end of a chain by a statement that is not genuine',
  'chain-missing': 'is the end of a chain that is gone',
};

export function addAuditCommands(program: Command, env: Environment): void {
  const audit = program.command('audit').description('What happened, and whether the record of it is whole.');

  const list = audit
    .command('list')
    .summary('what happened, newest first')
    .description('Lists events, newest first.')
    .option('--actor <id>', 'who acted: an account, "cli" or "system"')
    .option('--subject <id>', 'the account, organization or key it happened to')
    .option('--organization <id>', 'of one organization')
    .option('--type <type>', 'such as sign-in.failed', typeOf)
    .option('--since <time>', 'not before, such as 2026-11-24T08:00Z', timeOf)
    .option('--limit <n>', 'at most so many (1 to 1000)', limitOf, 100)
    .option('--after <id>', 'go on behind the last one of the list before');
  withCommonOptions(list, 'gatehouse audit list --type sign-in.failed --since 2026-11-24').action(
    (options: ListOptions) => run(options, () => listEvents(env, options)),
  );

  const verify = audit.command('verify').summary('whether the record is whole').description(verifyDescription);
  withCommonOptions(verify, 'gatehouse audit verify').action((options: CommonOptions) =>
    run(options, () => verifyRecord(env, options)),
  );
}

async function listEvents(env: Environment, options: ListOptions): Promise<Answer> {
  const { actor, subject, organization, type, since, limit, after } = options;
  return withServices({ env, file: options.config }, async ({ audit }) => {
    const events = await audit.search({ actor, subject, organization, type, since, limit, after });
    const text = events.map(lineOf).join('\n') || 'Nothing of the kind is written down.';
    return { status: exitStatus.ok, text, json: { events: events.map((event) => readable(contentOf(event))) } };
  });
}

async function verifyRecord(env: Environment, options: CommonOptions): Promise<Answer> {
  return withServices({ env, file: options.config }, async ({ audit }) => {
    const progress = await startProgress(await audit.count());
    const found = await audit.verify((entries) => progress.advance(entries, entries)).finally(() => progress.stop());
    const { entries, chains, unsigned, faults } = found;
    const size = `${entries} entries in ${chains} chains`;
    const json = { ...found, faults: faults.map(readable) };
    if (faults.length === 0) {
      const tail = unsigned > 0 ? `; the last ${unsigned} are not signed yet` : '';
      return { status: exitStatus.ok, text: `The record is whole: ${size}${tail}.`, json };
    }
    const problems = faults.map(({ chain, seq, id, at, fault }) => {
      const when = at === undefined ? '' : ` of ${new Date(at).toISOString()}`;
      return `entry ${id ?? `${seq} of chain ${chain}`}${when} ${faultTexts[fault]}`;
    });
    return { status: exitStatus.refused, text: `The record is not whole: ${size}.`, json, problems };
  });
}

function readable<T extends { at?: number }>({ at, ...rest }: T) {
  return { ...(at === undefined ? {} : { at: new Date(at).toISOString() }), ...rest };
}

/** What somebody typed makes no line of its own on a terminal, and does nothing there. */
function printable(text: string): string {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) ? JSON.stringify(text) : text;
}

function lineOf({ at, type, result, actor = '-', subject = '-', address = '-', detail = {} }: AuditEvent): string {
  const more = Object.entries(detail).map(([name, value]) => `${name}=${printable(String(value))}`);
  return [new Date(at).toISOString(), type.padEnd(24), result, actor, subject, address, ...more].join('  ');
}

function typeOf(text: string): AuditEventType {
  const type = auditEventTypes.find((known) => known === text);
  if (!type) throw new InvalidArgumentError(`The types are ${auditEventTypes.join(', ')}.`);
  return type;
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('A time is written as 2026-11-24 or 2026-11-24T08:00Z.');
  return time;
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new InvalidArgumentError('It must be between 1 and 1000.');
  return limit;
}
