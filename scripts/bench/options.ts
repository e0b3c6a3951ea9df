// The command line of `npm run bench`.
import { parseArgs } from 'node:util';
import { type Algorithm, algorithms } from './fixtures.ts';
import { type ScenarioName, scenarioNames } from './scenarios.ts';

const help = `npm run bench -- [options]
  --seconds N     length of one round (4)
  --rounds N      rounds of each side, in turn (5)
  --only NAMES    ${scenarioNames.join(', ')} or start; separated by commas (all of these);
                  million: by itself, lists and sign-in with a million people
  --people N      people of million (1000000)
  --events N      audit events of million (10000000)
  --algorithm A   signs the ID tokens: ${algorithms.join(' or ')} (${algorithms[0]}: the cheaper it is, the more our own work shows)
  --mongo URL     MongoDB as a third column, in a database of its own that is dropped afterwards (MONGODB_URL)
  --profile DIR   writes CPU profiles of the servers there
  --json          prints the figures as JSON`;

export type Part = ScenarioName | 'start' | 'million';
const usual: readonly Part[] = ['start', ...scenarioNames];
const parts: readonly Part[] = [...usual, 'million'];

export interface Options {
  seconds: number;
  rounds: number;
  only: readonly Part[];
  people: number;
  events: number;
  algorithm: Algorithm;
  mongo: string | undefined;
  profile: string | undefined;
  json: boolean;
}

/** Ends the process with a sentence when the command line cannot be understood. */
export function readOptions(): Options {
  try {
    return parse();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(64);
  }
}

function parse(): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      seconds: text,
      rounds: text,
      only: text,
      people: text,
      events: text,
      algorithm: text,
      mongo: text,
      profile: text,
      json: flag,
      help: flag,
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  return {
    seconds: positive('--seconds', values.seconds ?? '4'),
    rounds: Math.ceil(positive('--rounds', values.rounds ?? '5')),
    only: values.only === undefined ? usual : values.only.split(',').map((name) => oneOf('--only', parts, name)),
    people: Math.ceil(positive('--people', values.people ?? '1000000')),
    events: Math.ceil(positive('--events', values.events ?? '10000000')),
    algorithm: oneOf('--algorithm', algorithms, values.algorithm ?? algorithms[0]),
    mongo: values.mongo ?? process.env.MONGODB_URL,
    profile: values.profile,
    json: values.json,
  };
}

function positive(option: string, given: string): number {
  const value = Number(given);
  if (!(value > 0)) throw new Error(`${option} must be a number above 0`);
  return value;
}

function oneOf<T extends string>(option: string, allowed: readonly T[], given: string): T {
  const found = allowed.find((name) => name === given);
  if (found === undefined) throw new Error(`${option} knows ${allowed.join(', ')}, not "${given}"`);
  return found;
}
