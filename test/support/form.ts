// A form of Gatehouse for tests that forge it: on its page, filled in so that it would act.
import type { Page, TestBrowser } from './browser.ts';
import type { RelyingParty } from './relying-party.ts';
import type { TestApp } from './start-app.ts';

export interface Form {
  browser: TestBrowser;
  /** Where it posts to. */
  action: string;
  fields: Record<string, string>;
  /** Its own anti-forgery token. */
  token: string;
  accountId: string;
}

export interface Place {
  gatehouse: TestApp;
  /** First-party: asks for no consent. */
  rp: RelyingParty;
  /** Asks for consent. */
  thirdParty: RelyingParty;
}

export type FormMakers = Readonly<Record<string, (place: Place) => Promise<Form>>>;

/** @param action the path of the form's page when left out */
export function formOn(
  browser: TestBrowser,
  page: Page,
  fields: Record<string, string>,
  accountId: string,
  action = new URL(page.url).pathname,
): Form {
  return { browser, action, fields, token: tokenOn(page, action), accountId };
}

export function tokenOn(page: Page, action: string): string {
  const token = page.document.querySelector(`form[action="${action}"] [name=_csrf]`)?.getAttribute('value');
  if (!token) throw new Error(`no form that posts to ${action} on ${page.url} ("${page.heading}")`);
  return token;
}
