// How passwords are hashed, checked and kept from costing more than the machine has.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash as argon2Hash, argon2id } from 'argon2';
import type { Account } from '../../src/accounts/account.ts';
import { createHashQueue } from '../../src/credentials/hash-queue.ts';
import { createPasswords } from '../../src/credentials/passwords.ts';
import { createPerson } from '../support/people.ts';
import { cheapHashes, startApp, type TestApp } from '../support/start-app.ts';

const password = 'seven quiet bicycles';
/** What the test server is set up with. */
const cost = { memoryMib: 46, passes: 1 };

describe('a stored password', () => {
  let gatehouse: TestApp;
  beforeAll(async () => {
    gatehouse = await startApp({ env: cheapHashes });
  });
  afterAll(() => gatehouse.stop());

  const check = (account: Account | undefined, given: string) =>
    gatehouse.services.passwords.verify(account, given, Date.now());
  const current = (account: Account) => gatehouse.services.accounts.get(account.id);

  async function withHash(passwordHash: string): Promise<Account | undefined> {
    const { account } = await createPerson(gatehouse);
    return gatehouse.services.accounts.update(account.id, (old) => ({ ...old, passwordHash }));
  }

  it('PW-12: is an argon2id PHC string above OWASP’s floor, with 16 bytes of salt and 32 of tag, never twice the same', async () => {
    const hashes = await Promise.all([1, 2].map(() => gatehouse.services.passwords.hash(password)));
    expect(hashes[0]).not.toBe(hashes[1]);
    const [, kind, version, parameters, salt = '', tag = ''] = hashes[0]?.split('$') ?? [];
    const [m, t, p] = [cost.memoryMib * 1024, cost.passes, 1];
    expect([kind, version]).toEqual(['argon2id', 'v=19']);
    expect(parameters?.split(',').sort()).toEqual([`m=${m}`, `p=${p}`, `t=${t}`]);
    expect([Buffer.from(salt, 'base64').length, Buffer.from(tag, 'base64').length]).toEqual([16, 32]);
    expect(m * t).toBeGreaterThanOrEqual(19_456 * 2);
  });

  it('PW-12: is brought up to today’s parameters by the right password alone', async () => {
    const weak = await argon2Hash(password, { type: argon2id, memoryCost: 19_456, timeCost: 1, parallelism: 1 });
    const account = await withHash(weak);
    expect(await check(account, 'not this one at all')).toBe('rejected');
    expect((await current(account as Account))?.passwordHash).toBe(weak);
    expect(await check(account, password)).toBe('accepted');
    const raised = (await current(account as Account))?.passwordHash;
    expect(raised).toContain(`m=${cost.memoryMib * 1024}`);
    expect(await check(await current(account as Account), password)).toBe('accepted');
    expect((await current(account as Account))?.passwordHash).toBe(raised);
  });

  it('PW-06: is one for composed and decomposed letters, and another for every other difference', async () => {
    const account = await withHash(await gatehouse.services.passwords.hash('caf\u00e9 ﬁne au lait'));
    for (const same of ['cafe\u0301 fine au lait', 'caf\u00e9 ﬁne au lait', 'ｃafé fine au lait'])
      expect(await check(account, same)).toBe('accepted');
    for (const other of [
      'Café fine au lait',
      'cafe fine au lait',
      'café  fine au lait',
      ' café fine au lait',
      'café fine au lait ',
    ])
      expect(await check(account, other)).toBe('rejected');
  });

  it.each(['\ud800', 'a\u0000b', '\u0000', '', '%s', '\ufffd'])('answers %j as a wrong one', async (given) => {
    const { account } = await createPerson(gatehouse);
    expect(await check(account, given)).toBe('rejected');
    expect(await check(undefined, given)).toBe('rejected');
  });
});

describe('the work of hashing', () => {
  it('PW-14: is one hash for an address that nobody has, for one without a password, and for a wrong password', async () => {
    let hashes = 0;
    const queue = createHashQueue();
    const passwords = createPasswords({
      cost,
      accounts: undefined as never,
      queue: (work) => {
        hashes += 1;
        return queue(work);
      },
    });
    const passwordHash = await passwords.hash(password);
    const base = { id: 'ana', email: 'ana@example.com', sessionEpoch: 0 } as Account;
    await passwords.verify(undefined, 'wrong', 0);
    for (const account of [undefined, base, { ...base, passwordHash }]) {
      const before = hashes;
      expect(await passwords.verify(account, 'wrong', 0)).toBe('rejected');
      expect(hashes - before).toBe(1);
    }
  });

  it('PW-14: goes on for so many at once; more wait, and one too many is refused at once', async () => {
    const finish: (() => void)[] = [];
    let running = 0;
    const run = createHashQueue({ concurrency: 2, maxQueued: 3, maxWaitMs: 60_000 });
    const work = () =>
      run(() => {
        running += 1;
        return new Promise<void>((resolve) => finish.push(resolve));
      });
    const accepted = [work(), work()];
    await new Promise(setImmediate);
    accepted.push(work(), work(), work());
    await expect(work()).rejects.toMatchObject({ code: 'too_many_requests', detail: expect.stringContaining('full') });
    expect(running).toBe(2);
    while (running < 5 || finish.length > 0) {
      finish.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all(accepted);
  });

  it('PW-14: is not begun for somebody who waited too long', async () => {
    const run = createHashQueue({ concurrency: 1, maxQueued: 3, maxWaitMs: -1 });
    let begun = false;
    const late = run(async () => {
      begun = true;
    });
    await expect(late).rejects.toMatchObject({ code: 'too_many_requests', detail: expect.stringContaining('long') });
    expect(begun).toBe(false);
  });
});
