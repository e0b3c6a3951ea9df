// The policy of a firm: looked at before it is saved, refused where it shuts out whoever saves it, and on probation.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Administrator, administratorOf } from '../../src/administration/administrator.ts';
import { type PolicyRules, policySchema } from '../../src/organizations/policy.ts';
import { sweep } from '../../src/sweeper.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

let made = 0;
const rules = (policy: Partial<PolicyRules> = {}) => policySchema.parse(policy);

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`changing the policy of a firm (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const policies = () => gatehouse.app.administration.policies;

    async function firm(): Promise<string> {
      made += 1;
      return (await gatehouse.services.organizations.create({ name: `Firm ${made}` }, {})).id;
    }

    async function member(organization: string, roles: string[] = [], withTotp = false): Promise<Person> {
      const person = await createPerson(gatehouse, { withTotp });
      const memberships = [{ organization, roles }];
      await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, memberships }));
      return person;
    }

    async function adminOf(organization: string, address = '127.0.0.1'): Promise<Administrator> {
      const { account } = await member(organization, ['admin']);
      const current = await gatehouse.services.accounts.get(account.id);
      if (!current) throw new Error('the administrator is gone');
      return administratorOf(current, { address });
    }

    const events = async (organization: string) =>
      (await gatehouse.services.audit.search({ organization }))
        .filter(({ type }) => type.startsWith('policy.'))
        .map(({ type, detail = {} }) => ({ type, detail }));

    it('tells beforehand how many have no second factor and how many would be shut out, and oneself among them', async () => {
      const acme = await firm();
      const who = await adminOf(acme);
      await member(acme, [], true);
      await signInTo(gatehouse.browser(), rp, await member(acme));
      const strict = rules({ mfa: 'required', ipAllowList: ['203.0.113.0/24'] });
      expect(await policies().preview(who, acme, strict)).toEqual({
        people: { count: 3, isMore: false },
        withoutMfa: { count: 2, isMore: false },
        shutOut: 1,
        lookedAt: 3,
        isPart: false,
        you: true,
      });
      const open = rules({ ipAllowList: ['127.0.0.0/8'] });
      expect(await policies().preview(who, acme, open)).toMatchObject({ shutOut: 0, you: false });
      expect(await policies().get(who, acme)).toEqual(rules());
    });

    it.each([
      ['an administrator of the firm', (id: string) => adminOf(id)],
      [
        'an owner who does not belong to it',
        async () => {
          const { account } = await createPerson(gatehouse);
          return administratorOf({ ...account, roles: ['owner'] }, { address: '127.0.0.1' });
        },
      ],
      ['somebody whose address cannot be read', (id: string) => adminOf(id, 'unknown')],
    ])('M12: refuses a list without the address of whoever saves it: %s', async (_, make) => {
      const acme = await firm();
      const who = await make(acme);
      const refused = policies().save(who, acme, rules({ ipAllowList: ['203.0.113.0/24'] }));
      await expect(refused).rejects.toMatchObject({ code: 'conflict', detail: expect.stringContaining('ipAllowList') });
      expect(await policies().get(who, acme)).toEqual(rules());
      expect(await events(acme)).toEqual([]);
    });

    it('is for administrators of that firm alone', async () => {
      const [acme, zeta] = [await firm(), await firm()];
      const who = await adminOf(acme);
      await expect(policies().save(who, zeta, rules({ mfa: 'required' }))).rejects.toMatchObject({ code: 'not_found' });
      const { account } = await member(acme, ['helpdesk']);
      const help = administratorOf({ ...account, memberships: [{ organization: acme, roles: ['helpdesk'] }] }, {});
      await expect(policies().save(help, acme, rules())).rejects.toMatchObject({ code: 'not_permitted' });
    });

    it('writes down each rule as it was and as it is', async () => {
      const acme = await firm();
      const who = await adminOf(acme);
      await policies().save(who, acme, rules({ mfa: 'required', ipAllowList: ['127.0.0.1', '10.0.0.0/8'] }));
      expect(await events(acme)).toEqual([
        {
          type: 'policy.changed',
          detail: {
            'mfa.old': 'optional',
            'mfa.new': 'required',
            'ipAllowList.old': '',
            'ipAllowList.new': '127.0.0.1, 10.0.0.0/8',
          },
        },
      ]);
    });

    it('on probation rolls back by itself, to the moment and for every request, and is written down', async () => {
      const acme = await firm();
      const who = await adminOf(acme);
      stopClock();
      await policies().save(who, acme, rules({ mfa: 'required' }), { onProbation: true });
      moveClock(5 * minuteMs - 1);
      expect(await policies().get(who, acme)).toMatchObject({ mfa: 'required' });
      moveClock(1);
      expect(await policies().get(who, acme)).toMatchObject({ mfa: 'optional' });
      await expect(policies().confirm(who, acme, Date.now())).rejects.toMatchObject({ code: 'conflict' });
      await Promise.all([sweep(gatehouse.services, gatehouse.app), sweep(gatehouse.services, gatehouse.app)]);
      const firmNow = await gatehouse.services.organizations.get(acme);
      expect(firmNow).toMatchObject({ policy: { mfa: 'optional' } });
      expect(firmNow).not.toHaveProperty('probation');
      expect((await events(acme)).map(({ type }) => type)).toEqual(['policy.rolled-back', 'policy.changed']);
    });

    it('on probation stays when it is confirmed from a sign-in under it, and from no earlier one', async () => {
      const acme = await firm();
      const who = await adminOf(acme);
      const before = stopClock();
      await policies().save(who, acme, rules({ mfa: 'required' }), { onProbation: true });
      moveClock(minuteMs);
      await expect(policies().confirm(who, acme, before)).rejects.toMatchObject({ code: 'conflict' });
      await policies().confirm(who, acme, Date.now());
      moveClock(60 * minuteMs);
      await sweep(gatehouse.services, gatehouse.app);
      expect(await policies().get(who, acme)).toMatchObject({ mfa: 'required' });
      expect((await events(acme)).map(({ type }) => type)).toEqual(['policy.confirmed', 'policy.changed']);
    });

    it('falls back on what was last confirmed, however often it was changed on probation', async () => {
      const acme = await firm();
      const who = await adminOf(acme);
      await policies().save(who, acme, rules({ passwordMinLength: 10 }));
      stopClock();
      for (const passwordMinLength of [20, 30])
        await policies().save(who, acme, rules({ passwordMinLength }), { onProbation: true });
      moveClock(5 * minuteMs);
      expect(await policies().get(who, acme)).toMatchObject({ passwordMinLength: 10 });
    });

    it('is not saved over what somebody else saved meanwhile', async () => {
      const acme = await firm();
      const who = await adminOf(acme);
      const seen = await gatehouse.app.administration.firms.get(who, acme);
      await policies().save(who, acme, rules({ mfa: 'required' }));
      const isStill = ({ updatedAt, policy }: typeof seen) =>
        updatedAt === seen.updatedAt && policy.mfa === seen.policy.mfa;
      const late = policies().save(who, acme, rules({ passwordMinLength: 9 }), { isStill });
      await expect(late).rejects.toMatchObject({ code: 'conflict' });
      expect(await policies().get(who, acme)).toEqual(rules({ mfa: 'required' }));
    });
  });
}
