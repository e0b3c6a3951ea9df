// The forms of an invitation, of a page's language, and of staying signed in.
import { type FormMakers, formOn } from './form.ts';
import { invite } from './invited.ts';
import { signedInBrowser } from './my-profile.ts';
import { createPerson } from './people.ts';

const newPath = '/invitation/new';

export const invitationForms: FormMakers = {
  invitation: async ({ gatehouse }) => {
    const { account, link } = await invite(gatehouse);
    const browser = gatehouse.browser();
    return formOn(browser, await browser.get(link), {}, account.id);
  },
  'new invitation, by a link': async ({ gatehouse }) => {
    const { account, link } = await invite(gatehouse);
    await gatehouse.services.invitations.resend(account.id, { actor: 'test' });
    const browser = gatehouse.browser();
    return formOn(browser, await browser.get(link), {}, account.id, '/invitation/renewal');
  },
  'new invitation, by an address': async ({ gatehouse }) => {
    const { account, email } = await invite(gatehouse);
    const browser = gatehouse.browser();
    return formOn(browser, await browser.get(newPath), { email }, account.id);
  },
  'language of a page': async ({ gatehouse }) => {
    const { account } = await createPerson(gatehouse);
    const browser = gatehouse.browser();
    return formOn(browser, await browser.get('/language'), { language: 'de', from: '/' }, account.id);
  },
  'staying signed in': async ({ gatehouse }) => {
    const person = await createPerson(gatehouse);
    const browser = await signedInBrowser(gatehouse, person);
    return formOn(browser, await browser.get('/profile'), {}, person.account.id, '/profile/stay-signed-in');
  },
};
