// Settings: where they come from, and what is told when they are wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '../../src/config.ts';

const key = 'a'.repeat(32);
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://sign-in.example.com',
  SECRET_KEY: key,
  SMTP_URL: 'off',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(contents: string): string {
  const path = join(folder, 'settings.yaml');
  writeFileSync(path, contents);
  return path;
}

/** @returns the problems, with the folder left out */
function problemsOf(env: Record<string, string>, yaml = ''): string[] {
  try {
    loadConfig({ env, file: fileOf(yaml) });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.replaceAll(`${folder}/`, ''));
  }
}

describe('without any setting', () => {
  it('is ready for development', () => {
    expect(loadConfig({ env: {}, file: fileOf('') })).toMatchObject({
      isProduction: false,
      issuer: 'http://localhost:3000',
      host: 'localhost',
      port: 3000,
      storageUrl: 'sqlite:data/gatehouse.db',
      secretKeys: [],
      logLevel: 'warn',
      passwordHashMemory: 64,
      passwordHashPasses: 2,
    });
  });

  it('takes the issuer from the port', () => {
    expect(loadConfig({ env: { PORT: '8080' }, file: fileOf('') }).issuer).toBe('http://localhost:8080');
  });
});

describe('a setting', () => {
  it('comes from the environment before its file, before YAML, before its default', () => {
    const secretFile = join(folder, 'name');
    writeFileSync(secretFile, '  From A File\n');
    const file = fileOf('productName: From YAML\nport: 4000\n');
    const env = { PRODUCT_NAME: 'From The Environment', PRODUCT_NAME_FILE: secretFile };
    expect(loadConfig({ env, file }).productName).toBe('From The Environment');
    expect(loadConfig({ env: { ...env, PRODUCT_NAME: '' }, file }).productName).toBe('From A File');
    expect(loadConfig({ env: {}, file })).toMatchObject({ productName: 'From YAML', port: 4000 });
  });

  it('may be a list, with commas in the environment', () => {
    const keys = [key, 'b'.repeat(32)];
    expect(loadConfig({ env: { SECRET_KEY: keys.join(' , ') }, file: fileOf('') }).secretKeys).toEqual(keys);
    expect(loadConfig({ env: {}, file: fileOf(`secretKey: [${keys.join(', ')}]`) }).secretKeys).toEqual(keys);
  });

  it.each([
    ['90s', 90],
    ['45m', 2700],
    ['2h', 7200],
  ])('of time is text with a unit: %s', (text, seconds) => {
    const env = { SESSION_IDLE: text };
    if (seconds < 300) expect(problemsOf(env)).toEqual(['SESSION_IDLE: must be between 5m and 24h']);
    else expect(loadConfig({ env, file: fileOf('') }).sessionIdle).toBe(seconds);
  });

  it('keeps no slash at the end of the issuer', () => {
    expect(loadConfig({ env: { ISSUER: 'https://sign-in.example.com/' }, file: fileOf('') }).issuer).toBe(
      'https://sign-in.example.com',
    );
  });
});

describe('in the environment, what is refused', () => {
  it.each([
    ['PORT', 'http', 'PORT: must be a whole number between 0 and 65535'],
    ['PORT', '65536', 'PORT: must be a whole number between 0 and 65535'],
    ['PORT', '-1', 'PORT: must be a whole number between 0 and 65535'],
    ['PORT', '1e3', 'PORT: must be a whole number between 0 and 65535'],
    ['WORKERS', '0', 'WORKERS: must be a whole number between 1 and 64'],
    ['ISSUER', 'sign-in.example.com', 'ISSUER: must be an http: or https: address'],
    ['ISSUER', 'ftp://sign-in.example.com', 'ISSUER: must be an http: or https: address'],
    ['ISSUER', 'https://example.com/sign-in', 'ISSUER: must have no path; give Gatehouse a host name of its own'],
    ['ISSUER', 'https://example.com/?a=b', 'ISSUER: must have no query, fragment or user name'],
    ['ISSUER', 'https://me@example.com', 'ISSUER: must have no query, fragment or user name'],
    ['STORAGE_URL', 'postgres://localhost', 'STORAGE_URL: must start with sqlite: or mongodb://'],
    ['STORAGE_URL', 'sqlite:', 'STORAGE_URL: must start with sqlite: or mongodb://'],
    ['SECRET_KEY', 'short', 'SECRET_KEY: must be 32 characters or longer, for instance from `openssl rand -base64 32`'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL: must be one of "silent"|"fatal"|"error"|"warn"|"info"|"debug"|"trace"'],
    ['PASSWORD_MIN_LENGTH', '7', 'PASSWORD_MIN_LENGTH: must be a whole number between 8 and 64'],
    ['SESSION_IDLE', '8', 'SESSION_IDLE: must be a number with a unit, such as 45m, 8h or 7d'],
    ['SESSION_IDLE', '25h', 'SESSION_IDLE: must be between 5m and 24h'],
    ['SESSION_ABSOLUTE', '31d', 'SESSION_ABSOLUTE: must be between 1h and 30d'],
    ['SECURITY_CONTACT', 'me@example.com', 'SECURITY_CONTACT: must start with mailto: or https://'],
    [
      'SECRET_KEY_FILE',
      '/nowhere/key',
      "SECRET_KEY_FILE: cannot read /nowhere/key (ENOENT: no such file or directory, open '/nowhere/key')",
    ],
  ])('%s=%s', (variable, value, message) => {
    expect(problemsOf({ [variable]: value })).toContain(message);
  });

  it('is told all at once', () => {
    expect(problemsOf({ PORT: 'x', WORKERS: 'x', SESSION_IDLE: 'x' })).toHaveLength(3);
  });

  it.each([
    ['19', '1', false],
    ['45', '1', false],
    ['46', '1', true],
    ['19', '2', true],
  ])('includes password hashing below the floor: %s MiB, %s passes', (memory, passes, isEnough) => {
    const problem = 'PASSWORD_HASH_MEMORY: must be 46 or more, or PASSWORD_HASH_PASSES 2 or more (OWASP)';
    const env = { PASSWORD_HASH_MEMORY: memory, PASSWORD_HASH_PASSES: passes };
    if (isEnough) expect(loadConfig({ env, file: fileOf('') }).passwordHashMemory).toBe(Number(memory));
    else expect(problemsOf(env)).toEqual([problem]);
  });

  it('includes an idle time that is longer than the absolute one', () => {
    expect(problemsOf({ SESSION_IDLE: '24h', SESSION_ABSOLUTE: '1h' })).toEqual([
      'SESSION_IDLE: must not be longer than SESSION_ABSOLUTE',
    ]);
  });

  it.each([
    ['http://127.0.0.1:3000', false],
    ['http://[::1]:3000', false],
    ['http://localhost:3000', true],
  ])('includes a demand for passkeys where none can be made: %s', (ISSUER, isPossible) => {
    const env = { ISSUER, PASSKEYS: 'required-for-administrators' };
    const problem = 'PASSKEYS: cannot be demanded while ISSUER is an IP address: passkeys need a host name';
    if (isPossible) expect(loadConfig({ env, file: fileOf('') }).passkeys).toBe(env.PASSKEYS);
    else expect(problemsOf(env)).toEqual([problem]);
  });
});

describe('in YAML, what is refused', () => {
  it.each([
    [
      'a wrong value, by its line',
      '# head\n\nport: x',
      ['settings.yaml line 3 (port): must be a whole number between 0 and 65535'],
    ],
    ['a name that is no setting', 'port: 1\nprot: 2', ['settings.yaml line 2 (prot): there is no setting "prot"']],
    ['the name of a variable', 'PORT: 1', ['settings.yaml line 1 (PORT): there is no setting "PORT"']],
    ['a list at the top', '- port', ['settings.yaml: must hold settings as `name: value`']],
    ['a text at the top', 'port', ['settings.yaml: must hold settings as `name: value`']],
  ])('%s', (_, yaml, problems) => {
    expect(problemsOf({}, yaml)).toEqual(problems);
  });

  it('YAML that is broken, by its line', () => {
    expect(problemsOf({}, 'port: 1\nhost: "x')[0]).toMatch(/^settings\.yaml: .*line 2/);
  });

  it('a name given twice', () => {
    expect(problemsOf({}, 'port: 1\nport: 2')[0]).toMatch(/^settings\.yaml: Map keys must be unique/);
  });

  it('a file that was named and is not there', () => {
    expect(() => loadConfig({ env: {}, file: '/nowhere/settings.yaml' })).toThrow(
      '/nowhere/settings.yaml: there is no such file',
    );
  });

  it('together with what is wrong in the environment', () => {
    expect(problemsOf({ WORKERS: 'x' }, 'port: x\ncolour: blue')).toHaveLength(3);
  });
});

describe('in production', () => {
  it('listens on every address and logs what happens', () => {
    expect(loadConfig({ env: production, file: fileOf('') })).toMatchObject({
      isProduction: true,
      host: '::',
      logLevel: 'info',
    });
  });

  it('demands an issuer, a master key and a word about mail', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      'ISSUER: must be set in production, to the https: address people reach the server at',
      'SECRET_KEY: must be set in production, for instance from `openssl rand -base64 32`; keep it safe, it opens what is sealed in the database',
      'SMTP_URL: must be set in production, such as smtp://user:password@mail.example.com; or to off, where nobody is to get mail',
    ]);
  });

  it('demands https:, except on loopback', () => {
    expect(problemsOf({ ...production, ISSUER: 'http://sign-in.example.com' })).toEqual([
      'ISSUER: must start with https: in production (http: is for loopback alone)',
    ]);
    expect(problemsOf({ ...production, ISSUER: 'http://localhost:3000' })).toEqual([]);
  });
});
