// Attacks on the way back in: links switched, forged, raced, leaked, and kept alive past what should have killed them.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import type { Page } from '../support/browser.ts';
import { letClockRun } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { openProfile, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import {
  behindProxy,
  forgottenPath,
  freshLink,
  freshNetwork,
  hiddenFields,
  newPassword,
  resetPath,
  resetWith,
  subjectsTo,
} from '../support/reset.ts';
import { startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const isNewDevice = (subject: string) => subject.includes('new device');
const notUsable = 'This link cannot be used';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`attacks on the reset of a password (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    const stored = async ({ account }: Person) => gatehouse.services.accounts.get(account.id);
    const opens = async (person: Person, password: string) =>
      (await gatehouse.services.passwords.verify(await stored(person), password, Date.now())) === 'accepted';

    it('RS-03: lets one of 200 parallel posts of a link succeed', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const page = await browser.get(await freshLink(gatehouse, ana));
      const before = await stored(ana);
      const cookie = await browser.jar.getCookieString(gatehouse.issuer);
      const answers = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const body = new URLSearchParams({ ...hiddenFields(page), newPassword: `${newPassword} ${index}` });
          const init = { method: 'POST', body, headers: { Cookie: cookie }, redirect: 'manual' } as const;
          return (await fetch(gatehouse.issuer + resetPath, init)).status;
        }),
      );
      expect(answers.filter((status) => status === 303)).toHaveLength(1);
      // The rest: used by then, or turned away because too many passwords wait to be hashed.
      expect(new Set(answers.filter((status) => status !== 303 && status !== 503))).toEqual(new Set([410]));
      const open = await Promise.all([answers.indexOf(303)].map((index) => opens(ana, `${newPassword} ${index}`)));
      expect(open).toEqual([true]);
      expect((await stored(ana))?.sessionEpoch).toBe((before?.sessionEpoch ?? 0) + 1);
      const events = await gatehouse.services.audit.bySubject(ana.account.id);
      expect(events.filter(({ type }) => type === 'password.reset')).toHaveLength(1);
      const notices = (await subjectsTo(gatehouse, ana.email)).filter((subject) => subject.includes('was reset'));
      expect(notices).toHaveLength(1);
    }, 60_000);

    it.each(['known', 'fresh'])(
      'forgets the browsers that the account has signed in with, but for the known one it is done in (%s)',
      async (kind) => {
        const ana = await createPerson(gatehouse);
        const [own, another] = [await signedInBrowser(gatehouse, ana), await signedInBrowser(gatehouse, ana)];
        const before = (await subjectsTo(gatehouse, ana.email)).filter(isNewDevice);
        expect(before).toHaveLength(1);
        await resetWith(kind === 'known' ? own : gatehouse.browser(), await freshLink(gatehouse, ana));
        const told = async () => (await subjectsTo(gatehouse, ana.email)).filter(isNewDevice).length - before.length;
        await openProfile(own, { ...ana, password: newPassword });
        expect(await told()).toBe(kind === 'known' ? 0 : 1);
        await openProfile(another, { ...ana, password: newPassword });
        expect(await told()).toBe(kind === 'known' ? 1 : 2);
      },
    );

    it('lets a link reset its own account alone: another id, another browser’s form, another form’s fields', async () => {
      const [eve, victim] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const mine = await freshLink(gatehouse, eve);
      const before = await stored(victim);
      const secret = mine.split('.').at(-1);
      const forged = `${gatehouse.issuer}${resetPath}?token=${victim.account.id}.${secret}`;
      expect((await gatehouse.browser().get(forged)).heading).toBe(notUsable);
      const browser = gatehouse.browser();
      const page = await browser.get(mine);
      const extra = { email: victim.email, accountId: victim.account.id, token: `${victim.account.id}.${secret}` };
      await browser.post(resetPath, { ...hiddenFields(page), ...extra, newPassword });
      expect(await stored(victim)).toEqual(before);
      expect(await opens(eve, newPassword)).toBe(true);
    });

    it('refuses the form of one link once the browser holds another', async () => {
      const [ana, bo] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const [links, browser] = [[await freshLink(gatehouse, ana), await freshLink(gatehouse, bo)], gatehouse.browser()];
      const first = await browser.get(links[0] ?? '');
      await browser.get(links[1] ?? '');
      const before = [await stored(ana), await stored(bo)];
      expect((await browser.submit(first, { newPassword }, 'Save')).status).toBe(403);
      expect([await stored(ana), await stored(bo)]).toEqual(before);
    });

    it('refuses a post without a link, and with the anti-forgery token of the form that asks for one', async () => {
      const browser = gatehouse.browser();
      const form = await browser.get(forgottenPath);
      const posted = await browser.post(resetPath, { ...hiddenFields(form), newPassword });
      expect(posted.status).toBe(403);
    });

    const kills: [string, (old: Account) => Account][] = [
      ['another password', (old) => ({ ...old, sessionEpoch: old.sessionEpoch + 1 })],
      ['a suspension', (old) => ({ ...old, status: 'suspended' })],
      [
        'another address',
        (old) => ({ ...old, emailCanonical: `new-${old.emailCanonical}`, email: `new-${old.email}` }),
      ],
    ];
    it.each(kills)('kills a link by %s, also between its page and its post', async (_what, change) => {
      const ana = await createPerson(gatehouse);
      const link = await freshLink(gatehouse, ana);
      const browser = gatehouse.browser();
      const page = await browser.get(link);
      const changed = await gatehouse.services.accounts.update(ana.account.id, change);
      const late = await browser.submit(page, { newPassword }, 'Save');
      expect([late.status, late.heading]).toEqual([410, notUsable]);
      expect((await gatehouse.browser().get(link)).heading).toBe(notUsable);
      expect((await stored(ana))?.passwordHash).toBe(changed?.passwordHash);
    });

    it('sends a sign-in that was half done back to the password', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const thief = gatehouse.browser();
      const code = await thief.submit(
        await thief.get(rp.request().url),
        { email: ana.email, password: ana.password },
        'Sign in',
      );
      await resetWith(gatehouse.browser(), await freshLink(gatehouse, ana));
      const late = await thief.submit(code, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
      expect([late.heading, late.leftFor]).toEqual(['Sign in', undefined]);
    });

    it('takes no address to return to from a request, and no sign-in of another browser', async () => {
      const [ana, bo] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const foreign = new URL((await gatehouse.browser().get(rp.request().url)).url).pathname.split('/')[2] ?? '';
      for (const [person, interaction] of [
        [ana, 'https://evil.example/'],
        [bo, foreign],
      ] as const) {
        const browser = gatehouse.browser();
        await browser.get(forgottenPath);
        const page = await browser.get(`${forgottenPath}?${new URLSearchParams({ interaction })}`);
        const main = ({ document }: Page) => document.querySelector('main')?.innerHTML ?? '';
        expect(main(page)).not.toContain('evil.example');
        const fields = { ...hiddenFields(page), interaction, email: person.email };
        const sent = await browser.post(forgottenPath, fields, { 'X-Forwarded-For': freshNetwork() });
        expect(main(sent)).not.toMatch(new RegExp(`evil.example|${foreign}`));
        await gatehouse.services.deferredWork.settled();
        const { clientId, interaction: kept } = (await stored(person))?.passwordReset ?? {};
        expect([clientId, kept]).toEqual([undefined, undefined]);
      }
    });

    it('takes the token off the address at once, and shows it on no page and in no header', async () => {
      const ana = await createPerson(gatehouse);
      const link = await freshLink(gatehouse, ana);
      const token = new URL(link).searchParams.get('token') ?? '';
      const browser = gatehouse.browser();
      const first = await browser.request(link);
      expect([first.status, first.headers.get('Location')]).toEqual([303, resetPath]);
      expect(first.headers.get('Cache-Control')).toBe('no-store');
      expect(await first.text()).not.toContain(token);
      const page = await browser.get(resetPath);
      expect(page.html).not.toContain(token.split('.')[1]);
      expect(page.headers.get('Referrer-Policy')).toBe('same-origin');
      const [cookie] = first.headers.getSetCookie().filter((text) => text.startsWith('gatehouse-reset='));
      expect(cookie).toMatch(/httponly/i);
      expect(cookie).toMatch(/samesite=lax/i);
      await resetWith(browser, link);
      expect(await browser.jar.getCookieString(gatehouse.issuer)).not.toContain(token);
    });
  });
}

describe('a server that is asked for a new password', () => {
  it('writes no token and no password to its log, at any level', async () => {
    const [engine] = engines;
    const storageUrl = engine?.freshUrl() ?? '';
    const server = await startProcess({ storageUrl, env: { LOG_LEVEL: 'trace' } });
    const gatehouse = await startApp({ storageUrl, env: { ISSUER: server.url, ...behindProxy } });
    let printed = '';
    server.child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    const ana = await createPerson(gatehouse);
    const link = await linkAskedInProcess(gatehouse, ana);
    await resetWith(gatehouse.browser(), link);
    expect(await server.stop()).toBe(0);
    expect(printed).toContain('password.reset');
    expect(printed).not.toContain(link.split('.').at(-1));
    expect(printed).not.toContain(newPassword);
    await gatehouse.stop();
  }, 60_000);

  /** The process answers; what follows its answer is its own, so the link is asked of the services here. */
  async function linkAskedInProcess(gatehouse: TestApp, person: Person): Promise<string> {
    await gatehouse.services.passwordReset.ask({ email: person.email }, { address: freshNetwork() });
    await gatehouse.services.deferredWork.settled();
    const [mail] = (await gatehouse.services.outbox.list()).filter(({ to }) => to === person.email);
    return /https?:\/\/\S+\/reset-password\?token=\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  }
});

describe('the time of an answer', () => {
  it('RS-01: does not tell known addresses from unknown ones', async () => {
    const gatehouse = await startApp({ env: behindProxy });
    const people: Person[] = [];
    while (people.length < 20) people.push(await createPerson(gatehouse));
    const browser = gatehouse.browser();
    const hidden = hiddenFields(await browser.get(forgottenPath));
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    for (const [index, { email }] of [...people, ...people].entries()) {
      for (const [kind, address] of [
        ['known', email],
        ['unknown', `nobody-${index}@example.com`],
      ] as const) {
        const body = new URLSearchParams({ ...hidden, email: address });
        const begun = performance.now();
        await browser.request(forgottenPath, { method: 'POST', body, headers: { 'X-Forwarded-For': freshNetwork() } });
        times[kind].push(performance.now() - begun);
        await gatehouse.services.deferredWork.settled();
      }
    }
    const [known, unknown] = [median(times.known), median(times.unknown)];
    // Medians wander by a third on a busy machine; a mail and its writes before the answer would more than double the one.
    expect(Math.abs(known - unknown)).toBeLessThan(0.5 * Math.max(known, unknown));
    await gatehouse.stop();
  }, 60_000);

  function median(values: number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  }
});
