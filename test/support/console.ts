// Administrators for tests: people with roles, signed in to the console.
import type { Page, TestBrowser } from './browser.ts';
import { openProfile } from './my-profile.ts';
import { createPerson, type Person } from './people.ts';
import type { TestApp } from './start-app.ts';

/** Roles by firm, `{ acme: ['admin'] }`; `instance` for those on the whole instance. */
export type Roles = Record<string, string[]>;

/** A person with these roles; the firms are there already. */
export async function createMember(
  gatehouse: TestApp,
  { instance = [], ...firms }: Roles,
  options: { withTotp?: boolean; givenName?: string } = {},
): Promise<Person> {
  const person = await createPerson(gatehouse, options);
  const memberships = Object.entries(firms).map(([organization, roles]) => ({ organization, roles }));
  const account = await gatehouse.services.accounts.update(person.account.id, (old) => ({
    ...old,
    roles: instance,
    memberships,
  }));
  return { ...person, account: account ?? person.account };
}

export async function createFirms(gatehouse: TestApp, ...ids: string[]): Promise<void> {
  for (const id of ids) {
    const name = id.charAt(0).toUpperCase() + id.slice(1);
    await gatehouse.services.organizations.create({ id, name }, { actor: 'test' });
  }
}

/** A browser in which somebody with these roles has the console open. */
export async function consoleOf(gatehouse: TestApp, roles: Roles): Promise<{ browser: TestBrowser; person: Person }> {
  const person = await createMember(gatehouse, roles);
  const browser = gatehouse.browser();
  await openProfile(browser, person, '/admin');
  return { browser, person };
}

export function linksOn({ document }: Page): string[] {
  return document.querySelectorAll('a').map((a) => a.getAttribute('href') ?? '');
}

/** The people on the list, by address. */
export function addressesOn({ document }: Page): string[] {
  return document.querySelectorAll('tbody th').map((th) => (th.querySelector('bdi[dir]') ?? th).textContent.trim());
}
