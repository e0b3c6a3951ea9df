// A process that stays and runs one command of `gatehouse` after another, as fresh processes would: so that hundreds of them need not
// read the same modules first. It is told of each by a message, and answers with its output and exit status.
import { runProgram } from '../../src/commands/program.ts';

export interface Order {
  args: string[];
  env: Record<string, string>;
  folder: string;
}

const streams = ['stdout', 'stderr'] as const;

process.on('message', async ({ args, env, folder }: Order) => {
  process.chdir(folder);
  process.exitCode = 0;
  const printed = { stdout: '', stderr: '' };
  for (const name of streams) {
    process[name].write = (bytes: string | Uint8Array) => {
      printed[name] += Buffer.from(bytes as string).toString();
      return true;
    };
  }
  await runProgram(args, env);
  process.send?.({ status: process.exitCode, signal: null, ...printed });
});
process.on('disconnect', () => process.exit());
