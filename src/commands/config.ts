// `gatehouse config …`: checks the settings, and makes organizations and clients equal to a file.
import type { Command } from 'commander';
import { parse } from 'yaml';
import { policyOfClient } from '../clients/client.ts';
import { ConfigError } from '../config.ts';
import { applyConnection } from '../federation/declared.ts';
import { applyOrganization } from '../organizations/declared.ts';
import { brandFields, brandOf, wholeBrand } from '../organizations/declared-brand.ts';
import { isDomainError } from '../platform/errors.ts';
import type { Services } from '../services.ts';
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
import { changesBy, exported, unknownOrganizations } from './config-changes.ts';
import type { DeclaredClient } from './config-entries.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';

type Applied = Awaited<ReturnType<Services['clients']['apply']>>;
type Outcome = Applied['outcome'];

const applyDescription = `Makes what is stored equal to a YAML or JSON file: organizations with their policies, clients under the names of RFC 7591,
and connections to upstream providers. The whole file is checked first: where anything is wrong, nothing is written. Applied again, it changes nothing.
What the file does not name is left alone. A secret that had to be made is printed this once.`;
const planDescription = `Tells what \`config apply\` would change, and writes nothing. What was changed elsewhere since the file was applied
shows as a change back.`;
const exportDescription = `Writes organizations, policies and clients as a file that \`config apply\` takes, without secrets.
Applied to an empty server, each client that needs a secret is given a new one.`;

interface PlanOptions extends CommonOptions {
  check?: boolean;
}

export function addConfigCommands(program: Command, env: Environment): void {
  const config = program.command('config').description('Settings; organizations, clients and connections from a file.');
  const check = config
    .command('check')
    .summary('tell every problem of the settings')
    .description('Reads the settings and tells every problem at once. Nothing is opened or written.');
  withCommonOptions(check, 'gatehouse config check --config config/gatehouse.yaml').action((options: CommonOptions) =>
    run(options, () => checkConfig(env, options)),
  );
  const plan = config
    .command('plan')
    .summary('tell what a file would change')
    .description(planDescription)
    .argument('<file>', 'for instance config/clients.example.yaml')
    .option('--check', 'end with 1 where anything would change');
  withCommonOptions(plan, 'gatehouse config plan firms.yaml').action((path: string, options: PlanOptions) =>
    run(options, () => planConfig(env, path, options)),
  );
  const apply = config
    .command('apply')
    .summary('make organizations, clients and connections equal to a file')
    .description(applyDescription)
    .argument('<file>', 'for instance config/clients.example.yaml');
  withCommonOptions(apply, 'gatehouse config apply firms.yaml').action((path: string, options: CommonOptions) =>
    run(options, () => applyConfig(env, path, options)),
  );
  const write = config.command('export').summary('write what is stored as a file').description(exportDescription);
  withCommonOptions(write, 'gatehouse config export > firms.yaml').action((options: CommonOptions) =>
    run(options, () => exportConfig(env, options)),
  );
}

async function exportConfig(env: Environment, { config: file }: CommonOptions): Promise<Answer> {
  return withServices({ env, file }, async (services) => {
    const text = await exported(services);
    return { status: exitStatus.ok, text: text.trimEnd(), json: parse(text) };
  });
}

async function planConfig(env: Environment, path: string, options: PlanOptions): Promise<Answer> {
  const read = readConfigFile(path);
  if (read.problems.length > 0) return refusal(read);
  return withServices({ env, file: options.config }, async (services) => {
    const unknown = await unknownOrganizations(read, services);
    if (unknown.length > 0) return refusal({ problems: unknown.map(noOrganization) });
    const changes = await changesBy(read, services);
    const lines = changes.flatMap(({ kind, id, action, differences }) => [
      `${action}  ${kind} ${id}`,
      ...differences.map(({ field, old, next }) => `        ${field}: ${shown(old)} -> ${shown(next)}`),
    ]);
    const status = options.check && changes.length > 0 ? exitStatus.refused : exitStatus.ok;
    return { status, text: lines.join('\n') || 'Nothing would change.', json: { changes } };
  });
}

function shown(value: unknown): string {
  return value === undefined ? '(nothing)' : JSON.stringify(value);
}

function noOrganization(id: string): string {
  return `There is no organization ${JSON.stringify(id)}, in the file or in the store.`;
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
  const read = readConfigFile(path);
  if (read.problems.length > 0) return refusal(read);
  return withServices({ env, file }, async (services) => {
    const unknown = await unknownOrganizations(read, services);
    if (unknown.length > 0) return refusal({ problems: unknown.map(noOrganization) });
    const done: Done = { organizations: [], clients: [], connections: [] };
    try {
      for (const wanted of read.organizations) {
        const outcome = await applyOrganization(services.organizations, wanted, origin);
        done.organizations.push({ id: wanted.id, outcome });
      }
      for (const wanted of read.clients) done.clients.push(await applyClient(services, wanted));
      for (const wanted of read.connections) {
        const outcome = await applyConnection(services.connections, wanted, origin);
        done.connections.push({ id: wanted.id, outcome });
      }
      return report(done);
    } catch (error) {
      // What was done is told, since a secret that was made is never shown again.
      const count = done.organizations.length + done.clients.length + done.connections.length;
      if (count === 0 || !isDomainError(error)) throw error;
      const status = error.code === 'storage_unavailable' ? exitStatus.unavailable : exitStatus.refused;
      const total = read.organizations.length + read.clients.length + read.connections.length;
      const problem = `Stopped after ${count} of ${total} entries: ${error.detail}. Apply the file again.`;
      return { ...report(done, problem), status, problems: [problem] };
    }
  });
}

/** Registration, rules and look: the rules at once after the registration, so that no app stands open for long. */
async function applyClient({ clients }: Services, wanted: DeclaredClient): Promise<Applied> {
  const { registration, organization, brand, policy } = wanted;
  const applied = await clients.apply(registration, origin, { organization, isDeclared: true });
  const stored = await clients.get(applied.clientId);
  const isSame = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
  const hasRules = stored !== undefined && isSame(policyOfClient(stored), policy);
  const hasLook = isSame(brandFields(stored?.brand), brandFields(brandOf(brand)));
  if (!hasRules) await clients.setPolicy(applied.clientId, policy, origin);
  if (!hasLook) await clients.setBrand(applied.clientId, wholeBrand(brand), origin);
  return applied.outcome === 'unchanged' && !(hasRules && hasLook) ? { ...applied, outcome: 'changed' } : applied;
}

interface Done {
  organizations: { id: string; outcome: Outcome }[];
  clients: Applied[];
  connections: { id: string; outcome: Outcome }[];
}

function refusal({ problems }: Pick<ConfigFile, 'problems'>): Answer {
  const error = 'Nothing was written: the file has problems.';
  return { status: exitStatus.refused, text: '', json: { error, problems }, problems: [...problems, error] };
}

function report({ organizations, clients, connections }: Done, error?: string): Answer {
  const outcomes = [...organizations, ...clients, ...connections].map(({ outcome }) => outcome);
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length;
  const summary = { created: count('created'), changed: count('changed'), unchanged: count('unchanged') };
  const rows = [
    ...organizations.map(({ id, outcome }) => `${outcome.padEnd(9)}  organization ${id}`),
    ...clients.flatMap(({ outcome, clientId, secret }) => [
      `${outcome.padEnd(9)}  ${clientId}`,
      ...(secret ? [`           client_secret (shown this once): ${secret}`] : []),
    ]),
    ...connections.map(({ id, outcome }) => `${outcome.padEnd(9)}  connection ${id}`),
  ];
  const total = `${summary.created} created, ${summary.changed} changed, ${summary.unchanged} unchanged`;
  const entries = clients.map(({ outcome, clientId, secret }) => ({
    client_id: clientId,
    outcome,
    ...(secret ? { client_secret: secret } : {}),
  }));
  return {
    status: exitStatus.ok,
    text: [...rows, total].join('\n'),
    json: { ...(error ? { error } : {}), organizations, clients: entries, connections, ...summary },
  };
}
