// `--only million`: whether lists, searches and sign-ins stay fast with a million people and ten million events, through the front door.
import { join } from 'node:path';
import type { Child, Usage } from './children.ts';
import { peopleCount } from './fixtures.ts';
import { signIn } from './flows.ts';
import { createHttp, withCookies } from './http.ts';
import { actsOf, openConsole } from './million-acts.ts';
import { type MillionFigures, printMillion, type Timing } from './million-report.ts';
import type { Options } from './options.ts';
import { createServers, dropDatabase, ownDatabase, type Running, type Side, type SideName } from './sides.ts';
import { median, percentile } from './statistics.ts';

/** What sign-ins are compared with. */
const few = { people: 1000, events: 10_000 };
const warmUps = 20;
const measured = 400;
const signIns = 60;

export async function measureMillion(options: Options, folder: string): Promise<void> {
  const figures: MillionFigures[] = [];
  for (const name of options.mongo === undefined ? (['sqlite'] as const) : (['sqlite', 'mongodb'] as const))
    figures.push(await measureEngine(name, options, folder));
  if (options.json) console.log(JSON.stringify(figures, null, 2));
  else printMillion(figures, options);
  if (figures.some(({ errors }) => errors.length > 0)) process.exitCode = 1;
}

async function measureEngine(name: 'sqlite' | 'mongodb', options: Options, folder: string): Promise<MillionFigures> {
  const { people, events } = options;
  const [small, large] = [few, { people, events }].map((size) => storeOf(name, { ...options, ...size }, folder)) as [
    Side,
    Side,
  ];
  const children: Child[] = [];
  try {
    for (const side of [small, large]) {
      console.error(`${name}: filling a store …`);
      await side.seed();
    }
    const running = await Promise.all([small.start(), large.start({ profiled: true })]);
    children.push(...running.map(({ server }) => server));
    console.error(`${name}: lists …`);
    const { lists, errors: faults } = await measureLists(running[1], people);
    console.error(`${name}: sign-ins …`);
    const { signIn, errors } = await measureSignIns(running);
    return { name, lists, signIn, errors: [...faults, ...errors] };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    for (const side of [small, large]) await side.clean();
  }
}

function storeOf(name: SideName, options: Options, folder: string): Side {
  const { people, events, mongo = '' } = options;
  const url = name === 'sqlite' ? `sqlite:${join(folder, `${people}.db`)}` : ownDatabase(mongo);
  const clean = async () => (name === 'mongodb' ? dropDatabase(url) : undefined);
  return createServers(options, folder).ours(name, url, {
    clean,
    seeds: { script: 'million-seed.ts', args: { people, events } },
  });
}

/** One administrator, one request after the other. */
async function measureLists(
  { origin, server }: Running,
  people: number,
): Promise<{ lists: Timing[]; errors: string[] }> {
  const http = createHttp(origin, 1);
  const browser = withCookies(http.send);
  await openConsole(browser);
  const lists: Timing[] = [];
  const errors: string[] = [];
  for (const { title, run } of actsOf(browser, people)) {
    try {
      const took: number[] = [];
      let before = 0;
      for (let n = 0; n < warmUps + measured; n += 1) {
        if (n === warmUps) before = (await server.ask<Usage>({})).cpuMs;
        const begunAt = performance.now();
        await run();
        if (n >= warmUps) took.push(performance.now() - begunAt);
      }
      took.sort((a, b) => a - b);
      const cpuMs = ((await server.ask<Usage>({})).cpuMs - before) / took.length;
      lists.push({ title, p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99), cpuMs });
    } catch (error) {
      errors.push(`${title}: ${(error as Error).message}`);
    }
  }
  http.close();
  return { lists, errors };
}

/** Whole sign-ins one by one, in turn: what else the machine does meets both alike. */
async function measureSignIns(stores: readonly Running[]): Promise<Pick<MillionFigures, 'signIn' | 'errors'>> {
  const https = stores.map(({ origin }) => createHttp(origin, 1));
  const took: [number, number][] = [];
  const errors: string[] = [];
  for (let n = 0; n < warmUps + signIns; n += 1) {
    const pair: number[] = [];
    for (const { send } of https) {
      const begunAt = performance.now();
      await signIn(withCookies(send), send, n % peopleCount).catch((error: Error) => errors.push(error.message));
      pair.push(performance.now() - begunAt);
    }
    if (n >= warmUps) took.push([pair[0] ?? Number.NaN, pair[1] ?? Number.NaN]);
  }
  for (const http of https) http.close();
  return {
    signIn: {
      fewP50Ms: median(took.map(([ms]) => ms)),
      manyP50Ms: median(took.map(([, ms]) => ms)),
      slowerBy: median(took.map(([one, other]) => other / one)) - 1,
    },
    errors,
  };
}
