// Finds and starts Chromium for the browser tests: `CHROMIUM` names another one. Without any, a laptop skips in plain
// sight and a build server (`CI=true`) fails.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const candidates = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function findChromium(): string | undefined {
  return [process.env.CHROMIUM, ...candidates].find((path) => path && existsSync(path));
}

/** @throws where there is no Chromium; ask `hasBrowser` first */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium found: install one, or set CHROMIUM to its path');
  return chromium.launch({ executablePath, args: flags });
}

/** Whether suites that need a browser are to run: `(hasBrowser() ? describe : describe.skip)(…)`. */
export function hasBrowser(): boolean {
  if (findChromium() || process.env.CI === 'true') return true;
  console.warn('Browser tests are skipped: there is no Chromium (set CHROMIUM to its path)');
  return false;
}
