// The API's own description: valid OpenAPI 3.1, and exactly what the routes are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { apiScopes } from '../../src/organizations/api-scopes.ts';
import { operationsOf } from '../../src/web/api/operations.ts';
import { routesOf } from '../support/routes.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

interface Described {
  operationId: string;
  security: { oauth2: string[] }[];
  requestBody?: unknown;
  parameters?: { name: string; in: string }[];
}
type Document = Record<string, unknown> & {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Record<string, unknown>> };
};

describe('the OpenAPI document', () => {
  let gatehouse: TestApp;
  let document: Document;

  beforeAll(async () => {
    gatehouse = await startApp();
    const response = await fetch(`${gatehouse.issuer}/api/v1/openapi.json`);
    document = (await response.json()) as Document;
  });
  afterAll(() => gatehouse.stop());

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect([document.openapi, errors ?? [], valid]).toEqual(['3.1.0', [], true]);
  });

  it('would not pass with a fault', async () => {
    const faulty = structuredClone(document);
    Object.assign(faulty.paths['/users']?.get ?? {}, { parameters: [{ in: 'query' }] });
    expect((await new Validator().validate(faulty)).valid).toBe(false);
  });

  it('has every route of the API, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const table = operationsOf(gatehouse.app).map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual(table.sort());
    const served = new Set(
      routesOf(gatehouse)
        .filter(({ path }) => path.startsWith('/api/v1/'))
        .map(({ path }) => path.slice('/api/v1'.length).replace(/:(\w+)/g, '{$1}')),
    );
    expect([...served].sort()).toEqual(Object.keys(document.paths).sort());
  });

  it('refers to nothing that is not there, and names each operation once', () => {
    const text = JSON.stringify(document);
    const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => String(name));
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([]);
    for (const schema of Object.values(document.components.schemas)) expect(schema).toHaveProperty('type', 'object');
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of each operation which scope it needs', () => {
    const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const open = all.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId);
    expect(open).toEqual(['getOpenApi']);
    const named = all.flatMap(({ security }) => security.flatMap(({ oauth2 }) => oauth2));
    expect(named.filter((scope) => !(apiScopes as string[]).includes(scope))).toEqual([]);
  });

  it('is told call by call in docs/api.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
    const lines = text.split('\n').filter((line) => /^\| `[A-Z]+ \//.test(line));
    const table = operationsOf(gatehouse.app).map(
      ({ method, path, access, summary }) =>
        `| \`${method} ${path}\` | ${access ? `\`${access.scope}\`` : 'none'} | ${summary} |`,
    );
    expect(lines).toEqual(table);
    for (const scope of apiScopes) expect(text).toContain(`| \`${scope}\` |`);
  });

  it('takes no field that is not named, and shows no hash', () => {
    const { NewUser, UserChange, User, Client } = document.components.schemas;
    for (const schema of [NewUser, UserChange, User, Client]) expect(schema?.additionalProperties).toBe(false);
    expect(Object.keys((User?.properties ?? {}) as object)).not.toContain('passwordHash');
    expect(Object.keys((NewUser?.properties ?? {}) as object)).not.toContain('password');
    expect(JSON.stringify(document)).not.toMatch(/passwordHash|totpSecret|"hash"/);
  });
});
