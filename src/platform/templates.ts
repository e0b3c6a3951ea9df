// EJS behind one door: templates of one folder, compiled once, with options that no request can reach.
// A template reads everything from `it`; the names of the folder's files are the names it is rendered by.
import { readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import ejs from 'ejs';

type Compiled = (locals: Record<string, unknown>) => string;

const safeName = /^[a-z0-9-]+(?:\/[a-z0-9-]+)*(?:\.[a-z]+)?$/;

/** @param folder where the templates lie; an include is written from there (`include('/partials/field')`) and cannot leave it. */
export function createTemplates(folder: string) {
  const root = resolve(folder);
  const compiled = new Map<string, Compiled>();

  /** Renders `name`.ejs. Values are escaped for HTML, or not at all where the name ends in `.txt`.
   *  @throws for a name that is no plain path, and for whatever the template throws */
  function render(name: string, locals: object): string {
    let template = compiled.get(name);
    if (!template) {
      template = compile(root, name);
      compiled.set(name, template);
    }
    return template({ ...locals });
  }

  return { render };
}

export type Templates = ReturnType<typeof createTemplates>;

function compile(root: string, name: string): Compiled {
  if (!safeName.test(name)) throw new Error(`Not a template name: ${name}`);
  const filename = resolve(root, `${name}.ejs`);
  const options = {
    filename,
    root,
    cache: true,
    strict: true,
    localsName: 'it',
    includer: (_: string, included: string) => insideOnly(root, filename, included),
    ...(isText(filename) && { escape: String }),
  };
  return ejs.compile(readFileSync(filename, 'utf8'), options);
}

/** EJS caches an include by its file name alone, so one file must never be compiled both with escaping and without. */
function insideOnly(root: string, from: string, included: string): { filename: string } {
  if (!included?.startsWith(root + sep)) throw new Error(`${from} includes a file outside ${root}`);
  if (isText(from) !== isText(included)) throw new Error(`${from} mixes text and HTML: ${included}`);
  return { filename: included };
}

function isText(filename: string): boolean {
  return filename.endsWith('.txt.ejs');
}
