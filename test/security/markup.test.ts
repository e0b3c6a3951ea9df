// What people and clients call themselves is text, on every page that shows it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { enterWith, invite } from '../support/invited.ts';
import { activateMfa, activatePath, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const markup = `<img src=x onerror=alert(1)>"'&lt;<script>alert(2)</script>`;

describe('markup in names', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;
  let thirdParty: RelyingParty;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse, {
      client_name: markup,
      client_uri: 'https://client.example/?a="><script>',
    });
    thirdParty = await registerRelyingParty(gatehouse, { client_name: markup, first_party: false });
  });
  afterAll(() => gatehouse.stop());

  /** No element and no attribute came of it, and where it is shown a person reads it as it was typed. */
  function expectText(page: Page, isShown = true): void {
    expect(page.document.querySelectorAll('img[onerror], script:not([src]), [onerror]')).toEqual([]);
    expect(page.html).not.toContain('<script>alert');
    if (isShown)
      expect([page.heading, page.html.includes('&lt;img src=x onerror=alert(1)&gt;')]).toEqual([page.heading, true]);
  }

  it('is text on every page of My Profile where it is the person’s name', async () => {
    const ana = await createPerson(gatehouse, { givenName: markup });
    const browser = await signedInBrowser(gatehouse, ana);
    for (const path of ['/profile', passwordPath, activatePath]) expectText(await browser.get(path));
    expectText((await activateMfa(browser)).page);
    expectText(await browser.get('/session/end'), false);
  });

  it('may be a name at the first sign-in, and comes out of the ID token as it went in', async () => {
    const invited = await invite(gatehouse);
    const browser = gatehouse.browser();
    const request = rp.request();
    const choose = await enterWith(browser, request.url, invited);
    expectText(choose);
    const name = await browser.submit(choose, { newPassword: 'seven quiet bicycles' }, 'Save');
    const refused = await browser.submit(name, { givenName: markup, familyName: '' }, 'Save');
    expectText(refused);
    expect(refused.document.querySelector('#givenName')?.getAttribute('value')).toBe(markup);
    const { leftFor } = await browser.submit(refused, { givenName: markup, familyName: 'Silva' }, 'Save');
    expect((await rp.redeem(leftFor as URL, request)).claims?.given_name).toBe(markup);
  });

  it.each([
    ['is empty', { givenName: ' ', familyName: '' }, ['Enter your first name', 'Enter your last name']],
    [
      'is longer than a hundred characters',
      { givenName: 'a'.repeat(101), familyName: 'Silva' },
      ['A name can have up to 100 characters'],
    ],
    [
      'turns the text round',
      { givenName: 'Ana\u202e', familyName: 'Silva' },
      ['A name can hold letters, digits and signs, but no control characters'],
    ],
    [
      'holds a line break',
      { givenName: 'Ana', familyName: 'Sil\nva' },
      ['A name can hold letters, digits and signs, but no control characters'],
    ],
  ])('is refused in words as a name where it %s', async (_what, fields, problems) => {
    const browser = gatehouse.browser();
    const choose = await enterWith(browser, rp.request().url, await invite(gatehouse));
    const name = await browser.submit(choose, { newPassword: 'seven quiet bicycles' }, 'Save');
    const refused = await browser.submit(name, fields, 'Save');
    expect([refused.status, refused.problems]).toEqual([422, problems]);
  });

  it('is text where it is the client’s name: sign-in, code, consent, sign-out', async () => {
    const ana = await createPerson(gatehouse, { withTotp: true });
    const browser = gatehouse.browser();
    const asked = await browser.get(thirdParty.request().url);
    expectText(asked);
    const codePage = await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in');
    expectText(codePage);
    const ben = await createPerson(gatehouse);
    const other = gatehouse.browser();
    const consent = await signIn(other, thirdParty.request(), ben);
    expect(consent.heading).toContain('to use your account?');
    expectText(consent);
    await signInTo(gatehouse.browser(), rp, ben);
    const question = await other.get(`/session/end?${new URLSearchParams({ client_id: thirdParty.clientId })}`);
    expectText(question);
  });

  it('is text where it is typed as an address', async () => {
    const browser = gatehouse.browser();
    for (const email of [`"><script>alert(1)</script>@example.com`, `ana@example.com" autofocus onfocus="alert(1)`]) {
      const page = await browser.submit(await browser.get(rp.request().url), { email, password: 'x' }, 'Sign in');
      expect(page.problems).toEqual(['Enter an email address such as name@example.com']);
      expect(page.document.querySelector('#email')?.getAttribute('value')).toBe(email);
      expectText(page, false);
      expect(page.document.querySelectorAll('[onfocus]')).toEqual([]);
    }
  });

  it.each([
    ['an unknown client', (script: string) => ({ client_id: script })],
    ['a redirect URI that is not registered', (script: string) => ({ redirect_uri: `https://evil.example/${script}` })],
    ['a state and a hint', (script: string) => ({ state: script, login_hint: script })],
    ['a scope and a language', (script: string) => ({ scope: `openid ${script}`, ui_locales: script })],
  ])('is text where a request holds it as %s', async (_what, params) => {
    expectText(await gatehouse.browser().get(rp.request(params(markup)).url), false);
  });

  it('is text in the paths of pages that are not there', async () => {
    for (const path of [
      `/${markup}`,
      `/profile/${encodeURIComponent(markup)}`,
      `/interaction/${encodeURIComponent(markup)}`,
    ]) {
      expectText(await gatehouse.browser().get(path), false);
    }
  });
});
