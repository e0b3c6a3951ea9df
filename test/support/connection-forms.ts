// The console's forms of connections, as a person fills them in.

import { identityKey } from '../../src/accounts/identity.ts';
import { connectionInputSchema } from '../../src/federation/connection.ts';
import { sha256 } from '../../src/platform/secrets.ts';
import type { TestBrowser } from './browser.ts';
import { consoleOf, createFirms } from './console.ts';
import { type Form, type FormMakers, formOn, type Place } from './form.ts';
import { signedInBrowser } from './my-profile.ts';
import { createPerson } from './people.ts';

const stated = { name: 'SSO', preset: 'oidc', issuer: 'https://sso.invalid', client_id: 'gatehouse' } as const;

async function atAcme({ gatehouse }: Place): Promise<TestBrowser> {
  if (!(await gatehouse.services.organizations.get('acme'))) await createFirms(gatehouse, 'acme');
  return (await consoleOf(gatehouse, { acme: ['admin'] })).browser;
}

/** Before the page that asks, of a connection of its own. */
const onConnection =
  (part: string, fields: Record<string, string> = {}) =>
  async (place: Place): Promise<Form> => {
    const browser = await atAcme(place);
    const input = connectionInputSchema.parse({ ...stated, organization: 'acme', enabled: part === 'disable' });
    const { id, updatedAt } = await place.gatehouse.services.connections.create(input, {});
    const page = await browser.get(`/admin/connections/${id}/${part}`);
    const wants = ['change', 'enable', 'disable'].includes(part);
    const was: Record<string, string> = wants ? { was: String(updatedAt) } : {};
    return formOn(browser, page, { ...fields, ...was }, id);
  };

/** Signed in by password, after a sign-in elsewhere that is nobody's yet. */
async function atTheLink({ gatehouse, rp }: Place): Promise<Form> {
  const { account, email, password } = await createPerson(gatehouse);
  const browser = gatehouse.browser();
  const page = await browser.get(rp.request().url);
  const unlinked = { issuer: stated.issuer, subject: account.id, connectionId: 'sso', name: 'SSO', at: Date.now() };
  const uid = new URL(page.url).pathname.split('/')[2] ?? '';
  await gatehouse.services.signIn.attempts.update(sha256(uid), (old) => ({ ...old, unlinked }));
  const asked = await browser.submit(page, { email, password }, 'Sign in');
  return formOn(browser, asked, { decision: 'link' }, account.id);
}

/** With an account elsewhere that is linked, and a connection to choose. */
async function onTheProfile({ gatehouse }: Place) {
  const { connections, identities } = gatehouse.services;
  const id = 'sso-for-forms';
  const input = connectionInputSchema.parse({ ...stated, id, enabled: true });
  if (!(await connections.get(id))) await connections.create(input, {});
  const person = await createPerson(gatehouse);
  const identity = { issuer: stated.issuer, subject: person.account.id, connectionId: id, name: 'SSO' };
  await identities.link(person.account.id, identity, {});
  return { ...person, browser: await signedInBrowser(gatehouse, person), key: identityKey(identity) };
}

const servicesPath = '/profile/sign-in-services';

export const connectionForms: FormMakers = {
  'way to another service': async (place) => {
    const { browser, account } = await onTheProfile(place);
    return formOn(browser, await browser.get(servicesPath), { connection: 'sso-for-forms' }, account.id);
  },
  'link of an account elsewhere': async (place) => {
    const { browser, account } = await onTheProfile(place);
    const page = await browser.get(servicesPath);
    const form = formOn(browser, page, { trip: 'none' }, account.id, servicesPath);
    return { ...form, action: `${servicesPath}/link` };
  },
  'end of a link to an account elsewhere': async (place) => {
    const { browser, account, key } = await onTheProfile(place);
    const page = await browser.get(`${servicesPath}/unlink?identity=${key}`);
    return formOn(browser, page, { identity: key }, account.id);
  },
  'link of another account while signing in': atTheLink,
  'new connection': async (place) => {
    const browser = await atAcme(place);
    const page = await browser.get('/admin/add-connection/oidc?organization=acme');
    const id = page.document.querySelector('[name=id]')?.getAttribute('value') ?? '';
    const fields = { name: 'SSO', issuer: stated.issuer, clientId: 'gatehouse', organization: 'acme', id };
    return formOn(browser, page, fields, id, '/admin/add-connection/oidc');
  },
  'connection changed': onConnection('change', { name: 'Other', issuer: stated.issuer, clientId: 'gatehouse' }),
  'test of a connection': onConnection('test'),
  'connection put to use': onConnection('enable'),
  'connection taken out of use': onConnection('disable'),
  'connection deleted': onConnection('delete'),
};
