// What the token endpoint hands out is in the storage by then, or it is not handed out.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/platform/errors.ts';
import type { Storage, Stored } from '../../src/storage/port.ts';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`an answer of the token endpoint (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    /** Of the collection that takes nothing now. */
    let broken: string | undefined;
    let puts: string[] = [];

    beforeAll(async () => {
      gatehouse = await startApp({ engine, wrap: (storage) => watched(storage) });
      rp = await registerRelyingParty(gatehouse);
      ana = await createPerson(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    function watched(storage: Storage): Storage {
      const collection = <T extends Stored>(spec: Parameters<typeof storage.collection<T>>[0]) => {
        const made = storage.collection(spec);
        const put: typeof made.put = async (record) => {
          if (spec.name === broken) throw new DomainError('storage_unavailable', 'the disk is full');
          puts.push(`${spec.name} begins`);
          await made.put(record);
          puts.push(`${spec.name} ends`);
        };
        return { ...made, put };
      };
      return { ...storage, collection };
    }

    async function callback() {
      const request = rp.request();
      const { leftFor } = await signIn(gatehouse.browser(), request, ana);
      return { request, url: leftFor as URL };
    }

    it('comes after both tokens, which are written together', async () => {
      const { request, url } = await callback();
      puts = [];
      const { status } = await rp.redeem(url, request);
      const tokens = puts.filter((line) => line.includes('-tokens'));
      expect(status).toBe(200);
      expect(tokens.slice(0, 2).sort()).toEqual(['access-tokens begins', 'refresh-tokens begins']);
      expect(tokens.slice(2).sort()).toEqual(['access-tokens ends', 'refresh-tokens ends']);
    });

    it.each(['access-tokens', 'refresh-tokens'])('carries no token when %s could not be written', async (name) => {
      const { request, url } = await callback();
      broken = name;
      const { status, body } = await rp.redeem(url, request);
      broken = undefined;
      expect([status, body.error]).toEqual([503, 'server_error']);
      expect(body).not.toHaveProperty('access_token');
      expect(body).not.toHaveProperty('id_token');
    });
  });
}
