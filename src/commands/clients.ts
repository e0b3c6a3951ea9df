// `gatehouse clients …`: client applications from a shell, by the same acts as in the console and the API.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { operator } from '../administration/administrator.ts';
import { type ClientApps, createClientApps } from '../administration/client-apps.ts';
import { type Client, type ClientType, clientName, clientType, clientTypes, presetOf } from '../clients/client.ts';
import { DomainError } from '../platform/errors.ts';
import { paged } from '../platform/paged.ts';
import { showClient } from '../web/api/client-model.ts';
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
import { readText } from './files.ts';

const createDescription = `Registers a client application with safe defaults for its type, and prints its secret where it uses one: this once.
Types: web (a server that keeps a secret), spa (a page that runs in the browser alone), native (an app on a device),
machine (a program without people). --metadata names a JSON file with fields of RFC 7591, which count before the defaults.`;

const rotateDescription = `Gives the client a second secret and prints it: this once. The former one goes on working until
\`clients rotate-secret ID --finish\` retires it, so that the program can change over meanwhile.`;

const deleteDescription = `Deletes a client: nobody signs in to it any more, its tokens end, and what people allowed it is forgotten.`;

interface CreateOptions extends CommonOptions {
  type: ClientType;
  name?: string;
  clientId?: string;
  redirectUri?: string[];
  postLogoutRedirectUri?: string[];
  scope?: string;
  organization?: string;
  metadata?: string;
}
type Act = (apps: ClientApps) => Promise<Answer>;
const who = operator(origin);

export function addClientCommands(program: Command, env: Environment): void {
  const clients = program.command('clients').description('Client applications.');
  const withApps = (options: CommonOptions, act: Act) => run(options, () => inServices(env, options, act));

  const list = clients.command('list').summary('which there are').description('Lists clients by their id.');
  list.option('--organization <id>', 'of one organization');
  withCommonOptions(list, 'gatehouse clients list').action((options: CommonOptions & { organization?: string }) =>
    withApps(options, (apps) => listAll(apps, options.organization)),
  );

  const show = clients.command('show').summary('all about one').description('Shows a client, never a secret of it.');
  withCommonOptions(show.argument('<id>', 'its client_id'), 'gatehouse clients show shop').action(
    (id: string, options: CommonOptions) => withApps(options, async (apps) => shown(await apps.get(who, id))),
  );

  const create = clients.command('create').summary('register one').description(createDescription);
  create
    .addOption(new Option('--type <type>', 'what it is').choices(clientTypes).default('web'))
    .option('--name <name>', 'as people read it')
    .option('--client-id <id>', 'made where it is left out')
    .option('--redirect-uri <uri...>', 'where people come back to after signing in')
    .option('--post-logout-redirect-uri <uri...>', 'where they come back to after signing out')
    .option('--scope <scopes>', 'what it may ask for', notEmpty)
    .option('--organization <id>', 'whose it is; of the whole instance when left out')
    .option('--metadata <file>', 'more, as JSON');
  withCommonOptions(create, 'gatehouse clients create --name Shop --redirect-uri https://shop.example/callback').action(
    (options: CreateOptions) => withApps(options, (apps) => createOne(apps, options)),
  );

  const rotate = clients.command('rotate-secret').summary('a new secret').description(rotateDescription);
  rotate.argument('<id>', 'its client_id').option('--finish', 'retire all but the newest secret');
  withCommonOptions(rotate, 'gatehouse clients rotate-secret shop').action(
    (id: string, options: CommonOptions & { finish?: boolean }) =>
      withApps(options, (apps) => (options.finish ? retireOthers(apps, id) : addSecret(apps, id))),
  );

  const remove = clients.command('delete').summary('delete one').description(deleteDescription);
  remove.argument('<id>', 'its client_id').option('--yes', 'do it: it cannot be taken back');
  withCommonOptions(remove, 'gatehouse clients delete shop --yes').action(
    (id: string, options: CommonOptions & { yes?: boolean }) =>
      withApps(options, (apps) => removeOne(apps, id, options)),
  );
}

function inServices(env: Environment, { config: file }: CommonOptions, act: Act): Promise<Answer> {
  return withServices({ env, file }, ({ artifacts, clients, grants, organizations }) => {
    const forgetClient = (id: string) => Promise.all([artifacts.revokeClient(id), grants.forgetClient(id)]);
    return act(createClientApps({ clients, organizations, forgetClient }));
  });
}

async function listAll(apps: ClientApps, organization: string | undefined): Promise<Answer> {
  const found: Client[] = [];
  for await (const one of paged((after) => apps.list(who, { organization, after, limit: 500 }))) found.push(one);
  return {
    status: exitStatus.ok,
    text: found.map(lineOf).join('\n') || 'There is none.',
    json: { clients: found.map(showClient) },
  };
}

async function createOne(apps: ClientApps, options: CreateOptions): Promise<Answer> {
  const { type, name, clientId, redirectUri, postLogoutRedirectUri, scope, organization, metadata } = options;
  const given = {
    client_name: name,
    client_id: clientId,
    redirect_uris: redirectUri,
    post_logout_redirect_uris: postLogoutRedirectUri,
    scope,
    organization,
  };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const file = metadata === undefined ? {} : metadataIn(metadata);
  const { client, secret } = await apps.create(who, { ...presetOf(type), ...file, ...stated });
  const rows = [
    `Client id      ${client.id}`,
    ...(secret === undefined ? [] : [`Client secret  ${secret}`, '', 'The secret is shown this once.']),
  ];
  return {
    status: exitStatus.ok,
    text: rows.join('\n'),
    json: { ...showClient(client), ...(secret === undefined ? {} : { client_secret: secret }) },
  };
}

async function addSecret(apps: ClientApps, id: string): Promise<Answer> {
  const { id: secretId, secret } = await apps.addSecret(who, id);
  const notes = [
    `Client secret  ${secret}`,
    '',
    'It is shown this once. The former one works until it is retired:',
    `  gatehouse clients rotate-secret ${id} --finish`,
  ];
  return {
    status: exitStatus.ok,
    text: notes.join('\n'),
    json: { client_id: id, id: secretId, client_secret: secret },
  };
}

async function retireOthers(apps: ClientApps, id: string): Promise<Answer> {
  const { secrets } = await apps.get(who, id);
  const others = secrets.toSorted((a, b) => a.createdAt - b.createdAt).slice(0, -1);
  if (others.length === 0) throw new DomainError('conflict', `${id} has one secret: there is no other to retire`);
  for (const other of others) await apps.retireSecret(who, id, other.id);
  return {
    status: exitStatus.ok,
    text: `Of the secrets of ${id} the newest alone is good.`,
    json: { client_id: id, retired: others.map((other) => other.id) },
  };
}

async function removeOne(apps: ClientApps, id: string, { yes = false }: { yes?: boolean }): Promise<Answer> {
  const client = await apps.get(who, id);
  if (!yes)
    throw new CommandError(
      exitStatus.usage,
      `Nothing was deleted: add --yes, and nobody signs in to ${clientName(client.metadata)} any more.`,
    );
  await apps.remove(who, id);
  return { status: exitStatus.ok, text: `${id} is deleted.`, json: { deleted: id } };
}

function shown(client: Client): Answer {
  const json = showClient(client);
  const rows = Object.entries(json).map(([name, value]) => `${name.padEnd(28)}  ${textOf(value)}`);
  return { status: exitStatus.ok, text: rows.join('\n'), json };
}

function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('  ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function lineOf({ id, metadata, organization = '-' }: Client): string {
  return [id.padEnd(24), clientType(metadata).padEnd(8), organization.padEnd(16), clientName(metadata)].join('  ');
}

/** @throws CommandError */
function metadataIn(path: string): Record<string, unknown> {
  const wrong = (cause?: unknown) => new CommandError(exitStatus.usage, `${path} is no JSON object.`, { cause });
  try {
    const parsed: unknown = JSON.parse(readText(path));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch (error) {
    throw error instanceof CommandError ? error : wrong(error);
  }
  throw wrong();
}

function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must name at least one.');
  return text;
}
