// A person whose invitation waits asks for a password or another invitation, or a stranger does so in their name.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { enterWith, type Invited, invite, latestMail } from '../support/invited.ts';
import { askForReset, behindProxy, freshNetwork, hiddenFields, mailsTo } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const waits = 'Your Gatehouse account waits for its first sign-in';
const invitationSubject = 'Your invitation to Gatehouse';
const newPath = '/invitation/new';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`an invitation that waits (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const stored = ({ account }: Invited) => gatehouse.services.accounts.get(account.id);
    const subjects = async ({ email }: Invited) => (await mailsTo(gatehouse, email)).map(({ subject }) => subject);

    /** Types the address, as a stranger may. */
    async function askAsStranger(email: string, network = freshNetwork()): Promise<string> {
      const browser = gatehouse.browser();
      const fields = { ...hiddenFields(await browser.get(newPath)), email };
      const { heading } = await browser.post(newPath, fields, { 'X-Forwarded-For': network });
      await gatehouse.services.deferredWork.settled();
      return heading;
    }

    /** The link of the mail that says that it waits. */
    async function renewalLink({ email }: Invited): Promise<string> {
      const mail = (await mailsTo(gatehouse, email)).find(({ subject }) => subject === waits);
      const link = new URL(/https?:\S+\/invitation\/new\?token=\S+/.exec(mail?.text ?? '')?.[0] ?? '');
      expect(mail?.html).toContain(link.href);
      return link.pathname + link.search;
    }

    const opens = async (invited: Invited) => {
      const page = await enterWith(gatehouse.browser(), '/profile', invited);
      return [(await gatehouse.browser().get(invited.link)).status, page.heading];
    };
    const works = [200, 'Choose your password'];

    it('is not killed by a stranger who types its address, which three times an hour superseded it', async () => {
      const invited = await invite(gatehouse);
      for (let n = 0; n < 5; n += 1) expect(await askAsStranger(invited.email)).toBe('Look into your mailbox');
      expect(await subjects(invited)).toEqual([waits, waits, waits, invitationSubject]);
      expect((await stored(invited))?.invitation).toEqual(invited.account.invitation);
      expect(await opens(invited)).toEqual(works);
    });

    it('is not killed by asking for a new password, and the mail leads on to a new invitation', async () => {
      const invited = await invite(gatehouse);
      await askForReset(gatehouse, gatehouse.browser(), invited.email);
      expect(await opens(invited)).toEqual(works);
      const browser = gatehouse.browser();
      const page = await browser.get(await renewalLink(invited));
      expect([page.status, page.heading, page.text.includes(invited.email)]).toEqual([
        200,
        'Ask for a new invitation',
        true,
      ]);
      expect((await browser.submit(page, {}, 'Send a new email')).heading).toBe('Look into your mailbox');
      const fresh = { ...invited, ...(await latestMail(gatehouse.services, invited.email)) };
      expect(fresh.link).not.toBe(invited.link);
      expect(await opens(fresh)).toEqual(works);
      expect((await gatehouse.browser().get(invited.link)).heading).toBe('There is a newer invitation');
    });

    it('RS-03: GET and HEAD of the link to a new one change nothing; one POST uses it up, whoever posts as well', async () => {
      const invited = await invite(gatehouse);
      await askAsStranger(invited.email);
      const [link, before] = [await renewalLink(invited), await stored(invited)];
      for (const method of ['GET', 'HEAD', 'GET']) {
        const browser = gatehouse.browser();
        expect((await browser.request(link, { method })).status).toBe(303);
        expect((await browser.request('/invitation/renewal', { method })).status).toBe(200);
      }
      expect(await stored(invited)).toEqual(before);
      const browser = gatehouse.browser();
      const page = await browser.get(link);
      const fields = hiddenFields(page);
      await Promise.all(Array.from({ length: 20 }, () => browser.post(page.url, fields)));
      expect((await subjects(invited)).filter((subject) => subject === invitationSubject)).toHaveLength(2);
      const used = await gatehouse.browser().get(link);
      expect([used.status, used.heading]).toEqual([410, 'This link does not work']);
    });

    it('is not renewed by a link that was made for somebody else, or made up', async () => {
      const [invited, other] = [await invite(gatehouse), await invite(gatehouse)];
      await askAsStranger(other.email);
      const secret = (await renewalLink(other)).split('.').at(-1) ?? '';
      for (const token of [`${invited.account.id}.${secret}`, `${invited.account.id}.${'A'.repeat(43)}`, '', 'x']) {
        const browser = gatehouse.browser();
        const page = await browser.get(`${newPath}?${new URLSearchParams({ token })}`);
        expect([page.status, page.heading, page.text.includes(invited.email)]).toEqual([
          410,
          'This link does not work',
          false,
        ]);
        await browser.submit(page, { email: 'nobody@example.com' });
      }
      await gatehouse.services.deferredWork.settled();
      expect(await subjects(invited)).toEqual([invitationSubject]);
    });

    it.each([
      ['the temporary password', 72],
      ['the link, too,', 7 * 24],
    ])('is sent anew to whoever asks once %s has run out', async (_what, hours) => {
      stopClock();
      const [invited, other] = [await invite(gatehouse), await invite(gatehouse)];
      moveClock(hours * hourMs);
      await askAsStranger(invited.email);
      await askForReset(gatehouse, gatehouse.browser(), other.email);
      for (const person of [invited, other]) {
        expect(await subjects(person)).toEqual([invitationSubject, invitationSubject]);
        expect(await opens({ ...person, ...(await latestMail(gatehouse.services, person.email)) })).toEqual(works);
      }
    });

    it('RS-01: counts what strangers ask for by both forms: three an hour for an account, ten for a network', async () => {
      stopClock();
      const invited = await invite(gatehouse);
      for (let n = 0; n < 3; n += 1) {
        await askAsStranger(invited.email);
        await askForReset(gatehouse, gatehouse.browser(), invited.email);
      }
      expect(await subjects(invited)).toHaveLength(1 + 3);
      const network = freshNetwork();
      const people: Invited[] = [];
      while (people.length < 12) people.push(await invite(gatehouse));
      for (const { email } of people) await askAsStranger(email, network);
      const told = await Promise.all(people.map(subjects));
      expect(told.flat().filter((subject) => subject === waits)).toHaveLength(10);
    });

    it('is told nothing of once it is withdrawn, by any link or form', async () => {
      const invited = await invite(gatehouse);
      await askAsStranger(invited.email);
      const link = await renewalLink(invited);
      await gatehouse.services.accounts.update(invited.account.id, (old) => ({ ...old, status: 'suspended' }));
      expect((await gatehouse.browser().get(link)).heading).toBe('This link does not work');
      await askAsStranger(invited.email);
      expect(await subjects(invited)).toHaveLength(2);
    });
  });
}
