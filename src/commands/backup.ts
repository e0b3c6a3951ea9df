// `gatehouse backup` and `gatehouse restore`: the embedded store as one file, and back.
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { copiesOf } from '../ground.ts';
import {
  type Answer,
  CommandError,
  type CommonOptions,
  type Environment,
  exitStatus,
  origin,
  readConfig,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';
import { readable } from './files.ts';
import { startProgress } from './progress.ts';

const backupDescription = `Copies the embedded SQLite store, as it is at one moment, into a file of its own; the server may go on running.
The copy holds everything but the master key (SECRET_KEY): keep that elsewhere, the copy is of no use without it.
Whoever has both can act as anybody: the copy is readable by its owner alone, encrypt it before it leaves the machine.
MongoDB has its own tools: mongodump.`;

const restoreDescription = `Puts a copy in the place of the store. Stop the server first: it is refused while any process has the store open.
The former store is kept beside it under another name, and has to be moved back by hand if it is wanted again.
Everything is as it was when the copy was made: what was ended, changed or taken away since is as before, sessions and passwords too.
MongoDB has its own tools: mongorestore.`;

interface FileOptions extends CommonOptions {
  force?: boolean;
}

export function addBackupCommands(program: Command, env: Environment): void {
  const backup = program
    .command('backup')
    .summary('copy the store into a file')
    .description(backupDescription)
    .argument('<file>', 'where the copy goes')
    .option('--force', 'take the place of a file that is there');
  withCommonOptions(backup, 'gatehouse backup /backups/gatehouse-2026-11-24.db').action(
    (file: string, options: FileOptions) => run(options, () => backUp(env, file, options)),
  );
  const restore = program
    .command('restore')
    .summary('put a copy in the place of the store')
    .description(restoreDescription)
    .argument('<file>', 'a copy that `backup` made')
    .option('--force', 'take the place of a store that is there');
  withCommonOptions(restore, 'gatehouse restore /backups/gatehouse-2026-11-24.db --force').action(
    (file: string, options: FileOptions) => run(options, () => restoreFrom(env, file, options)),
  );
}

async function backUp(env: Environment, file: string, { config, force = false }: FileOptions): Promise<Answer> {
  const copies = await embedded(env, config, 'mongodump');
  refuseSame(file, copies.path);
  const there = statSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory()) throw new CommandError(exitStatus.usage, `${file} is a folder: name a file in it.`);
  if (there && !force)
    throw new CommandError(exitStatus.refused, `${file} is there already: name another file, or add --force.`);
  // Whoever takes everything along is part of the record, which goes along itself.
  await withServices({ env, file: config }, ({ audit }) =>
    audit.record({ type: 'storage.backed-up', result: 'success' }, origin),
  );
  await withProgress((advance) => copies.backUp(file, advance));
  const { size: bytes } = statSync(file);
  return {
    status: exitStatus.ok,
    text: `${file} holds the store as it was just now (${megabytes(bytes)}).`,
    json: { file, bytes },
  };
}

async function restoreFrom(env: Environment, file: string, { config, force = false }: FileOptions): Promise<Answer> {
  const copies = await embedded(env, config, 'mongorestore');
  const { path } = copies;
  refuseSame(file, path);
  const { mtime } = readable(file, () => statSync(file));
  if (statSync(path, { throwIfNoEntry: false }) && !force)
    throw new CommandError(
      exitStatus.refused,
      `${path} is there already, with all that is in it: add --force to take its place.`,
    );
  const former = await withProgress((advance) => copies.restore(file, advance));
  const detail = { copyFrom: mtime.toISOString() };
  await withServices({ env, file: config }, ({ audit }) =>
    audit.record({ type: 'storage.restored', result: 'success', detail }, origin),
  );
  const kept =
    former === undefined ? [] : [`The former store is kept as ${former}: delete it when it is of no use any more.`];
  return {
    status: exitStatus.ok,
    text: [`${path} is as it was in ${file}.`, ...kept].join('\n'),
    json: { file, storage: path, ...(former === undefined ? {} : { formerStorage: former }) },
  };
}

async function embedded(env: Environment, file: string | undefined, tool: string) {
  const copies = await copiesOf(readConfig({ env, file }).storageUrl);
  if (copies) return copies;
  throw new CommandError(exitStatus.usage, `STORAGE_URL names no SQLite file. For MongoDB use its own tool, ${tool}.`);
}

function refuseSame(file: string, path: string): void {
  const [one, other] = [file, path].map((name) => statSync(name, { throwIfNoEntry: false }));
  if (one && other && one.ino === other.ino && one.dev === other.dev)
    throw new CommandError(exitStatus.usage, `${file} is the store itself.`);
}

async function withProgress<T>(copy: (advance: (done: number, all: number) => void) => Promise<T>): Promise<T> {
  const progress = await startProgress(100, 'pages');
  let shown = 0;
  try {
    return await copy((done, all) => {
      const percent = Math.floor((done / Math.max(all, 1)) * 100);
      progress.advance(percent - shown, done);
      shown = percent;
    });
  } finally {
    progress.stop();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
