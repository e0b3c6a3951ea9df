// The processes of a measurement: started with a message channel, asked one question at a time, ended by closing the channel.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

export interface ChildOptions {
  /** Where it runs: a folder without settings of the installation. */
  cwd: string;
  /** Writes a CPU profile of the process into this folder when it ends. */
  profile?: string | undefined;
}

/** @param args handed to the script as one JSON text */
export function startChild(script: string, args: object, { cwd, profile }: ChildOptions) {
  const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const child = fork(join(folder, script), [JSON.stringify(args)], {
    cwd,
    execArgv: [...process.execArgv, ...profiling],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

  /** Sends a question and waits for the next message; the scripts answer each with exactly one. */
  async function ask<Answer>(question: object): Promise<Answer> {
    const answer = nextMessage(child, script);
    child.send(question);
    return (await answer) as Answer;
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    if (child.connected) child.disconnect();
    await exited;
  }

  return { ask, stop, exited: () => once(child, 'exit') as Promise<[number | null]> };
}
export type Child = ReturnType<typeof startChild>;

function nextMessage(child: ChildProcess, script: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${script} ended with ${code} before it answered`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** Runs a script to its end. */
export async function runChild(script: string, args: object, options: ChildOptions): Promise<void> {
  const [code] = await startChild(script, args, options).exited();
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
}

/** What a script was started with. */
export function childArguments<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Answers each question with one message; ends the process, after `stop`, when the bench is gone. */
export function answerQuestions<Q>(
  answer: (question: Q) => Promise<object> | object,
  stop?: () => Promise<void>,
): void {
  process.on('message', (question) => {
    void Promise.resolve(answer(question as Q)).then((reply) => process.send?.(reply));
  });
  process.once('disconnect', () => {
    void Promise.resolve(stop?.()).then(() => process.exit(0));
  });
}

/** What a server says of itself, whatever it is asked. */
export interface Usage {
  rssBytes: number;
  /** Of all its threads, since its start. */
  cpuMs: number;
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
