// Forgotten passwords for tests: asking for the link, and what the mail says. The server must believe X-Forwarded-For from loopback
// (`TRUSTED_PROXIES`), since each asks from a network of its own.
import type { Page, TestBrowser } from './browser.ts';
import type { Person } from './people.ts';
import type { TestApp } from './start-app.ts';

export const forgottenPath = '/forgotten-password';
export const resetPath = '/reset-password';
export const newPassword = 'seven quiet bicycles';
export const behindProxy = { TRUSTED_PROXIES: '127.0.0.1' };

let networks = 0;
/** One that nobody has asked from. */
export function freshNetwork(): string {
  networks += 1;
  return `198.18.${networks >> 8}.${networks & 255}`;
}

/** Asks as a person would, and waits for what is done after the answer.
 *  @param options.from the page that has the link; the bare form without it */
export async function askForReset(
  { services }: TestApp,
  browser: TestBrowser,
  email: string,
  options: { from?: Page; network?: string } = {},
): Promise<Page> {
  const page = await browser.get(options.from ? linkOn(options.from, 'Forgotten password') : forgottenPath);
  const answer = await browser.post(
    forgottenPath,
    { ...hiddenFields(page), email },
    { 'X-Forwarded-For': options.network ?? freshNetwork() },
  );
  await services.deferredWork.settled();
  return answer;
}

/** What the page's form sends by itself. */
export function hiddenFields(page: Page): Record<string, string> {
  const inputs = page.document.querySelectorAll('form input[type=hidden]');
  return Object.fromEntries(inputs.map((input) => [input.getAttribute('name'), input.getAttribute('value') ?? '']));
}

export function linkOn(page: Page, text: string): string {
  const link = page.document.querySelectorAll('a').find((a) => a.textContent.trim() === text);
  if (!link) throw new Error(`no link "${text}" on ${page.url} ("${page.heading}")`);
  return new URL(link.getAttribute('href') ?? '', page.url).href;
}

/** Newest first. */
export async function mailsTo({ services }: TestApp, email: string) {
  return (await services.outbox.list()).filter(({ to }) => to === email);
}

export async function subjectsTo(gatehouse: TestApp, email: string): Promise<string[]> {
  return (await mailsTo(gatehouse, email)).map(({ subject }) => subject);
}

/** The link of the newest mail that has one. */
export async function resetLink(gatehouse: TestApp, email: string): Promise<string> {
  const links = (await mailsTo(gatehouse, email)).flatMap(
    ({ text }) => /https?:\/\/\S+\/reset-password\?token=\S+/.exec(text)?.[0] ?? [],
  );
  if (!links[0]) throw new Error(`no reset link in the mails to ${email}`);
  return links[0];
}

/** A link that was asked for in a browser of its own. */
export async function freshLink(gatehouse: TestApp, { email }: Pick<Person, 'email'>): Promise<string> {
  await askForReset(gatehouse, gatehouse.browser(), email);
  return resetLink(gatehouse, email);
}

/** Opens the link and saves the new password. */
export async function resetWith(browser: TestBrowser, link: string, password = newPassword): Promise<Page> {
  return browser.submit(await browser.get(link), { newPassword: password }, 'Save');
}

export function noticeOn(page: Page): string | undefined {
  return page.document.querySelector('.notice:not([hidden])')?.textContent.trim();
}
