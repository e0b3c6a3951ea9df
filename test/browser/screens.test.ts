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

const variants: { name: string; options: BrowserContextOptions }[] = [
  { name: 'wide, light', options: { viewport: wide, colorScheme: 'light' } },
  { name: 'wide, dark', options: { viewport: wide, colorScheme: 'dark' } },
  { name: 'narrow, light', options: { viewport: narrow, colorScheme: 'light' } },
  { name: 'narrow, dark', options: { viewport: narrow, colorScheme: 'dark' } },
  { name: 'forced colours', options: { viewport: wide, forcedColors: 'active' } },
];

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

  it.each(variants)(
    'are accessible, fit and keep the content policy: $name',
    async ({ options }) => {
      const faults = await visit(options, async (page) => [...(await axeFaults(page)), ...(await layoutFaults(page))]);
      expect(faults).toEqual([]);
    },
    400_000,
  );

  it.each(variants)(
    'fit and are complete without script: $name',
    async ({ options }) => {
      const faults = await visit({ ...options, javaScriptEnabled: false }, layoutFaults);
      expect(faults).toEqual([]);
    },
    240_000,
  );

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

  it.each([
    ['wide', wide],
    ['narrow', narrow],
  ])(
    'fit where the language runs from right to left: %s',
    async (_, viewport) => {
      const faults = await visit({ viewport }, async (page) => {
        await page.evaluate("document.documentElement.dir = 'rtl'");
        return layoutFaults(page);
      });
      expect(faults).toEqual([]);
    },
    240_000,
  );

  it.each([
    { name: 'text spaced out as WCAG 1.4.12 allows', viewport: narrow, content: spacedOut },
    { name: 'text at twice its size', viewport: { width: 640, height: 800 }, content: 'html { font-size: 200% }' },
  ])(
    'fit with $name',
    async ({ viewport, content }) => {
      const faults = await visit({ viewport, bypassCSP: true }, async (page) => {
        await page.addStyleTag({ content });
        return layoutFaults(page);
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

/** What axe finds wrong, and what it could not decide: a page is built so that it can decide everything.
 *  It reads the colours of the style sheet, which forced colours replace: there, contrast is the system's. */
async function axeFaults(page: Page): Promise<string[]> {
  const isForced = await page.evaluate<boolean>("matchMedia('(forced-colors: active)').matches");
  const axe = new AxeBuilder({ page }).withTags(wcag).disableRules(isForced ? ['color-contrast'] : []);
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
