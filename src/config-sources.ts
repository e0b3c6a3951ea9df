// Where settings come from: the environment, files that it names, and one YAML file. What cannot be read is a problem, never a throw.
import { existsSync, readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';

/** A value, and where it stands: for the sentence that refuses it. */
export interface Given {
  value: unknown;
  where: string;
}

/** Thrown with every problem found; `server.ts` and `cli.ts` print it and end with 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** @returns the variable, else what the file holds that `NAME_FILE` names */
export function fromEnvironment(
  env: Record<string, string | undefined>,
  variable: string,
  problems: string[],
): Given | undefined {
  const value = env[variable];
  if (value !== undefined && value !== '') return { value, where: variable };
  const path = env[`${variable}_FILE`];
  if (path === undefined || path === '') return undefined;
  try {
    return { value: readFileSync(path, 'utf8').trim(), where: `${variable}_FILE` };
  } catch (error) {
    problems.push(`${variable}_FILE: cannot read ${path} (${(error as Error).message})`);
    return undefined;
  }
}

/** @returns the settings of a YAML file by their names, with the line of each */
export function readFile(path: string, isDemanded: boolean, problems: string[]): Map<string, Given> {
  const given = new Map<string, Given>();
  if (!existsSync(path)) {
    if (isDemanded) problems.push(`${path}: there is no such file`);
    return given;
  }
  const lines = new LineCounter();
  const [document, contents] = parse(path, lines, problems);
  if (contents === null || contents === undefined) return given;
  if (typeof contents !== 'object' || Array.isArray(contents)) {
    problems.push(`${path}: must hold settings as \`name: value\``);
    return given;
  }
  for (const [name, value] of Object.entries(contents)) {
    const range = (document.get(name, true) as { range?: [number, number, number] } | undefined)?.range;
    given.set(name, { value, where: `${path} line ${range ? lines.linePos(range[0]).line : '?'} (${name})` });
  }
  return given;
}

/** @returns the document and its contents; null where it cannot be read (a folder, no permission, broken YAML, too many aliases) */
function parse(
  path: string,
  lineCounter: LineCounter,
  problems: string[],
): [ReturnType<typeof parseDocument>, unknown] {
  const broken = (error: unknown) => problems.push(`${path}: ${(error as Error).message.split('\n')[0]}`);
  try {
    const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter });
    document.errors.forEach(broken);
    return [document, document.errors.length > 0 ? null : document.toJS()];
  } catch (error) {
    broken(error);
    return [parseDocument(''), null];
  }
}
