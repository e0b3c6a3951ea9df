// The figures of a million people in words, each beside its goal.
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Options } from './options.ts';

export interface Timing {
  title: string;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server for one answer: what else the machine does is not in it. */
  cpuMs: number;
}

export interface MillionFigures {
  name: 'sqlite' | 'mongodb';
  lists: Timing[];
  /** `slowerBy` is a share: that of a pair of sign-ins, one to each store. */
  signIn: { fewP50Ms: number; manyP50Ms: number; slowerBy: number };
  errors: string[];
}

const mostP99Ms = 100;
const mostSlower = 0.2;
const names = { sqlite: 'SQLite', mongodb: 'MongoDB' };

export function printMillion(figures: readonly MillionFigures[], { people, events }: Options): void {
  const load = (loadavg()[1] ?? 0).toFixed(1);
  console.log(`${people.toLocaleString('en')} people, ${events.toLocaleString('en')} audit events`);
  console.log(
    `Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, load ${load}\n`,
  );
  for (const { name, lists, signIn, errors } of figures) {
    console.log(line(names[name], ['CPU ms', 'p50 ms', 'p99 ms', `goal ${mostP99Ms}`]));
    for (const { title, cpuMs, p50Ms, p99Ms } of lists)
      console.log(line(`  ${title}`, [cpuMs.toFixed(1), p50Ms.toFixed(1), p99Ms.toFixed(1), told(p99Ms <= mostP99Ms)]));
    console.log(line('  sign-in, p50 with 1,000 people', ['', signIn.fewP50Ms.toFixed(0)]));
    console.log(line('  sign-in, p50 with all', ['', signIn.manyP50Ms.toFixed(0)]));
    const percent = `${(signIn.slowerBy * 100).toFixed(0)} %`;
    console.log(line('  sign-in, slower by', ['', percent, '', told(signIn.slowerBy <= mostSlower)]));
    for (const error of new Set(errors)) console.log(`  FAILED: ${error}`);
    console.log('');
  }
}

function told(isReached: boolean): string {
  return isReached ? 'reached' : 'NOT reached';
}

function line(first: string, cells: readonly string[]): string {
  return `${first.padEnd(36)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}
