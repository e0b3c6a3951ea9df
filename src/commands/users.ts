// `gatehouse users import`: people come in from another system, with their passwords' hashes and second factors, and nothing half-done.
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { DomainError, isDomainError } from '../platform/errors.ts';
import type { Services } from '../services.ts';
import {
  type Answer,
  CommandError,
  type CommonOptions,
  type Environment,
  exitStatus,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';
import { readable } from './files.ts';
import { formatOf, readImportFile } from './import-file.ts';
import { addInvitationCommands } from './invitations.ts';
import { addExportCommand } from './people-export.ts';
import { createPeopleImport, type Tally } from './people-import.ts';
import { startProgress } from './progress.ts';

interface ImportOptions extends CommonOptions {
  dryRun?: boolean;
}

const importDescription = `Imports people from JSON lines (.jsonl, .ndjson) or CSV (.csv, with a header row; roles separated by ";").
Fields: email, givenName, familyName, organization, roles, passwordHash, totpSecret, emailVerified; all but email may be left out.
Of a person with an organization the roles are roles in it; an organization that is not there yet is made.
A passwordHash is argon2, bcrypt, scrypt or PBKDF2, and is replaced by our own kind at the person's next sign-in.
A line is imported whole or not at all; one whose address has an account is left untouched. Run again after any interruption.`;

export function addUserCommands(program: Command, env: Environment): void {
  const users = program.command('users').description('People.');
  addInvitationCommands(users, env);
  addExportCommand(users, env);
  const add = users
    .command('import')
    .summary('import people from JSON lines or CSV')
    .description(importDescription)
    .argument('<file>', 'the file with a person each line')
    .option('--dry-run', 'check every line, write nothing');
  withCommonOptions(add, 'gatehouse users import people.csv --dry-run').action((path: string, options: ImportOptions) =>
    run(options, () => importUsers(env, path, options)),
  );
}

async function importUsers(
  env: Environment,
  path: string,
  { config: file, dryRun = false }: ImportOptions,
): Promise<Answer> {
  formatOf(path);
  const stat = readable(path, () => statSync(path));
  if (stat.isDirectory()) throw new CommandError(exitStatus.usage, `${path} cannot be read: it is a folder.`);
  return withServices({ env, file }, async (services) =>
    report(path, dryRun, await importFile(services, { path, dryRun, bytes: stat.size })),
  );
}

async function importFile(
  services: Services,
  { path, dryRun, bytes }: { path: string; dryRun: boolean; bytes: number },
): Promise<Tally> {
  const people = createPeopleImport({ ...services, dryRun });
  const progress = await startProgress(bytes);
  const lines = readImportFile(path, (read) => progress.advance(read, people.tally.lines));
  try {
    return await people.importAll(lines);
  } catch (error) {
    if (!isDomainError(error, 'storage_unavailable')) throw error;
    throw new DomainError(
      error.code,
      `${error.detail}. ${people.tally.imported} people were imported; run the command again to go on.`,
      { cause: error },
    );
  } finally {
    progress.stop();
  }
}

function report(path: string, dryRun: boolean, { rejects, ...counts }: Tally): Answer {
  const inOrder = rejects.sort((a, b) => a.line - b.line);
  const summary = { dryRun, ...counts, rejected: rejects.length };
  const { lines, imported, withoutPassword, alreadyThere } = counts;
  const notes = [
    `${dryRun ? 'Nothing was written (--dry-run). ' : ''}${path}: ${lines} ${lines === 1 ? 'person' : 'people'}`,
    `  ${dryRun ? 'to be imported' : 'imported'}  ${imported}`,
    ...(withoutPassword > 0
      ? [`    without a password  ${withoutPassword} (they cannot sign in until they are invited)`]
      : []),
    `  already there, left untouched  ${alreadyThere}`,
    `  rejected  ${rejects.length}`,
  ];
  return {
    status: rejects.length > 0 ? exitStatus.refused : exitStatus.ok,
    text: notes.join('\n'),
    json: { ...summary, rejects: inOrder },
    problems: inOrder.map(({ line, reason }) => `${path}:${line}: ${reason}`),
  };
}
