// The forms of passkeys for tests that forge them.
import { type Authenticator, createAuthenticator, passkeyOptions } from './authenticator.ts';
import type { Page, TestBrowser } from './browser.ts';
import { type Form, type FormMakers, formOn, type Place } from './form.ts';
import { openProfile } from './my-profile.ts';
import { addPasskey, addPath } from './passkeys.ts';
import { createPerson, type Person } from './people.ts';

export const passkeyForms: FormMakers = {
  'sign in by passkey': async (place) => {
    const { gatehouse, rp } = place;
    const person = await createPerson(gatehouse);
    const { authenticator } = await addPasskey(gatehouse, person);
    const browser = gatehouse.browser();
    return answered(browser, await browser.get(rp.request().url), { person, answer: authenticator.get });
  },
  'passkey in the place of a code': async (place) => {
    const person = await createPerson(place.gatehouse, { withTotp: true });
    const { authenticator } = await addPasskey(place.gatehouse, person);
    return answered(...(await afterPassword(place, person)), { person, answer: authenticator.get });
  },
  'passkey as the second factor': async (place) => {
    const person = await createPerson(place.gatehouse);
    const { authenticator } = await addPasskey(place.gatehouse, person);
    await join(place, person, { mfa: 'required' });
    return answered(...(await afterPassword(place, person)), { person, answer: authenticator.get });
  },
  'passkey that is demanded': async (place) => {
    const person = await createPerson(place.gatehouse);
    await join(place, person, { passkeys: 'required-for-administrators' });
    const answer = createAuthenticator(place.gatehouse.issuer).create;
    return answered(...(await afterPassword(place, person)), { person, answer });
  },
  'passkey that is offered': async (place) => {
    const person = await createPerson(place.gatehouse);
    const [browser, page] = await afterPassword(place, person, 'yes');
    return formOn(browser, page, { credential: '' }, person.account.id);
  },
  'new passkey': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const page = await openProfile(browser, person, addPath);
    return answered(browser, page, { person, answer: createAuthenticator(gatehouse.issuer).create });
  },
  'name of a passkey': async (place) => onPasskey(place, 'Rename', { name: 'Laptop' }),
  'removal of a passkey': async (place) => onPasskey(place, 'Remove', {}),
};

async function afterPassword(
  { gatehouse, rp }: Place,
  { email, password }: Person,
  canMakePasskey = '',
): Promise<[TestBrowser, Page]> {
  const browser = gatehouse.browser();
  const start = await browser.get(rp.request().url);
  return [browser, await browser.submit(start, { email, password, canMakePasskey }, 'Sign in')];
}

async function answered(
  browser: TestBrowser,
  page: Page,
  { person, answer }: { person: Person; answer: Authenticator['get'] },
): Promise<Form> {
  const action = page.document.querySelector('[data-passkey] form')?.getAttribute('action') ?? '';
  const credential = answer(await passkeyOptions(browser, page));
  return formOn(browser, page, { credential }, person.account.id, action);
}

async function onPasskey({ gatehouse }: Place, act: string, fields: Record<string, string>): Promise<Form> {
  const person = await createPerson(gatehouse);
  const { browser, page: list } = await addPasskey(gatehouse, person);
  const link = list.document.querySelectorAll('a').find((a) => a.textContent.startsWith(act));
  const page = await browser.get(link?.getAttribute('href') ?? '');
  const passkey = page.document.querySelector('[name=passkey]')?.getAttribute('value') ?? '';
  return formOn(browser, page, { passkey, ...fields }, person.account.id);
}

async function join(
  { gatehouse: { services } }: Place,
  { account }: Person,
  rules: { mfa?: 'required'; passkeys?: 'required-for-administrators' },
): Promise<void> {
  const { id } = await services.organizations.create({ name: 'Fort' }, { actor: 'test' });
  const policy = { mfa: 'optional' as const, sso: 'optional' as const, ipAllowList: [], ...rules };
  await services.organizations.setPolicy(id, policy, { actor: 'test' });
  const memberships = [{ organization: id, roles: ['admin'] }];
  await services.accounts.update(account.id, (old) => ({ ...old, memberships }));
}
