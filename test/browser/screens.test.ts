// Every screen in every state, asked by axe: wide and narrow, light and dark.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasBrowser } from '../support/chromium.ts';
import { type Look, narrow, openStage, type Stage, wide } from '../support/stage.ts';

const dark = { colorScheme: 'dark' } as const;
const everyRule: Look['axe'] = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** Colour schemes change nothing but colours (`test/house/styles.test.ts`). */
const rulesOfColours: Look['axe'] = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

const looks: Look[] = [
  { name: 'wide, light', viewport: wide, axe: everyRule },
  { name: 'wide, dark', viewport: wide, media: dark, axe: rulesOfColours },
  { name: 'narrow, dark', viewport: narrow, media: dark, axe: rulesOfColours },
  { name: 'narrow, light', viewport: narrow, axe: everyRule },
];

(hasBrowser() ? describe : describe.skip)('the screens', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(() => stage?.close());

  it.each(looks)(
    'are accessible and fit: $name',
    async (look) => {
      expect(await stage.faults(look)).toEqual([]);
    },
    240_000,
  );
});
