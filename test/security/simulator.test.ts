// The simulator agrees with the sign-in itself: people of every kind under random policies are simulated, then driven through the screens.
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { type Administrator, administratorOf } from '../../src/administration/administrator.ts';
import {
  type ClientPolicyRules,
  clientPolicySchema,
  type PolicyRules,
  policySchema,
} from '../../src/organizations/policy.ts';
import type { Page } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { shownSecret, twoCodes } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { roundsOr } from '../support/rounds.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

/** What can be about a person, whatever their firms demand. */
const states: Partial<Account>[] = [
  {},
  { status: 'suspended' },
  { status: 'invited' },
  { mustEnrolMfa: true },
  { passwordMustChange: { reason: 'administrator', at: 0 } },
];
const either = [true, false];
const kinds = states.flatMap((state) =>
  either.flatMap((withTotp) => either.map((asksConsent) => ({ state, withTotp, asksConsent }))),
);
/** How many of each kind sign in, each under firms and policies of their own: TEST_ROUNDS=50 makes it a thousand. */
const rounds = { sqlite: roundsOr(10), mongodb: roundsOr(1) };

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

    it(`foresees the steps of ${rounds[engine.name] * kinds.length} sign-ins`, async () => {
      const seen = new Set<string>();
      const rulesAsked = new Set<string>();
      for (const kind of Array.from({ length: rounds[engine.name] }, () => kinds).flat()) {
        const { asksConsent } = kind;
        const { person, said } = await randomPerson(kind);
        const rp = asksConsent ? apps.thirdParty : apps.firstParty;
        const rules = await randomRules(rp);
        const foreseen = await gatehouse.app.administration.simulator.simulate(owner, {
          accountId: person.account.id,
          address: '127.0.0.1',
          clientId: rp.clientId,
          asksConsent,
        });
        const steps = foreseen.map(({ step }) => step);
        const told = `${said} ${JSON.stringify(rules)}`;
        expect([told, await driven(person, rp)]).toEqual([told, steps]);
        for (const { by } of foreseen) if (by?.startsWith('client')) rulesAsked.add(by);
        seen.add(steps.join(' '));
      }
      // Otherwise nothing much was compared.
      const isMuch = rounds[engine.name] >= 10;
      expect(seen.size).toBeGreaterThan(isMuch ? 8 : 4);
      if (isMuch) expect(rulesAsked.size).toBe(2);
    }, 240_000);

    async function randomPerson({ state, withTotp }: Omit<(typeof kinds)[number], 'asksConsent'>) {
      const firms = await Promise.all(Array.from({ length: randomInt(3) }, randomFirm));
      const person = await createPerson(gatehouse, { withTotp });
      const change = { ...state, memberships: firms.map(({ id: organization }) => ({ organization, roles: [] })) };
      await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, ...change }));
      const said = JSON.stringify({ firms: firms.map(({ policy }) => policy), withTotp, ...change });
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

    /** What the app states from now on. */
    async function randomRules({ clientId }: RelyingParty): Promise<ClientPolicyRules> {
      const rules = clientPolicySchema.parse({
        mfa: pick(['optional', 'optional', 'required']),
        ipAllowList: pick([[], [], [], ['127.0.0.1'], ['10.0.0.0/8'], ['::1', '127.0.0.0/8']]),
        maxAgeMinutes: pick([undefined, 1, 60]),
        idleTimeoutMinutes: pick([undefined, 5]),
      });
      await gatehouse.services.clients.setPolicy(clientId, rules, {});
      return rules;
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
