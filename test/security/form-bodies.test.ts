// Bodies that no form of ours sends: refused in words, with a way back, and the form works afterwards.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const urlencoded = 'application/x-www-form-urlencoded';

describe('a body that no form sends', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;
  let ana: Person;
  let browser: TestBrowser;
  let page: Page;
  let _csrf: string;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
    ana = await createPerson(gatehouse);
  });
  beforeEach(async () => {
    browser = gatehouse.browser();
    page = await browser.get(rp.request().url);
    _csrf = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
  });
  afterAll(() => gatehouse.stop());

  async function send(
    body: string | Buffer<ArrayBuffer>,
    type = urlencoded,
  ): Promise<{ status: number; html: string }> {
    const response = await browser.request(page.url, { method: 'POST', body, headers: { 'Content-Type': type } });
    return { status: response.status, html: await response.text() };
  }

  const form = (fields: Record<string, string>) => new URLSearchParams({ _csrf, ...fields }).toString();

  async function stillWorks(): Promise<boolean> {
    const { leftFor } = await browser.submit(
      await browser.get(page.url),
      { email: ana.email, password: ana.password },
      'Sign in',
    );
    return leftFor?.searchParams.has('code') ?? false;
  }

  it.each([
    [
      'JSON with an operator',
      'application/json',
      () => JSON.stringify({ email: { $gt: '' }, password: { $gt: '' }, _csrf }),
    ],
    [
      'JSON that says it is a form',
      'application/json; charset=utf-8',
      () => JSON.stringify({ email: ana.email, password: ana.password, _csrf }),
    ],
    [
      'plain text, as a foreign form can send it',
      'text/plain',
      () => form({ email: ana.email, password: ana.password }),
    ],
    ['XML', 'application/xml', () => '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ])('is answered with 415 where it is %s', async (_what, type, body) => {
    const { status, html } = await send(body(), type);
    expect([status, html.includes('That request could not be understood')]).toEqual([415, true]);
    expect(await stillWorks()).toBe(true);
  });

  it('is answered with 415 where it is multipart, and where it has no type', async () => {
    const data = new FormData();
    for (const [name, value] of Object.entries({ email: ana.email, password: ana.password, _csrf }))
      data.append(name, value);
    expect((await browser.request(page.url, { method: 'POST', body: data })).status).toBe(415);
    expect((await browser.request(page.url, { method: 'POST' })).status).toBe(415);
    expect(await stillWorks()).toBe(true);
  });

  it('has no nested fields: email[$gt]= is the name of a field that nobody reads', async () => {
    const { status, html } = await send(`${form({ password: ana.password })}&email[$gt]=&email%5B%24ne%5D=x`);
    expect([status, html.includes('Enter your email address')]).toEqual([422, true]);
  });

  it.each(['$gt', '{"$gt":""}', '__proto__', "' OR 1=1 --", 'constructor', '*', '%'])(
    'finds nobody by the address %s',
    async (email) => {
      expect((await send(form({ email, password: ana.password }))).status).toBe(422);
      expect((await send(form({ email: `${email}@example.com`, password: ana.password }))).status).toBe(422);
    },
  );

  it.each(['email', 'password', '_csrf'])('is answered with 400 where it holds %s twice', async (name) => {
    const { status } = await send(`${form({ email: ana.email, password: ana.password })}&${name}=again`);
    expect(status).toBe(400);
    expect(await stillWorks()).toBe(true);
  });

  it('is answered with 413 and a way back where the password is a megabyte long, and the same page still works', async () => {
    const refused = await browser.post(page.url, { email: ana.email, password: 'x'.repeat(1024 * 1024), _csrf });
    expect([refused.status, refused.heading]).toEqual([413, 'That was too much at once']);
    const onwards = refused.document.querySelector('a.button')?.getAttribute('href') ?? '';
    const again = await browser.get(onwards);
    expect(again.heading).toBe('Sign in');
    expect(
      (await browser.submit(again, { email: ana.email, password: ana.password }, 'Sign in')).leftFor,
    ).toBeDefined();
  });

  it('is answered with 413 where its length is not told beforehand', async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 80; n += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(1024)));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { 'Content-Type': urlencoded },
    } as RequestInit;
    expect((await browser.request(page.url, init)).status).toBe(413);
  });

  it.each([
    [
      'bytes that are no UTF-8',
      () =>
        Buffer.concat([
          Buffer.from(form({ email: ana.email })),
          Buffer.from('&password='),
          Buffer.from([0xff, 0xfe, 0xc3]),
        ]),
    ],
    ['escapes that are no UTF-8', () => `${form({ email: ana.email })}&password=%ff%fe%c3`],
    ['half of a surrogate pair', () => `${form({ email: ana.email })}&password=%ed%a0%80`],
    ['an overlong slash', () => `${form({ password: 'x' })}&email=%c0%af`],
  ])('is answered with 400 where it holds %s', async (_what, body) => {
    expect((await send(body())).status).toBe(400);
    expect(await stillWorks()).toBe(true);
  });

  it('reaches no prototype by the names of its fields', async () => {
    const names = [
      '__proto__',
      '__proto__[isAdmin]',
      'constructor',
      'constructor[prototype][isAdmin]',
      'toString',
      'hasOwnProperty',
      '__defineGetter__',
    ];
    const { status } = await send(
      `${form({ email: ana.email, password: 'wrong' })}&${names.map((name) => `${encodeURIComponent(name)}=polluted`).join('&')}`,
    );
    expect(status).toBe(422);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    expect(await stillWorks()).toBe(true);
  });

  it('may hold NUL, a thousand fields or nothing: the page says what is missing', async () => {
    expect((await send(form({ email: 'a\u0000b@example.com', password: 'x' }))).status).toBe(422);
    expect((await send(`${form({ email: ana.email, password: '' })}&${'f=1&'.repeat(1000)}`)).html).toContain(
      'Enter your password',
    );
    expect((await send(form({}))).html).toContain('Enter your email address');
  });
});
