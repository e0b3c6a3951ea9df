// The process dies while an owner deletes their account: it is gone in the end, or it is an owner's as before, never anything between.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/sweeper.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type Mortal, startMortal } from '../support/fail-points.ts';
import { tokenOn } from '../support/form.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson } from '../support/people.ts';
import type { TestApp } from '../support/start-app.ts';

const deletePath = '/profile/delete';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`an owner’s deletion that is cut off (${engine.name})`, () => {
    let mortal: Mortal;
    let gatehouse: TestApp;

    beforeAll(async () => {
      mortal = await startMortal({ engine });
      gatehouse = mortal.gatehouse;
      const { account } = await createPerson(gatehouse);
      await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, roles: ['owner'] }));
    });
    afterEach(letClockRun);
    afterAll(() => mortal.stop());

    /** An owner, not the only one, before the form that is filled in. */
    async function begin() {
      const ana = await createPerson(gatehouse);
      const roles = ['auditor', 'owner'];
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, roles }));
      const browser = await signedInBrowser(gatehouse, ana);
      const _csrf = tokenOn(await browser.get(deletePath), deletePath);
      return { ana, browser, form: { currentPassword: ana.password, confirm: 'yes', _csrf } };
    }

    const mailsTo = async (email: string) =>
      (await gatehouse.services.deliveries.list({ limit: 1000 })).filter(
        ({ to, purpose }) => to === email && purpose === 'notice.accountDeleted',
      );

    it('leaves an owner with the role, or nothing and one mail, after whichever write the process dies', async () => {
      const { services, app } = gatehouse;
      const ends = new Set<string>();
      const writes = await mortal.atEveryWrite(async (strike) => {
        stopClock();
        const { ana, browser, form } = await begin();
        await strike(() => browser.post(deletePath, form));
        moveClock(minuteMs);
        await sweep(services, app);
        const account = await services.accounts.get(ana.account.id);
        const mails = await mailsTo(ana.email);
        expect([account?.roles.toSorted(), mails.length]).toEqual(account ? [['auditor', 'owner'], 0] : [undefined, 1]);
        if (!account) expect(await services.accounts.markedDeleted(Date.now())).toEqual([]);
        expect(await services.accounts.leaving()).toEqual([]);
        ends.add(account ? 'stays' : 'is gone');
        if (!account) return;
        const again = await signedInBrowser(gatehouse, ana);
        const fields = { currentPassword: ana.password, confirm: 'yes' };
        const done = await again.submit(await again.get(deletePath), fields, 'Delete account');
        expect(done.heading).toBe('Your account is deleted');
      });
      expect(writes).toBeGreaterThan(6);
      expect([...ends].sort()).toEqual(['is gone', 'stays']);
    }, 120_000);

    it('does not take the role from a request that is only slow, nor the account from one that was too slow', async () => {
      stopClock();
      const { services, app } = gatehouse;
      const { ana, browser, form } = await begin();
      const { markDeleted } = services.accounts;
      let waitMs = minuteMs;
      services.accounts.markDeleted = async (...given) => {
        moveClock(waitMs);
        await sweep(services, app);
        return markDeleted(...given);
      };
      const late = await browser.post(deletePath, form);
      expect(late.status).toBe(409);
      expect((await services.accounts.get(ana.account.id))?.roles.toSorted()).toEqual(['auditor', 'owner']);
      waitMs = minuteMs / 2 - 1;
      const slow = await browser.post(deletePath, form);
      Object.assign(services.accounts, { markDeleted });
      expect(slow.heading).toBe('Your account is deleted');
    });
  });
}
