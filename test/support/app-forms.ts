// The console's forms of client apps, as a person fills them in.
import { parse } from 'node-html-parser';
import { newId } from '../../src/platform/ids.ts';
import type { Page } from './browser.ts';
import { consoleOf, createFirms } from './console.ts';
import { type FormMakers, formOn, type Place } from './form.ts';

/** Every field of the page's form as it stands, ticks and texts of several lines with it: what a browser sends of a form nobody touched. */
export function standing({ document }: Page): Record<string, string> {
  const form = document.querySelector('.app-form');
  const ticked = form?.querySelectorAll('input[type=checkbox][checked]') ?? [];
  return Object.fromEntries([
    ...ticked.map((box) => [box.getAttribute('name') ?? '', 'yes']),
    ...(form?.querySelectorAll('textarea') ?? []).map((area) => [
      area.getAttribute('name') ?? '',
      area.textContent.trim(),
    ]),
  ]);
}

/** What the page shows beside a name: an identifier, a secret. */
export function shownOn({ document }: Page, id: string): string {
  return document.querySelector(`#${id}`)?.textContent ?? '';
}

/** A snippet as it would be copied; the parser takes what is in <pre> for text. */
export function codeOn({ html }: Page, id: string): string {
  const escaped = new RegExp(`<code id="code-${id}">([^<]*)</code>`).exec(html)?.[1] ?? '';
  return parse(`<p>${escaped}</p>`).textContent;
}

async function atAcme({ gatehouse }: Place) {
  if (!(await gatehouse.services.organizations.get('acme'))) await createFirms(gatehouse, 'acme');
  return consoleOf(gatehouse, { acme: ['admin'] });
}

const choices = { authMethod: 'client_secret_basic', idTokenAlg: 'ES256' };

const fieldOn = ({ document }: Page, name: string) =>
  document.querySelector(`[name=${name}]`)?.getAttribute('value') ?? '';

/** With one app of a kind of its own. */
async function withApp(place: Place) {
  const desk = await atAcme(place);
  const registration = { client_id: newId(), redirect_uris: ['https://new.example/callback'] };
  const { clientId } = await place.gatehouse.services.clients.apply(
    registration,
    { actor: 'test' },
    { organization: 'acme' },
  );
  return { ...desk, client: clientId };
}

export const appForms: FormMakers = {
  'sign-in rules of an app': async (place) => {
    const { browser, person, client } = await withApp(place);
    const page = await browser.get(`/admin/apps/${encodeURIComponent(client)}/policy`);
    return formOn(browser, page, { mfa: 'required', was: fieldOn(page, 'was') }, person.account.id);
  },
  'look of an app': async (place) => {
    const { browser, person, client } = await withApp(place);
    const page = await browser.get(`/admin/apps/${encodeURIComponent(client)}/brand`);
    return formOn(browser, page, { accent: '#123456' }, person.account.id);
  },
  'new app': async (place) => {
    const { browser, person } = await atAcme(place);
    const page = await browser.get('/admin/register-app/web?organization=acme');
    const redirectUris = 'https://new.example/callback';
    const fields = { ...choices, name: 'New', redirectUris, organization: 'acme', clientId: fieldOn(page, 'clientId') };
    return formOn(browser, page, fields, person.account.id, '/admin/register-app/web');
  },
  'app changed': async (place) => {
    const { browser, person, client } = await withApp(place);
    const page = await browser.get(`/admin/apps/${client}/change`);
    const fields = { ...standing(page), ...choices, name: 'Changed', was: fieldOn(page, 'was') };
    return formOn(browser, page, fields, person.account.id);
  },
  'secret added': async (place) => {
    const { browser, person, client } = await withApp(place);
    const page = await browser.get(`/admin/apps/${client}/secrets/new`);
    return formOn(browser, page, { was: fieldOn(page, 'was') }, person.account.id);
  },
  'secret retired': async (place) => {
    const { browser, person, client } = await withApp(place);
    const { id } = await place.gatehouse.services.clients.addSecret(client, { actor: 'test' });
    return formOn(browser, await browser.get(`/admin/apps/${client}/secrets/${id}/retire`), {}, person.account.id);
  },
  'app deleted': async (place) => {
    const { browser, person, client } = await withApp(place);
    return formOn(browser, await browser.get(`/admin/apps/${client}/delete`), {}, person.account.id);
  },
};
