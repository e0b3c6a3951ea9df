// What is written about settings keeps up with the settings.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configurationDocs, defaultText } from '../../scripts/configuration-docs.ts';
import { loadConfig, settings } from '../../src/config.ts';

const root = join(import.meta.dirname, '../..');
const examplePath = join(root, 'config/gatehouse.example.yaml');
const example = readFileSync(examplePath, 'utf8');
/** A setting stands behind a "#" without a blank; prose has one. */
const uncommented = example.replace(/^#(?=[a-zA-Z]+:)/gm, '');

describe('docs/configuration.md', () => {
  it('is what scripts/configuration-docs.ts makes of the settings (run it)', () => {
    expect(readFileSync(join(root, 'docs/configuration.md'), 'utf8')).toBe(configurationDocs());
  });
});

describe('config/gatehouse.example.yaml', () => {
  const shown = parse(uncommented) as Record<string, unknown>;

  it('loads as it is, and changes nothing', () => {
    expect(loadConfig({ env: {}, file: examplePath })).toEqual(loadConfig({ env: {}, file: '/dev/null' }));
  });

  it('names every setting, and its variable, and nothing else', () => {
    expect(Object.keys(shown).sort()).toEqual(Object.keys(settings).sort());
    for (const { variable } of Object.values(settings)) expect(example).toContain(`(${variable})`);
  });

  it('loads when every setting in it is used', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-example-'));
    writeFileSync(join(folder, 'all.yaml'), uncommented);
    expect(loadConfig({ env: {}, file: join(folder, 'all.yaml') })).toMatchObject({ issuer: shown.issuer });
    rmSync(folder, { recursive: true });
  });

  const withDefault = Object.entries(settings).flatMap(([name, setting]) => {
    const text = defaultText(setting);
    return text === undefined || text === '[]' ? [] : [[name, text] as const];
  });
  it.each(withDefault)('shows the default of %s: %s', (name, text) => {
    expect(String(shown[name])).toBe(text);
  });
});

describe('config/gatehouse.strict.yaml', () => {
  const strictPath = join(root, 'config/gatehouse.strict.yaml');
  const strict = readFileSync(strictPath, 'utf8');

  it('PW-02: asks for 15 characters where a password may be the only factor, and for the session limits of NIST', () => {
    const wanted = { passwordMinLength: 15, sessionIdle: 3600, sessionAbsolute: 24 * 3600 };
    const loaded = loadConfig({ env: {}, file: strictPath });
    expect(loaded).toEqual({ ...loadConfig({ env: {}, file: '/dev/null' }), ...wanted });
    expect(loaded.mfa).toBe('optional');
  });

  it('PW-02: says how to demand a second factor of everybody instead, and leaves the length to the default then', () => {
    const other = strict.replace('passwordMinLength: 15\n', '').replace(/^#(?=mfa:)/m, '');
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-strict-'));
    writeFileSync(join(folder, 'strict.yaml'), other);
    const { mfa, passwordMinLength } = loadConfig({ env: {}, file: join(folder, 'strict.yaml') });
    expect([mfa, passwordMinLength]).toEqual(['required', undefined]);
    rmSync(folder, { recursive: true });
  });
});
