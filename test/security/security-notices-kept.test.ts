// A mail about a change to the ways into an account, and its audit event, outlive the process that made the change; neither comes twice.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { identityKey } from '../../src/accounts/identity.ts';
import type { NoticeKind } from '../../src/accounts/security-notice.ts';
import type { Administration } from '../../src/administration/administration.ts';
import { type Administrator, administratorOf } from '../../src/administration/administrator.ts';
import type { AuditEventType } from '../../src/audit/event-types.ts';
import { sweep } from '../../src/sweeper.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import type { Place } from '../support/form.ts';
import { formMakers } from '../support/forms.ts';
import { addPasskey, signInByPasskey } from '../support/passkeys.ts';
import { createPerson } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { behindProxy } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

/** Everything is ready for the change; `act` makes it. */
interface Change {
  accountId: string;
  act(): Promise<unknown>;
}

/** By the form that makes the change. */
const byForm = (name: string) => async (place: Place) => {
  const { browser, action, fields, token, accountId } = (await formMakers[name]?.(place)) ?? {};
  if (!browser || !action || !accountId || !token) throw new Error(`no form "${name}"`);
  return { accountId, act: () => browser.post(action, { ...fields, _csrf: token }) };
};

/** By somebody with every right, to somebody with a second factor. */
function byAdministrator(act: (acts: Administration, who: Administrator, id: string) => Promise<unknown>) {
  return async ({ gatehouse }: Place) => {
    const [{ account: owner }, { account }] = [
      await createPerson(gatehouse),
      await createPerson(gatehouse, { withTotp: true }),
    ];
    const who = administratorOf({ ...owner, roles: ['owner'] }, {});
    return { accountId: account.id, act: () => act(gatehouse.app.administration, who, account.id) };
  };
}

function identityOf({ id }: { id: string }) {
  return { issuer: 'https://accounts.google.com', subject: id, connectionId: 'google', name: 'Google' };
}

const changes: Record<NoticeKind, (place: Place) => Promise<Change>> = {
  accountDeleted: byForm('deletion of the account'),
  accountSuspended: byAdministrator(({ peopleActs }, who, id) => peopleActs.suspend(who, id)),
  emailChangeRequested: byForm('change of e-mail address'),
  emailChanged: byForm('link of a new e-mail address'),
  identityLinked: async ({ gatehouse }) => {
    const { account } = await createPerson(gatehouse);
    return {
      accountId: account.id,
      act: () => gatehouse.services.identities.link(account.id, identityOf(account), {}),
    };
  },
  identityUnlinked: async ({ gatehouse }) => {
    const { account } = await createPerson(gatehouse);
    const identities = [{ ...identityOf(account), linkedAt: Date.now() }];
    await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, identities }));
    const key = identityKey(identityOf(account));
    return { accountId: account.id, act: () => gatehouse.services.identities.unlink(account.id, key, {}, () => true) };
  },
  mfaActivated: byForm('activation of MFA'),
  mfaDeactivated: byForm('deactivation of MFA'),
  mfaReset: byAdministrator(({ peopleActs }, who, id) => peopleActs.resetMfa(who, id, 'lost')),
  newDevice: async (place) => {
    const change = await byForm('sign in')(place);
    const seen = { firstSignedInAt: Date.now() };
    await place.gatehouse.services.accounts.update(change.accountId, (old) => ({ ...old, ...seen }));
    return change;
  },
  passkeyAdded: byForm('new passkey'),
  passkeyCloned: async (place) => {
    const { gatehouse, rp } = place;
    const person = await createPerson(gatehouse);
    const { authenticator } = await addPasskey(gatehouse, person, { counts: true });
    const browser = gatehouse.browser();
    const page = await browser.get(rp.request().url);
    return {
      accountId: person.account.id,
      act: () => signInByPasskey(browser, page, authenticator, { counter: 1 }),
    };
  },
  passkeyRemoved: byForm('removal of a passkey'),
  passwordChanged: byForm('change of password'),
  passwordReset: byForm('reset of the password'),
  recoveryCodesRenewed: byForm('new recovery codes'),
  recoveryCodeUsed: byForm('recovery code'),
  recoveryStarted: async (place) => {
    const { accountId } = await byForm('change of name')(place);
    const { accounts, invitations } = place.gatehouse.services;
    const { email = '' } = (await accounts.get(accountId)) ?? {};
    const options = { makeOwner: true, resetMfa: false };
    return { accountId, act: () => invitations.recoverOwner(email, options, { actor: 'cli' }) };
  },
  wrongCodes: async (place) => {
    const { browser, action, token, accountId } = (await formMakers.code?.(place)) ?? {};
    if (!browser || !action || !accountId || !token) throw new Error('no form for a code');
    await place.gatehouse.services.accounts.update(accountId, (old) => ({ ...old, wrongCodes: { inRow: 4 } }));
    return { accountId, act: () => browser.post(action, { code: '000000', _csrf: token }) };
  },
};

/** What the audit record says of it: what stands here is noted with the change. */
const events: Partial<Record<NoticeKind, AuditEventType>> = {
  accountSuspended: 'account.suspended',
  emailChangeRequested: 'account.email-change-requested',
  emailChanged: 'account.email-changed',
  mfaActivated: 'mfa.activated',
  mfaDeactivated: 'mfa.deactivated',
  mfaReset: 'mfa.reset',
  passkeyAdded: 'passkey.added',
  passkeyRemoved: 'passkey.removed',
  passwordChanged: 'password.changed',
  passwordReset: 'password.reset',
  recoveryCodesRenewed: 'recovery-codes.renewed',
  recoveryCodeUsed: 'recovery-code.used',
  recoveryStarted: 'recovery.started',
};

/** Where the process ends after the change: `restore` is the restart. */
const cuts: Record<string, (services: TestApp['services']) => { restore(): void }> = {
  'before the outbox has it': ({ outbox }) => {
    const { put } = outbox;
    outbox.put = async (message, options) => {
      if (message.purpose?.startsWith('notice.')) throw new Error('the process has died');
      await put(message, options);
    };
    return { restore: () => Object.assign(outbox, { put }) };
  },
  'before the account knows that the outbox has it': ({ accounts }) => {
    const { dropNotices } = accounts;
    accounts.dropNotices = () => Promise.reject(new Error('the process has died'));
    return { restore: () => Object.assign(accounts, { dropNotices }) };
  },
};

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`security mails when the process dies (${engine.name})`, () => {
    let gatehouse: TestApp;
    let place: Place;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy, host: 'localhost' });
      const rp = await registerRelyingParty(gatehouse);
      place = { gatehouse, rp, thirdParty: rp };
    });
    beforeEach(() => void stopClock());
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const mailsOf = async (kind: NoticeKind, email: string) =>
      (await gatehouse.services.deliveries.list({ limit: 1000 })).filter(
        ({ purpose, to }) => purpose === `notice.${kind}` && to === email,
      );
    const eventsOf = async (kind: NoticeKind, accountId: string) =>
      (await gatehouse.services.audit.bySubject(accountId, 1000)).filter(({ type }) => type === events[kind]);
    const waiting = async () => Array.fromAsync(gatehouse.services.accounts.withPendingNotices());

    const cases = Object.keys(changes).flatMap((kind) => Object.keys(cuts).map((cut) => [kind as NoticeKind, cut]));
    it.each(cases as [NoticeKind, string][])('the one of "%s" is sent once when it dies %s', async (kind, cut) => {
      const { services, app } = gatehouse;
      const { accountId, act } = await changes[kind](place);
      const { email = '' } = (await services.accounts.get(accountId)) ?? {};
      const before = (await mailsOf(kind, email)).length;
      const { restore } = cuts[cut]?.(services) ?? { restore: () => {} };
      try {
        await act();
      } finally {
        restore();
      }
      expect((await waiting()).map(({ pendingNotices }) => pendingNotices?.map((one) => one.kind))).toEqual([[kind]]);
      const stored = cut === 'before the outbox has it' ? 0 : 1;
      expect(await mailsOf(kind, email)).toHaveLength(before + stored);
      moveClock(minuteMs);
      await Promise.all([sweep(services, app), sweep(services, app)]);
      expect(await mailsOf(kind, email)).toHaveLength(before + 1);
      expect(await waiting()).toEqual([]);
    });

    it.each(Object.keys(events) as NoticeKind[])(
      'the event of "%s" is written once when it dies before the audit record has it',
      async (kind) => {
        const { services, app } = gatehouse;
        const { accountId, act } = await changes[kind](place);
        const { email = '' } = (await services.accounts.get(accountId)) ?? {};
        const before = await eventsOf(kind, accountId);
        const { recordNoted } = services.audit;
        services.audit.recordNoted = () => Promise.reject(new Error('the process has died'));
        await Promise.allSettled([act()]);
        services.audit.recordNoted = recordNoted;
        expect(await eventsOf(kind, accountId)).toEqual(before);
        const changedAt = Date.now();
        moveClock(minuteMs);
        await Promise.all([sweep(services, app), sweep(services, app)]);
        const after = await eventsOf(kind, accountId);
        expect(after).toHaveLength(before.length + 1);
        expect(after.at(-1)).toMatchObject({ result: 'success', at: changedAt });
        expect((await mailsOf(kind, email)).length).toBeGreaterThan(0);
        expect(await waiting()).toEqual([]);
        expect((await services.audit.verify()).faults).toEqual([]);
      },
    );

    it('leaves a request half a minute to send its mail itself', async () => {
      const { services, app } = gatehouse;
      const { accountId, act } = await changes.passwordChanged(place);
      const { email = '' } = (await services.accounts.get(accountId)) ?? {};
      const { restore } = cuts['before the outbox has it']?.(services) ?? {};
      await act();
      restore?.();
      moveClock(minuteMs / 2 - 1);
      await sweep(services, app);
      expect(await mailsOf('passwordChanged', email)).toEqual([]);
      moveClock(1);
      await sweep(services, app);
      expect(await mailsOf('passwordChanged', email)).toHaveLength(1);
    });
  });
}
