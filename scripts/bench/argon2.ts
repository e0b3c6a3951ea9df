// How many passwords this machine can check in a second: the same parameters and the same number of threads as the server, nothing else.
import { availableParallelism } from 'node:os';
import { hash, verify } from 'argon2';
import { loadConfig } from '../../src/config.ts';
import { argon2Parameters } from '../../src/credentials/passwords.ts';
import { answerQuestions, usage } from './children.ts';
import { password } from './fixtures.ts';
import { percentile } from './statistics.ts';

export interface HashRate {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMsEach: number;
}

const { passwordHashMemory: memoryMib, passwordHashPasses: passes } = loadConfig({ env: {} });
const stored = await hash(password, argon2Parameters({ memoryMib, passes }));

answerQuestions(async ({ runSeconds }: { runSeconds: number }): Promise<HashRate> => {
  const before = usage();
  const endsAt = performance.now() + runSeconds * 1000;
  const took: number[] = [];
  let done = 0;
  const check = async () => {
    while (performance.now() < endsAt) {
      const begunAt = performance.now();
      await verify(stored, password);
      const now = performance.now();
      took.push(now - begunAt);
      if (now <= endsAt) done += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, check));
  const cpuMsEach = (usage().cpuMs - before.cpuMs) / took.length;
  took.sort((a, b) => a - b);
  return { perSecond: done / runSeconds, p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99), cpuMsEach };
});
