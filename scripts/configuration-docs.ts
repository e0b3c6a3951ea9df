// Writes docs/configuration.md from the settings of src/config.ts; test/house fails when the file is out of date.
import { writeFileSync } from 'node:fs';
import { settings } from '../src/config.ts';

type Setting = (typeof settings)[keyof typeof settings];

const head = `# Configuration

<!-- Made by \`node scripts/configuration-docs.ts\` from src/config.ts: change it there. -->

A setting is looked for in this order: its environment variable, the file that \`NAME_FILE\` names, the YAML file, its default.

- **Environment**: \`PORT=8080\`. A variable that is set to nothing counts as not set. Lists are separated by commas.
- **\`NAME_FILE\`**: any variable with \`_FILE\` behind its name gives the path of a file that holds the value, as container secrets do:
  \`SECRET_KEY_FILE=/run/secrets/gatehouse\`. White space at its ends is ignored.
- **YAML**: \`config/gatehouse.yaml\`, or the file after \`--config\`; \`config/gatehouse.example.yaml\` has every setting with its default,
  \`config/gatehouse.strict.yaml\` the few that fulfil NIST SP 800-63B-4 where the defaults do not ([deviations.md](deviations.md)).

Durations are a number with a unit (\`s\`, \`m\`, \`h\`, \`d\`), such as \`90m\`. \`npm run -s gatehouse -- config check\` tells every problem at
once; the server does not start with one, and ends with status 78.

| Setting | Variable | Default | Meaning |
| --- | --- | --- | --- |
`;

/** The whole of docs/configuration.md. */
export function configurationDocs(): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const cells = [`\`${name}\``, `\`${setting.variable}\``, defaultOf(setting), setting.description];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `${head}${rows.join('\n')}\n`;
}

/** As it would be written; undefined where there is none. */
export function defaultText({ schema }: Pick<Setting, 'schema'>): string | undefined {
  const { data } = schema.safeParse(undefined) as { data?: unknown };
  if (data === undefined) return undefined;
  if (Array.isArray(data)) return `[${data.join(', ')}]`;
  // Settings of time are text outside and seconds inside: their own default does not fit their own schema.
  const isDuration = typeof data === 'number' && !schema.safeParse(data).success;
  return isDuration ? durationText(data) : String(data);
}

function defaultOf(setting: Setting): string {
  const text = defaultText(setting);
  if (text === undefined) return '–';
  return text === '[]' ? 'none' : `\`${text}\``;
}

function durationText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  const [unit, size] = units.find(([, length]) => seconds % length === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

if (import.meta.main) writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocs());
