// Chromium with every screen in every state. A screen is put into a page that is open already, where axe is loaded and warm: to open
// one anew costs more than to look at it. That both give the same page is what `reallyOpened` is for.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { screens, startPreview } from './preview.ts';

export interface Look {
  name: string;
  viewport: { width: number; height: number };
  media?: Parameters<Page['emulateMedia']>[0];
  /** True unless told. */
  withScript?: boolean;
  /** What axe is asked. */
  axe?: { type: 'tag' | 'rule'; values: string[] };
  /** A style sheet of the person's own. */
  css?: string;
  dir?: 'rtl';
}

export const wide = { width: 1280, height: 800 };
export const narrow = { width: 320, height: 640 };
const plain = { colorScheme: 'light', forcedColors: 'none' } as const;

const assets = new URL('../../views/assets/', import.meta.url).pathname;
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const stageSource = readFileSync(new URL('stage-page.js', import.meta.url), 'utf8');

/** The screens' own scripts, to be run on each: a module runs but once in a page. */
const scriptsSource = `globalThis.runScripts = (elements) => {
  const scripts = {${['app', 'session'].map((name) => `${name}() {${readFileSync(`${assets}${name}.js`, 'utf8')}}`).join(',')}};
  for (const { src } of elements) scripts[/(\\w+)\\.\\w+\\.js$/.exec(src)[1]]();
};`;

/** @param language as a browser asks for it; English unless told */
export async function openStage(language = 'en') {
  const preview = await startPreview();
  const browser = await launchChromium();
  const sources = await Promise.all(screens.map((_, number) => sourceOf(number, language)));
  const pages = await Promise.all([...groupBySheets(sources)].map(openPage));

  async function sourceOf(number: number, accepted: string): Promise<string> {
    const response = await fetch(`${preview.url}/${number}`, { headers: { 'Accept-Language': accepted } });
    return response.text();
  }

  async function openPage([, numbers]: [string, number[]]) {
    const page = await newPage(browser);
    await page.goto(`${preview.url}/${numbers[0]}`);
    for (const source of [axeSource, scriptsSource, stageSource]) await page.evaluate(source);
    return { page, numbers };
  }

  /** @returns what is wrong with any screen when it is looked at so */
  async function faults(look: Look, shown = sources): Promise<string[]> {
    const { name, viewport, media, withScript = true, axe, css, dir } = look;
    const found = pages.map(async ({ page, numbers }) => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ ...plain, ...media });
      const showing = { htmls: numbers.map((number) => shown[number]), withScript, axe, css, dir };
      const all = await page.evaluate<string[][]>(`stage.lookAtAll(${JSON.stringify(showing)})`);
      return all.flatMap((each, index) => each.map((fault) => `${nameOf(numbers[index])}: ${name}: ${fault}`));
    });
    return (await Promise.all(found)).flat();
  }

  /** The same screens in another language. */
  async function faultsIn(locale: string, look: Look): Promise<string[]> {
    const translated = await Promise.all(screens.map((_, number) => sourceOf(number, locale)));
    const foreign = translated.flatMap((html, number) => {
      const lang = /<html lang="([^"]*)"/.exec(html)?.[1];
      return lang?.slice(0, 2) === locale.slice(0, 2) ? [] : [`${nameOf(number)}: is in ${lang}`];
    });
    return [...foreign, ...(await faults(look, translated))];
  }

  /** Opens every screen as a person does. @returns what the browser complained of, and where a screen put by us differs from it */
  async function reallyOpened(): Promise<string[]> {
    const found: string[] = [];
    const page = await newPage(browser);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const complaints: string[] = [];
    for (const number of screens.keys()) {
      const html = await (await page.goto(`${preview.url}/${number}`))?.text();
      await page.evaluate(stageSource);
      const opened = await page.evaluate('stage.describePage()');
      const where = pages.find(({ numbers }) => numbers.includes(number));
      await where?.page.evaluate(`stage.put(${JSON.stringify({ html, withScript: true })})`);
      const put = await where?.page.evaluate('stage.describePage()');
      // The script of a passkey asks the server what for, which no preview can tell it (test/browser/passkeys.test.ts has a server).
      const asksServer = html?.includes('data-passkey=') ?? false;
      if (put !== opened && !asksServer) complaints.push('is another page when it is put into an open one');
      const told = complaints.splice(0).filter((fault) => !(asksServer && fault.includes('404')));
      found.push(...told.map((fault) => `${nameOf(number)}: ${fault}`));
    }
    return found;
  }

  async function close(): Promise<void> {
    await browser.close();
    await preview.close();
  }

  return { faults, faultsIn, reallyOpened, close };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

async function newPage(browser: Browser): Promise<Page> {
  return (await browser.newContext({ reducedMotion: 'reduce', locale: 'en' })).newPage();
}

function nameOf(number = -1): string {
  return `${screens[number]?.view} (${screens[number]?.state})`;
}

/** The numbers of the screens that share their style sheets. */
function groupBySheets(sources: string[]): Map<string, number[]> {
  return Map.groupBy(sources.keys(), (number) =>
    JSON.stringify((sources[number] ?? '').match(/<link rel="stylesheet"[^>]*>/g)),
  );
}
