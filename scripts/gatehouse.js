#!/usr/bin/env node
// The `gatehouse` command: plain JavaScript for whatever Node the machine has. Runs src/cli.ts on the Node that package.json brings,
// and passes arguments, standard streams, signals and the exit status through.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// On Windows `.bin` holds scripts, and a script would be run by a shell, which takes arguments apart.
const isWindows = process.platform === 'win32';
const node = isWindows
  ? join(root, 'node_modules', 'node', 'bin', 'node.exe')
  : join(root, 'node_modules', '.bin', 'node');
const cli = join(root, 'src', 'cli.ts');

if (!existsSync(node)) {
  console.error(`Gatehouse is not installed: run "npm ci" in ${root} first.`);
  process.exit(1);
}

const child = spawn(node, ['--disable-warning=ExperimentalWarning', cli, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

for (const signal of signals) {
  process.on(signal, () => {
    // Ctrl-C reaches the child from the terminal already; a second one would end it in mid stop.
    const isFromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!isFromTerminal) child.kill(signal);
  });
}

child.on('error', (error) => {
  console.error(`Gatehouse could not start: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code);
  // Ends as the child did, so that a shell sees it; the signals that end nothing here are told by number.
  for (const name of signals) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  process.exitCode = 128 + constants.signals[signal];
});
