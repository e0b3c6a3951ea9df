// The figures in words: each beside its goal, as reached or not reached.
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Column, Figures, ScenarioFigures, StartFigures } from './measure.ts';
import type { Options } from './options.ts';
import { type ScenarioName, scenarios } from './scenarios.ts';
import type { SideName } from './sides.ts';

export interface Results {
  node: string;
  cpu: string;
  cores: number;
  /** Over the last five minutes, the bench included: well above the number of cores, others were at work too. */
  loadAverage: number;
  options: Pick<Options, 'seconds' | 'rounds' | 'algorithm'>;
  starts: Partial<Record<SideName, StartFigures>>;
  scenarios: Partial<Record<ScenarioName, ScenarioFigures>>;
  goals: Goal[];
}

export interface Goal {
  name: string;
  goal: number;
  figure: number;
  isReached: boolean;
}

/** Least ratios, of the bare provider or, for sign-ins, of the argon2id limit; on SQLite. */
const ratioGoals: Partial<Record<ScenarioName, number>> = { refresh: 0.8, 'code-flow': 0.8, 'sign-in': 0.9 };
const mostIdleMb = 150;
const longestStartMs = 2000;

const columnNames: Record<Column, string> = {
  bare: 'bare',
  argon2id: 'argon2id alone',
  sqlite: 'SQLite',
  mongodb: 'MongoDB',
};

export function resultsOf(
  { seconds, rounds, algorithm }: Options,
  measured: Pick<Results, 'starts' | 'scenarios'>,
): Results {
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    loadAverage: loadavg()[1] ?? 0,
    options: { seconds, rounds, algorithm },
    ...measured,
    goals: [...startGoals(measured.starts.sqlite), ...scenarioGoals(measured.scenarios)],
  };
}

function startGoals(start: StartFigures | undefined): Goal[] {
  if (!start) return [];
  const goals: [string, number, number | undefined][] = [
    ['start-up, ms', longestStartMs, start.startMs],
    ['first start, ms', longestStartMs, start.firstStartMs],
    ['idle memory, MB', mostIdleMb, megabytes(start.idleBytes)],
  ];
  return goals.flatMap(([name, goal, figure]) =>
    figure === undefined ? [] : [{ name, goal, figure, isReached: figure < goal }],
  );
}

function scenarioGoals(measured: Results['scenarios']): Goal[] {
  return Object.entries(ratioGoals).flatMap(([name, goal]) => {
    const figure = measured[name as ScenarioName]?.sqlite?.ratio;
    return figure === undefined ? [] : [{ name: `${name}, ratio`, goal, figure, isReached: figure >= goal }];
  });
}

export function printResults({ starts, scenarios: measured, goals, ...where }: Results): void {
  const { seconds, rounds, algorithm } = where.options;
  console.log(`Node ${where.node}, ${where.cores} × ${where.cpu}, load average ${number(where.loadAverage)}`);
  console.log(`ID tokens ${algorithm}; medians of ${rounds} rounds of ${seconds} s, in turn\n`);
  if (Object.keys(starts).length > 0) printStarts(starts);
  for (const [name, figures] of Object.entries(measured)) printScenario(name as ScenarioName, figures);
  console.log('Goals, on SQLite');
  for (const { name, goal, figure, isReached } of goals) {
    console.log(`  ${name.padEnd(20)} ${number(figure)}  ${isReached ? 'reached' : 'NOT reached'} (${goal})`);
  }
}

function printStarts(starts: Results['starts']): void {
  console.log(line('start', ['start ms', 'first ms', 'idle MB']));
  for (const [side, { startMs, firstStartMs, idleBytes }] of Object.entries(starts)) {
    console.log(line(`  ${columnNames[side as SideName]}`, [startMs, firstStartMs, megabytes(idleBytes)].map(number)));
  }
  console.log('');
}

function printScenario(name: ScenarioName, figures: ScenarioFigures): void {
  const { title, users } = scenarios[name];
  console.log(`${title}; ${users} connections`);
  console.log(line('', ['a second', 'p50 ms', 'p99 ms', 'CPU ms', 'ratio']));
  for (const [column, own] of Object.entries(figures)) {
    const { perSecond, p50Ms, p99Ms, cpuMs, ratio } = own;
    console.log(line(`  ${columnNames[column as Column]}`, [perSecond, p50Ms, p99Ms, cpuMs, ratio].map(number)));
    printErrors(own);
  }
  console.log('');
}

function printErrors({ errors }: Figures): void {
  for (const error of new Set(errors))
    console.log(`    FAILED ${errors.filter((other) => other === error).length} ×: ${error}`);
}

function line(first: string, cells: readonly string[]): string {
  return `${first.padEnd(18)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function number(value: number | undefined): string {
  if (value === undefined) return '';
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function megabytes(bytes: number): number {
  return bytes / 1_000_000;
}
