// The master key is changed: SECRET_KEY=new,old, and later the new one alone.
import { describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { startApp } from '../support/start-app.ts';

const oldKey = 'a-master-key-for-tests-that-is-long-enough';
const newKey = 'another-master-key-for-tests-that-is-long-enough';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a change of the master key (${engine.name})`, () => {
    it('seals signing keys and the salt of pairwise subjects again at the start, so that the new key alone opens them', async () => {
      const storageUrl = engine.freshUrl();
      const startedWith = async (SECRET_KEY: string, keepStorage: boolean) => {
        const gatehouse = await startApp({ engine, storageUrl, keepStorage, env: { SECRET_KEY } });
        const published = (await (await fetch(`${gatehouse.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
        const salt = await gatehouse.services.keys.pairwiseSalt();
        const stop = () => gatehouse.stop();
        return { kids: published.keys.map(({ kid }) => kid), salt, stop };
      };
      const before = await startedWith(oldKey, true);
      await before.stop();
      // Two nodes that start together.
      const between = await Promise.all([
        startedWith(`${newKey},${oldKey}`, true),
        startedWith(`${newKey},${oldKey}`, true),
      ]);
      for (const node of between) await node.stop();
      const after = await startedWith(newKey, false);
      await after.stop();
      expect(before.kids).toHaveLength(4);
      for (const { kids, salt } of [...between, after]) expect([kids, salt]).toEqual([before.kids, before.salt]);
    }, 60_000);
  });
}
