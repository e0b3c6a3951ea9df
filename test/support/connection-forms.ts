// The console's forms of connections, as a person fills them in.
import { connectionInputSchema } from '../../src/federation/connection.ts';
import { sha256 } from '../../src/platform/secrets.ts';
import type { TestBrowser } from './browser.ts';
import { consoleOf, createFirms } from './console.ts';
import { type Form, type FormMakers, formOn, type Place } from './form.ts';
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
    const was: Record<string, string> = part === 'change' ? { was: String(updatedAt) } : {};
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

export const connectionForms: FormMakers = {
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
