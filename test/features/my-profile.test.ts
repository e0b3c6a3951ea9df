// My Profile and M14: who I am, the way in and back to the page asked for, and Log Out.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openProfile, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('My Profile', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
  });
  afterAll(() => gatehouse.stop());

  it('asks a stranger to sign in, names no other app, and leads back to the page asked for', async () => {
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const asked = await browser.get(`${passwordPath}?done=password-changed`);
    expect(asked.heading).toBe('Sign in');
    expect(asked.text).not.toContain('to continue to');
    const page = await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in');
    expect(new URL(page.url).pathname + new URL(page.url).search).toBe(`${passwordPath}?done=password-changed`);
    expect(page.heading).toBe('Password');
  });

  it('leads from / to My Profile', async () => {
    const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
    expect(new URL((await browser.get('/')).url).pathname).toBe('/profile');
  });

  it('leads nowhere else by a `state` that this browser was not given', async () => {
    const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
    const forged = `${Buffer.from('//evil.example/').toString('base64url')}.${'A'.repeat(43)}`;
    for (const state of [forged, 'nonsense', '', '.']) {
      const page = await browser.get(`/profile?${new URLSearchParams({ state })}`);
      expect(page.leftFor).toBeUndefined();
      expect(new URL(page.url).pathname).toBe('/profile');
    }
  });

  it('shows who I am, when and how I signed in', async () => {
    const ana = await createPerson(gatehouse, { withTotp: true, givenName: 'Ana Lucía' });
    const browser = gatehouse.browser();
    const page = await openProfile(browser, ana, '/profile');
    expect(page.heading).toBe('My Profile');
    for (const fact of ['Ana Lucía', 'Silva', ana.email, 'Verified', 'Password', 'Authentication code'])
      expect(page.text).toContain(fact);
    expect(page.document.querySelector('main time, time')?.getAttribute('datetime')).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('opens to a person whom a relying app signed in, without asking again', async () => {
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    await signInTo(browser, rp, ana);
    expect((await browser.get('/profile')).heading).toBe('My Profile');
  });

  it('AC-07: sends password managers to the password page, and has no other well-known pages', async () => {
    const browser = gatehouse.browser();
    const known = await browser.request('/.well-known/change-password');
    expect([known.status, known.headers.get('Location')]).toEqual([303, '/profile/password']);
    for (const name of ['resource-that-should-not-exist-whose-status-code-should-not-be-200', 'nothing']) {
      const { status, heading } = await browser.get(`/.well-known/${name}`);
      expect([status, heading]).toEqual([404, 'Page not found']);
    }
  });

  it('is closed to a suspended account at the next request', async () => {
    const ana = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const { body } = await signInTo(browser, rp, ana);
    await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, status: 'suspended' }));
    expect((await browser.get('/profile')).heading).toBe('Sign in');
    expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    expect((await signIn(browser, rp.request(), ana)).heading).toBe('This account is suspended');
  });
});
