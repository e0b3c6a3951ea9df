// What script adds to a page, what stays without it, and how the browser posts our forms.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ViewName } from '../../src/web/http/view-models.ts';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { screens, startPreview } from '../support/preview.ts';

(hasBrowser() ? describe : describe.skip)('a page', () => {
  let browser: Browser;
  let preview: Awaited<ReturnType<typeof startPreview>>;

  beforeAll(async () => {
    preview = await startPreview();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await preview?.close();
  });

  async function open(view: ViewName, state: string, options: BrowserContextOptions = {}): Promise<Page> {
    const number = screens.findIndex((screen) => screen.view === view && screen.state === state);
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(`${preview.url}/${number}`);
    return page;
  }

  it('posts its forms with our own origin, which the check against forged posts relies on', async () => {
    const page = await open('interaction/sign-in', 'empty');
    const [request] = await Promise.all([
      page.waitForRequest((candidate) => candidate.method() === 'POST'),
      page.getByRole('button', { name: 'Sign in' }).click(),
    ]);
    expect((await request.allHeaders()).origin).toBe(preview.url);
  });

  it('moves the focus to the summary of errors, whose links lead to the fields', async () => {
    const page = await open('interaction/sign-in', 'errors');
    expect(await page.title()).toBe('Error: Sign in – Gatehouse');
    await page.locator('.error-summary:focus').waitFor();
    await page.getByRole('link', { name: 'Enter your password' }).click();
    await page.locator('#password:focus').waitFor();
    await page.getByLabel('Email address').and(page.locator('[aria-invalid=true]')).waitFor();
  });

  it('PW-10: shows a password on request, and hides it again before it is sent', async () => {
    const page = await open('interaction/sign-in', 'empty');
    const reveal = page.getByRole('button', { name: 'Show password' });
    const password = page.getByLabel('Password', { exact: true });
    await reveal.click();
    expect(await password.getAttribute('type')).toBe('text');
    expect(await reveal.getAttribute('aria-pressed')).toBe('true');
    await page.evaluate(`document.forms[0].addEventListener('submit', (event) => event.preventDefault())`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await password.getAttribute('type')).toBe('password');
  });

  it.each([
    ['correct', '5 more to reach the minimum.'],
    ['correct horse', 'Good. 3 more would make it strong.'],
    ['correct horse battery', 'Long is strong.'],
    [' correct horse battery', 'It cannot start or end with a space.'],
    ['e\u0301'.repeat(11), '1 more to reach the minimum.'],
    ['x'.repeat(257), 'Up to 256 characters are possible.'],
  ])(
    'PW-01, PW-09: advises on a new password while it is typed, as the server judges it: %j',
    async (typed, advice) => {
      const page = await open('interaction/new-password', 'empty');
      await page.getByLabel('New password').fill(typed);
      await page.getByText(advice).waitFor();
    },
  );

  it('opens the user menu by keyboard and closes it with Escape', async () => {
    const page = await open('account/profile', 'filled');
    await page.locator('.menu summary').press('Enter');
    await page.getByRole('button', { name: 'Log Out' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Log Out' }).waitFor({ state: 'hidden' });
    await page.locator('.menu summary:focus').waitFor();
  });

  it('lets recovery codes be downloaded', async () => {
    const page = await open('account/recovery-codes', 'fresh');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('gatehouse-recovery-codes.txt');
  });

  it('shows no button that needs script where there is none', async () => {
    const withoutScript = { javaScriptEnabled: false };
    const password = await open('interaction/new-password', 'empty', withoutScript);
    expect(await password.locator('button:visible').allTextContents()).toEqual(['Save']);
    const codes = await open('account/recovery-codes', 'fresh', withoutScript);
    expect(await codes.getByRole('button', { name: 'Print' }).count()).toBe(0);
    await codes.locator('.menu summary').click();
    await codes.getByRole('button', { name: 'Log Out' }).waitFor();
  });
});
