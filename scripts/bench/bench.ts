// `npm run bench`: Gatehouse side by side with a bare oidc-provider, the ceiling of the stack, in one run on this machine.
// The figures never fail the run; only what does not work does.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Child, startChild } from './children.ts';
import { type Bench, measureScenario, measureStarts } from './measure.ts';
import { measureMillion } from './million.ts';
import { type Options, readOptions } from './options.ts';
import { printResults, type Results, resultsOf } from './report.ts';
import { type ScenarioName, scenarioNames } from './scenarios.ts';
import { createSides, type Running, type Side, type SideName } from './sides.ts';

const options = readOptions();
if (options.profile) mkdirSync(options.profile, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const profile = options.profile && resolve(options.profile);
const sides = createSides({ ...options, profile }, folder);
try {
  if (options.only.includes('million')) await measureMillion({ ...options, profile }, folder);
  else await compare();
} finally {
  for (const side of sides) await side.clean();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const results = resultsOf(options, await measure(options, sides));
  if (options.json) console.log(JSON.stringify(results, null, 2));
  else printResults(results);
  if (hasErrors(results)) process.exitCode = 1;
}

async function measure({ only }: Options, all: readonly Side[]): Promise<Pick<Results, 'starts' | 'scenarios'>> {
  const names = scenarioNames.filter((name) => only.includes(name));
  say('starting each side several times …');
  if (only.includes('start')) {
    const starts = await measureStarts(all);
    return { starts, scenarios: names.length > 0 ? await measureAll(names, all) : {} };
  }
  for (const side of all) await side.seed();
  return { starts: {}, scenarios: await measureAll(names, all) };
}

async function measureAll(names: readonly ScenarioName[], all: readonly Side[]): Promise<Results['scenarios']> {
  const running = new Map<SideName, Running>();
  const children: Child[] = [];
  const figures: Results['scenarios'] = {};
  try {
    for (const side of all) {
      const started = await side.start({ profiled: true });
      children.push(started.server);
      running.set(side.name, started);
    }
    const [load, argon2] = ['load.ts', 'argon2.ts'].map((script) => startChild(script, {}, { cwd: folder })) as [
      Child,
      Child,
    ];
    children.push(load, argon2);
    const bench: Bench = { options, load, argon2, running };
    for (const name of names) {
      say(`${name} …`);
      figures[name] = await measureScenario(name, bench);
    }
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
  return figures;
}

function hasErrors({ scenarios }: Results): boolean {
  return Object.values(scenarios).some((columns) => Object.values(columns).some(({ errors }) => errors.length > 0));
}

/** Progress, apart from the figures. */
function say(text: string): void {
  console.error(text);
}
