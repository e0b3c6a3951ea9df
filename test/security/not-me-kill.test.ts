// AC-05: the process dies while "This was not me" is acted upon. The account is as it was, and the link good; or nobody has a way in, and the
// owner has a link, the administrators and the audit record know, and no browser counts as known.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/sweeper.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type Mortal, startMortal } from '../support/fail-points.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { mailTo, notMeLink, tellOf } from '../support/notices.ts';
import { createPerson, type Person } from '../support/people.ts';
import { hiddenFields } from '../support/reset.ts';
import type { TestApp } from '../support/start-app.ts';

const deviceSubject = 'A new device signed in to your Gatehouse account';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a report of misuse that is cut off (${engine.name})`, () => {
    let mortal: Mortal;
    let gatehouse: TestApp;
    let owner: Person;

    beforeAll(async () => {
      mortal = await startMortal({ engine });
      gatehouse = mortal.gatehouse;
      owner = await createPerson(gatehouse);
      await gatehouse.services.accounts.update(owner.account.id, (old) => ({ ...old, roles: ['owner'] }));
    });
    afterEach(letClockRun);
    afterAll(() => mortal.stop());

    /** A person with a session, and the form of the link. */
    async function begin() {
      const ana = await createPerson(gatehouse);
      const session = await signedInBrowser(gatehouse, ana);
      await tellOf(gatehouse, ana.account, 'newDevice', { address: '192.0.2.66' });
      const browser = gatehouse.browser();
      const form = hiddenFields(await browser.get(await notMeLink(gatehouse, ana.email, deviceSubject)));
      return { ana, session, browser, form };
    }

    const mails = async (to: string, purpose: string) =>
      (await gatehouse.services.deliveries.list({ limit: 1000 })).filter(
        (mail) => mail.to === to && mail.purpose.split('.')[0] === purpose,
      );

    /** After the restart. @returns whether the account was closed */
    async function check(ana: Person, alertsBefore: number): Promise<boolean> {
      const { services, app } = gatehouse;
      moveClock(2 * minuteMs);
      await sweep(services, app);
      await sweep(services, app);
      letClockRun();
      const account = await services.accounts.get(ana.account.id);
      const isClosed = account?.passwordHash === undefined;
      expect(account?.sessionEpoch).toBe(ana.account.sessionEpoch + (isClosed ? 1 : 0));
      expect((await mails(owner.email, 'alert')).length - alertsBefore).toBe(isClosed ? 1 : 0);
      const events = (await services.audit.bySubject(ana.account.id)).map(({ type }) => type);
      expect(events.filter((type) => type === 'account.locked-down')).toHaveLength(isClosed ? 1 : 0);
      if (!isClosed) return false;
      const { text } = await mailTo(gatehouse, ana.email, /password/i);
      const token = text.match(/reset-password\?token=(\S+)/)?.[1] ?? '';
      expect(await services.passwordReset.look(token, Date.now())).toMatchObject({ state: 'good' });
      return true;
    }

    it('AC-05: is as before, or closed with all that follows, after whichever write the process dies', async () => {
      const writes = await mortal.atEveryWrite(async (strike) => {
        const { ana, session, browser, form } = await begin();
        const alertsBefore = (await mails(owner.email, 'alert')).length;
        const hasDied = await strike(() => browser.post('/not-me', form));
        const isClosed = await check(ana, alertsBefore);
        expect(isClosed || hasDied).toBe(true);
        expect((await session.get('/profile')).heading).toBe(isClosed ? 'Sign in' : 'My Profile');
        if (isClosed) return;
        await browser.post('/not-me', form);
        expect(await check(ana, alertsBefore)).toBe(true);
      });
      expect(writes).toBeGreaterThan(6);
    }, 120_000);

    it('AC-05: signs nobody out, and mails no further link, when it is taken up after the owner is back', async () => {
      const { services, app } = gatehouse;
      const { ana, browser, form } = await begin();
      const { put } = services.outbox;
      services.outbox.put = async (message, options) => {
        if (message.purpose?.startsWith('alert')) throw new Error('the outbox does not take it');
        await put(message, options);
      };
      await browser.post('/not-me', form);
      const { text } = await mailTo(gatehouse, ana.email, /password/i);
      const token = text.match(/reset-password\?token=(\S+)/)?.[1] ?? '';
      const choice = { newPassword: 'seven quiet bicycles' };
      expect((await services.passwordReset.reset(token, choice, {})).outcome).toBe('reset');
      services.outbox.put = put;
      const links = (await mails(ana.email, 'reset')).length;
      const epoch = (await services.accounts.get(ana.account.id))?.sessionEpoch;
      const alertsBefore = (await mails(owner.email, 'alert')).length;
      moveClock(2 * minuteMs);
      await sweep(services, app);
      expect((await services.accounts.get(ana.account.id))?.sessionEpoch).toBe(epoch);
      expect(await mails(ana.email, 'reset')).toHaveLength(links);
      expect(await mails(owner.email, 'alert')).toHaveLength(alertsBefore + 1);
    });
  });
}
