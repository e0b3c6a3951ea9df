// `gatehouse mail …`: what became of each message, a test of the mail server, and another try of one message.
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isEmail } from '../accounts/account.ts';
import { operator } from '../administration/administrator.ts';
import { createMailDesk } from '../administration/mail-desk.ts';
import type { Config } from '../config.ts';
import { viewsFolder } from '../ground.ts';
import type { DeliveryStatus } from '../mail/deliveries.ts';
import { type DeliveryState, deliveryStates } from '../mail/delivery.ts';
import { createMessages } from '../mail/messages.ts';
import { createTestMail } from '../mail/test-mail.ts';
import { createTransport } from '../mail/transport.ts';
import { createLocales } from '../platform/locales.ts';
import { createTemplates } from '../platform/templates.ts';
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

const listDescription = `Lists the messages of the last two weeks, newest first: state, recipient, what it is about, number of tries, next try,
and what the mail server said last. Never what a message says.
States: queued, sending, retrying; sent, refused (the mail server will never take it), expired (nobody took it in time),
superseded (void before it was sent: a newer mail took its place, or it was withdrawn).`;

const testDescription = `Sends a test message at once, past the queue, and prints what the mail server answers. The storage is not needed.`;

interface ListOptions extends CommonOptions {
  state?: DeliveryState;
  limit: number;
}

const who = operator(origin);

export function addMailCommands(program: Command, env: Environment): void {
  const mail = program.command('mail').description('Mail on its way.');
  const list = mail
    .command('list')
    .summary('what became of each message')
    .description(listDescription)
    .addOption(new Option('--state <state>', 'those in this state alone').choices(deliveryStates))
    .option('--limit <number>', 'at most so many, 1 to 1000', pageSize, 50);
  withCommonOptions(list, 'gatehouse mail list --state refused').action((options: ListOptions) =>
    run(options, () => listMail(env, options)),
  );
  const test = mail
    .command('test')
    .summary('send a test message at once')
    .description(testDescription)
    .argument('<address>', 'where to');
  withCommonOptions(test, 'gatehouse mail test you@example.com').action((address: string, options: CommonOptions) =>
    run(options, () => testMail(env, address, options)),
  );
  const retry = mail
    .command('retry')
    .summary('try a message again as soon as possible')
    .description(
      'Has the server send a waiting or a refused message again, within seconds, where it still means something.',
    )
    .argument('<id>', 'as `mail list` shows it');
  withCommonOptions(retry, 'gatehouse mail retry ID').action((id: string, options: CommonOptions) =>
    run(options, () => retryMail(env, id, options)),
  );
}

async function listMail(env: Environment, { config: file, state, limit }: ListOptions): Promise<Answer> {
  return withServices({ env, file }, async (services) => {
    const found = await createMailDesk(services).list(who, { state, limit });
    return {
      status: exitStatus.ok,
      text: found.length === 0 ? 'No messages.' : found.flatMap(linesOf).join('\n'),
      json: { messages: found.map(jsonOf) },
    };
  });
}

async function testMail(env: Environment, address: string, { config: file }: CommonOptions): Promise<Answer> {
  if (!isEmail(address))
    throw new CommandError(exitStatus.usage, `${JSON.stringify(address)} is not an email address.`);
  const config = readConfig({ env, file });
  if (config.smtpUrl === undefined || config.smtpUrl === 'off')
    throw new CommandError(exitStatus.refused, 'Nothing was sent: SMTP_URL names no mail server.');
  const { state, answer } = await sendTest(config, address);
  const status = { sent: exitStatus.ok, refused: exitStatus.refused, failed: exitStatus.unavailable }[state];
  const json = { to: address, host: config.smtpUrl.host, port: config.smtpUrl.port, state, answer };
  const said = `${json.host}:${json.port}: ${answer}`;
  if (state === 'sent') return { status, text: `Sent to ${address}.\n${said}`, json };
  return { status, text: '', json, problems: [`Not sent to ${address}.`, said] };
}

function sendTest(config: Config, to: string) {
  const messages = createMessages({
    ...config,
    templates: createTemplates(viewsFolder),
    locales: createLocales(join(viewsFolder, 'locales')),
  });
  const transport = createTransport({ ...config, smtp: config.smtpUrl, from: config.mailFrom });
  return createTestMail({ messages, transport, issuer: config.issuer })(to);
}

async function retryMail(env: Environment, id: string, { config: file }: CommonOptions): Promise<Answer> {
  return withServices({ env, file }, async (services) => {
    const status = await createMailDesk(services).retry(who, id);
    const text = `${id} is queued: a running server sends it within seconds.`;
    return { status: exitStatus.ok, text, json: jsonOf(status) };
  });
}

function linesOf({ id, state, to, purpose, createdAt, tries, nextTryAt, answer }: DeliveryStatus): string[] {
  const next = nextTryAt === undefined ? '' : `, next try ${iso(nextTryAt)}`;
  const count = tries === 1 ? '1 try' : `${tries} tries`;
  return [
    `${state.padEnd(8)}  ${iso(createdAt)}  ${to}  ${purpose}`,
    `          ${id}  ${count}${next}`,
    ...(answer === undefined ? [] : [`          ${answer}`]),
  ];
}

function jsonOf({ createdAt, sendUntil, lastTryAt, nextTryAt, endedAt, ...status }: DeliveryStatus) {
  const times = { createdAt, sendUntil, lastTryAt, nextTryAt, endedAt };
  const written = Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : [[name, iso(at)]]));
  return { ...status, ...Object.fromEntries(written) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function pageSize(text: string): number {
  const size = Number(text);
  if (!/^\d{1,4}$/.test(text) || size < 1 || size > 1000) throw new InvalidArgumentError('It must be 1 to 1000.');
  return size;
}
