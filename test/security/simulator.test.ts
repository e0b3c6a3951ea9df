// The simulator agrees with the sign-in itself: a thousand people under random policies are simulated, then driven through the screens.
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { type Administrator, administratorOf } from '../../src/administration/administrator.ts';
import { type PolicyRules, policySchema } from '../../src/organizations/policy.ts';
import type { Page } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { shownSecret, twoCodes } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const rounds = { sqlite: 800, mongodb: 200 } as const;

/** The step of each page that a person meets. */
const stepOf: Record<string, string> = {
  'Sign in': 'password',
  'Enter your code': 'code',
  'Choose your password': 'temporary-password',
  'Choose a new password': 'temporary-password',
  'Your name': 'profile',
  'Set up multi-factor authentication': 'enrol-mfa',
  'Save your recovery codes': 'recovery-codes',
  'You cannot sign in from here': 'refused',
  'This account is suspended': 'refused',
};

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the simulator (${engine.name})`, () => {
    let gatehouse: TestApp;
    let owner: Administrator;
    let apps: { firstParty: RelyingParty; thirdParty: RelyingParty };

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      const { account } = await createPerson(gatehouse);
      owner = administratorOf({ ...account, roles: ['owner'] }, {});
      apps = {
        firstParty: await registerRelyingParty(gatehouse),
        thirdParty: await registerRelyingParty(gatehouse, { first_party: false }),
      };
    });
    afterAll(() => gatehouse.stop());

    it(`foresees the steps of ${rounds[engine.name]} sign-ins`, async () => {
      const seen = new Set<string>();
      for (let round = 0; round < rounds[engine.name]; round += 1) {
        const { person, said } = await randomPerson();
        const asksConsent = pick([true, false]);
        const foreseen = await gatehouse.app.administration.simulator.simulate(owner, {
          accountId: person.account.id,
          address: '127.0.0.1',
          asksConsent,
        });
        const steps = foreseen.map(({ step }) => step);
        expect([said, await driven(person, asksConsent ? apps.thirdParty : apps.firstParty)]).toEqual([said, steps]);
        seen.add(steps.join(' '));
      }
      // Otherwise nothing much was compared.
      expect(seen.size).toBeGreaterThan(8);
    }, 240_000);

    async function randomPerson(): Promise<{ person: Person; said: string }> {
      const firms = await Promise.all(Array.from({ length: randomInt(3) }, randomFirm));
      const person = await createPerson(gatehouse, { withTotp: pick([true, false]) });
      const memberships = firms.map(({ id: organization }) => ({ organization, roles: [] }));
      const change: Partial<Account> = {
        memberships,
        ...pick<Partial<Account>>([
          {},
          {},
          {},
          { status: 'suspended' },
          { mustEnrolMfa: true },
          { passwordMustChange: { reason: 'administrator', at: Date.now() } },
          { status: 'invited' },
        ]),
      };
      await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, ...change }));
      const said = JSON.stringify({
        firms: firms.map(({ policy }) => policy),
        withTotp: !!person.totpSecret,
        ...change,
      });
      return { person, said };
    }

    async function randomFirm() {
      const { organizations } = gatehouse.services;
      const { id } = await organizations.create({ name: 'Firm' }, {});
      const policy: PolicyRules = policySchema.parse({
        mfa: pick(['optional', 'required']),
        ipAllowList: pick([[], [], ['127.0.0.0/8'], ['10.0.0.0/8'], ['10.0.0.0/8', '127.0.0.1'], ['::1']]),
        passwordMinLength: pick([8, 12, 20, undefined]),
      });
      await organizations.setPolicy(id, policy, {});
      return { id, policy };
    }

    /** Does what each page asks, and notes which step it was, until it is over. */
    async function driven(person: Person, rp: RelyingParty): Promise<string[]> {
      const browser = gatehouse.browser();
      let page: Page = await browser.get(rp.request().url);
      let secret = person.totpSecret ?? '';
      const steps: string[] = [];
      while (!page.leftFor) {
        const step = stepOf[page.heading] ?? (page.heading.includes('Client') ? 'consent' : page.heading);
        steps.push(step);
        if (step === 'refused' || steps.length > 9) return steps;
        if (step === 'password')
          page = await browser.submit(page, { email: person.email, password: person.password }, 'Sign in');
        else if (step === 'code') page = await browser.submit(page, { code: codeAt(secret) }, 'Confirm');
        else if (step === 'temporary-password')
          page = await browser.submit(page, { newPassword: `a long and new one ${randomInt(1e9)}` }, 'Save');
        else if (step === 'profile')
          page = await browser.submit(page, { givenName: 'Ana', familyName: 'Silva' }, 'Save');
        else if (step === 'enrol-mfa') {
          secret = await shownSecret(browser, page);
          page = await browser.submit(page, twoCodes(secret), 'Save');
        } else page = await browser.submit(page, {}, step === 'consent' ? 'Allow' : undefined);
      }
      return [...steps, 'done'];
    }
  });
}

function pick<T>(values: readonly T[]): T {
  return values[randomInt(values.length)] as T;
}
