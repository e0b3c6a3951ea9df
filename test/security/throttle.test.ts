// Guessing passwords: waits that grow, for the guesser and not for the owner, and nothing that tells which addresses exist.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

/** Refused without a hash, so that a test can afford many. */
const hopeless = 'x'.repeat(1100);

describe('guessing passwords', () => {
  let gatehouse: TestApp;
  /** Believes the X-Forwarded-For of the tests. */
  let behindProxy: TestApp;
  let rp: RelyingParty;
  let proxied: RelyingParty;

  beforeAll(async () => {
    gatehouse = await startApp();
    behindProxy = await startApp({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
    rp = await registerRelyingParty(gatehouse);
    proxied = await registerRelyingParty(behindProxy);
  });
  afterEach(letClockRun);
  afterAll(() => Promise.all([gatehouse.stop(), behindProxy.stop()]));

  type Credentials = Pick<Person, 'email' | 'password'>;
  type At = readonly [TestApp, RelyingParty];

  /** A fresh browser each time: what is counted is not a cookie. */
  async function tryFrom(
    address: string,
    { email, password }: Credentials,
    [app, party]: At = [behindProxy, proxied],
  ): Promise<Page> {
    const browser = app.browser();
    const page = await browser.get(party.request().url);
    const _csrf = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
    return browser.post(page.url, { email, password, _csrf }, { 'X-Forwarded-For': address });
  }

  async function fail(times: number, address: (n: number) => string, person: Credentials): Promise<number[]> {
    const pages: Page[] = [];
    for (let n = 0; n < times; n += 1) pages.push(await tryFrom(address(n), { ...person, password: hopeless }));
    return pages.map(({ status }) => status);
  }

  it('is free five times, then waits, each time twice as long, and says so in words, in the status and in Retry-After', async () => {
    stopClock();
    const ana = await createPerson(gatehouse);
    const attempt = (password: string) => signIn(gatehouse.browser(), rp.request(), { ...ana, password });
    for (let guess = 1; guess <= 5; guess += 1) expect((await attempt(hopeless)).status).toBe(422);
    for (const [seconds, sentence] of [
      [2, '2 seconds'],
      [4, '4 seconds'],
      [8, '8 seconds'],
      [16, '16 seconds'],
      [32, '32 seconds'],
      [64, '2 minutes'],
    ] as const) {
      const refused = await attempt(hopeless);
      expect([refused.status, refused.headers.get('Retry-After'), refused.problems]).toEqual([
        429,
        String(seconds),
        [`Too many tries. Wait ${sentence}, then try again`],
      ]);
      moveClock(seconds * 1000 - 1);
      expect((await attempt(hopeless)).status).toBe(429);
      moveClock(1);
      expect((await attempt(hopeless)).status).toBe(422);
    }
    const events = await gatehouse.services.audit.bySubject(ana.account.id);
    expect(events.filter(({ type }) => type === 'sign-in.throttled')).toHaveLength(12);
    expect(events.filter(({ type }) => type === 'sign-in.failed')).toHaveLength(11);
  });

  it('refuses the right password as well while it waits, and forgets the failures once the right one is taken', async () => {
    stopClock();
    const ana = await createPerson(gatehouse);
    const attempt = (password: string) => signIn(gatehouse.browser(), rp.request(), { ...ana, password });
    for (let guess = 1; guess <= 5; guess += 1) await attempt(hopeless);
    expect((await attempt(ana.password)).status).toBe(429);
    moveClock(2000);
    expect((await attempt(ana.password)).leftFor).toBeDefined();
    for (let guess = 1; guess <= 5; guess += 1) expect((await attempt(hopeless)).status).toBe(422);
  });

  it('does not care how the address is written', async () => {
    const ana = await createPerson(gatehouse);
    const spellings = [
      ana.email,
      ana.email.toUpperCase(),
      ` ${ana.email}`,
      ana.email.replace('p', 'ｐ'),
      ana.email.replace('E', 'e'),
    ];
    for (const email of spellings)
      await signIn(gatehouse.browser(), rp.request(), { ...ana, email, password: hopeless });
    expect((await signIn(gatehouse.browser(), rp.request(), ana)).status).toBe(429);
  });

  it('waits for addresses that nobody has, too', async () => {
    const nobody = { email: 'nobody-at-all@example.com', password: hopeless };
    expect(await fail(6, () => '203.0.113.20', nobody)).toEqual([422, 422, 422, 422, 422, 429]);
  });

  it('does not lock the owner out: another network goes on', async () => {
    const ana = await createPerson(behindProxy);
    expect((await fail(6, () => '203.0.113.5', ana)).at(-1)).toBe(429);
    expect((await tryFrom('198.51.100.7', ana)).leftFor).toBeDefined();
    expect((await tryFrom('203.0.113.5', ana)).status).toBe(429);
  });

  it('counts the hosts of one IPv6 customer together, however short their addresses are written', async () => {
    const ana = await createPerson(behindProxy);
    expect((await fail(6, (n) => `2001:db8::${n + 1}`, ana)).at(-1)).toBe(429);
    expect((await tryFrom('2001:db8:0:0:ffff::1', ana)).status).toBe(429);
    expect((await tryFrom('2001:db8:0:1::1', ana)).leftFor).toBeDefined();
  });

  it('is not fooled by X-Forwarded-For where no proxy is trusted, nor by what a client puts before the proxy’s own', async () => {
    const ana = await createPerson(gatehouse);
    const open: At = [gatehouse, rp];
    for (let n = 0; n < 5; n += 1) await tryFrom(`203.0.113.${n}`, { ...ana, password: hopeless }, open);
    expect((await tryFrom('198.51.100.1', ana, open)).status).toBe(429);
    const ben = await createPerson(behindProxy);
    expect((await fail(6, (n) => `192.0.2.${n}, 203.0.113.9`, ben)).at(-1)).toBe(429);
    expect((await fail(6, (n) => `garbage-${n}`, await createPerson(behindProxy))).at(-1)).toBe(429);
  });

  it('slows down one network that tries many accounts, for a minute at most', async () => {
    stopClock();
    const ana = await createPerson(behindProxy);
    for (let n = 0; n < 100; n += 1)
      await tryFrom('203.0.113.77', { email: `guess-${n}@example.com`, password: hopeless });
    const refused = await tryFrom('203.0.113.77', ana);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '2']);
    expect((await tryFrom('203.0.113.78', ana)).leftFor).toBeDefined();
    moveClock(60_000);
    expect((await tryFrom('203.0.113.77', ana)).leftFor).toBeDefined();
  });

  it('slows down many networks that try one account, for a minute at most, and not a browser the owner signed in with', async () => {
    stopClock();
    const ana = await createPerson(behindProxy);
    const known = behindProxy.browser();
    await signIn(known, proxied.request(), ana);
    await fail(100, (n) => `198.18.${n}.1`, ana);
    const refused = await tryFrom('198.18.200.1', ana);
    expect([refused.status, Number(refused.headers.get('Retry-After')) <= 60]).toEqual([429, true]);
    expect((await signIn(known, proxied.request({ prompt: 'login' }), ana)).leftFor).toBeDefined();
    moveClock(60_000);
    expect((await tryFrom('198.18.200.1', ana)).leftFor).toBeDefined();
  });

  it('lets a colleague behind the same address make no owner wait whose browser is known', async () => {
    const ana = await createPerson(gatehouse);
    const known = gatehouse.browser();
    await signIn(known, rp.request(), ana);
    for (let n = 0; n < 5; n += 1) await signIn(gatehouse.browser(), rp.request(), { ...ana, password: hopeless });
    expect((await signIn(gatehouse.browser(), rp.request(), ana)).status).toBe(429);
    expect((await signIn(known, rp.request({ prompt: 'login' }), ana)).leftFor).toBeDefined();
  });

  it('does not lock anybody out when the clock is set back', async () => {
    const now = stopClock();
    const ana = await createPerson(gatehouse);
    await signIn(gatehouse.browser(), rp.request(), { ...ana, password: hopeless });
    stopClock(now - 10 * 60_000);
    expect((await signIn(gatehouse.browser(), rp.request(), ana)).leftFor).toBeDefined();
  });

  it('never slows down a hundred right sign-ins of one account, one after another and at once', async () => {
    const ana = await createPerson(gatehouse);
    const once = async () => (await signIn(gatehouse.browser(), rp.request(), ana)).leftFor?.searchParams.has('code');
    const outcomes: unknown[] = [];
    for (let n = 0; n < 40; n += 1) outcomes.push(await once());
    outcomes.push(...(await Promise.all(Array.from({ length: 60 }, once))));
    expect(outcomes.filter((outcome) => outcome === true)).toHaveLength(100);
  }, 60_000);

  it('takes as long for an unknown address as for a known one', async () => {
    const ana = await createPerson(behindProxy);
    const known: number[] = [];
    const unknown: number[] = [];
    const measure = async (email: string, n: number) => {
      const begun = performance.now();
      expect((await tryFrom(`198.19.${n}.1`, { email, password: 'not this one at all' })).status).toBe(422);
      return performance.now() - begun;
    };
    for (let n = 0; n < 15; n += 1) {
      known.push(await measure(ana.email, n));
      unknown.push(await measure('stranger@example.com', n));
    }
    const ratio = median(known) / median(unknown);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
