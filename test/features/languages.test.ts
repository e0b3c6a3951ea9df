// Which language a person reads: pages, faults, times and mails, by what the app asks, the person chose, the browser was told and prefers.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { mailTo } from '../support/notices.ts';
import { createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { askForReset, behindProxy } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const languages = [
  { tag: 'de', signIn: 'Anmelden', lost: 'Seite nicht gefunden', profile: 'Mein Profil', day: /\d\. \p{L}+ \d{4} um/u },
  { tag: 'en', signIn: 'Sign in', lost: 'Page not found', profile: 'My Profile', day: /\d [A-Z]\w+ \d{4} at/ },
  {
    tag: 'es',
    signIn: 'Iniciar sesión',
    lost: 'Página no encontrada',
    profile: 'Mi perfil',
    day: /\d de \p{L}+ de \d{4}/u,
  },
  { tag: 'fr', signIn: 'Connexion', lost: 'Page introuvable', profile: 'Mon profil', day: /\d \p{L}+ \d{4} à/u },
  {
    tag: 'ja',
    signIn: 'ログイン',
    lost: 'ページが見つかりません',
    profile: 'マイプロフィール',
    day: /\d{4}年\d{1,2}月\d{1,2}日/,
  },
  {
    tag: 'pt-BR',
    signIn: 'Entrar',
    lost: 'Página não encontrada',
    profile: 'Meu perfil',
    day: /\d de \p{L}+ de \d{4} às/u,
  },
];

/** What a page says of its own language: to screen readers and hyphenation, and to whoever passes it on. */
function declared({ document, headers }: Page) {
  const html = document.querySelector('html');
  return [html?.getAttribute('lang'), html?.getAttribute('dir'), headers.get('Content-Language')];
}

const languageOf = (page: Page) => declared(page)[0];

describe('the language of a page', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;

  beforeAll(async () => {
    gatehouse = await startApp({ env: behindProxy });
    rp = await registerRelyingParty(gatehouse);
  });
  afterAll(() => gatehouse.stop());

  async function prefer(person: Person, language: string): Promise<void> {
    await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, language }));
  }

  async function browserIn(tag: string): Promise<TestBrowser> {
    const browser = gatehouse.browser();
    const form = await browser.get('/language');
    await browser.submit(form, {}, gatehouse.services.locales.nameOf(tag));
    return browser;
  }

  /** A sign-in that waits for the code: by now it is known whose it is. */
  async function atTheCode(browser: TestBrowser, params: Record<string, string> = {}, language?: string) {
    const { email, password, account } = await createPerson(gatehouse, { withTotp: true });
    await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, ...(language ? { language } : {}) }));
    const signIn = await browser.get(rp.request(params).url);
    const code = await browser.submit(signIn, { email, password });
    expect(code.url).toMatch(/\/code$/);
    return { signIn, code };
  }

  it.each(languages)('is $tag on sign-in, its faults, error pages and My Profile', async ({ tag, ...words }) => {
    const browser = await browserIn(tag);
    const signIn = await browser.get(rp.request().url);
    expect([signIn.heading, ...declared(signIn)]).toEqual([words.signIn, tag, 'ltr', tag]);
    const refused = await browser.submit(signIn, { email: `nobody-${tag}@example.com`, password: 'not the password' });
    expect([refused.status, refused.problems.length, ...declared(refused)]).toEqual([422, 1, tag, 'ltr', tag]);
    const lost = await browser.get('/nothing-here');
    expect([lost.status, lost.heading, ...declared(lost)]).toEqual([404, words.lost, tag, 'ltr', tag]);

    const person = await createPerson(gatehouse);
    const own = await signedInBrowser(gatehouse, person);
    await prefer(person, tag);
    const profile = await own.get('/profile');
    expect([profile.heading, ...declared(profile)]).toEqual([words.profile, tag, 'ltr', tag]);
    const time = profile.document.querySelector('main time');
    expect(time?.textContent).toMatch(words.day);
    expect(time?.textContent).toContain('UTC');
    expect(Date.parse(time?.getAttribute('datetime') ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('is the one that the app asks for, before every other', async () => {
    const browser = await browserIn('es');
    const { signIn, code } = await atTheCode(browser, { ui_locales: 'ja' }, 'de');
    expect([signIn, code, await browser.get(code.url, { 'Accept-Language': 'fr' })].map(languageOf)).toEqual([
      'ja',
      'ja',
      'ja',
    ]);
  });

  it('is the own of the person as soon as it is known who signs in', async () => {
    const browser = await browserIn('es');
    const { signIn, code } = await atTheCode(browser, {}, 'de');
    expect([signIn, code, await browser.get(code.url, { 'Accept-Language': 'fr' })].map(languageOf)).toEqual([
      'es',
      'de',
      'de',
    ]);
  });

  it('is the choice made with the browser, before what the browser prefers by itself', async () => {
    const browser = await browserIn('es');
    const { code } = await atTheCode(browser);
    expect(languageOf(await browser.get(code.url, { 'Accept-Language': 'fr' }))).toBe('es');
    expect(languageOf(await browser.get('/nothing-here', { 'Accept-Language': 'fr' }))).toBe('es');
  });

  it.each([
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['pt-PT', 'pt-BR'],
    ['de;q=0.7, ja;q=0.9, *;q=0.1', 'ja'],
    ['tlh, xx-YY;q=0.9, es-419;q=0.8', 'es'],
    ['tlh, xx-YY', 'en'],
    ['*', 'en'],
    ['../../etc/passwd, __proto__', 'en'],
  ])('is what the browser prefers where nobody chose: %s gives %s', async (accepted, expected) => {
    const page = await gatehouse.browser().get('/nothing-here', { 'Accept-Language': accepted });
    expect(declared(page)).toEqual([expected, 'ltr', expected]);
  });

  it.each([
    ['tlh xx de-AT fr', 'de'],
    ['pt', 'pt-BR'],
    ['tlh xx', 'es'],
    ['', 'es'],
  ])('passes over languages that there are not: ui_locales "%s" gives %s', async (asked, expected) => {
    const browser = await browserIn('es');
    expect(languageOf(await browser.get(rp.request({ ui_locales: asked }).url))).toBe(expected);
  });

  it('is that of the app on a request that was refused, too', async () => {
    const url = rp.request({ ui_locales: 'fr', redirect_uri: 'https://evil.example/' }).url;
    const page = await gatehouse.browser().get(url);
    expect([page.heading, ...declared(page)]).toEqual([
      'Cette application a envoyé une mauvaise adresse',
      'fr',
      'ltr',
      'fr',
    ]);
  });

  it('is that of the installation where nobody prefers one that there is', async () => {
    const brazilian = await startApp({ env: { LANGUAGE: 'pt-BR' } });
    const page = await brazilian.browser().get('/nothing-here', { 'Accept-Language': 'tlh' });
    await brazilian.stop();
    expect([page.heading, ...declared(page)]).toEqual(['Página não encontrada', 'pt-BR', 'ltr', 'pt-BR']);
  });

  it('is offered in My Profile and at the foot of a page, each language in its own name', async () => {
    const page = await gatehouse.browser().get('/language');
    for (const name of ['Deutsch', 'English', 'Español', 'Français', '日本語', 'Português (Brasil)'])
      expect(page.text).toContain(name);
  });

  it('is the own of the person in a mail, whoever asked for it and in whatever language', async () => {
    const person = await createPerson(gatehouse);
    await prefer(person, 'de');
    const browser = await browserIn('ja');
    await askForReset(gatehouse, browser, person.email);
    await expectMail(person.email, 'Neues Passwort für Gatehouse wählen', 'de', [
      'Guten Tag',
      /gilt einmal, bis zum \d{1,2}\. \p{L}+ \d{4} um \d\d:\d\d:\d\d UTC/u,
      'weil',
    ]);
  });

  it('is that of the installation in a mail to who chose none', async () => {
    const person = await createPerson(gatehouse);
    const browser = await browserIn('ja');
    await askForReset(gatehouse, browser, person.email);
    await expectMail(person.email, 'Choose a new password for Gatehouse', 'en', ['Hello']);
  });

  async function expectMail(email: string, subject: string, tag: string, words: (string | RegExp)[]): Promise<void> {
    const mail = await mailTo(gatehouse, email, subject);
    for (const word of words) {
      expect(mail.text).toMatch(word);
      expect(mail.html).toMatch(word);
    }
    expect(mail.html).toContain(`<html lang="${tag}" dir="ltr">`);
  }
});
