// REL-05: the process dies while a second factor is switched on or off: it is on with its secret and its codes, or it is off, and the owner
// is told once of what came about.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/sweeper.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type Mortal, startMortal } from '../support/fail-points.ts';
import { tokenOn } from '../support/form.ts';
import {
  activatePath,
  deactivatePath,
  openProfile,
  passwordPath,
  shownSecret,
  signedInBrowser,
  twoCodes,
} from '../support/my-profile.ts';
import { codeAt, createPerson } from '../support/people.ts';
import { roundsOr } from '../support/rounds.ts';
import { startProcess } from '../support/server-process.ts';
import type { TestApp } from '../support/start-app.ts';

type Direction = 'on' | 'off';
const directions: Direction[] = ['on', 'off'];
const rounds = roundsOr(2);

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a second factor whose switch is cut off (${engine.name})`, () => {
    let mortal: Mortal;
    let gatehouse: TestApp;

    beforeAll(async () => {
      mortal = await startMortal({ engine });
      gatehouse = mortal.gatehouse;
    });
    afterEach(letClockRun);
    afterAll(() => mortal.stop());

    /** A person with two sessions, and the form filled in that switches the factor. */
    async function begin(direction: Direction) {
      const person = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, person);
      const page = await browser.get(activatePath);
      const secret = await shownSecret(browser, page);
      const ana = { ...person, totpSecret: secret };
      // By a phone one step slow, so that the code of now is still unused.
      if (direction === 'off') await browser.submit(page, twoCodes(secret, -1), 'Save');
      const path = direction === 'on' ? activatePath : deactivatePath;
      const _csrf = tokenOn(direction === 'on' ? page : await browser.get(path), path);
      const given = direction === 'on' ? twoCodes(secret) : { code: codeAt(secret), confirm: 'yes' };
      const { sessionEpoch: epoch = -1 } = (await gatehouse.services.accounts.get(person.account.id)) ?? {};
      return { ana, browser, path, form: { ...given, _csrf } as Record<string, string>, epoch };
    }

    /** @returns whether the factor was switched */
    async function check(direction: Direction, { ana, epoch }: Awaited<ReturnType<typeof begin>>): Promise<boolean> {
      const { services, app } = gatehouse;
      const account = await services.accounts.get(ana.account.id);
      if (!account) throw new Error('the account is gone');
      const isSwitched = (account.totp !== undefined) === (direction === 'on');
      expect(account.sessionEpoch).toBe(epoch + (isSwitched ? 1 : 0));
      if (account.totp) {
        expect(account.recoveryCodes).toHaveLength(10);
        const holder = account.shownRecoveryCodes?.holder ?? '';
        const [code = ''] = services.mfa.shownCodes(account, holder, Date.now()) ?? [];
        const use = { origin: {}, now: Date.now() };
        expect((await services.recoveryCodes.verify(account, code, use)).outcome).toBe('accepted');
      } else expect([account.recoveryCodes, account.shownRecoveryCodes]).toEqual([undefined, undefined]);
      moveClock(minuteMs);
      await sweep(services, app);
      await sweep(services, app);
      // By the code of the secret where it is on, without one where it is off.
      const again = await openProfile(gatehouse.browser(), account.totp ? ana : { ...ana, totpSecret: '' });
      expect(again.heading).toBe('Password');
      letClockRun();
      const purpose = direction === 'on' ? 'notice.mfaActivated' : 'notice.mfaDeactivated';
      const mails = (await services.deliveries.list({ limit: 1000 })).filter(
        (mail) => mail.to === ana.email && mail.purpose === purpose,
      );
      expect(mails).toHaveLength(isSwitched ? 1 : 0);
      return isSwitched;
    }

    it.each(directions)(
      'REL-05: is on with its secret and ten codes, or off, after whichever write the process dies (%s)',
      async (direction) => {
        const writes = await mortal.atEveryWrite(async (strike) => {
          const begun = await begin(direction);
          const hasDied = await strike(() => begun.browser.post(begun.path, begun.form));
          expect((await check(direction, begun)) || hasDied).toBe(true);
          const other = await gatehouse.browser().get(passwordPath);
          expect(other.heading).toBe('Sign in');
        });
        expect(writes).toBeGreaterThan(4);
      },
      120_000,
    );

    it('REL-05: is on with its secret and ten codes, or off, when the process is killed at any moment', async () => {
      const { storageUrl } = gatehouse.services.config;
      for (let round = 0; round < rounds; round += 1) {
        const server = await startProcess({ storageUrl, issuer: gatehouse.issuer });
        const direction = directions[round % 2] ?? 'on';
        const begun = await begin(direction);
        const Cookie = await begun.browser.jar.getCookieString(gatehouse.issuer);
        const body = new URLSearchParams(begun.form);
        const init = { method: 'POST', body, headers: { Cookie }, redirect: 'manual' } as const;
        const answer = fetch(server.url + begun.path, init).then(
          ({ status }) => status,
          () => undefined,
        );
        await pause(randomInt(0, 25));
        await server.kill();
        const isSwitched = await check(direction, begun);
        if ((await answer) === 303) expect(isSwitched).toBe(true);
      }
    }, 240_000);
  });
}
