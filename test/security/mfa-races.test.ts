// One code, many posts, two processes on one store: exactly one sign-in.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { stepMs } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const signIns = 20;
const postsEach = 10;

interface Waiting {
  browser: TestBrowser;
  page: Page;
}

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`one code in two hundred posts (${engine.name})`, () => {
    const storageUrl = engine.available ? engine.freshUrl() : '';
    let gatehouse: TestApp;
    let second: ServerProcess | undefined;
    let rp: RelyingParty;
    let ana: Person;
    let visits: Waiting[];

    beforeAll(async () => {
      gatehouse = await startApp({ engine, storageUrl });
      second = await startProcess({ storageUrl, issuer: gatehouse.issuer });
      rp = await registerRelyingParty(gatehouse);
      ana = await createPerson(gatehouse, { withTotp: true });
      visits = await Promise.all(Array.from({ length: signIns }, waiting));
    }, 60_000);
    afterAll(async () => {
      await second?.kill();
      await gatehouse.stop();
    });

    async function waiting(): Promise<Waiting> {
      const browser = gatehouse.browser();
      const { email, password } = ana;
      const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
      return { browser, page };
    }

    /** Every sign-in posts it ten times, to both processes by turns. @returns how many sign-ins it finished */
    async function postEverywhere(path: string, fields: Record<string, string>): Promise<number> {
      const posts = await Promise.all(
        visits.map(async ({ browser, page }) => ({
          path: new URL(page.url).pathname.replace(/code$/, path),
          body: new URLSearchParams({
            ...fields,
            _csrf: page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '',
          }),
          headers: { Cookie: await browser.jar.getCookieString(page.url) },
        })),
      );
      const all = Array.from({ length: postsEach }, () => posts).flat();
      const statuses = await Promise.all(
        all.map(async ({ path: at, body, headers }, index) => {
          const base = index % 2 === 0 ? gatehouse.issuer : second?.url;
          const response = await fetch(base + at, { method: 'POST', body, headers, redirect: 'manual' });
          return response.status;
        }),
      );
      expect(statuses.filter((status) => ![303, 422, 429].includes(status))).toEqual([]);
      const finished = await Promise.all(
        visits.map(
          async ({ browser, page }) => (await browser.get(page.url)).leftFor?.searchParams.has('code') ?? false,
        ),
      );
      visits = visits.filter((_visit, index) => !finished[index]);
      return finished.filter(Boolean).length;
    }

    it('MF-04: finishes one sign-in by a code of the app, and its step is over for both processes and after a restart', async () => {
      const before = Date.now();
      const code = codeAt(ana.totpSecret ?? '', before);
      expect(await postEverywhere('code', { code })).toBe(1);
      const burnt = (await gatehouse.services.accounts.get(ana.account.id))?.totp?.lastUsedStep;
      expect(burnt).toBe(Math.floor(before / stepMs));
      await second?.kill();
      second = await startProcess({ storageUrl, issuer: gatehouse.issuer });
      const account = await gatehouse.services.accounts.get(ana.account.id);
      if (!account) throw new Error('the account is gone');
      for (const used of [code, codeAt(ana.totpSecret ?? '', before - stepMs)])
        expect((await gatehouse.services.totp.verify(account, used, before)).outcome).toBe('rejected');
    }, 120_000);

    it('MF-08: finishes one sign-in by a recovery code', async () => {
      const { codes, stored } = gatehouse.services.recoveryCodes.make(ana.account.id);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, recoveryCodes: stored }));
      visits = await Promise.all(Array.from({ length: signIns }, waiting));
      expect(await postEverywhere('recovery-code', { recoveryCode: codes[0] ?? '' })).toBe(1);
      const left = (await gatehouse.services.accounts.get(ana.account.id))?.recoveryCodes ?? [];
      expect(left.filter(({ usedAt }) => usedAt !== undefined)).toHaveLength(1);
    }, 120_000);
  });
}
