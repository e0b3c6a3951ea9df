// The look of firms and apps: chosen in the console, by the API and by a file, seen on the sign-in pages and in mails.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { accentStyleUrl, lightTones } from '../../src/organizations/accent.ts';
import { logoUrl, maxLogoBytes } from '../../src/organizations/brand.ts';
import { type Caller, callerWith, machineFor } from '../support/api.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock } from '../support/clock.ts';
import { consoleOf, createFirms, createMember } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { invite } from '../support/invited.ts';
import { dataUri, png } from '../support/logo.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const logo = png(160, 48);

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the look of firms and apps (${engine.name})`, () => {
    let gatehouse: TestApp;
    let api: Caller;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta', 'plain');
      api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const brandOf = (firm: string) => `/organizations/${firm}/brand`;
    const stylesOn = ({ document }: Page) =>
      document
        .querySelectorAll('head link[rel=stylesheet]')
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => href.startsWith('/brand/'));
    const logoOn = ({ document }: Page) => document.querySelector('.card-header .look-logo');
    const fetched = (path: string, headers = {}) => fetch(`${gatehouse.issuer}${path}`, { headers });
    /** As a browser posts a form with a file. */
    async function upload(browser: TestBrowser, page: Page, fields: Record<string, string | Blob>): Promise<Page> {
      const body = new FormData();
      body.append('_csrf', page.document.querySelector('main [name=_csrf]')?.getAttribute('value') ?? '');
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      const path = new URL(page.url).pathname;
      const { headers, status } = await browser.request(path, {
        method: 'POST',
        body,
        headers: { Origin: gatehouse.issuer },
      });
      expect([status, headers.get('Location')]).toEqual([303, `${path}?done=saved`]);
      return browser.get(`${path}?done=saved`);
    }

    it('an administrator chooses colour and logo, sees a sample first, and takes both away again', async () => {
      const { browser, person } = await consoleOf(gatehouse, { zeta: ['admin'] });
      const path = '/admin/organizations/zeta/brand';
      const empty = await browser.get(path);
      expect(empty.document.querySelectorAll('.look-logo')).toHaveLength(0);
      const sample = await browser.submit(empty, { accent: '1F4E8C' }, 'Show a sample');
      expect([sample.status, stylesOn(sample)]).toEqual([200, [accentStyleUrl('#1f4e8c', 'sample')]]);
      expect((await gatehouse.services.organizations.get('zeta'))?.brand).toBeUndefined();
      const saved = await upload(browser, empty, { accent: '#1f4e8c', step: 'save', logo: new Blob([logo]) });
      expect(saved.text).toContain('The look is saved.');
      const src = saved.document.querySelector('.brand-light img')?.getAttribute('src') ?? '';
      expect(src).toMatch(/^\/brand\/[0-9a-f]{64}\.png$/);
      const [event] = await gatehouse.services.audit.search({ type: 'organization.brand-changed' });
      expect(event).toMatchObject({
        actor: person.account.id,
        organizations: ['zeta'],
        detail: { 'accent.old': '', 'accent.new': '#1f4e8c' },
      });
      const kept = await browser.submit(saved, { accent: '' }, 'Save');
      expect([stylesOn(kept), kept.document.querySelectorAll('.look-logo').length]).toEqual([[], 2]);
      const gone = await browser.submit(kept, { noLogo: 'yes' }, 'Save');
      expect(gone.document.querySelectorAll('.look-logo')).toHaveLength(0);
    });

    it('refuses what is no colour and no picture beside its field, and keeps what was typed', async () => {
      const { browser } = await consoleOf(gatehouse, { zeta: ['admin'] });
      const page = await browser.get('/admin/organizations/zeta/brand');
      const wrong = await browser.submit(page, { accent: 'red;}' }, 'Save');
      expect([wrong.status, wrong.problems]).toEqual([422, ['Enter a colour such as #0e5f4c']]);
      expect(wrong.document.querySelector('#accent')?.getAttribute('value')).toBe('red;}');
      const body = new FormData();
      body.append('_csrf', page.document.querySelector('main [name=_csrf]')?.getAttribute('value') ?? '');
      body.append('logo', new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/png' }), 'logo.png');
      const svg = await browser.request('/admin/organizations/zeta/brand', { method: 'POST', body });
      expect([svg.status, await svg.text()]).toEqual([422, expect.stringContaining('not a PNG, JPEG or WebP image')]);
    });

    it('is closed to whoever may not change the firm or the app', async () => {
      const stored = await gatehouse.services.clients.get(rp.clientId);
      await gatehouse.services.clients.apply(stored?.metadata, {}, { organization: 'acme' });
      const app = `/admin/apps/${rp.clientId}/brand`;
      const { browser: other } = await consoleOf(gatehouse, { zeta: ['admin'] });
      for (const path of ['/admin/organizations/acme/brand', app]) expect((await other.get(path)).status).toBe(404);
      const { browser: auditor } = await consoleOf(gatehouse, { acme: ['auditor'] });
      for (const path of ['/admin/organizations/acme/brand', app]) expect((await auditor.get(path)).status).toBe(403);
      expect((await auditor.get('/admin/organizations/acme')).html).not.toContain('/brand"');
    });

    it('the app’s firm shows on its sign-in from the first page on, and an app’s own colour before its firm’s', async () => {
      const changed = await api('PATCH', brandOf('acme'), { body: { accent: '#FFCC00', logo: dataUri(logo) } });
      expect([changed.status, changed.body.accent]).toEqual([200, '#ffcc00']);
      const first = await gatehouse.browser().get(rp.request().url);
      expect(stylesOn(first)).toEqual([accentStyleUrl('#ffcc00')]);
      expect(logoOn(first)?.getAttribute('alt')).toBe('Acme');
      expect(logoOn(first)?.getAttribute('src')).toBe(changed.body.logo);
      expect(first.headers.get('Content-Security-Policy')).toContain("img-src 'self' data:;");
      await api('PATCH', `/clients/${rp.clientId}/brand`, { body: { accent: '#1f4e8c', logo: dataUri(png(48, 48)) } });
      const own = await gatehouse.browser().get(rp.request().url);
      expect(stylesOn(own)).toEqual([accentStyleUrl('#1f4e8c')]);
      expect(own.document.querySelector('.client-logo')?.getAttribute('src')).toMatch(/^\/brand\//);
      await api('PATCH', `/clients/${rp.clientId}/brand`, { body: { accent: null, logo: null } });
      expect((await api('GET', `/clients/${rp.clientId}/brand`)).body).toEqual({ accent: null, logo: null });
    });

    it('an address that is typed shows nobody’s look; whoever has given the password sees that of the firm', async () => {
      const neutral = await registerRelyingParty(gatehouse);
      const person = await createMember(gatehouse, { acme: [] }, { withTotp: true });
      const browser = gatehouse.browser();
      const request = neutral.request({ login_hint: person.email });
      const first = await browser.get(request.url);
      expect([stylesOn(first), logoOn(first)]).toEqual([[], null]);
      const wrong = await browser.submit(first, { email: person.email, password: 'not the password' }, 'Sign in');
      expect([stylesOn(wrong), logoOn(wrong)]).toEqual([[], null]);
      const forgotten = await browser.get('/forgotten-password');
      const sent = await browser.submit(forgotten, { email: person.email }, 'Send reset link');
      expect([stylesOn(sent), logoOn(sent)]).toEqual([[], null]);
      const code = await browser.submit(wrong, { email: person.email, password: person.password }, 'Sign in');
      expect(code.heading).toBe('Enter your code');
      expect(stylesOn(code)).toEqual([accentStyleUrl('#ffcc00')]);
      expect(logoOn(code)?.getAttribute('alt')).toBe('Acme');
    });

    it('who belongs to several firms, or to one without a look, sees ours', async () => {
      const neutral = await registerRelyingParty(gatehouse);
      for (const firms of [{ acme: [], zeta: [] }, { plain: [] }]) {
        const person = await createMember(gatehouse, firms, { withTotp: true });
        const browser = gatehouse.browser();
        const first = await browser.get(neutral.request().url);
        const code = await browser.submit(first, { email: person.email, password: person.password }, 'Sign in');
        expect([code.heading, stylesOn(code), logoOn(code)]).toEqual(['Enter your code', [], null]);
      }
    });

    it('an invitation has it in its mail, without any picture, and on its page', async () => {
      const memberships = [{ organization: 'acme', roles: [] }];
      const { email, link } = await invite(gatehouse, undefined, { memberships });
      const { html = '' } = (await gatehouse.services.outbox.list()).find(({ to }) => to === email) ?? {};
      expect(html).toContain('font-weight:600">Acme</p>');
      expect(html).not.toMatch(/<img|url\(/);
      expect(html).toContain(`background:${lightTones('#ffcc00').accent};`);
      const page = await gatehouse.browser().get(link);
      expect(logoOn(page)?.getAttribute('alt')).toBe('Acme');
    });

    it('serves logos and style sheets as what they are, for ever, and nothing else', async () => {
      const { body } = await api('GET', brandOf('acme'));
      const picture = await fetched(body.logo);
      expect(Buffer.from(await picture.arrayBuffer())).toEqual(logo);
      expect(Object.fromEntries(picture.headers)).toMatchObject({
        'content-type': 'image/png',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      });
      const style = await fetched(accentStyleUrl('#ffcc00'));
      expect([style.status, style.headers.get('Content-Type')]).toEqual([200, 'text/css; charset=utf-8']);
      const forged = accentStyleUrl('#ffcc00').replace('ffcc00', 'ffcc01');
      for (const path of [forged, `/brand/${'0'.repeat(64)}.png`, '/brand/app.css', '/brand/..%2fapp.css'])
        expect((await fetched(path)).status).toBe(404);
    });

    it('a logo that is in use no longer goes; one that another firm uses too stays', async () => {
      const ofPlain = (bytes: Buffer | null) =>
        gatehouse.services.organizations.setBrand('plain', { logo: bytes }, { actor: 'test' });
      const urls: string[] = [];
      for (const bytes of [logo, png(32, 32)]) {
        urls.push(logoUrl((await ofPlain(bytes))?.brand?.logo ?? { hash: '', type: 'image/png' }));
        moveClock(2 * hourMs);
      }
      await ofPlain(null);
      const states = await Promise.all(urls.map(async (url) => (await fetched(url)).status));
      expect(states).toEqual([200, 404]);
    });

    it('the API takes a change only of what was seen, and no logo that is too large', async () => {
      const { headers } = await api('GET', brandOf('plain'));
      const ifMatch = { 'If-Match': headers.get('ETag') ?? '' };
      expect((await api('PATCH', brandOf('plain'), { body: { accent: '#112233' }, headers: ifMatch })).status).toBe(
        200,
      );
      expect((await api('PATCH', brandOf('plain'), { body: { accent: '#445566' }, headers: ifMatch })).status).toBe(
        412,
      );
      const large = Buffer.concat([logo, Buffer.alloc(maxLogoBytes)]);
      const refused = await api('PATCH', brandOf('plain'), { body: { logo: dataUri(large) } });
      expect(refused.status).toBe(400);
    });
  });
}
