// An invitation, its temporary password, and the first sign-in.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { enterWith, invite, temporaryPasswordIn } from '../support/invited.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const ownPassword = 'seven quiet bicycles';
const names = { givenName: 'Ana', familyName: 'Silva' };

describe('the first sign-in', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
  });
  afterAll(() => gatehouse.stop());

  const eventsOf = async (id: string) => (await gatehouse.services.audit.bySubject(id)).map(({ type }) => type);

  it('begins with a mail that holds the way in, the address and a temporary password', async () => {
    const { email, text, link, temporaryPassword } = await invite(gatehouse);
    for (const part of [`${gatehouse.issuer}/invitation?token=`, email]) expect(text).toContain(part);
    expect(temporaryPassword).toHaveLength(23);
    const mailbox = (await (await gatehouse.browser().request('/dev/mailbox.json')).json()) as {
      to: string;
      text: string;
      html: string;
      links: string[];
    }[];
    const mail = mailbox.find(({ to }) => to === email);
    expect([temporaryPasswordIn(mail?.text ?? ''), mail?.html.includes(temporaryPassword), mail?.links]).toEqual([
      temporaryPassword,
      true,
      [gatehouse.issuer + link],
    ]);
  });

  it('leads over an own password and the name back to the client', async () => {
    const invited = await invite(gatehouse);
    const browser = gatehouse.browser();
    const request = rp.request();
    const choose = await enterWith(browser, request.url, invited);
    expect([choose.heading, new URL(choose.url).pathname.split('/').at(-1)]).toEqual([
      'Choose your password',
      'new-password',
    ]);
    const name = await browser.submit(choose, { newPassword: ownPassword }, 'Save');
    expect(name.heading).toBe('Your name');
    const { leftFor } = await browser.submit(name, { givenName: ' Ana ', familyName: 'Silva' }, 'Save');
    const { claims } = await rp.redeem(leftFor as URL, request);
    expect(claims).toMatchObject({
      sub: invited.account.id,
      email: invited.email,
      email_verified: true,
      name: 'Ana Silva',
      amr: ['pwd'],
    });
    expect(await eventsOf(invited.account.id)).toEqual([
      'account.created',
      'invitation.sent',
      'password.changed',
      'account.profile-completed',
      'invitation.accepted',
      'sign-in.succeeded',
    ]);
    expect(JSON.stringify(await gatehouse.services.audit.bySubject(invited.account.id))).not.toContain(
      invited.temporaryPassword,
    );
  });

  it('opens nothing before its last step: no session, no code, no page of a signed-in person', async () => {
    const invited = await invite(gatehouse);
    const browser = gatehouse.browser();
    const choose = await enterWith(browser, rp.request().url, invited);
    const name = await browser.submit(choose, { newPassword: ownPassword }, 'Save');
    for (const page of [choose, name]) expect(page.leftFor).toBeUndefined();
    expect(
      browser.jar
        .getCookiesSync(gatehouse.issuer)
        .map(({ key }) => key)
        .filter((key) => key.includes('session')),
    ).toEqual([]);
    expect((await browser.get('/profile/password')).heading).toBe('Sign in');
    expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
      'login_required',
    );
    expect(await eventsOf(invited.account.id)).not.toContain('sign-in.succeeded');
  });

  it('goes on at the name when it was left there, with the own password', async () => {
    const invited = await invite(gatehouse);
    const browser = gatehouse.browser();
    await browser.submit(await enterWith(browser, rp.request().url, invited), { newPassword: ownPassword }, 'Save');
    const later = gatehouse.browser();
    const name = await later.submit(
      await later.get(rp.request().url),
      { email: invited.email, password: ownPassword },
      'Sign in',
    );
    expect(name.heading).toBe('Your name');
    expect((await later.submit(name, names, 'Save')).leftFor).toBeDefined();
  });
});
