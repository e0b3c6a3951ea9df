// The console's forms about the instance itself, for tests that forge them.
import { consoleOf } from './console.ts';
import { type FormMakers, formOn, type Place } from './form.ts';

async function keyIn({ gatehouse }: Place, wanted: string): Promise<string> {
  const lives = await gatehouse.services.keys.list();
  return lives.find(({ state }) => state === wanted)?.key.kid ?? '';
}

export const instanceForms: FormMakers = {
  'test mail': async ({ gatehouse }) => {
    const { browser, person } = await consoleOf(gatehouse, { instance: ['owner'] });
    return formOn(browser, await browser.get('/admin/mail-test'), {}, person.account.id);
  },
  'another try of a mail': async ({ gatehouse }) => {
    const { browser, person } = await consoleOf(gatehouse, { instance: ['owner'] });
    const { deliveries, mailSender, outbox } = gatehouse.services;
    await outbox.put({ to: person.email, subject: 'Late', text: 'Text', html: '<p>Text</p>' });
    await mailSender.sendDue();
    const late = (await deliveries.list({ state: 'retrying' }))[0]?.id ?? '';
    return formOn(browser, await browser.get(`/admin/mail/${late}`), {}, person.account.id);
  },
  'rotation of the signing keys': async (place) => {
    const { browser } = await consoleOf(place.gatehouse, { instance: ['owner'] });
    const page = await browser.get('/admin/keys/rotate');
    const was = page.document.querySelector('[name=was]')?.getAttribute('value') ?? '';
    return formOn(browser, page, { was }, await keyIn(place, 'next'));
  },
  'revocation of a signing key': async (place) => {
    const { browser } = await consoleOf(place.gatehouse, { instance: ['owner'] });
    const kid = await keyIn(place, 'signing');
    return formOn(browser, await browser.get(`/admin/keys/${kid}/revoke`), {}, kid);
  },
};
