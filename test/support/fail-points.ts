// Two servers behind one address and on one store: one that dies after a write, and the one that is there after the restart. So every
// write of an act can be the last one, which with processes would take minutes (test/security/*-kill.test.ts kill some of those, too).
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dyingStorage } from './dying-storage.ts';
import { type StartOptions, startApp } from './start-app.ts';

/** Does it on the server that dies. @returns whether that has died before it was done */
export type Strike = (act: () => Promise<unknown>) => Promise<boolean>;

/** Of the process that dies: requests that it was answering stay dead when the next one begins. */
interface Life {
  writesLeft: number;
}

export async function startMortal({ engine, env = {} }: Pick<StartOptions, 'engine' | 'env'>) {
  const lives = new AsyncLocalStorage<Life>();
  let life: Life | undefined;
  const door = createServer((req, res) => {
    if (life) lives.run(life, () => mortal.server.emit('request', req, res));
    else gatehouse.server.emit('request', req, res);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const ISSUER = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const both = { ...(engine ? { engine } : {}), env: { ...env, ISSUER } };
  const gatehouse = await startApp(both);
  const mortal = await startApp({
    ...both,
    storageUrl: gatehouse.services.config.storageUrl,
    keepStorage: true,
    wrap: (storage) => dyingStorage(storage, countDown, () => isOver(lives.getStore())),
  });

  function countDown(): void {
    const now = lives.getStore();
    if (now) now.writesLeft -= 1;
  }

  /** Plays the same over and over: in the first round the server dies after the first write of what `strike` is given, in the second after
   *  the second, until it lives to the end of it.
   *  @returns how many writes that were */
  async function atEveryWrite(round: (strike: Strike) => Promise<void>): Promise<number> {
    for (let write = 1; ; write += 1) {
      let hasDied = false;
      await round(async (act) => {
        hasDied = await dyingAfter(write, act);
        return hasDied;
      });
      if (!hasDied) return write - 1;
    }
  }

  async function dyingAfter(writes: number, act: () => Promise<unknown>): Promise<boolean> {
    const mine = { writesLeft: writes };
    life = mine;
    try {
      await act();
    } catch (error) {
      if (!isOver(mine)) throw error;
    } finally {
      life = undefined;
    }
    return isOver(mine);
  }

  async function stop(): Promise<void> {
    door.closeAllConnections();
    await new Promise((resolve) => door.close(resolve));
    await mortal.stop();
    await gatehouse.stop();
  }

  /** `gatehouse` is the server after the restart; its address is that of both. */
  return { gatehouse, atEveryWrite, stop };
}
export type Mortal = Awaited<ReturnType<typeof startMortal>>;

function isOver(life: Life | undefined): boolean {
  return life !== undefined && life.writesLeft <= 0;
}
