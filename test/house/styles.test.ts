// The style sheets know no left and no right, so that a language that runs the other way needs nothing of its own; the dark ones colours only.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../views/', import.meta.url).pathname;
const sheets = read('assets', '.css');
const mails = read('mail', '.html.ejs');

/** Signs that mean the same whichever way the text runs: the two sides of a tick and of an arrow that points down, before they are turned. */
const signs = ['border-width: 0 2px 2px 0'];

const sided =
  /(?:^|-)(?:left|right)(?:-|$)|^(?:float|clear|text-align|background-position|object-position|transform-origin)$/;
const foursided = /^(?:margin|padding|inset|border-width|border-style|border-color|scroll-(?:margin|padding))$/;

function read(folder: string, ending: string): (readonly [string, string])[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const paths = entries.filter((path) => path.endsWith(ending) && path !== 'app.css').map((path) => join(folder, path));
  return paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]);
}

/** `property: value` of all that a sheet, or the style attributes of a mail, declare. */
function declarations(text: string): string[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|<%[\s\S]*?%>/g, '');
  return [...plain.matchAll(/(?<=[{;"]\s*)([a-z-]+)\s*:\s*([^;{}"]+)(?=[;}"])/g)].map(([, name, value]) =>
    `${name}: ${value}`.trim(),
  );
}

function isPhysical(declaration: string): boolean {
  const [name = '', value = ''] = declaration.split(': ');
  if (/(?:^|-)(?:left|right)(?:-|$)/.test(name)) return true;
  if (sided.test(name) && /\b(?:left|right)\b/.test(value)) return true;
  const sides = value.replace(/\((?:[^()]|\([^()]*\))*\)/g, (inside) => inside.replaceAll(' ', '')).split(/\s+/);
  return foursided.test(name) && sides.length === 4 && sides[1] !== sides[3];
}

describe('a style sheet', () => {
  it.each([...sheets, ...mails])('says start and end, never left and right: %s', (_, text) => {
    const found = declarations(text);
    expect(found.filter((declaration) => isPhysical(declaration) && !signs.includes(declaration))).toEqual([]);
  });

  it.each([
    'margin-left: 1px',
    'border-right-color: red',
    'border-top-left-radius: 1px',
    'left: 0',
    'text-align: right',
    'float: left',
    'padding: 0 calc(1px * 2) 0 calc(1px * (2 + 1))',
  ])('would be refused with %s', (declaration) => {
    expect(declarations(`.a { ${declaration}; }`).filter(isPhysical)).toEqual([declaration]);
    expect(declarations(`<p style="color:red;${declaration}">`).filter(isPhysical)).toEqual([declaration]);
  });
});

describe('the style sheets', () => {
  it('are read', () => {
    expect(sheets.flatMap(([, text]) => declarations(text)).length).toBeGreaterThan(300);
  });

  // So that the screens need no second look at anything else in the dark (`test/browser/screens.test.ts`).
  it('change colours alone where it is dark', () => {
    const dark = sheets.flatMap(([, text]) => [
      ...text.matchAll(/@media \(prefers-color-scheme: dark\) \{\n([\s\S]*?)\n\}/g),
    ]);
    const found = dark.flatMap(([, block = '']) => declarations(block));
    expect(found.length).toBeGreaterThan(20);
    expect(
      found.filter(
        (declaration) => !/^(?:--[a-z-]+: #[0-9a-f]{3,8}|--shadow: .*|color-scheme: dark)$/.test(declaration),
      ),
    ).toEqual([]);
  });
});
