// A person at a browser, on a phone's narrow screen. What holds for every page is looked at on each: one heading, a title that tells of
// errors and of nothing else, nothing wider than the screen.
import { expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startDevelopment } from '../../src/development.ts';
import { closeAll } from '../../src/platform/listen.ts';
import { moveClock, stepMs } from './clock.ts';
import { codeAt } from './people.ts';
import { freePort } from './server-process.ts';
import { startApp, type TestApp } from './start-app.ts';

export interface Walker {
  page: Page;
  hasScript: boolean;
  go(url: string): Promise<void>;
  /** @param name of a button */
  press(name: string): Promise<void>;
  /** @param name of a link */
  follow(name: string | RegExp): Promise<void>;
  fill(fields: Record<string, string>): Promise<void>;
  /** Waits for the page with this heading. */
  see(heading: string): Promise<void>;
  /** Waits for a form that was refused with this sentence. */
  seeError(sentence: string): Promise<void>;
  /** Waits for a sentence. */
  read(sentence: string | RegExp): Promise<void>;
  /** Which field the person can type in at once. */
  focused(): Promise<string>;
}

export async function createWalker(browser: Browser, hasScript: boolean): Promise<Walker> {
  const context = await browser.newContext({
    javaScriptEnabled: hasScript,
    viewport: { width: 320, height: 640 },
    locale: 'en-GB',
  });
  context.setDefaultTimeout(5000);
  return walkerOn(await context.newPage(), hasScript);
}

export function walkerOn(page: Page, hasScript: boolean): Walker {
  async function look(): Promise<void> {
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  }

  async function see(heading: string): Promise<void> {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    expect((await page.title()).startsWith(`${heading} – `)).toBe(true);
    await look();
  }

  async function seeError(sentence: string): Promise<void> {
    await page.locator('.error-summary').getByText(sentence).waitFor();
    expect(await page.title()).toMatch(/^Error: /);
    await look();
    if (hasScript) expect(await page.evaluate('document.activeElement.className')).toBe('error-summary');
  }

  return {
    page,
    hasScript,
    see,
    seeError,
    go: async (url) => void (await page.goto(url)),
    press: (name) => page.getByRole('button', { name, exact: true }).first().click(),
    follow: (name) => page.getByRole('link', { name }).first().click(),
    read: (sentence) => page.locator('main').getByText(sentence).first().waitFor(),
    focused: () => page.evaluate('document.activeElement.name ?? ""'),
    async fill(fields) {
      for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
    },
  };
}

/** Development as `npm start` has it, the sample app included, where everybody must have a second factor. */
export async function startWithSample(): Promise<{ gatehouse: TestApp; sample: string; stop(): Promise<void> }> {
  const port = await freePort();
  const gatehouse = await startApp({ env: { SAMPLE_PORT: String(port), MFA: 'required' } });
  const servers = await startDevelopment(gatehouse.services, gatehouse.app);
  async function stop(): Promise<void> {
    for (const server of servers) server.closeAllConnections();
    await closeAll(servers, 0);
    await gatehouse.stop();
  }
  return { gatehouse, sample: `http://localhost:${port}`, stop };
}

/** The next code of the authenticator app: no code is good twice. */
export function nextCode(secret: string): string {
  return codeAt(secret, moveClock(stepMs));
}

/** Sets up the authenticator app of the page. @returns its secret */
export async function enrol({ page, follow, fill, press }: Walker): Promise<string> {
  await follow('Show secret key');
  const secret = ((await page.locator('#secret-key').textContent()) ?? '').replace(/\s/g, '');
  const now = Date.now();
  await fill({ 'First code': codeAt(secret, now), 'Second code': codeAt(secret, now + stepMs) });
  moveClock(stepMs);
  await press('Save');
  return secret;
}

/** @returns the recovery codes that the page shows this once */
export async function saveRecoveryCodes({ page, see, press }: Walker): Promise<string[]> {
  await see('Save your recovery codes');
  const codes = await page.locator('main ol li').allTextContents();
  await press('I have saved them');
  return codes.map((code) => code.trim());
}
