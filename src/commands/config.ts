// `gatehouse config …`: checks the settings, and makes the stored clients equal to a file.
import type { Command } from 'commander';
import { ConfigError } from '../config.ts';
import { isDomainError } from '../platform/errors.ts';
import type { Services } from '../services.ts';
import { type ClientsFile, readClientsFile } from './clients-file.ts';
import {
  type Answer,
  type CommonOptions,
  type Environment,
  exitStatus,
  origin,
  readConfig,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';

type Applied = Awaited<ReturnType<Services['clients']['apply']>>;

const applyDescription = `Registers the clients of a YAML or JSON file, under the names of RFC 7591.
The whole file is checked first: where anything is wrong, nothing is written. Applied again, it changes nothing.
Clients that the file does not name are left alone. A secret that had to be made is printed this once.`;

export function addConfigCommands(program: Command, env: Environment): void {
  const config = program.command('config').description('Settings, and clients from a file.');
  const check = config
    .command('check')
    .summary('tell every problem of the settings')
    .description('Reads the settings and tells every problem at once. Nothing is opened or written.');
  withCommonOptions(check, 'gatehouse config check --config config/gatehouse.yaml').action((options: CommonOptions) =>
    run(options, () => checkConfig(env, options)),
  );
  const apply = config
    .command('apply')
    .summary('register clients from a file')
    .description(applyDescription)
    .argument('<file>', 'for instance config/clients.example.yaml');
  withCommonOptions(apply, 'gatehouse config apply clients.yaml').action((path: string, options: CommonOptions) =>
    run(options, () => applyConfig(env, path, options)),
  );
}

function checkConfig(env: Environment, { config: file }: CommonOptions): Answer {
  try {
    readConfig({ env, file });
    return { status: exitStatus.ok, text: 'ok', json: { ok: true, problems: [] } };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    return { status: exitStatus.configuration, text: '', json: { ok: false, problems }, problems };
  }
}

async function applyConfig(env: Environment, path: string, { config: file }: CommonOptions): Promise<Answer> {
  const read = readClientsFile(path);
  if (read.problems.length > 0) return refusal(read);
  return withServices({ env, file }, async ({ clients }) => {
    const applied: Applied[] = [];
    try {
      for (const client of read.clients) applied.push(await clients.apply(client, origin));
      return report(applied);
    } catch (error) {
      // What was done is told, since a secret that was made is never shown again.
      if (applied.length === 0 || !isDomainError(error)) throw error;
      const status = error.code === 'storage_unavailable' ? exitStatus.unavailable : exitStatus.refused;
      const problem = `Stopped after ${applied.length} of ${read.clients.length} clients: ${error.detail}. Apply the file again.`;
      return { ...report(applied, problem), status, problems: [problem] };
    }
  });
}

function refusal({ problems }: ClientsFile): Answer {
  const error = 'Nothing was written: the file has problems.';
  return { status: exitStatus.refused, text: '', json: { error, problems }, problems: [...problems, error] };
}

function report(applied: Applied[], error?: string): Answer {
  const count = (outcome: Applied['outcome']) => applied.filter((one) => one.outcome === outcome).length;
  const summary = { created: count('created'), changed: count('changed'), unchanged: count('unchanged') };
  const rows = applied.flatMap(({ outcome, clientId, secret }) => [
    `${outcome.padEnd(9)}  ${clientId}`,
    ...(secret ? [`           client_secret (shown this once): ${secret}`] : []),
  ]);
  const total = `${summary.created} created, ${summary.changed} changed, ${summary.unchanged} unchanged`;
  const entries = applied.map(({ outcome, clientId, secret }) => ({
    client_id: clientId,
    outcome,
    ...(secret ? { client_secret: secret } : {}),
  }));
  return {
    status: exitStatus.ok,
    text: [...rows, total].join('\n'),
    json: { ...(error ? { error } : {}), clients: entries, ...summary },
  };
}
