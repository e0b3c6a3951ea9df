// Attacks on the change of an e-mail address, the sign-in identifier: links that are stale, foreign or made for something else, and posts
// that were held back while the account was taken back.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeToken } from '../../src/accounts/one-time-token.ts';
import type { TestBrowser } from '../support/browser.ts';
import { letClockRun } from '../support/clock.ts';
import { askFor, confirmPath, emailPath, linkIn, mailsTo, newAddress } from '../support/email-change.ts';
import { engines } from '../support/engines.ts';
import { tokenOn } from '../support/form.ts';
import { holdPost } from '../support/held-post.ts';
import { activateMfa, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const newPassword = 'seven quiet bicycles';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(
    `a stranger at the change of an e-mail address (${engine.name})`,
    () => {
      let gatehouse: TestApp;
      let rp: RelyingParty;

      beforeAll(async () => {
        gatehouse = await startApp({ engine });
        rp = await registerRelyingParty(gatehouse);
      });
      afterAll(() => gatehouse.stop());
      afterEach(letClockRun);

      async function open(link: string, browser = gatehouse.browser()): Promise<number> {
        const page = await browser.get(link);
        return page.document.querySelector(`form[action="${confirmPath}"]`)
          ? (await browser.submit(page, {})).status
          : page.status;
      }

      const addressOf = async ({ account }: Person) => (await gatehouse.services.accounts.get(account.id))?.email;

      async function changePassword(browser: TestBrowser, { password }: Person): Promise<void> {
        const page = await browser.get(passwordPath);
        const done = await browser.submit(page, { currentPassword: password, newPassword }, 'Save');
        expect(done.text).toContain('Your password is changed');
      }

      it('does not keep a change that was begun before the owner took the account back by a new password', async () => {
        const ana = await createPerson(gatehouse);
        const stranger = newAddress();
        const link = await askFor(gatehouse, ana, stranger);
        const page = await gatehouse.browser().get(link);
        expect(page.heading).toBe('Is this your new email address?');
        const owner = await signedInBrowser(gatehouse, ana);
        await changePassword(owner, ana);
        expect(await open(link)).toBe(410);
        expect((await owner.get(emailPath)).text).not.toContain(stranger);
        expect(await addressOf(ana)).toBe(ana.email);
      });

      it('does not keep it over a change of the second factor either', async () => {
        const ana = await createPerson(gatehouse);
        const owner = await signedInBrowser(gatehouse, ana);
        const link = await askFor(gatehouse, ana, newAddress());
        await activateMfa(owner);
        expect(await open(link)).toBe(410);
      });

      it('gains nothing by a request held back over a change of the password', async () => {
        const ana = await createPerson(gatehouse);
        const [thief, owner] = [await signedInBrowser(gatehouse, ana), await signedInBrowser(gatehouse, ana)];
        const page = await thief.get(emailPath);
        const stranger = newAddress();
        const fields = { newEmail: stranger, currentPassword: ana.password, _csrf: tokenOn(page, emailPath) };
        const held = await holdPost(thief, page.url, fields);
        await changePassword(owner, ana);
        expect((await held.finish()).status).toBe(409);
        expect(await mailsTo(gatehouse, stranger)).toEqual([]);
        expect((await gatehouse.services.accounts.get(ana.account.id))?.emailChange).toBeUndefined();
      });

      it('gains nothing by a link held back over a change of the password', async () => {
        const ana = await createPerson(gatehouse);
        const owner = await signedInBrowser(gatehouse, ana);
        const link = await askFor(gatehouse, ana, newAddress());
        const stranger = gatehouse.browser();
        const page = await stranger.get(link);
        const fields = { _csrf: tokenOn(page, confirmPath) };
        const held = await holdPost(stranger, new URL(confirmPath, page.url).href, fields);
        await changePassword(owner, ana);
        expect((await held.finish()).status).toBe(410);
        expect(await addressOf(ana)).toBe(ana.email);
      });

      it('opens nothing by the link of another account, or by one made for another purpose', async () => {
        const [ana, eve] = [await createPerson(gatehouse), await createPerson(gatehouse)];
        await askFor(gatehouse, ana, newAddress());
        const foreign = new URL(await askFor(gatehouse, eve, newAddress()));
        const [, secret = ''] = (foreign.searchParams.get('token') ?? '').split('.');
        const { token, stored } = makeToken('password-reset', ana.account.id, Date.now() + 60_000);
        await gatehouse.services.accounts.update(ana.account.id, (old) => ({
          ...old,
          emailChange: { ...stored, email: newAddress(), epoch: old.sessionEpoch },
        }));
        const tokens = [
          `${ana.account.id}.${secret}`,
          token,
          ana.account.id,
          `${ana.account.id}.`,
          '',
          '.',
          '__proto__',
        ];
        for (const given of tokens)
          expect(await open(`${gatehouse.issuer}${confirmPath}?${new URLSearchParams({ token: given })}`)).toBe(410);
        expect((await gatehouse.browser().get(`${confirmPath}?token=a&token=b`)).status).toBe(410);
        expect(await addressOf(ana)).toBe(ana.email);
      });

      it('opens nothing by a link that was used, once the address has moved on', async () => {
        const ana = await createPerson(gatehouse);
        const first = await askFor(gatehouse, ana, newAddress());
        expect(await open(first)).toBe(200);
        expect(await open(first)).toBe(410);
        const account = await gatehouse.services.accounts.get(ana.account.id);
        const second = newAddress();
        await askFor(gatehouse, { account: account ?? ana.account }, second);
        expect(await open(first)).toBe(410);
        expect(await open(await linkIn(gatehouse, second))).toBe(200);
        expect(await addressOf(ana)).toBe(second);
      });

      it('does not move the session of another person who opens the link in their own browser', async () => {
        const [ana, ben] = [await createPerson(gatehouse), await createPerson(gatehouse)];
        const link = await askFor(gatehouse, ana, newAddress());
        const browser = await signedInBrowser(gatehouse, ben);
        expect(await open(link, browser)).toBe(200);
        const page = await browser.get('/profile');
        expect(page.text).toContain(ben.email);
        expect(await addressOf(ben)).toBe(ben.email);
      });

      it('does not open a suspended account’s link', async () => {
        const ana = await createPerson(gatehouse);
        const link = await askFor(gatehouse, ana, newAddress());
        await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, status: 'suspended' }));
        expect(await open(link)).toBe(410);
      });

      it('has one winner when two accounts want one address and open their links at once', async () => {
        const people = await Promise.all([1, 2, 3].map(() => createPerson(gatehouse)));
        const wanted = newAddress();
        const links: string[] = [];
        for (const person of people) links.push(await askFor(gatehouse, person, wanted));
        const statuses = await Promise.all(links.map((link) => open(link)));
        expect(statuses.sort()).toEqual([200, 409, 409]);
        const addresses = await Promise.all(people.map(addressOf));
        expect(addresses.filter((address) => address === wanted)).toHaveLength(1);
      });

      it('AC-01: closes the old address and opens the new one at once', async () => {
        const ana = await createPerson(gatehouse);
        const wanted = newAddress();
        expect(await open(await askFor(gatehouse, ana, wanted))).toBe(200);
        const { problems } = await signIn(gatehouse.browser(), rp.request(), ana);
        expect(problems).toEqual(['The email address or password is not right']);
        const { leftFor } = await signIn(gatehouse.browser(), rp.request(), { ...ana, email: wanted });
        expect(leftFor?.searchParams.has('code')).toBe(true);
      });
    },
  );
}
