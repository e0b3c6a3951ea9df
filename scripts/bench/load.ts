// The load generator, in a process of its own: prepares a scenario's virtual users, then lets them act for some seconds.
import pLimit from 'p-limit';
import { answerQuestions } from './children.ts';
import { createHttp } from './http.ts';
import { type Act, type ScenarioName, scenarios } from './scenarios.ts';
import { percentile } from './statistics.ts';

export type LoadQuestion = { prepare: ScenarioName; origin: string } | { runSeconds: number };

export interface Load {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** All acts, those included that were finished after the end of the time and do not count for the rate. */
  acts: number;
  /** What went wrong; a user whose act failed acts no more. */
  errors: string[];
}

/** Sign-ins beyond what the server lets wait for a hash would be refused. */
const preparedAtOnce = 4;

let acts: Act[] = [];
let close: () => void = () => undefined;

answerQuestions(async (question: LoadQuestion): Promise<Load> => {
  if ('runSeconds' in question) return run(question.runSeconds * 1000);
  return prepare(question.prepare, question.origin).then(
    () => emptyLoad([]),
    (error: Error) => emptyLoad([error.message]),
  );
});

async function prepare(name: ScenarioName, origin: string): Promise<void> {
  close();
  const { users, prepare: prepareOne } = scenarios[name];
  const http = createHttp(origin, users);
  close = http.close;
  const fewAtOnce = pLimit(preparedAtOnce);
  const made = Array.from({ length: users }, (_, person) => fewAtOnce(() => prepareOne(http.send, person)));
  acts = await Promise.all(made);
}

async function run(milliseconds: number): Promise<Load> {
  const startedAt = performance.now();
  const endsAt = startedAt + milliseconds;
  const latencies: number[] = [];
  const errors: string[] = [];
  let done = 0;
  const repeat = async (act: Act) => {
    while (performance.now() < endsAt) {
      const begunAt = performance.now();
      await act();
      const now = performance.now();
      latencies.push(now - begunAt);
      if (now <= endsAt) done += 1;
    }
  };
  await Promise.all(acts.map((act) => repeat(act).catch((error: Error) => errors.push(error.message))));
  latencies.sort((a, b) => a - b);
  return {
    perSecond: done / (milliseconds / 1000),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    acts: latencies.length,
    errors,
  };
}

function emptyLoad(errors: string[]): Load {
  return { perSecond: 0, p50Ms: 0, p99Ms: 0, acts: 0, errors };
}
