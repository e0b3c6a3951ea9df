// The language of a browser with which nobody is signed in.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('the language of a browser', () => {
  let gatehouse: TestApp;

  beforeAll(async () => {
    gatehouse = await startApp();
  });
  afterAll(() => gatehouse.stop());

  /** From the foot of a page to the page where languages stand. */
  function toLanguages(browser: TestBrowser, page: Page): Promise<Page> {
    const link = page.document.querySelector('.page-footer a');
    return browser.get(link?.getAttribute('href') ?? '');
  }

  async function chosen(browser: TestBrowser): Promise<string | undefined> {
    const cookies = await browser.jar.getCookies(gatehouse.issuer);
    return cookies.find(({ key }) => key === 'gatehouse-language')?.value;
  }

  it('is chosen from the foot of a page, and leads back to that page', async () => {
    const rp = await registerRelyingParty(gatehouse);
    const browser = gatehouse.browser();
    const signIn = await browser.get(rp.request().url);
    const languages = await toLanguages(browser, signIn);
    expect(languages.heading).toBe('Language');
    const back = await browser.submit(languages, {}, 'English');
    expect(back.url).toBe(signIn.url);
    expect(back.heading).toBe('Sign in');
    expect(await chosen(browser)).toBe('en');
  });

  it("is the browser's own again when that is chosen, or one that there is not", async () => {
    const browser = gatehouse.browser();
    const languages = await browser.get('/language?from=/signed-out');
    await browser.submit(languages, {}, 'English');
    await browser.submit(languages, {}, 'Same as the browser');
    expect(await chosen(browser)).toBeUndefined();
    const fields = { _csrf: tokenOf(languages), from: '/signed-out', language: 'xx"; Path=/' };
    await browser.post('/language', fields);
    expect(await chosen(browser)).toBeUndefined();
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\r\nb', ''])(
    'leads nowhere else: %j',
    async (from) => {
      const browser = gatehouse.browser();
      const languages = await browser.get(`/language?${new URLSearchParams({ from })}`);
      expect(languages.document.querySelector('input[name=from]')?.getAttribute('value')).toBe('/');
      const fields = { _csrf: tokenOf(languages), from, language: 'en' };
      const answer = await browser.request('/language', { method: 'POST', body: new URLSearchParams(fields) });
      expect(answer.headers.get('Location')).toBe('/');
    },
  );

  it('is not changed by a form of another site', async () => {
    const browser = gatehouse.browser();
    const languages = await browser.get('/language');
    const answer = await browser.post('/language', { _csrf: 'forged', from: '/', language: 'en' });
    expect([languages.status, answer.status]).toEqual([200, 403]);
    expect(await chosen(browser)).toBeUndefined();
  });
});

function tokenOf(page: Page): string {
  return page.document.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
}
