// The rules every view keeps: nothing unescaped, nothing inline, every sentence from the catalogue.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url).pathname;

interface Source {
  path: string;
  text: string;
}

function read(folder: string, ending: string): Source[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const paths = entries.filter((path) => path.endsWith(ending)).map((path) => join(folder, path));
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const templates = read('views', '.ejs');
/** E-mail has rules of its own: inline styles, and no headings to speak of. */
const screens = templates.filter(({ path }) => !path.startsWith('views/mail/'));
const bodies = screens.filter(({ path }) => !/^views\/(layouts|partials)\//.test(path));
const programs = [...read('src', '.ts'), ...read('test/support', '.ts')];
const catalogue: Record<string, unknown> = JSON.parse(readFileSync(join(root, 'views/locales/en.json'), 'utf8'));

/** `xsrf` is the name oidc-provider gives its own, on the page before a sign-out. */
const tokenField = /include\('\/partials\/csrf'\)|name="(?:_csrf|xsrf)"/;

const inEach = (sources: Source[]) => sources.map(({ path, text }) => [path, text] as const);
const withoutTags = (text: string) => text.replace(/<%[\s\S]*?%>/g, '');

describe('a view', () => {
  it.each(inEach(templates))('prints unescaped only includes and the body of a layout: %s', (path, text) => {
    const raw = [...text.matchAll(/<%-([\s\S]*?)-?%>/g)].map((match) => match[1]?.trim() ?? '');
    const allowed = raw.filter(
      (code) => code.startsWith('include(') || (code === 'it.body' && path.includes('/layouts/')),
    );
    expect(raw).toEqual(allowed);
  });

  it.each(inEach(screens))('has no style, script or handler inside: %s', (_, text) => {
    const markup = withoutTags(text);
    expect(markup).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=|javascript:/i);
  });

  it.each(inEach(screens))('has no words but those of the catalogue: %s', (_, text) => {
    const markup = withoutTags(text);
    const words = markup.replace(/<[^>]*>| aria-[a-z]+="[^"]*"/g, ' ').match(/\p{L}{2,}/gu) ?? [];
    const attributes = markup.match(/\b(?:alt|title|aria-label|placeholder)="[^"]*\p{L}[^"]*"/gu) ?? [];
    expect([...words, ...attributes]).toEqual([]);
  });

  it.each(inEach(bodies))('has one heading of the page, wherever it branches: %s', (_, text) => {
    const headings = text.match(/<h1>/g) ?? [];
    const branches = text.match(/<% \} else \{ -%>\n(?:.*\n)*?<h1>/g) ?? [];
    expect(headings.length - branches.length).toBe(1);
    expect(text).toContain('<h1><%= it.heading %></h1>');
  });

  it.each(inEach(screens))('posts every form with its token, and leaves checking to the server: %s', (_, text) => {
    const forms = text.match(/<form[\s\S]*?<\/form>/g) ?? [];
    for (const form of forms) {
      // A search changes nothing, and its address can be kept: the token has no place in it.
      if (/^<form [^>]*role="search" method="get" action="[^"]+" novalidate>/.test(form)) {
        expect(form).not.toMatch(tokenField);
        continue;
      }
      expect(form).toMatch(/^<form [^>]*method="post" action="[^"]+"(?: enctype="multipart\/form-data")? novalidate>/);
      expect(form).toMatch(tokenField);
    }
  });
});

describe('a mail', () => {
  const mails = templates.filter(({ path }) => /^views\/mail\/[^/]+$/.test(path));

  it.each(inEach(mails))('leaves document, greeting and foot to the layout: %s', (_, text) => {
    expect(text).not.toMatch(/<html|<body|mail\.greeting/i);
  });

  it.each(inEach(mails))('has a text and an HTML part: %s', (path) => {
    const other = path.includes('.html.') ? path.replace('.html.', '.txt.') : path.replace('.txt.', '.html.');
    expect(mails.map((mail) => mail.path)).toContain(other);
  });

  it.each(inEach(templates.filter(({ path }) => path.startsWith('views/mail/'))))(
    'has no words but those of the catalogue: %s',
    (_, text) => {
      const words = withoutTags(text)
        .replace(/<style>[\s\S]*?<\/style>|<[^>]*>/g, ' ')
        .match(/\p{L}{2,}/gu);
      expect(words).toBeNull();
    },
  );
});

describe('the catalogue', () => {
  const named = templates.flatMap(({ text }) =>
    [...text.matchAll(/\bit\.t\('([^']+)'/g)].map((match) => match[1] ?? ''),
  );
  const ofTheWeb = programs.filter(({ path }) => path.startsWith('src/web/') || path.includes('/preview'));
  const literals = (pattern: RegExp) =>
    ofTheWeb.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  const messages = [...literals(/\bkey: '([^']+)'/g), ...literals(/'((?:error|errorPage|notice)\.[\w.]+)'/g)];
  const errorPages = literals(/\bpage: '([^']+)'/g).flatMap((page) => [
    `errorPage.${page}.title`,
    `errorPage.${page}.text`,
  ]);

  it('has every sentence that a view or a message names', () => {
    const missing = [...named, ...messages, ...errorPages].filter((key) => !Object.hasOwn(catalogue, key));
    expect(missing).toEqual([]);
  });

  it('has no sentence that nothing uses', () => {
    const everything = [...templates, ...programs].map(({ text }) => text).join('\n');
    const unused = Object.keys(catalogue).filter(
      (key) => !everything.includes(`'${key}'`) && !isComposed(key, everything),
    );
    expect(unused).toEqual([]);
  });
});

/** `amr.${method}`, `errorPage.${name}.title`: a key put together at run time. */
function isComposed(key: string, everything: string): boolean {
  const parts = key.split('.');
  return parts.some((_, hole) => {
    if (hole === 0) return false;
    const composed = parts.map((part, index) => (index === hole ? '\\$\\{[^}]+\\}' : part)).join('\\.');
    return new RegExp(`\`${composed}\``).test(everything);
  });
}
