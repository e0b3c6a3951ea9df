// The steps of a sign-in come in their order, and no request out of turn changes anything or ends in a dead end.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { codeAt, createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('the steps of a sign-in', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;
  let ana: Person;
  let browser: TestBrowser;
  let signInPage: Page;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
  });
  beforeEach(async () => {
    ana = await createPerson(gatehouse, { withTotp: true });
    browser = gatehouse.browser();
    signInPage = await browser.get(rp.request().url);
  });
  afterAll(() => gatehouse.stop());

  const stepUrl = (page: Page, step: string) => page.url.replace(/\/[\w-]+$/, step === '' ? '' : `/${step}`);
  const csrfOf = (page: Page) => page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
  const stored = () => gatehouse.services.accounts.get(ana.account.id);
  const everyField = () => ({
    email: ana.email,
    code: codeAt(ana.totpSecret ?? ''),
    recoveryCode: 'aaaa-aaaa-aaaa-aaaa',
    newPassword: 'a quiet evening walk',
    givenName: 'Eve',
    familyName: 'Mallory',
    decision: 'allow',
  });

  describe.each(['code', 'recovery-code', 'new-password', 'profile', 'consent'])(
    'a post to /%s before its turn',
    (step) => {
      it('changes nothing and leads back to the password', async () => {
        const page = await browser.post(stepUrl(signInPage, step), { ...everyField(), _csrf: csrfOf(signInPage) });
        expect(page.heading).toBe('Sign in');
        expect(await stored()).toEqual({
          ...(await stored()),
          updatedAt: (await stored())?.updatedAt,
          givenName: 'Ana',
          totp: expect.objectContaining({ lastUsedStep: 0 }),
        });
        expect(
          (await gatehouse.services.audit.bySubject(ana.account.id)).filter(({ type }) => type !== 'sign-in.failed'),
        ).toEqual([]);
      });

      it('leads back to the code once the password is given', async () => {
        if (step === 'code' || step === 'recovery-code') return;
        const codePage = await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
        const page = await browser.post(stepUrl(codePage, step), { ...everyField(), _csrf: csrfOf(codePage) });
        expect(page.heading).toBe('Enter your code');
        expect(await stored()).toMatchObject({ passwordHash: ana.account.passwordHash, givenName: 'Ana' });
      });
    },
  );

  it.each(['sign-in', 'code', 'new-password', 'profile', 'consent', 'cancel', ''])(
    'shows at /%s what is asked now, whatever was typed into the address line',
    async (step) => {
      expect((await browser.get(stepUrl(signInPage, step))).heading).toBe('Sign in');
      await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
      expect((await browser.get(stepUrl(signInPage, step))).heading).toBe('Enter your code');
    },
  );

  it('sets no session before the last step', async () => {
    const sessionCookies = () =>
      browser.jar.getCookiesSync(gatehouse.issuer).filter(({ key }) => key === 'gatehouse-session');
    const codePage = await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
    await browser.submit(codePage, { code: '000000' }, 'Confirm');
    await browser.get(codePage.url);
    expect(sessionCookies()).toEqual([]);
    expect((await browser.get('/profile')).heading).toBe('Sign in');
    await browser.submit(codePage, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
    expect(sessionCookies()).toHaveLength(1);
  });

  it('gives the session an id that was never seen before the sign-in', async () => {
    const ben = await createPerson(gatehouse);
    await browser.jar.setCookie('gatehouse-session=chosen-by-an-attacker; Path=/', gatehouse.issuer);
    const planted = await browser.jar.getCookieString(gatehouse.issuer);
    await signInTo(browser, rp, ben);
    const [cookie] = browser.jar.getCookiesSync(gatehouse.issuer).filter(({ key }) => key === 'gatehouse-session');
    expect(planted).not.toContain(cookie?.value ?? '-');
    expect(
      await (
        await gatehouse
          .browser()
          .request('/profile', { headers: { Cookie: 'gatehouse-session=chosen-by-an-attacker' } })
      ).text(),
    ).not.toContain(ben.email);
  });

  it('does not resume at the client before the last step', async () => {
    const resume = `/auth/${signInPage.url.split('/').at(-2)}`;
    const codePage = await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
    for (const when of [signInPage, codePage]) {
      const page = await browser.get(resume);
      expect(page.leftFor?.searchParams.get('code') ?? null).toBeNull();
      expect(when.leftFor).toBeUndefined();
    }
  });

  it('takes no uid but the one this browser was given', async () => {
    const uid = signInPage.url.split('/').at(-2) ?? '';
    for (const tampered of [
      'x',
      uid.slice(0, -1),
      `${uid}x`,
      uid.toLowerCase(),
      '%00',
      '..%2f..%2fprofile',
      '__proto__',
      '$gt',
    ]) {
      for (const path of [`/interaction/${tampered}`, `/interaction/${tampered}/sign-in`]) {
        const page = await browser.get(path);
        expect([page.status, page.leftFor]).toEqual([expect.any(Number), undefined]);
        expect([400, 404]).toContain(page.status);
        expect(page.document.querySelector('a.button')?.getAttribute('href')).toBe('/');
      }
      expect(
        (await browser.post(`/interaction/${tampered}/sign-in`, { email: ana.email, password: ana.password })).status,
      ).toBeGreaterThanOrEqual(400);
    }
  });

  it('opens in no other browser, and says there how to go on', async () => {
    const codePage = await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
    const other = gatehouse.browser();
    for (const url of [codePage.url, stepUrl(codePage, ''), stepUrl(codePage, 'cancel')]) {
      const page = await other.get(url);
      expect([page.status, page.heading]).toEqual([400, 'This sign-in is over']);
      expect((await other.get(page.document.querySelector('a.button')?.getAttribute('href') ?? '')).heading).toBe(
        'Sign in',
      );
    }
    expect(
      (await other.post(codePage.url, { code: codeAt(ana.totpSecret ?? ''), _csrf: csrfOf(codePage) })).heading,
    ).toBe('This sign-in is over');
    expect((await browser.submit(codePage, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm')).leftFor).toBeDefined();
  });

  it('opens in no browser that took the interaction’s cookie but not the browser’s own', async () => {
    await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
    const thief = gatehouse.browser();
    for (const cookie of browser.jar.getCookiesSync(signInPage.url)) {
      if (!cookie.key.startsWith('gatehouse-browser')) thief.jar.setCookieSync(cookie.toString(), signInPage.url);
    }
    expect((await thief.get(signInPage.url)).heading).toBe('This sign-in is over');
  });

  it('goes on at the client when the person cancels, with access_denied', async () => {
    const { leftFor } = await browser.submit(signInPage, {}, `Cancel and go back to Client ${rp.clientId}`);
    expect(leftFor?.searchParams.get('error')).toBe('access_denied');
    expect(leftFor?.origin).toBe(new URL(rp.redirectUri).origin);
  });

  it('keeps a suspended account out, after the right password alone', async () => {
    await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, status: 'suspended' }));
    const wrong = await signIn(gatehouse.browser(), rp.request(), { ...ana, password: 'not this one' });
    expect(wrong.problems).toEqual(['The email address or password is not right']);
    const page = await browser.submit(signInPage, { email: ana.email, password: ana.password }, 'Sign in');
    expect([page.status, page.heading]).toEqual([403, 'This account is suspended']);
    expect(
      (
        await browser.post(stepUrl(signInPage, 'code'), {
          code: codeAt(ana.totpSecret ?? ''),
          _csrf: csrfOf(signInPage),
        })
      ).leftFor,
    ).toBeUndefined();
  });
});
