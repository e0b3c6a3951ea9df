// Whoever holds the link of a mail may set a password; they must not find out by it which one the owner has, and uses elsewhere too.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LeakedPasswordsService, startLeakedPasswords } from '../support/leaked-passwords.ts';
import { createPerson } from '../support/people.ts';
import { behindProxy, freshLink } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

let service: LeakedPasswordsService;
let gatehouse: TestApp;

beforeAll(async () => {
  service = await startLeakedPasswords();
  gatehouse = await startApp({ env: { ...behindProxy, BREACHED_PASSWORDS_URL: service.url } });
});
afterAll(async () => {
  await gatehouse.stop();
  await service.stop();
});

it('a link tells nothing of the present password to who goes through a list of leaked ones, since no refusal uses the link up', async () => {
  const ana = await createPerson(gatehouse);
  const other = 'an old song of ours';
  service.leaked.add(ana.password).add(other);
  const browser = gatehouse.browser();
  const page = await browser.get(await freshLink(gatehouse, ana));
  const [wrong, right] = [
    await browser.submit(page, { newPassword: other }, 'Save'),
    await browser.submit(page, { newPassword: ana.password }, 'Save'),
  ];
  expect(wrong.status).toBe(422);
  expect([right.status, right.problems]).toEqual([wrong.status, wrong.problems]);
});
