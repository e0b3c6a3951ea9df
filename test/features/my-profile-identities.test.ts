// My Profile, "Sign-in services": accounts elsewhere are linked after a look at them, and unlinked unless they are the last way in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { continueWith, type Federation, google, startFederation } from '../support/federation.ts';
import { openProfile, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person } from '../support/people.ts';
import type { TestApp } from '../support/start-app.ts';
import type { Upstream } from '../support/upstream.ts';

const path = '/profile/sign-in-services';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`my sign-in services (${engine.name})`, () => {
    let federation: Federation;
    let gatehouse: TestApp;
    let atGoogle: Upstream;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      federation = await startFederation({ engine });
      ({ gatehouse } = federation);
      await federation.connect({ id: 'google', name: 'Google', preset: 'google' });
      atGoogle = await federation.upstream(google);
    });
    beforeEach(async () => {
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
      atGoogle.person = { sub: newId(), email: 'ana@gmail.com', email_verified: true };
    });
    afterAll(() => federation.stop());

    const stored = async (person = ana) =>
      ((await gatehouse.services.accounts.get(person.account.id))?.identities ?? []).map(({ subject }) => subject);
    const goThere = async () => continueWith(browser, await browser.get(path), { upstream: atGoogle, name: 'Google' });
    const link = async () => browser.submit(await goThere(), {}, 'Link');
    const unlinkPage = async (page: Page) =>
      browser.get(page.document.querySelector('.entries a')?.getAttribute('href') ?? '');
    const mails = async () =>
      (await gatehouse.services.deliveries.list({ limit: 1000 }))
        .filter(({ to }) => to === ana.email)
        .map(({ purpose }) => purpose);

    it('shows which account it is before anything is linked, and then lists it', async () => {
      expect((await browser.get(path)).text).toContain('None is linked.');
      const asked = await goThere();
      expect([asked.heading, asked.text.includes('ana@gmail.com')]).toEqual(['Link your Google account?', true]);
      expect(await stored()).toEqual([]);
      const linked = await browser.submit(asked, {}, 'Link');
      expect(linked.text).toContain('The account is linked');
      expect(linked.text).toContain('ana@gmail.com');
      expect(await stored()).toEqual([atGoogle.person.sub]);
      expect(await mails()).toContain('notice.identityLinked');
      expect((await browser.submit(asked, {}, 'Link')).url).toContain(path);
      expect(await stored()).toEqual([atGoogle.person.sub]);
    });

    it('links no account that signs in to somebody else’s, and says so', async () => {
      const other = await createPerson(gatehouse);
      const identity = { issuer: google, subject: atGoogle.person.sub, connectionId: 'google', name: 'Google' };
      await gatehouse.services.identities.link(other.account.id, identity, {});
      const refused = await link();
      expect([refused.status, refused.problems[0]?.includes('Nothing was linked')]).toEqual([409, true]);
      expect(await stored()).toEqual([]);
    });

    it('gives what came back to nobody but the session that asked for it', async () => {
      const asked = await goThere();
      const mallory = await createPerson(gatehouse);
      const theirs = await signedInBrowser(gatehouse, mallory);
      expect((await theirs.get(asked.url)).heading).toBe('Sign-in services');
      expect(await stored(mallory)).toEqual([]);
    });

    it('helps where the other service gives no good answer', async () => {
      atGoogle.tamper = (claims) => ({ ...claims, nonce: 'another' });
      const page = await goThere();
      atGoogle.tamper = undefined;
      expect([page.status, page.problems[0]?.startsWith('Google gave no good answer')]).toEqual([503, true]);
    });

    it('unlinks it, signs out everywhere else, and lets nobody in by it any more', async () => {
      const elsewhere = await signedInBrowser(gatehouse, ana);
      const asked = await unlinkPage(await link());
      const done = await browser.submit(asked, {}, 'Unlink');
      expect(done.text).toContain('The account is unlinked.');
      expect(await stored()).toEqual([]);
      expect((await elsewhere.get('/profile')).heading).toBe('Sign in');
      expect(await mails()).toContain('notice.identityUnlinked');
      const types = (await gatehouse.services.audit.bySubject(ana.account.id)).map(({ type }) => type);
      expect(types).toContain('identity.unlinked');
      const fresh = gatehouse.browser();
      const page = await continueWith(fresh, await fresh.get('/profile'), { upstream: atGoogle, name: 'Google' });
      expect(page.heading).toBe('Sign in');
    });

    it('never takes the last way in', async () => {
      const list = await link();
      await gatehouse.services.accounts.update(ana.account.id, ({ passwordHash: _none, ...old }) => old);
      const asked = await unlinkPage(list);
      expect(asked.text).toContain('This is your only way to sign in.');
      expect(asked.document.querySelector(`form[action="${path}/unlink"]`)).toBeNull();
      const { text } = await browser.get(path);
      expect(text).toContain('ana@gmail.com');
    });

    it('is part of what a person can download', async () => {
      await link();
      await openProfile(browser, ana, '/profile/data');
      const page = await browser.submit(await browser.get('/profile/data'), {}, 'Download');
      expect(page.html).toContain(atGoogle.person.sub);
    });
  });
}
