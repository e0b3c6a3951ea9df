// What a firm demands of its people: a second factor, certain networks, longer passwords. The strictest of a person's firms holds.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PolicyRules, policySchema } from '../../src/organizations/policy.ts';
import { engines } from '../support/engines.ts';
import { openProfile, passwordPath } from '../support/my-profile.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const here = '127.0.0.0/8';
const elsewhere = '203.0.113.0/24';
let made = 0;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the policy of a firm (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    /** @returns ids of firms with these policies, and a person who belongs to all of them */
    async function employee(...policies: Partial<PolicyRules>[]): Promise<{ person: Person; firms: string[] }> {
      const firms: string[] = [];
      for (const policy of policies) {
        made += 1;
        const { id } = await gatehouse.services.organizations.create({ name: `Acme ${made}` }, {});
        await gatehouse.services.organizations.setPolicy(id, policySchema.parse(policy), {});
        firms.push(id);
      }
      const person = await createPerson(gatehouse);
      const memberships = firms.map((organization) => ({ organization, roles: ['editor'] }));
      await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, memberships }));
      return { person, firms };
    }

    const change = (firm: string, policy: Partial<PolicyRules>) =>
      gatehouse.services.organizations.setPolicy(firm, policySchema.parse(policy), {});
    const eventsOf = async ({ account }: Person, type: string) =>
      (await gatehouse.services.audit.bySubject(account.id)).filter((event) => event.type === type);

    it('M12: lets nobody in from an address that is not on its list, and says in the log which firm it was', async () => {
      const { person, firms } = await employee({ ipAllowList: [elsewhere] });
      const browser = gatehouse.browser();
      const page = await signIn(browser, rp.request(), person);
      expect([page.status, page.heading]).toEqual([403, 'You cannot sign in from here']);
      expect(page.text).not.toContain(elsewhere);
      await browser.get(page.url);
      expect(await eventsOf(person, 'sign-in.refused')).toMatchObject([
        {
          result: 'failure',
          actor: person.account.id,
          clientId: rp.clientId,
          organizations: firms,
          detail: { rule: 'address-not-allowed', by: `organization ${firms[0]}` },
        },
      ]);
      expect(await eventsOf(person, 'sign-in.succeeded')).toEqual([]);
    });

    it('M12: tells a stranger with a wrong password nothing of the list', async () => {
      const { person } = await employee({ ipAllowList: [elsewhere] });
      const page = await signIn(gatehouse.browser(), rp.request(), { ...person, password: 'not the password' });
      expect([page.status, page.problems]).toEqual([422, ['The email address or password is not right']]);
    });

    it('M12: holds for each of several firms', async () => {
      const { person, firms } = await employee({ ipAllowList: [here] }, { ipAllowList: [here, elsewhere] });
      await signInTo(gatehouse.browser(), rp, person);
      await change(firms[1] ?? '', { ipAllowList: [elsewhere] });
      expect((await signIn(gatehouse.browser(), rp.request(), person)).status).toBe(403);
    });

    it('AC-03: holds during a session, for our own pages and for apps, and opens it again once the address is allowed', async () => {
      const { person, firms } = await employee({});
      const browser = gatehouse.browser();
      await signInTo(browser, rp, person);
      const silently = async () => {
        const { leftFor } = await browser.get(rp.request({ prompt: 'none' }).url);
        return leftFor?.searchParams.get('error') ?? 'signed in';
      };
      expect([(await browser.get('/profile')).heading, await silently()]).toEqual(['My Profile', 'signed in']);
      await change(firms[0] ?? '', { ipAllowList: [elsewhere] });
      expect([(await browser.get('/profile')).heading, await silently()]).toEqual(['Sign in', 'login_required']);
      const refused = await openProfile(browser, person);
      expect([refused.status, refused.heading]).toEqual([403, 'You cannot sign in from here']);
      await change(firms[0] ?? '', { ipAllowList: [here] });
      expect([(await browser.get('/profile')).heading, await silently()]).toEqual(['My Profile', 'signed in']);
    });

    it('M11: leads everybody without a second factor to setting one up, and nobody of another firm', async () => {
      const { person } = await employee({}, { mfa: 'required' });
      const other = await employee({ mfa: 'optional' });
      expect((await signIn(gatehouse.browser(), rp.request(), person)).heading).toBe(
        'Set up multi-factor authentication',
      );
      expect((await signIn(gatehouse.browser(), rp.request(), other.person)).leftFor).toBeDefined();
    });

    it('M3: asks for as many characters as the strictest of the firms, which may be fewer than the default', async () => {
      const { person, firms } = await employee({ passwordMinLength: 8 });
      const browser = gatehouse.browser();
      const tryOne = async (newPassword: string) => {
        const page = await openProfile(browser, person, passwordPath);
        const done = await browser.submit(page, { currentPassword: person.password, newPassword }, 'Save');
        return done.problems[0] ?? 'changed';
      };
      await change(firms[0] ?? '', { passwordMinLength: 20 });
      expect(await tryOne('fog on the lake')).toContain('20');
      await change(firms[0] ?? '', { passwordMinLength: 8 });
      expect(await tryOne('fog lake')).toBe('changed');
    });

    it('M3: refuses the name of the firm as a password', async () => {
      const { person, firms } = await employee({});
      const name = (await gatehouse.services.organizations.get(firms[0] ?? ''))?.name ?? '';
      const browser = gatehouse.browser();
      const page = await openProfile(browser, person, passwordPath);
      const given = { currentPassword: person.password, newPassword: `${name} ${name}` };
      expect((await browser.submit(page, given, 'Save')).problems).toEqual([
        'Leave your email address, your name and your organization’s name out of your password',
      ]);
    });

    it('ends a session after the firm’s time without activity', async () => {
      const { person } = await employee({ idleTimeoutMinutes: 30, absoluteTimeoutHours: 12 });
      const now = Date.now();
      const browser = gatehouse.browser();
      await signInTo(browser, rp, person);
      const [session] = await Array.fromAsync(gatehouse.services.sessions.ofAccount(person.account.id));
      expect([session?.idleSeconds, Math.round(((session?.absoluteUntil ?? 0) - now) / 3_600_000)]).toEqual([1800, 12]);
    });

    it('tells an app the firms and the roles in them', async () => {
      const { person, firms } = await employee({}, {});
      const { claims } = await signInTo(gatehouse.browser(), rp, person, { scope: 'openid organizations' });
      expect(claims?.organizations).toEqual(firms.map((id) => ({ id, roles: ['editor'] })));
    });

    it('does not hand the id of a firm that was deleted, and so its log, to another one', async () => {
      const { organizations } = gatehouse.services;
      const { id } = await organizations.create({ name: 'Gone away' }, {});
      await organizations.remove(id, {});
      await expect(organizations.create({ id, name: 'New' }, {})).rejects.toMatchObject({ code: 'duplicate' });
      expect((await organizations.create({ name: 'Gone away' }, {})).id).toMatch(/^gone-away-/);
    });
  });
}
