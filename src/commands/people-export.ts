// `gatehouse users export FILE`: people for other programs, JSON lines or CSV. Neither hashes nor second factors leave: whoever held them could
// guess at passwords without end, or show codes (M4 of the mission: nobody has another person's secrets).
import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { ListedStatus } from '../accounts/search-keys.ts';
import { operator } from '../administration/administrator.ts';
import { createPeopleExport } from '../administration/people-export.ts';
import { csvRow } from '../platform/csv.ts';
import type { Services } from '../services.ts';
import { showUser, type User } from '../web/api/user-model.ts';
import {
  type Answer,
  CommandError,
  type CommonOptions,
  type Environment,
  exitStatus,
  origin,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';
import { formatOf } from './import-file.ts';
import { startProgress } from './progress.ts';

const description = `Writes people into a new file: a JSON object each line (.jsonl, .ndjson), as the API shows them, or CSV (.csv).
Passwords' hashes and secrets of second factors are never in it: to move people with their passwords, use \`gatehouse backup\`.
The file is readable by its owner alone, and takes its name when it is whole.`;

const columns = [
  'id',
  'email',
  'emailVerified',
  'givenName',
  'familyName',
  'status',
  'organizations',
  'instanceRoles',
  'mfa',
  'firstSignedInAt',
  'createdAt',
  'updatedAt',
] as const;
const who = operator(origin);

interface ExportOptions extends CommonOptions {
  organization?: string;
  status?: ListedStatus;
  force?: boolean;
}

export function addExportCommand(users: Command, env: Environment): void {
  const command = users
    .command('export')
    .summary('write people into a file')
    .description(description)
    .argument('<file>', 'where they go')
    .option('--organization <id>', 'those of one organization')
    .addOption(new Option('--status <status>', 'those in this state').choices(['active', 'invited', 'suspended']))
    .option('--force', 'take the place of a file that is there');
  withCommonOptions(command, 'gatehouse users export people.csv --organization acme').action(
    (path: string, options: ExportOptions) => run(options, () => exportUsers(env, path, options)),
  );
}

async function exportUsers(env: Environment, path: string, options: ExportOptions): Promise<Answer> {
  const format = formatOf(path);
  const { config: file, organization, status, force = false } = options;
  if (statSync(path, { throwIfNoEntry: false }) && !force)
    throw new CommandError(exitStatus.refused, `${path} is there already: name another file, or add --force.`);
  return withServices({ env, file }, async (services) => {
    if (organization !== undefined && !(await services.organizations.get(organization)))
      throw new CommandError(exitStatus.refused, `There is no organization ${organization}.`);
    const people = createPeopleExport(services).all(who, { organization, status });
    const count = await writeWhole(path, linesOf(people, format), await progressOf(services, organization));
    const text = `${path}: ${count} ${count === 1 ? 'person' : 'people'}`;
    return { status: exitStatus.ok, text, json: { file: path, people: count } };
  });
}

async function* linesOf(people: ReturnType<ReturnType<typeof createPeopleExport>['all']>, format: 'json' | 'csv') {
  if (format === 'csv') yield { line: csvRow(columns), people: 0 };
  for await (const account of people) {
    const user = showUser(who, account);
    yield {
      line: format === 'csv' ? csvRow(columns.map((column) => cellOf(user, column))) : `${JSON.stringify(user)}\n`,
      people: 1,
    };
  }
}

/** `acme:admin;acme:editor;zeta` */
function cellOf(user: User, column: (typeof columns)[number]): string {
  if (column === 'mfa') return String(user.mfa.active);
  if (column === 'instanceRoles') return (user.instanceRoles ?? []).join(';');
  if (column !== 'organizations') return String(user[column] ?? '');
  return user.organizations
    .flatMap(({ id, roles }) => (roles.length === 0 ? [id] : roles.map((role) => `${id}:${role}`)))
    .join(';');
}

async function progressOf({ accounts }: Services, organization: string | undefined) {
  const { count } = await accounts.count({ organization, atMost: Number.MAX_SAFE_INTEGER - 1 });
  return startProgress(count, 'people');
}

/** Written beside its name first, so that a file that was cut off is never taken for a whole one. @returns how many people */
async function writeWhole(
  path: string,
  lines: AsyncGenerator<{ line: string; people: number }>,
  progress: Awaited<ReturnType<typeof startProgress>>,
): Promise<number> {
  const part = `${path}.part`;
  let count = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const { line, people } of lines) {
      count += people;
      progress.advance(people, count);
      yield line;
    }
  }
  try {
    rmSync(part, { force: true });
    await pipeline(counted, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
    renameSync(part, path);
    return count;
  } catch (error) {
    rmSync(part, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    throw syscall === undefined
      ? error
      : new CommandError(exitStatus.usage, `${path} cannot be written: ${code}.`, { cause: error });
  } finally {
    progress.stop();
  }
}
