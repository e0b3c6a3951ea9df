// My Profile, "Devices": where a person is signed in, and ending it from elsewhere.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const path = '/profile/sessions';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`my devices (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let here: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(async () => {
      stopClock();
      ana = await createPerson(gatehouse);
      here = await signedInBrowser(gatehouse, ana);
      moveClock(5 * minuteMs);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const entries = (page: Page) => page.document.querySelectorAll('.entries > li');
    const endLinks = (page: Page) =>
      page.document.querySelectorAll('a[href^="/profile/sessions/end?"]').map((a) => a.getAttribute('href') ?? '');
    const sessionOf = async (person: Person) => {
      for await (const session of gatehouse.services.sessions.ofAccount(person.account.id)) return session;
      throw new Error('no session');
    };

    it('SE-05: lists each session with device, address, sign-in and last use, and says which one is this', async () => {
      const there = await signedInBrowser(gatehouse, ana);
      const session = (await gatehouse.services.sessions.ofAccount(ana.account.id).next()).value;
      expect(session).toBeDefined();
      const page = await here.get(path);
      expect(page.heading).toBe('Devices');
      expect(entries(page)).toHaveLength(1);
      for (const fact of ['This device', 'Other devices', '127.0.0.1', 'Signed in', 'Last seen'])
        expect(page.text).toContain(fact);
      const [mine, theirs] = page.document.querySelectorAll('time').map((time) => time.getAttribute('datetime') ?? '');
      expect(Date.parse(theirs ?? '') - Date.parse(mine ?? '')).toBe(5 * minuteMs);
      expect(entries(await there.get(path))).toHaveLength(1);
    });

    it('SE-05: says what to expect where a person is signed in nowhere else', async () => {
      const page = await here.get(path);
      expect(entries(page)).toHaveLength(0);
      expect(page.text).toContain('You are signed in nowhere else');
      expect(page.text).not.toContain('Sign out everywhere else');
    });

    it('SE-05: ends one, with its tokens, after asking; the page then says so', async () => {
      const there = gatehouse.browser();
      const { body } = await signInTo(there, rp, ana);
      const [link = ''] = endLinks(await here.get(path));
      const asked = await here.get(link);
      expect(asked.heading).toBe('Sign out this device?');
      expect((await rp.refresh(body.refresh_token ?? '')).status).toBe(200);
      const done = await here.submit(asked, {}, 'Sign out');
      expect([done.heading, done.text.includes('That device is signed out.')]).toEqual(['Devices', true]);
      expect((await there.get('/profile')).heading).toBe('Sign in');
      expect((await here.get('/profile')).heading).toBe('My Profile');
      const ended = (await gatehouse.services.audit.bySubject(ana.account.id)).filter(
        ({ type }) => type === 'session.ended',
      );
      expect(ended).toMatchObject([{ detail: { reason: 'signed-out-elsewhere' }, actor: ana.account.id }]);
      expect((await here.get(link)).status).toBe(404);
    });

    it('SE-05: a refresh token of an ended session is no good', async () => {
      const { body } = await signInTo(gatehouse.browser(), rp, ana);
      const [link = ''] = endLinks(await here.get(path));
      await here.submit(await here.get(link), {}, 'Sign out');
      expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    });

    it('SE-05: ends all others at once, and stays', async () => {
      const others = [await signedInBrowser(gatehouse, ana), await signedInBrowser(gatehouse, ana)];
      const asked = await here.get(`${path}/end-others`);
      expect(asked.heading).toBe('Sign out everywhere else?');
      const done = await here.submit(asked, {}, 'Sign out everywhere else');
      expect(done.text).toContain('You are signed out everywhere else.');
      expect(entries(done)).toHaveLength(0);
      for (const other of others) expect((await other.get('/profile')).heading).toBe('Sign in');
    });

    it('SE-05: ends only the own: another person’s session is not found, and neither is a made-up one', async () => {
      const bela = await createPerson(gatehouse);
      const theirs = await signedInBrowser(gatehouse, bela);
      const { id } = await sessionOf(bela);
      const others = await signedInBrowser(gatehouse, ana).then(() => here.get(path));
      const asked = await here.get(endLinks(others)[0] ?? '');
      const token = asked.document.querySelector('main [name=_csrf]')?.getAttribute('value') ?? '';
      for (const session of [id, 'nonsense', '', 'constructor']) {
        expect((await here.get(`${path}/end?${new URLSearchParams({ session })}`)).status).toBe(404);
        expect((await here.post(`${path}/end`, { session, _csrf: token })).status).toBe(404);
      }
      expect((await theirs.get('/profile')).heading).toBe('My Profile');
    });

    it('SE-05: looking ends nothing, and a post without its token neither', async () => {
      const there = await signedInBrowser(gatehouse, ana);
      const [link = ''] = endLinks(await here.get(path));
      await here.get(link);
      await here.get(`${path}/end-others`);
      expect((await here.post(`${path}/end-others`, {})).status).toBe(403);
      expect((await there.get('/profile')).heading).toBe('My Profile');
    });
  });
}
