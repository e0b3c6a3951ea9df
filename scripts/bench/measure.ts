// Rounds in turn, A B A B: what else the machine does meets all sides alike, and the ratio is taken within each round.
import { setTimeout as pause } from 'node:timers/promises';
import type { HashRate } from './argon2.ts';
import type { Child, Usage } from './children.ts';
import type { Load, LoadQuestion } from './load.ts';
import type { Options } from './options.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Running, Side, SideName } from './sides.ts';
import { median } from './statistics.ts';

export interface Figures {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server for one act. */
  cpuMs: number;
  /** Of the rates; missing for the yardstick itself. */
  ratio?: number;
  errors: string[];
}

export type Column = SideName | 'argon2id';
export type ScenarioFigures = Partial<Record<Column, Figures>>;
type Round = Omit<Figures, 'ratio'>;

export interface StartFigures {
  startMs: number;
  /** Of a store without keys, tables or people; missing for the bare provider, which has no store. */
  firstStartMs?: number;
  idleBytes: number;
}

const starts = 3;
const quietMs = 3000;
const warmUpSeconds = 2;

/** Starts each side several times in turn, and leaves it stopped and seeded. */
export async function measureStarts(sides: readonly Side[]): Promise<Partial<Record<SideName, StartFigures>>> {
  const figures: Partial<Record<SideName, StartFigures>> = {};
  const firstMs = new Map<SideName, number>();
  for (const side of sides) {
    const { server, startMs } = await side.start();
    await server.stop();
    await side.seed();
    firstMs.set(side.name, startMs);
  }
  const seen = sides.map((side) => ({ side, startMs: [] as number[], idleBytes: [] as number[] }));
  for (let n = 0; n < starts; n += 1) {
    for (const { side, startMs, idleBytes } of seen) {
      const running = await side.start();
      await pause(quietMs);
      startMs.push(running.startMs);
      idleBytes.push((await running.server.ask<Usage>({})).rssBytes);
      await running.server.stop();
    }
  }
  for (const { side, startMs, idleBytes } of seen) {
    const firstStartMs = side.name === 'bare' ? undefined : firstMs.get(side.name);
    figures[side.name] = {
      startMs: median(startMs),
      idleBytes: median(idleBytes),
      ...(firstStartMs ? { firstStartMs } : {}),
    };
  }
  return figures;
}

export interface Bench {
  options: Options;
  load: Child;
  argon2: Child;
  running: ReadonlyMap<SideName, Running>;
}

export async function measureScenario(
  name: ScenarioName,
  { options, load, argon2, running }: Bench,
): Promise<ScenarioFigures> {
  const isSignIn = name === 'sign-in';
  const ways = new Map<Column, (seconds: number) => Promise<Round>>();
  if (isSignIn) ways.set('argon2id', (seconds) => hashRound(argon2, seconds));
  for (const [side, server] of running) {
    if (!isSignIn || side !== 'bare') ways.set(side, (seconds) => loadRound(name, { load, server, seconds }));
  }
  for (const way of ways.values()) await way(Math.min(options.seconds, warmUpSeconds));
  const rounds = new Map<Column, Round[]>([...ways.keys()].map((column) => [column, []]));
  for (let n = 0; n < options.rounds; n += 1) {
    for (const [column, way] of ways) rounds.get(column)?.push(await way(options.seconds));
  }
  const yardstick = rounds.get(isSignIn ? 'argon2id' : 'bare') ?? [];
  return Object.fromEntries([...rounds].map(([column, own]) => [column, summary(own, yardstick)]));
}

async function loadRound(
  name: ScenarioName,
  { load, server, seconds }: { load: Child; server: Running; seconds: number },
): Promise<Round> {
  const ask = (question: LoadQuestion) => load.ask<Load>(question);
  const prepared = await ask({ prepare: name, origin: server.origin });
  if (prepared.errors.length > 0) return { perSecond: 0, p50Ms: 0, p99Ms: 0, cpuMs: 0, errors: prepared.errors };
  const before = await server.server.ask<Usage>({});
  const { perSecond, p50Ms, p99Ms, acts, errors } = await ask({ runSeconds: seconds });
  const after = await server.server.ask<Usage>({});
  return { perSecond, p50Ms, p99Ms, cpuMs: (after.cpuMs - before.cpuMs) / acts, errors };
}

async function hashRound(argon2: Child, runSeconds: number): Promise<Round> {
  const { perSecond, p50Ms, p99Ms, cpuMsEach } = await argon2.ask<HashRate>({ runSeconds });
  return { perSecond, p50Ms, p99Ms, cpuMs: cpuMsEach, errors: [] };
}

function summary(rounds: readonly Round[], yardstick: readonly Round[]): Figures {
  const of = (key: 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuMs') => median(rounds.map((round) => round[key]));
  const ratio = median(rounds.map((round, n) => round.perSecond / (yardstick[n]?.perSecond ?? Number.NaN)));
  const errors = rounds.flatMap((round) => round.errors);
  return {
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMs: of('cpuMs'),
    errors,
    ...(rounds === yardstick ? {} : { ratio }),
  };
}
