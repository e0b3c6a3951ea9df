// Every screen in every state: how it fits, in each language, without script, and for those who set their browser up otherwise.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasBrowser } from '../support/chromium.ts';
import { type Look, narrow, openStage, type Stage, wide } from '../support/stage.ts';

const spacedOut =
  '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }';

const dark = { colorScheme: 'dark' } as const;
const forcedColours = { name: 'forced colours', viewport: wide, media: { forcedColors: 'active' } } as const;

const withScript: Look[] = [
  forcedColours,
  { name: 'wide, from right to left', viewport: wide, dir: 'rtl' },
  { name: 'narrow, from right to left', viewport: narrow, dir: 'rtl' },
  { name: 'text spaced out as WCAG 1.4.12 allows', viewport: narrow, css: spacedOut },
  { name: 'text at twice its size', viewport: { width: 640, height: 800 }, css: 'html { font-size: 200% }' },
];
const withoutScript: Look[] = [
  { name: 'wide, light', viewport: wide },
  { name: 'wide, dark', viewport: wide, media: dark },
  { name: 'narrow, dark', viewport: narrow, media: dark },
  { name: 'narrow, light', viewport: narrow },
  forcedColours,
];

(hasBrowser() ? describe : describe.skip)('the screens', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(() => stage?.close());

  it('keep the content policy, and are opened as they are looked at', async () => {
    expect(await stage.reallyOpened()).toEqual([]);
  }, 240_000);

  it.each(withScript)('fit: $name', async (look) => {
    expect(await stage.faults(look)).toEqual([]);
  });

  it.each(withoutScript)('fit and are complete without script: $name', async (look) => {
    expect(await stage.faults({ ...look, withScript: false })).toEqual([]);
  });

  it.each(['de-AT', 'es', 'fr-CA', 'ja', 'pt-BR'])(
    'fit on a small phone in the language of the browser: %s',
    async (locale) => {
      expect(await stage.faultsIn(locale, { name: 'narrow', viewport: narrow })).toEqual([]);
    },
  );
});
