// What every command shares: its exit status, how it opens the services, how it answers and how it fails. A command returns an
// answer; only this file prints, so that with --json standard output carries exactly one JSON document.
import { type Command, CommanderError } from 'commander';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { DomainError } from '../platform/errors.ts';
import { createLog } from '../platform/log.ts';
import { createServices, type Services } from '../services.ts';

/** Those above 63 are of sysexits.h. */
export const exitStatus = {
  ok: 0,
  refused: 1,
  usage: 2,
  fault: 70,
  unavailable: 75,
  configuration: 78,
} as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

const exitStatusHelp = `
Exit status:
   0  done
   1  the input, or part of it, was refused
   2  wrong usage, or a file that cannot be read
  70  a fault of Gatehouse
  75  the storage or the mail server is unavailable: try again
  78  the configuration has problems`;

/** As in the audit events of what commands do. */
export const origin = { actor: 'cli' };

export type Environment = Record<string, string | undefined>;

export interface CommonOptions {
  config?: string;
  json?: boolean;
}

export interface Answer {
  status: ExitStatus;
  /** For standard output without --json. */
  text: string;
  /** For standard output with --json. */
  json: unknown;
  /** For standard error, one line each. */
  problems?: readonly string[];
}

/** A failure that is the caller's to mend, in one sentence. */
export class CommandError extends Error {
  readonly status: ExitStatus;

  constructor(status: ExitStatus, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CommandError';
    this.status = status;
  }
}

/** The options and the help that every command has. */
export function withCommonOptions(command: Command, example: string): Command {
  return command
    .option('--config <file>', 'settings as YAML, instead of config/gatehouse.yaml')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', `\nExample:\n${example.replace(/^/gm, '  ')}\n${exitStatusHelp}`);
}

/** Runs `use` on open services and closes them, whatever happened. The server may be running meanwhile. */
export async function withServices<T>(
  given: { env: Environment; file?: string | undefined },
  use: (services: Services) => Promise<T>,
): Promise<T> {
  const config = readConfig(given);
  try {
    // Its lines would go to standard output, between the answer's.
    const services = await createServices(config, createLog('silent'));
    try {
      return await use(services);
    } finally {
      await services.audit.close();
      await services.storage.close();
    }
  } catch (error) {
    if (config.logLevel === 'debug' || config.logLevel === 'trace') console.error(error);
    throw error;
  }
}

/** @throws ConfigError */
export function readConfig({ env, file }: { env: Environment; file?: string | undefined }): Config {
  try {
    return loadConfig({ env, ...(file === undefined ? {} : { file }) });
  } catch (error) {
    // A folder, a file that may not be read, a YAML alias bomb.
    throw error instanceof ConfigError
      ? error
      : new ConfigError([`${file ?? 'config/gatehouse.yaml'}: ${(error as Error).message}`]);
  }
}

/** Runs one command to its end: prints its answer, or why there is none, and sets the exit status. */
export async function run({ json = false }: CommonOptions, act: () => Answer | Promise<Answer>): Promise<void> {
  const answer = await attempt(act);
  for (const problem of answer.problems ?? []) console.error(problem);
  if (json) console.log(JSON.stringify(answer.json, null, 2));
  else if (answer.text !== '') console.log(answer.text);
  process.exitCode = answer.status;
}

/** What commander throws instead of ending the process; it has told the person already. */
export function endOfParsing(error: unknown, isJson: boolean): void {
  if (!(error instanceof CommanderError)) throw error;
  const isHelp = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
  process.exitCode = isHelp ? exitStatus.ok : exitStatus.usage;
  if (isJson && !isHelp) console.log(JSON.stringify({ error: error.message.replace(/^error: /, '') }, null, 2));
}

async function attempt(act: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Answer {
  const { status, problems } = explain(error);
  const [first = '', ...rest] = problems;
  return { status, text: '', json: { error: first, ...(rest.length > 0 ? { problems: rest } : {}) }, problems };
}

/** Whoever runs a command owns the instance: the detail that the web keeps for the log is told. Never a stack trace. */
function explain(error: unknown): { status: ExitStatus; problems: string[] } {
  if (error instanceof CommandError) return { status: error.status, problems: [error.message] };
  if (error instanceof ConfigError)
    return { status: exitStatus.configuration, problems: [error.message.split('\n')[0] ?? '', ...error.problems] };
  if (!(error instanceof DomainError))
    return { status: exitStatus.fault, problems: [`Gatehouse failed: ${(error as Error).message}`] };
  if (error.code === 'storage_unavailable')
    return { status: exitStatus.unavailable, problems: [`The storage is unavailable: ${error.detail}`] };
  return { status: exitStatus.refused, problems: [error.detail] };
}
