// One invitation, many posts at once: one own password is set, on both engines.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { enterWith, invite } from '../support/invited.ts';
import { hiddenFields } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const parallel = 200;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`one invitation, many posts (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    afterAll(() => gatehouse.stop());

    it('REL-20: of 200 parallel choices of an own password exactly one succeeds', async () => {
      const { services } = gatehouse;
      const invited = await invite(gatehouse);
      const browsers = [gatehouse.browser(), gatehouse.browser()];
      const pages: Page[] = [];
      for (const browser of browsers) pages.push(await enterWith(browser, '/profile', invited));
      await Promise.all(
        Array.from({ length: parallel }, async (_, n) => {
          const page = pages[n % 2];
          const _csrf = page?.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
          const body = new URLSearchParams({ newPassword: `seven quiet bicycles ${n}`, _csrf });
          const answer = await browsers[n % 2]?.request(page?.url ?? '', { method: 'POST', body });
          await answer?.arrayBuffer();
        }),
      );
      const account = await services.accounts.get(invited.account.id);
      const events = await services.audit.bySubject(invited.account.id);
      expect(events.filter(({ type }) => type === 'password.changed')).toHaveLength(1);
      expect(account?.sessionEpoch).toBe(invited.account.sessionEpoch + 1);
      expect(account?.temporaryPassword).toBeUndefined();
      expect(account?.invitation?.history.filter(({ event }) => event === 'password-set')).toHaveLength(1);
    }, 120_000);

    it('mails three times at most for 200 parallel clicks on one link, and leaves one link good', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const body = new URLSearchParams(hiddenFields(await browser.get(invited.link)));
      await Promise.all(
        Array.from({ length: parallel }, async () => {
          const answer = await browser.request('/invitation/renewal', { method: 'POST', body });
          await answer.arrayBuffer();
        }),
      );
      const mails = (await gatehouse.services.outbox.list()).filter(({ to }) => to === invited.email);
      expect(mails.length).toBeGreaterThan(1);
      expect(mails.length).toBeLessThanOrEqual(1 + 3);
      const states = [];
      for (const { text } of mails) {
        const url = /http\S+token=\S+/.exec(text)?.[0] ?? '';
        states.push((await gatehouse.browser().get(url)).status);
      }
      expect(states.filter((status) => status === 200)).toHaveLength(1);
    }, 120_000);
  });
}
