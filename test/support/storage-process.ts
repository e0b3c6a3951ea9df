// Starts storage-worker.ts as a process of its own and talks to it line by line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const worker = join(import.meta.dirname, 'storage-worker.ts');

export interface Work {
  url: string;
  task: 'consume' | 'increment' | 'write' | 'lock' | 'overfill' | 'leave';
  argument?: string | number;
  /** A limit on the size of any file the process writes, in kilobytes. */
  fileLimitKb?: number;
}

const running = new Set<ChildProcess>();

/** For the end of a test, whatever became of it. */
export function endWorkers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Resolves when the process has opened the store. */
export async function startWorker({ url, task, argument = '', fileLimitKb }: Work) {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', worker, url, task, String(argument)];
  const limited =
    fileLimitKb === undefined ? command : ['sh', '-c', `ulimit -f ${fileLimitKb * 2}; exec "$0" "$@"`, ...command];
  const [program = '', ...args] = limited;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  running.add(child);
  child.once('exit', () => running.delete(child));
  const said: string[] = [];
  const faults: Buffer[] = [];
  child.stderr.on('data', (bytes: Buffer) => faults.push(bytes));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function next(): Promise<string> {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the worker has ended: ${Buffer.concat(faults).toString()}`);
    said.push(value);
    return value;
  }

  async function until(line: string): Promise<void> {
    while ((await next()) !== line);
  }

  function tell(line: string): void {
    child.stdin.write(`${line}\n`);
  }

  /** Every line that was still on its way is read first. */
  async function kill(): Promise<string[]> {
    child.kill('SIGKILL');
    for (;;) {
      const { value, done } = await lines.next();
      if (done) break;
      said.push(value);
    }
    await exited;
    return said;
  }

  async function end(): Promise<void> {
    await until('closed');
    await exited;
  }

  await until('ready');
  return { next, until, tell, kill, end, said };
}

export type Worker = Awaited<ReturnType<typeof startWorker>>;
