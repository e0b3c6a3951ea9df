// Remembered devices for tests: a firm that allows them, and somebody who ticked the box.
import type { TestBrowser } from './browser.ts';
import { moveClock, stepMs } from './clock.ts';
import { codeAt, createPerson, type Person } from './people.ts';
import type { RelyingParty } from './relying-party.ts';
import type { TestApp } from './start-app.ts';

const actor = { actor: 'test' };

/** A firm of its own that the person belongs to. @returns its id */
export async function joinFirm(
  { services }: TestApp,
  { account }: Person,
  rememberDeviceDays: number,
): Promise<string> {
  const { id } = await services.organizations.create({ name: 'Acme' }, actor);
  await allowDays(services, id, rememberDeviceDays);
  const memberships = [{ organization: id, roles: [] }];
  await services.accounts.update(account.id, (old) => ({ ...old, memberships }));
  return id;
}

export async function allowDays({ organizations }: TestApp['services'], id: string, days: number): Promise<void> {
  const policy = { mfa: 'optional', sso: 'optional', rememberDeviceDays: days } as const;
  await organizations.setPolicy(id, { ...policy, ipAllowList: [] }, actor);
}

/** Somebody with a second factor whose browser is remembered, a code later. */
export async function rememberedPerson(
  gatehouse: TestApp,
  rp: RelyingParty,
  days = 30,
): Promise<{ person: Person; firm: string; browser: TestBrowser }> {
  const person = await createPerson(gatehouse, { withTotp: true });
  const firm = await joinFirm(gatehouse, person, days);
  const browser = gatehouse.browser();
  const { email, password, totpSecret = '' } = person;
  const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
  await browser.submit(page, { code: codeAt(totpSecret), rememberDevice: 'yes' }, 'Confirm');
  moveClock(stepMs);
  return { person, firm, browser };
}
