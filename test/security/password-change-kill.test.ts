// REL-04: the process dies while a password is changed on My Profile. The old one opens the account or the new one, never both; with the
// new one every other session ends, and the owner is told once.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/sweeper.ts';
import type { TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type Mortal, startMortal } from '../support/fail-points.ts';
import { tokenOn } from '../support/form.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person } from '../support/people.ts';
import { startProcess } from '../support/server-process.ts';
import type { TestApp } from '../support/start-app.ts';

const fresh = 'seven quiet bicycles';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a change of password that is cut off (${engine.name})`, () => {
    let mortal: Mortal;
    let gatehouse: TestApp;

    beforeAll(async () => {
      mortal = await startMortal({ engine });
      gatehouse = mortal.gatehouse;
    });
    afterEach(letClockRun);
    afterAll(() => mortal.stop());

    /** A person with two sessions, and the form filled in. */
    async function begin() {
      const ana = await createPerson(gatehouse);
      const own = await signedInBrowser(gatehouse, ana);
      const other = await signedInBrowser(gatehouse, ana);
      const token = tokenOn(await own.get(passwordPath), passwordPath);
      return { ana, own, other, form: { currentPassword: ana.password, newPassword: fresh, _csrf: token } };
    }

    /** @returns whether the password was changed */
    async function check(ana: Person, other: TestBrowser): Promise<boolean> {
      const { services, app } = gatehouse;
      const account = await services.accounts.get(ana.account.id);
      const opens = async (password: string) =>
        (await services.passwords.verify(account, password, Date.now())) === 'accepted';
      const isChanged = await opens(fresh);
      expect(await opens(ana.password)).toBe(!isChanged);
      expect(account?.sessionEpoch).toBe(ana.account.sessionEpoch + (isChanged ? 1 : 0));
      expect((await other.get(passwordPath)).heading).toBe(isChanged ? 'Sign in' : 'Password');
      moveClock(minuteMs);
      await sweep(services, app);
      await sweep(services, app);
      letClockRun();
      const open = (await Array.fromAsync(services.sessions.ofAccount(ana.account.id))).filter(
        ({ endedAt, epoch }) => endedAt === undefined && epoch !== account?.sessionEpoch,
      );
      expect(open).toEqual([]);
      const mails = (await services.deliveries.list({ limit: 1000 })).filter(
        ({ to, purpose }) => to === ana.email && purpose === 'notice.passwordChanged',
      );
      expect(mails).toHaveLength(isChanged ? 1 : 0);
      return isChanged;
    }

    it('REL-04: leaves the old password or the new one, after whichever write the process dies', async () => {
      const writes = await mortal.atEveryWrite(async (strike) => {
        const { ana, own, other, form } = await begin();
        const hasDied = await strike(() => own.post(passwordPath, form));
        expect((await check(ana, other)) || hasDied).toBe(true);
      });
      expect(writes).toBeGreaterThan(8);
    }, 120_000);

    // The first write to the account brings the hash of the old password up to what hashes cost in that process.
    it.each(['accounts 1', 'accounts 2', 'sessions 1', 'mail 1', 'accounts 3'])(
      'REL-04: leaves the old password or the new one when the process is killed at its write "%s"',
      async (failPoint) => {
        const { ana, own, other, form } = await begin();
        const { storageUrl } = gatehouse.services.config;
        const server = await startProcess({ storageUrl, issuer: gatehouse.issuer, failPoint });
        const Cookie = await own.jar.getCookieString(gatehouse.issuer);
        const init = {
          method: 'POST',
          body: new URLSearchParams(form),
          headers: { Cookie },
          redirect: 'manual',
        } as const;
        await expect(fetch(server.url + passwordPath, init)).rejects.toThrow();
        await server.exited;
        expect(await check(ana, other)).toBe(failPoint !== 'accounts 1');
      },
      60_000,
    );
  });
}
