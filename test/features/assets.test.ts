// Static files as a browser gets them.
import { describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import request from 'supertest';
import { createAssets } from '../../src/web/http/assets.ts';

const assets = createAssets(new URL('../../views/assets', import.meta.url).pathname);
const app = new Koa();
app.use(assets.middleware);
const server = app.callback();
const css = assets.url('app.css');

describe('an asset', () => {
  it('has its content in its name', () => {
    expect(css).toMatch(/^\/assets\/app\.[0-9a-f]{16}\.css$/);
  });

  it.each([
    ['app.css', 'text/css; charset=utf-8'],
    ['app.js', 'text/javascript; charset=utf-8'],
    ['favicon.svg', 'image/svg+xml; charset=utf-8'],
  ])('%s is sent as %s, to be kept for ever', async (name, type) => {
    const answer = await request(server).get(assets.url(name));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.vary).toBe('Accept-Encoding');
  });

  it.each(['br', 'gzip'])('is sent compressed by %s', async (encoding) => {
    const plain = await request(server).get(css).set('Accept-Encoding', 'identity');
    const answer = await request(server).head(css).set('Accept-Encoding', encoding);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(Number(answer.headers['content-length'])).toBeLessThan(Number(plain.headers['content-length']) / 2);
  });

  it('is not sent again to a browser that has it', async () => {
    const first = await request(server).get(css);
    const again = await request(server)
      .get(css)
      .set('If-None-Match', first.headers.etag ?? '');
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
  });

  it('joins the parts of a folder in the order of their names', async () => {
    const { text } = await request(server).get(css);
    expect(text.indexOf('--ground')).toBeLessThan(text.indexOf('.skip-link'));
    expect(text.indexOf('.skip-link')).toBeLessThan(text.indexOf('@media print'));
  });

  it.each([
    '/assets/',
    '/assets/app.css',
    '/assets/app.0123456789abcdef.css',
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/app.css/1-tokens.css',
    '/assets/__proto__',
  ])('is not found by another name: %s', async (path) => {
    const answer = await request(server).get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers['cache-control'] ?? 'no-store').toBe('no-store');
  });

  it('cannot be written', async () => {
    const answer = await request(server).post(css);
    expect(answer.status).toBe(404);
  });
});

describe('the sign-in page', () => {
  it('loads less than 50 KB with everything', async () => {
    const names = ['app.css', 'app.js', 'mark.svg', 'favicon.svg'];
    const answers = await Promise.all(
      names.map((name) => request(server).head(assets.url(name)).set('Accept-Encoding', 'br')),
    );
    const bytes = answers.map(({ headers }) => Number(headers['content-length']));
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(15_000);
  });
});
