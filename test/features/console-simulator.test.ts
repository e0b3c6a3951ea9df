// "Who meets what?" in the console.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { policySchema } from '../../src/organizations/policy.ts';
import { consoleOf, createFirms, createMember } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the simulator in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
      const policy = policySchema.parse({ mfa: 'required', ipAllowList: ['127.0.0.0/8', '10.0.0.0/8'] });
      await gatehouse.services.organizations.setPolicy('acme', policy, {});
    });
    afterAll(() => gatehouse.stop());

    it('shows the screens of somebody, with the rule and the firm that ask for each', async () => {
      const person = await createMember(gatehouse, { acme: [] });
      const app = await registerRelyingParty(gatehouse, { first_party: false });
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const asked = { email: person.email, address: '10.1.2.3', app: app.clientId };
      const before = await gatehouse.services.accounts.get(person.account.id);
      const page = await browser.get(`/admin/simulator?${new URLSearchParams(asked)}`);
      const steps = page.document.querySelectorAll('.steps li').map((li) => li.structuredText.replace(/\s+/g, ' '));
      expect(steps).toEqual([
        expect.stringContaining('Email address and password'),
        expect.stringMatching(/Set up multi-factor.*policy demands.*organization acme/),
        expect.stringContaining('Save recovery codes'),
        expect.stringContaining('Allow the app'),
        expect.stringContaining('Signed in'),
      ]);
      const outside = await browser.get(
        `/admin/simulator?${new URLSearchParams({ ...asked, address: '2001:db8::1' })}`,
      );
      expect(outside.text).toMatch(/Kept out[\s\S]*not on a list[\s\S]*organization acme/);
      expect(await gatehouse.services.accounts.get(person.account.id)).toEqual(before);
      expect(await gatehouse.services.audit.bySubject(person.account.id)).toEqual([]);
    });

    it('tells nothing of somebody whom the administrator may not see, or who is not there', async () => {
      const person = await createMember(gatehouse, { zeta: [] });
      const { browser } = await consoleOf(gatehouse, { zeta: ['admin'] });
      const other = await createMember(gatehouse, { acme: [] });
      const problemsFor = async (email: string, address = '') =>
        (await browser.get(`/admin/simulator?${new URLSearchParams({ email, address })}`)).problems;
      expect(await problemsFor(person.email)).toEqual([]);
      const nobody = ['Type the email address of a person you may see'];
      for (const email of [other.email, 'nobody@example.com', '']) expect(await problemsFor(email)).toEqual(nobody);
      for (const address of ['home', '10.0.0.0/8'])
        expect(await problemsFor(person.email, address)).toEqual(['Type one IP address, such as 203.0.113.7']);
    });

    it('names no other firm of somebody, in the simulator or in the log', async () => {
      const person = await createMember(gatehouse, { acme: [], zeta: [] });
      const { browser } = await consoleOf(gatehouse, { zeta: ['admin'] });
      const asked = new URLSearchParams({ email: person.email, address: '192.0.2.9' });
      const page = await browser.get(`/admin/simulator?${asked}`);
      expect(page.text).toContain('Kept out');
      await gatehouse.services.audit.record(
        {
          type: 'sign-in.refused',
          result: 'failure',
          subject: person.account.id,
          detail: { rule: 'address-not-allowed', by: 'organization acme' },
        },
        { actor: person.account.id },
      );
      const log = await browser.get(`/admin/log?about=${encodeURIComponent(person.email)}`);
      expect(log.text).toContain('address-not-allowed');
      for (const { text } of [page, log]) expect(text).not.toContain('acme');
    });
  });
}
