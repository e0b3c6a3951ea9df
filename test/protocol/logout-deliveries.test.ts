// Back-channel logout that gets there: apps that are down, slow or wrong, and a Gatehouse that dies in between.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EndReason } from '../../src/sessions/session.ts';
import { sweep } from '../../src/sweeper.ts';
import { hourMs, letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { eventually } from '../support/eventually.ts';
import {
  failing,
  type LogoutReceiver,
  ok,
  redirecting,
  silent,
  startLogoutReceiver,
} from '../support/logout-receiver.ts';
import { createPerson, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`telling apps that a session is over (${engine.name})`, () => {
    let gatehouse: TestApp;
    let receiver: LogoutReceiver;
    let other: LogoutReceiver;
    let rp: RelyingParty;
    let second: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    beforeEach(async () => {
      [receiver, other] = [await startLogoutReceiver(), await startLogoutReceiver()];
      rp = await appTold(receiver);
      second = await appTold(other);
    });
    afterEach(async () => {
      letClockRun();
      await Promise.all([receiver.stop(), other.stop()]);
    });
    afterAll(() => gatehouse.stop());

    const appTold = ({ url }: LogoutReceiver) =>
      registerRelyingParty(gatehouse, { backchannel_logout_uri: url, backchannel_logout_session_required: true });
    const waiting = async () => (await gatehouse.services.logoutDeliveries.due(Date.now() + 48 * hourMs, 100)).length;
    const failedOnce = async () =>
      (await gatehouse.services.logoutDeliveries.due(Date.now() + 48 * hourMs, 100)).filter((d) => d.failures > 0)
        .length;
    const sessionOf = async (accountId: string) =>
      (await Array.fromAsync(gatehouse.services.sessions.ofAccount(accountId)))[0];

    async function signedInToBoth() {
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, rp, person);
      await browser.get(second.request().url);
      const session = await sessionOf(person.account.id);
      return { person, browser, uid: session?.id ?? '' };
    }

    async function logOut(browser: ReturnType<TestApp['browser']>) {
      return browser.submit(await browser.get('/profile'), {}, 'Log Out');
    }

    it('REL-27: says of how many applications the person is signed out', async () => {
      const { browser } = await signedInToBoth();
      expect((await logOut(browser)).text).toContain('You are signed out of 2 applications.');
      expect([receiver.heard.length, other.heard.length, await waiting()]).toEqual([1, 1, 0]);
    });

    it.each([
      ['answers with an error', failing],
      ['sends on to elsewhere', redirecting],
      ['does not answer', silent],
    ])(
      'REL-27: an app that %s is told again, and keeps nobody waiting for more than three seconds',
      async (_how, how) => {
        receiver.answers(how);
        const { browser } = await signedInToBoth();
        const profile = await browser.get('/profile');
        const startedAt = performance.now();
        const { text } = await browser.submit(profile, {}, 'Log Out');
        expect(performance.now() - startedAt).toBeLessThan(4_000);
        expect(text).toContain('You are signed out of 1 of 2 applications.');
        expect(text).toContain(`Client ${rp.clientId} did not answer; it will be told again.`);
        // The try that nobody waits for any longer must have failed, too, before time moves on.
        await eventually(async () => (await failedOnce()) === 1);
        receiver.answers(ok);
        moveClock(minuteMs);
        await gatehouse.app.oidc.tellDue();
        const [first, again] = receiver.heard;
        expect(receiver.heard).toHaveLength(2);
        expect(again).toMatchObject({ sub: first?.sub, sid: first?.sid });
        expect(again?.jti).not.toBe(first?.jti);
        expect(Number(again?.exp) * 1000).toBeGreaterThan(Date.now());
        expect(await waiting()).toBe(0);
        expect(other.heard).toHaveLength(1);
      },
    );

    it('REL-27: an app that is down is told once it is up', async () => {
      const { browser } = await signedInToBoth();
      await receiver.stop();
      expect((await logOut(browser)).text).toContain('1 of 2 applications');
      receiver = await startLogoutReceiver(Number(new URL(receiver.url).port));
      moveClock(minuteMs);
      await gatehouse.app.oidc.tellDue();
      expect(receiver.heard).toHaveLength(1);
    });

    it('REL-27: waits longer after each failure, gives up after a day, and leaves an audit event', async () => {
      receiver.answers(failing);
      const { browser, person } = await signedInToBoth();
      await logOut(browser);
      await gatehouse.app.oidc.tellDue();
      expect(receiver.heard).toHaveLength(1);
      let tries = 1;
      for (let hours = 0; hours < 26; hours += 1) {
        moveClock(1.2 * hourMs);
        await gatehouse.app.oidc.tellDue();
        tries += (await waiting()) > 0 ? 1 : 0;
      }
      expect(await waiting()).toBe(0);
      expect(receiver.heard.length).toBe(tries + 1);
      expect((await gatehouse.services.audit.bySubject(person.account.id)).at(-1)).toMatchObject({
        type: 'logout.undelivered',
        result: 'failure',
        clientId: rp.clientId,
        detail: { tries: tries + 1 },
      });
    });

    it('REL-27: several nodes that find the same delivery due send it once', async () => {
      receiver.answers(failing);
      const { browser } = await signedInToBoth();
      await logOut(browser);
      receiver.answers(ok);
      moveClock(minuteMs);
      await Promise.all(Array.from({ length: 50 }, () => gatehouse.app.oidc.tellDue()));
      expect(receiver.heard).toHaveLength(2);
    });

    it('REL-27: a claim of a node that died is taken over when it has run out', async () => {
      receiver.answers(failing);
      const { browser } = await signedInToBoth();
      await logOut(browser);
      receiver.answers(ok);
      const [delivery] = await gatehouse.services.logoutDeliveries.due(Date.now() + hourMs, 10);
      const now = moveClock(minuteMs);
      await gatehouse.services.logoutDeliveries.claim(delivery?.id ?? '', now);
      await gatehouse.app.oidc.tellDue();
      expect(receiver.heard).toHaveLength(1);
      moveClock(minuteMs);
      await gatehouse.app.oidc.tellDue();
      expect(receiver.heard).toHaveLength(2);
    });

    it.each<EndReason>(['signed-out', 'replaced', 'credentials-changed', 'suspended', 'administrator'])(
      'REL-27: tells every app of a session that ended as "%s"',
      async (reason) => {
        const { uid } = await signedInToBoth();
        const ended = await gatehouse.app.oidc.endSession(uid, reason);
        expect(await ended?.report).toEqual({ told: 2, waiting: [] });
      },
    );

    it.each([
      ['idle', 8 * hourMs + 1000],
      ['absolute', 7 * 24 * hourMs + 1000],
    ])('REL-27: tells every app of a session past its %s limit', async (reason, passedMs) => {
      const { person } = await signedInToBoth();
      moveClock(passedMs);
      await sweep(gatehouse.services, gatehouse.app);
      await eventually(() => receiver.heard.length === 1 && other.heard.length === 1);
      expect((await gatehouse.services.audit.bySubject(person.account.id)).at(-1)?.detail).toEqual({ reason });
    });

    it('a process that died after it marked the session has its work finished by the sweeper', async () => {
      const { uid, person } = await signedInToBoth();
      await gatehouse.services.sessions.end(uid, 'signed-out', Date.now());
      await sweep(gatehouse.services, gatehouse.app);
      expect(receiver.heard).toEqual([]);
      moveClock(minuteMs);
      await sweep(gatehouse.services, gatehouse.app);
      await eventually(() => receiver.heard.length === 1 && other.heard.length === 1);
      await sweep(gatehouse.services, gatehouse.app);
      const events = await gatehouse.services.audit.bySubject(person.account.id);
      expect(events.filter(({ type }) => type === 'session.ended')).toHaveLength(1);
    });

    it('the record of an ended session goes after a day, and keeps nothing of what was in it till then', async () => {
      const { uid, person } = await signedInToBoth();
      await (await gatehouse.app.oidc.endSession(uid, 'signed-out'))?.report;
      expect(await sessionOf(person.account.id)).toMatchObject({ authorizations: {}, payload: {} });
      moveClock(25 * hourMs);
      await sweep(gatehouse.services, gatehouse.app);
      expect(await sessionOf(person.account.id)).toBeUndefined();
    });

    it('endAll ends every session of an account but one, and tells their apps', async () => {
      const { uid, person } = await signedInToBoth();
      const elsewhere = gatehouse.browser();
      await signInTo(elsewhere, rp, person);
      const count = await gatehouse.app.oidc.endAll(
        person.account.id,
        { except: uid, reason: 'credentials-changed' },
        { actor: person.account.id },
      );
      await eventually(() => receiver.heard.length === 1);
      expect([count, other.heard.length]).toEqual([1, 0]);
      expect((await elsewhere.get('/profile')).heading).toBe('Sign in');
    });

    it.each(['active', 'suspended'] as const)(
      'sessions that died by a change are ended within two minutes, whoever forgot to (%s account)',
      async (status) => {
        const { person } = await signedInToBoth();
        await gatehouse.services.accounts.update(person.account.id, (old) => ({
          ...old,
          status,
          sessionEpoch: status === 'active' ? old.sessionEpoch + 1 : old.sessionEpoch,
        }));
        moveClock(minuteMs);
        await sweep(gatehouse.services, gatehouse.app);
        await eventually(() => receiver.heard.length === 1 && other.heard.length === 1);
        expect((await gatehouse.services.accounts.get(person.account.id))?.hasDeadSessions).toBeUndefined();
      },
    );

    it('a sign-out that goes back to the app does not wait for the others', async () => {
      other.answers(silent);
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const { body } = await signInTo(browser, rp, person);
      await browser.get(second.request().url);
      const startedAt = performance.now();
      const { leftFor, headers } = await browser.get(
        `/session/end?${new URLSearchParams({
          id_token_hint: body.id_token ?? '',
          post_logout_redirect_uri: `https://${rp.clientId}.example/`,
        })}`,
      );
      expect(leftFor?.host).toBe(`${rp.clientId}.example`);
      expect(headers.get('Clear-Site-Data')).toBe('"cache", "storage"');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      await eventually(() => other.heard.length === 1);
    });

    it("the library's own sign-out page tells each app once, and our page says how they answered", async () => {
      other.answers(failing);
      const { browser } = await signedInToBoth();
      const page = await browser.submit(await browser.get('/session/end'), {}, 'Sign out');
      expect(page.text).toContain('You are signed out of 1 of 2 applications.');
      expect([receiver.heard.length, other.heard.length]).toEqual([1, 1]);
    });

    it('an app that alone is signed out is told, and the others are not', async () => {
      const { browser } = await signedInToBoth();
      await browser.submit(await browser.get(`/session/end?client_id=${second.clientId}`), {}, 'Stay signed in');
      await eventually(() => other.heard.length === 1);
      expect(receiver.heard).toEqual([]);
    });

    it('the page believes nobody else about what it says', async () => {
      const forged = Buffer.from(JSON.stringify({ told: 0, waiting: ['call 0900'], count: 1, at: Date.now() }));
      const page = await gatehouse.browser().get(`/signed-out?apps=${forged.toString('base64url')}.x`);
      expect([page.status, page.text.includes('0900')]).toEqual([200, false]);
    });
  });
}
