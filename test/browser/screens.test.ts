// Every screen in every state, in Chromium: wide and narrow, light and dark, with script and without.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hasBrowser, launchChromium } from '../support/chromium.ts';
import { screens, startPreview } from '../support/preview.ts';

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const wide = { width: 1280, height: 800 };
const narrow = { width: 320, height: 640 };

const spacedOut =
  '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }';

interface Look {
  name: string;
  viewport: { width: number; height: number };
  media?: Parameters<Page['emulateMedia']>[0];
  /** Which rules are asked: colour schemes and forced colours change nothing but colours (`test/house/styles.test.ts`). */
  axe?: 'all' | 'colours';
  /** A style sheet of the person's own. */
  css?: string;
  dir?: 'rtl';
}

const looks: Look[] = [
  { name: 'wide, light', viewport: wide, axe: 'all' },
  { name: 'wide, dark', viewport: wide, media: { colorScheme: 'dark' }, axe: 'colours' },
  { name: 'narrow, dark', viewport: narrow, media: { colorScheme: 'dark' }, axe: 'colours' },
  { name: 'narrow, light', viewport: narrow, axe: 'all' },
  { name: 'forced colours', viewport: wide, media: { forcedColors: 'active' } },
];
const stretched: Look[] = [
  { name: 'wide, from right to left', viewport: wide, dir: 'rtl' },
  { name: 'narrow, from right to left', viewport: narrow, dir: 'rtl' },
  { name: 'text spaced out as WCAG 1.4.12 allows', viewport: narrow, css: spacedOut },
  { name: 'text at twice its size', viewport: { width: 640, height: 800 }, css: 'html { font-size: 200% }' },
];
const plain = { colorScheme: 'light', forcedColors: 'none' } as const;

(hasBrowser() ? describe : describe.skip)('the screens', () => {
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

  it('are accessible, fit and keep the content policy, whatever the window, the colours and the text size', async () => {
    expect(await visit({}, (page) => faultsOf(page, [...looks, ...stretched]))).toEqual([]);
  }, 900_000);

  it('fit and are complete without script', async () => {
    const withoutAxe = looks.map(({ axe: _, ...look }) => look);
    expect(await visit({ javaScriptEnabled: false }, (page) => faultsOf(page, withoutAxe))).toEqual([]);
  }, 240_000);

  it.each(['de-AT', 'es', 'fr-CA', 'ja', 'pt-BR'])(
    'fit on a small phone in the language of the browser: %s',
    async (locale) => {
      const faults = await visit({ viewport: narrow, locale }, async (page) => {
        const lang = await page.evaluate<string>('document.documentElement.lang');
        return [...(lang.slice(0, 2) === locale.slice(0, 2) ? [] : [`is in ${lang}`]), ...(await layoutFaults(page))];
      });
      expect(faults).toEqual([]);
    },
    240_000,
  );

  /** Opens every screen, in two pages at once, and gathers what is wrong: the browser's own complaints included. */
  async function visit(options: BrowserContextOptions, look: (page: Page) => Promise<string[]>): Promise<string[]> {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    const left = [...screens.entries()];
    const faults: string[] = [];
    const walk = async () => {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      for (let next = left.shift(); next; next = left.shift()) {
        const [number, { view, state }] = next;
        await page.goto(`${preview.url}/${number}`);
        const found = await look(page);
        faults.push(...[...found, ...complaints.splice(0)].map((fault) => `${view} (${state}): ${fault}`));
      }
    };
    await Promise.all([walk(), walk()]);
    await context.close();
    return faults;
  }
});

async function faultsOf(page: Page, all: readonly Look[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, viewport, media, axe, css = '', dir = '' } of all) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ ...plain, ...media });
    await page.evaluate(dress, { css, dir });
    const found = [...(axe ? await axeFaults(page, axe) : []), ...(await layoutFaults(page))];
    faults.push(...found.map((fault) => `${name}: ${fault}`));
  }
  return faults;
}

/** Runs in the page. A sheet made by script is none of the page's own, which the content policy would refuse. */
const dress = `({ css, dir }) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  document.documentElement.dir = dir;
}`;

/** What axe finds wrong, and what it could not decide: a page is built so that it can decide everything. */
async function axeFaults(page: Page, rules: 'all' | 'colours'): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  const axe = rules === 'all' ? builder.withTags(wcag) : builder.withRules(['color-contrast', 'link-in-text-block']);
  const { violations, incomplete } = await axe.setLegacyMode(true).analyze();
  return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

/** Runs in the page: nothing wider than the window, nothing cut off inside a button or a card, one heading of the page. */
const lookAtLayout = `(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('scrolls sideways: ' + root.scrollWidth + ' in ' + root.clientWidth);
  for (const element of document.querySelectorAll('.button, .card, .section, .message')) {
    if (element.scrollWidth > element.clientWidth + 1) faults.push('overflows: ' + element.className);
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  return faults;
})()`;

async function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(lookAtLayout);
}
