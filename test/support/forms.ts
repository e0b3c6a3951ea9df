// The forms of Gatehouse for tests that forge them: each on its page, filled in so that it would act.
import { appForms } from './app-forms.ts';
import { moveClock, stepMs } from './clock.ts';
import { connectionForms } from './connection-forms.ts';
import { consoleForms } from './console-forms.ts';
import { askFor, emailPath, newAddress } from './email-change.ts';
import { type FormMakers, formOn, type Place } from './form.ts';
import { instanceForms } from './instance-forms.ts';
import { invitationForms } from './invitation-forms.ts';
import { enterWith, invite } from './invited.ts';
import {
  activateMfa,
  activatePath,
  deactivatePath,
  openProfile,
  passwordPath,
  shownSecret,
  signedInBrowser,
  twoCodes,
} from './my-profile.ts';
import { notMeLink, tellOf } from './notices.ts';
import { passkeyForms } from './passkey-forms.ts';
import { codeAt, createPerson } from './people.ts';
import { rememberedPerson } from './remembered.ts';
import { forgottenPath, freshLink, newPassword } from './reset.ts';

export const formMakers: FormMakers = {
  ...invitationForms,
  ...consoleForms,
  ...appForms,
  ...instanceForms,
  ...connectionForms,
  ...passkeyForms,
  'sign in': async ({ gatehouse, rp }) => {
    const { account, email, password } = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    return formOn(browser, await browser.get(rp.request().url), { email, password }, account.id);
  },
  code: async (place) => {
    const { browser, page, account, totpSecret = '' } = await atTheCode(place);
    return formOn(browser, page, { code: codeAt(totpSecret) }, account.id);
  },
  'recovery code': async (place) => {
    const { browser, page, account } = await atTheCode(place);
    const { codes, stored } = place.gatehouse.services.recoveryCodes.make(account.id);
    await place.gatehouse.services.accounts.update(account.id, (old) => ({ ...old, recoveryCodes: stored }));
    return formOn(
      browser,
      await browser.get(page.url.replace(/code$/, 'recovery-code')),
      { recoveryCode: codes[0] ?? '' },
      account.id,
    );
  },
  'own password': async ({ gatehouse, rp }) => {
    const invited = await invite(gatehouse);
    const browser = gatehouse.browser();
    return formOn(
      browser,
      await enterWith(browser, rp.request().url, invited),
      { newPassword: 'seven quiet bicycles' },
      invited.account.id,
    );
  },
  name: async ({ gatehouse, rp }) => {
    const invited = await invite(gatehouse);
    const browser = gatehouse.browser();
    const choose = await enterWith(browser, rp.request().url, invited);
    const page = await browser.submit(choose, { newPassword: 'seven quiet bicycles' }, 'Save');
    return formOn(browser, page, { givenName: 'Eve', familyName: 'Mallory' }, invited.account.id);
  },
  consent: async ({ gatehouse, thirdParty }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, await browser.get(thirdParty.request().url), { decision: 'allow' }, person.account.id);
  },
  cancel: async ({ gatehouse, rp }) => {
    const { account } = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const page = await browser.get(rp.request().url);
    return formOn(browser, page, {}, account.id, new URL(page.url).pathname.replace(/sign-in$/, 'cancel'));
  },
  'forgotten password': async ({ gatehouse }) => {
    const { account, email } = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    return formOn(browser, await browser.get(forgottenPath), { email }, account.id);
  },
  'reset of the password': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const page = await browser.get(await freshLink(gatehouse, person));
    return formOn(browser, page, { newPassword }, person.account.id);
  },
  'change of password': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    const fields = { currentPassword: person.password, newPassword: 'seven quiet bicycles' };
    return formOn(browser, await browser.get(passwordPath), fields, person.account.id);
  },
  'activation of MFA': async ({ gatehouse }) => {
    const { account, ...person } = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, { account, ...person });
    const page = await browser.get(activatePath);
    return formOn(browser, page, twoCodes(await shownSecret(browser, page)), account.id);
  },
  'deactivation of MFA': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    const { secret } = await activateMfa(browser);
    moveClock(stepMs);
    return formOn(
      browser,
      await browser.get(deactivatePath),
      { code: codeAt(secret), confirm: 'yes' },
      person.account.id,
    );
  },
  'set-up of MFA while signing in': async (place) => {
    const { browser, page, account, secret } = await atTheEnrolment(place);
    return formOn(browser, page, twoCodes(secret), account.id);
  },
  'recovery codes seen while signing in': async (place) => {
    const { browser, page, account, secret } = await atTheEnrolment(place);
    return formOn(browser, await browser.submit(page, twoCodes(secret), 'Save'), {}, account.id);
  },
  'recovery codes seen': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, (await activateMfa(browser)).page, {}, person.account.id);
  },
  'new recovery codes': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    const { secret } = await activateMfa(browser);
    moveClock(stepMs);
    const page = await browser.get(`${passwordPath}/mfa/recovery-codes/new`);
    return formOn(browser, page, { code: codeAt(secret) }, person.account.id);
  },
  'change of name': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    const fields = { givenName: 'Eve', familyName: 'Mallory' };
    return formOn(browser, await browser.get('/profile/name'), fields, person.account.id);
  },
  'change of language': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, await browser.get('/profile/language'), { language: 'en' }, person.account.id);
  },
  'change of e-mail address': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    const fields = { newEmail: newAddress(), currentPassword: person.password };
    return formOn(browser, await browser.get(emailPath), fields, person.account.id);
  },
  'cancelled change of e-mail address': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    await askFor(gatehouse, person, newAddress());
    return formOn(browser, await browser.get(emailPath), {}, person.account.id, `${emailPath}/cancel`);
  },
  'link of a new e-mail address': async ({ gatehouse }) => {
    const { account } = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    const link = await askFor(gatehouse, { account }, newAddress());
    return formOn(browser, await browser.get(link), {}, account.id);
  },
  'not me': async ({ gatehouse }) => {
    const { account, email } = await createPerson(gatehouse);
    await tellOf(gatehouse, account, 'newDevice', {});
    const browser = gatehouse.browser();
    const page = await browser.get(await notMeLink(gatehouse, email, /new device/));
    return formOn(browser, page, {}, account.id);
  },
  'end of a session': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    await signedInBrowser(gatehouse, person);
    const browser = await signedInBrowser(gatehouse, person);
    const link = (await browser.get('/profile/sessions')).document.querySelector('.entries a')?.getAttribute('href');
    const page = await browser.get(link ?? '');
    const session = page.document.querySelector('[name=session]')?.getAttribute('value') ?? '';
    return formOn(browser, page, { session }, person.account.id);
  },
  'remembered device forgotten': async (place) => {
    const { person, browser } = await rememberedPerson(place.gatehouse, place.rp);
    const page = await openProfile(browser, person, '/profile/sessions');
    const device = page.document.querySelector('[name=device]')?.getAttribute('value') ?? '';
    return formOn(browser, page, { device }, person.account.id, '/profile/sessions/forget');
  },
  'end of all other sessions': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    await signedInBrowser(gatehouse, person);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, await browser.get('/profile/sessions/end-others'), {}, person.account.id);
  },
  'removal of an app': async ({ gatehouse, rp }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    await browser.get(rp.request().url);
    const client = rp.clientId;
    const page = await browser.get(`/profile/applications/remove?${new URLSearchParams({ client })}`);
    return formOn(browser, page, { client }, person.account.id);
  },
  'download of the own data': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, await browser.get('/profile/data'), {}, person.account.id, '/profile/data/download');
  },
  'deletion of the account': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    const fields = { currentPassword: person.password, confirm: 'yes' };
    return formOn(browser, await browser.get('/profile/delete'), fields, person.account.id);
  },
  'Log Out': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, await browser.get('/profile'), {}, person.account.id, '/profile/sign-out');
  },
};

async function atTheCode({ gatehouse, rp }: Place) {
  const person = await createPerson(gatehouse, { withTotp: true });
  const browser = gatehouse.browser();
  const page = await browser.submit(
    await browser.get(rp.request().url),
    { email: person.email, password: person.password },
    'Sign in',
  );
  return { ...person, browser, page };
}

async function atTheEnrolment({ gatehouse, rp }: Place) {
  const person = await createPerson(gatehouse);
  await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, mustEnrolMfa: true }));
  const browser = gatehouse.browser();
  const { email, password } = person;
  const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
  return { ...person, browser, page, secret: await shownSecret(browser, page) };
}
