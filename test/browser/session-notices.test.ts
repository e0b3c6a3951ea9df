// What a page left open says of its session: before the end, after it, and when somebody else is signed in by then. The browser's clock and
// the server's are moved together.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { hourMs, letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { createPerson, type Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

(hasBrowser() ? describe : describe.skip)('a page left open', () => {
  let gatehouse: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let ana: Person;

  beforeAll(async () => {
    gatehouse = await startApp();
    browser = await launchChromium();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    ana = await createPerson(gatehouse);
  });
  afterEach(async () => {
    await context.close();
    letClockRun();
  });
  afterAll(async () => {
    await browser?.close();
    await gatehouse.stop();
  });

  async function fillIn(page: Page, { email, password }: Person): Promise<void> {
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function openSignedIn(path = '/profile/password', { hasClock = true } = {}): Promise<Page> {
    const page = await context.newPage();
    if (hasClock) await page.clock.install();
    await page.goto(gatehouse.issuer + path);
    await fillIn(page, ana);
    await page.getByRole('heading', { level: 1, name: 'Password' }).waitFor();
    return page;
  }

  async function pass(page: Page, ms: number): Promise<void> {
    moveClock(ms);
    await page.clock.fastForward(ms);
  }

  const come = (page: Page) => page.evaluate(`window.dispatchEvent(new Event('focus'))`);
  const endOf = async () => {
    const [session] = await Array.fromAsync(gatehouse.services.sessions.ofAccount(ana.account.id));
    return session?.endsAt ?? 0;
  };

  it('SE-09: warns five minutes before the end, without taking the focus, and stays signed in on request', async () => {
    const page = await openSignedIn();
    await page.getByLabel('Current password').fill('half');
    await pass(page, 8 * hourMs - 6 * minuteMs);
    const stay = page.getByRole('button', { name: 'Stay signed in' });
    expect(await stay.isVisible()).toBe(false);
    const before = await endOf();
    await pass(page, 2 * minuteMs);
    await stay.waitFor();
    expect(await page.locator('[data-session][role=status]').innerText()).toMatch(/will be signed out at \d/);
    expect(await page.evaluate('document.activeElement.id')).toBe('currentPassword');
    expect(await endOf()).toBe(before);
    await stay.press('Enter');
    await stay.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Current password').inputValue()).toBe('half');
    expect(await endOf()).toBeGreaterThan(before + 7 * hourMs);
  });

  it('SE-09: warns one minute before the end where the limit is short', async () => {
    const page = await openSignedIn();
    const [session] = await Array.fromAsync(gatehouse.services.sessions.ofAccount(ana.account.id));
    const short = await startApp({ env: { SESSION_IDLE: '5m' } });
    try {
      expect(session?.idleSeconds).toBe(8 * 3600);
      const other = await context.newPage();
      await other.clock.install();
      await other.goto(`${short.issuer}/profile`);
      const ben = await createPerson(short);
      await fillIn(other, ben);
      const notices = other.locator('[data-session]');
      await notices.waitFor({ state: 'attached' });
      expect(await notices.getAttribute('data-warn-seconds')).toBe('60');
    } finally {
      await page.close();
      await short.stop();
    }
  });

  it('SE-09: offers no staying at the absolute limit, but a new sign-in that leads back to the page', async () => {
    const page = await openSignedIn();
    const dayMs = 24 * hourMs;
    for (let passed = 0; passed < 7 * dayMs - 6 * hourMs; passed += 6 * hourMs) {
      await pass(page, 6 * hourMs);
      await page.reload();
    }
    await page.waitForLoadState();
    await pass(page, 6 * hourMs - 3 * minuteMs);
    const again = page.getByRole('link', { name: 'Sign in again' });
    await again.waitFor();
    expect(await page.getByRole('button', { name: 'Stay signed in' }).isVisible()).toBe(false);
    await again.click();
    await fillIn(page, ana);
    await page.getByRole('heading', { level: 1, name: 'Password' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/profile/password');
    expect(await endOf()).toBeGreaterThan(Date.now() + 7 * hourMs);
  });

  it('M15: says on return that the session is over, leads to the sign-in page, which says why, and back', async () => {
    const page = await openSignedIn();
    await pass(page, 16 * hourMs);
    await come(page);
    await page.getByText('You were signed out.').waitFor();
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByText('because nothing was done for a long time').waitFor();
    await fillIn(page, ana);
    await page.getByRole('heading', { level: 1, name: 'Password' }).waitFor();
  });

  it('notices on return that another tab signed out', async () => {
    const page = await openSignedIn();
    const tab = await context.newPage();
    await tab.goto(`${gatehouse.issuer}/profile`);
    await tab.locator('summary').first().click();
    await tab.getByRole('button', { name: 'Log Out' }).click();
    await tab.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await pass(page, minuteMs);
    await come(page);
    await page.getByText('You were signed out.').waitFor();
    expect(await page.getByRole('heading', { level: 1, name: 'Password' }).isVisible()).toBe(true);
  });

  it('SE-09: keeps what was typed: the person signs in beside it, and sends it', async () => {
    const page = await openSignedIn();
    await page.getByLabel('Current password').fill(ana.password);
    await page.getByLabel('New password').fill('seven quiet bicycles');
    await pass(page, 9 * hourMs);
    await come(page);
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Sign in again' }).click(),
    ]);
    await fillIn(tab, ana);
    await tab.getByRole('heading', { level: 1, name: 'Password' }).waitFor();
    await pass(page, minuteMs);
    await come(page);
    await page.getByText('You were signed out.').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByText('Your password is changed.').waitFor();
  });

  it('shows nothing of the person before to somebody else who signed in since', async () => {
    const page = await openSignedIn();
    const tab = await context.newPage();
    await tab.goto(`${gatehouse.issuer}/profile`);
    await tab.locator('summary').first().click();
    await tab.getByRole('button', { name: 'Log Out' }).click();
    await tab.goto(`${gatehouse.issuer}/profile/password`);
    await fillIn(tab, await createPerson(gatehouse, { givenName: 'Ben' }));
    await tab.getByRole('heading', { level: 1, name: 'Password' }).waitFor();
    await pass(page, minuteMs);
    await come(page);
    await page.getByText('Somebody else has signed in').waitFor();
    expect(await page.locator('main').innerText()).not.toContain('Current password');
    await page.getByRole('link', { name: 'Load the page again' }).click();
    await page.getByText('Ben Silva').waitFor();
  });

  it('Back after a sign-out shows no page of the session', async () => {
    const page = await openSignedIn('/profile/password', { hasClock: false });
    await page.locator('summary').first().click();
    await page.getByRole('button', { name: 'Log Out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });

  it('without script, says until when the person stays signed in', async () => {
    await context.close();
    context = await browser.newContext({ javaScriptEnabled: false });
    const page = await openSignedIn('/profile/password', { hasClock: false });
    const until = page.locator('.session-until');
    expect(await until.isVisible()).toBe(true);
    expect(await until.innerText()).toContain('If you do nothing here, you stay signed in until:');
    expect(await page.getByRole('button', { name: 'Stay signed in' }).isVisible()).toBe(false);
  });
});
