// Whatever happens to a sign-in under way, there is a way on: late, twice, back, in two tabs, as somebody else.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { holdPost } from '../support/held-post.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('a sign-in that does not go straight on', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
  });
  afterEach(letClockRun);
  afterAll(() => gatehouse.stop());

  const codeOf = (page: Page) => page.leftFor?.searchParams.get('code');

  it('starts afresh when the page stood open for more than an hour, for the same request', async () => {
    stopClock();
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const request = rp.request();
    const old = await browser.get(request.url);
    moveClock(61 * minuteMs);
    const fresh = await browser.submit(old, { email: ana.email, password: ana.password }, 'Sign in');
    expect([fresh.heading, fresh.url === old.url]).toEqual(['Sign in', false]);
    const { leftFor } = await browser.submit(fresh, { email: ana.email, password: ana.password }, 'Sign in');
    expect(leftFor?.searchParams.get('state')).toBe(request.state);
    expect((await rp.redeem(leftFor as URL, request)).status).toBe(200);
  });

  it('says that it is over, and how to go on, when the page stood open overnight', async () => {
    stopClock();
    const browser = gatehouse.browser();
    const old = await browser.get(rp.request().url);
    moveClock(10 * hourMs);
    for (const page of [
      await browser.get(old.url),
      await browser.submit(old, { email: 'a@example.com', password: 'x' }, 'Sign in'),
    ]) {
      expect([page.status, page.heading]).toEqual([400, 'This sign-in is over']);
      expect(page.document.querySelector('a.button')?.getAttribute('href')).toBe('/');
    }
  });

  it('asks for the password again when the code page stood open for half an hour', async () => {
    stopClock();
    const ana = await createPerson(gatehouse, { withTotp: true });
    const browser = gatehouse.browser();
    const codePage = await browser.submit(
      await browser.get(rp.request().url),
      { email: ana.email, password: ana.password },
      'Sign in',
    );
    moveClock(30 * minuteMs);
    const page = await browser.submit(codePage, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
    expect(page.heading).toBe('Sign in');
    expect(page.document.querySelector('#email')?.getAttribute('value')).toBe(ana.email);
    const again = await browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in');
    expect(codeOf(await browser.submit(again, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm'))).toBeTruthy();
  });

  it('goes on to the client at a second click, at Back and at a bookmark of a finished step', async () => {
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const page = await browser.get(rp.request().url);
    const click = () => browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in');
    expect(codeOf(await click())).toBeTruthy();
    expect(codeOf(await click())).toBeTruthy();
    for (const url of [
      page.url,
      page.url.replace('/sign-in', ''),
      page.url.replace('/sign-in', '/code'),
      page.url.replace(/interaction\/(.+)\/sign-in/, 'auth/$1'),
    ]) {
      expect(codeOf(await browser.get(url))).toBeTruthy();
    }
  });

  it('takes three clicks at once for one sign-in', async () => {
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const page = await browser.get(rp.request().url);
    const pages = await Promise.all(
      [1, 2, 3].map(() => browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in')),
    );
    for (const { status } of pages) expect(status).toBeLessThan(400);
    expect((await browser.get('/profile')).heading).toBe('My Profile');
  });

  it('leads on when a Cancel arrives after the sign-in was finished', async () => {
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const page = await browser.get(rp.request().url);
    const _csrf = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
    const cancel = await holdPost(browser, page.url.replace('/sign-in', '/cancel'), { _csrf });
    expect(codeOf(await browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in'))).toBeTruthy();
    const { status, location = '' } = await cancel.finish();
    expect(status).toBe(303);
    expect(codeOf(await browser.get(location))).toBeTruthy();
  });

  it('asks again, and says why, when the password was changed in another browser while the code page stood open', async () => {
    stopClock();
    const ana = await createPerson(gatehouse, { withTotp: true });
    const elsewhere = await signedInBrowser(gatehouse, ana);
    moveClock(stepMs);
    const browser = gatehouse.browser();
    const codePage = await browser.submit(
      await browser.get(rp.request().url),
      { email: ana.email, password: ana.password },
      'Sign in',
    );
    const changed = await elsewhere.submit(
      await elsewhere.get(passwordPath),
      { currentPassword: ana.password, newPassword: 'seven quiet bicycles' },
      'Save',
    );
    expect(changed.text).toContain('Your password is changed');
    const page = await browser.submit(codePage, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
    expect(page.heading).toBe('Sign in');
    expect(page.text).toContain(
      'Your password or your authenticator changed while you were signing in. Sign in again.',
    );
    expect((await browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in')).problems).toEqual([
      'The email address or password is not right',
    ]);
  });

  it('finishes both of two tabs, whichever comes first', async () => {
    const ana = await createPerson(gatehouse, { withTotp: true });
    const other = await registerRelyingParty(gatehouse);
    const browser = gatehouse.browser();
    stopClock();
    const [one, two] = [await browser.get(rp.request().url), await browser.get(other.request().url)];
    const codeOfTwo = await browser.submit(two, { email: ana.email, password: ana.password }, 'Sign in');
    const codeOfOne = await browser.submit(one, { email: ana.email, password: ana.password }, 'Sign in');
    expect(codeOf(await browser.submit(codeOfTwo, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm'))).toBeTruthy();
    moveClock(stepMs);
    const last = await browser.submit(codeOfOne, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
    expect([last.leftFor?.origin, Boolean(codeOf(last))]).toEqual([new URL(rp.redirectUri).origin, true]);
  });

  it('knows the address that the client names, and asks for no session by prompt=none', async () => {
    const ana = await createPerson(gatehouse);
    const asked = await gatehouse.browser().get(rp.request({ login_hint: ana.email }).url);
    expect(asked.document.querySelector('#email')?.getAttribute('value')).toBe(ana.email);
    expect((await signIn(gatehouse.browser(), rp.request({ login_hint: '"><script>' }), ana)).leftFor).toBeDefined();
    expect((await gatehouse.browser().get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
      'login_required',
    );
  });
});
