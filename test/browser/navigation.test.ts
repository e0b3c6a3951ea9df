// The navigation of My Profile, as it shows itself: folded up on a phone, all of it where there is room, with script and without.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { screens, startPreview } from '../support/preview.ts';

const sections = [
  'My Profile',
  'Password',
  'Passkeys',
  'Sign-in services',
  'Devices',
  'Apps',
  'Recent activity',
  'Your data',
];

(hasBrowser() ? describe : describe.skip)('the navigation of My Profile', () => {
  let browser: Browser;
  let preview: Awaited<ReturnType<typeof startPreview>>;
  const number = screens.findIndex(({ view }) => view === 'account/password');

  beforeAll(async () => {
    preview = await startPreview();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await preview?.close();
  });

  async function open(width: number, javaScriptEnabled: boolean): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 640 }, javaScriptEnabled });
    await page.goto(`${preview.url}/${number}`);
    return page;
  }
  const shown = (page: Page) => page.locator('.account-nav a').filter({ visible: true }).allTextContents();
  const menu = (page: Page) => page.locator('.account-nav summary');

  it.each([true, false])('takes one line of a phone and opens when it is asked to (script: %s)', async (script) => {
    const page = await open(320, script);
    expect(await shown(page)).toEqual([]);
    const { height = 0 } = (await page.locator('.account-nav').boundingBox()) ?? {};
    expect(height).toBeGreaterThanOrEqual(44);
    expect(height).toBeLessThan(60);
    await menu(page).press('Enter');
    expect(await shown(page)).toEqual(sections);
    expect(await page.locator('.account-nav a[aria-current]').textContent()).toBe('Password');
    await page.close();
  });

  it.each([true, false])('is all there at the side of a wide window, without a button (script: %s)', async (script) => {
    const page = await open(1280, script);
    expect(await shown(page)).toEqual(sections);
    expect(await menu(page).isVisible()).toBe(false);
    const tree = await page.locator('.account-nav').ariaSnapshot();
    for (const name of sections) expect(tree).toContain(`link "${name}"`);
    await page.close();
  });
});
