// The forms of the console for tests that forge them.
import { policySchema } from '../../src/organizations/policy.ts';
import type { Page, TestBrowser } from './browser.ts';
import { consoleOf, createFirms, createMember } from './console.ts';
import { type Form, type FormMakers, formOn, type Place } from './form.ts';
import { invite } from './invited.ts';

type Target = { id: string };
type MakeTarget = (place: Place) => Promise<Target>;

const invitee: MakeTarget = async ({ gatehouse }) => (await invite(gatehouse)).account;
const member: MakeTarget = async ({ gatehouse }) => (await createMember(gatehouse, {}, { withTotp: true })).account;
const suspended: MakeTarget = async (place) => {
  const { id } = await member(place);
  await place.gatehouse.services.accounts.update(id, (old) => ({ ...old, status: 'suspended' }));
  return { id };
};

/** An owner before the page that asks. */
const act =
  (name: string, makeTarget: MakeTarget, fields: Record<string, string> = {}) =>
  async (place: Place): Promise<Form> => {
    const { id } = await makeTarget(place);
    const { browser } = await consoleOf(place.gatehouse, { instance: ['owner'] });
    return formOn(browser, await browser.get(`/admin/people/${id}/${name}`), fields, id);
  };

const acmeMember: MakeTarget = async ({ gatehouse }) => {
  if (!(await gatehouse.services.organizations.get('acme'))) await createFirms(gatehouse, 'acme');
  return (await createMember(gatehouse, { acme: [] })).account;
};

async function policyDesk({ gatehouse }: Place): Promise<TestBrowser> {
  if (!(await gatehouse.services.organizations.get('acme'))) await createFirms(gatehouse, 'acme');
  return (await consoleOf(gatehouse, { instance: ['owner'] })).browser;
}

const policy =
  (fields: Record<string, string>) =>
  async (place: Place): Promise<Form> => {
    const browser = await policyDesk(place);
    const page = await browser.get('/admin/policy?organization=acme');
    return formOn(browser, page, { ...fields, organization: 'acme', step: 'save', was: fieldOn(page, 'was') }, 'acme');
  };

const fieldOn = ({ document }: Page, name: string) =>
  document.querySelector(`[name=${name}]`)?.getAttribute('value') ?? '';
/** A help desk of a firm, on the page at the path. */
async function atTheDesk(
  { gatehouse }: Place,
  path: string,
  fields: Record<string, string>,
  action = path,
): Promise<Form> {
  if (!(await gatehouse.services.organizations.get('acme'))) await createFirms(gatehouse, 'acme');
  const { browser, person } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
  return formOn(browser, await browser.get(path), fields, person.account.id, action);
}

const claimedDomain = 'short-lived.example';

/** An owner, on a page of a new firm. */
async function atTheFirm({ gatehouse }: Place, part: string, fields: Record<string, string>): Promise<Form> {
  const { id, name } = await gatehouse.services.organizations.create(
    { name: 'Short-lived', domains: [claimedDomain] },
    {},
  );
  const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
  const page = await browser.get(`/admin/organizations/${id}${part}`);
  const was = part === '' ? { was: JSON.stringify([name]) } : {};
  return formOn(browser, page, { ...fields, ...was }, id);
}

const newcomer = { email: 'forged@example.com', role: 'none', organization: 'acme' };

export const consoleForms: FormMakers = {
  'invitation of somebody': (place) => atTheDesk(place, '/admin/invite', newcomer),
  'list of people': (place) =>
    atTheDesk(place, '/admin/invite/many', { people: 'a@example.com', organization: 'acme' }),
  'invitation of many': async (place) => {
    const form = await atTheDesk(place, '/admin/invite/many', {});
    const page = await form.browser.submit(
      await form.browser.get('/admin/invite/many'),
      { people: 'forged-list@example.com' },
      'Show what will happen',
    );
    return formOn(form.browser, page, {}, form.accountId);
  },
  'new organization': async ({ gatehouse }) => {
    const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
    return formOn(browser, await browser.get('/admin/new-organization'), { name: 'Forged Ltd' }, 'forged-ltd');
  },
  'name of an organization': (place) => atTheFirm(place, '', { name: 'Forged' }),
  'domain of an organization': (place) => atTheFirm(place, '/domains', { domain: 'forged.example' }),
  'look of an organization': (place) => atTheFirm(place, '/brand', { accent: '#123456' }),
  'check of a domain': (place) => atTheFirm(place, `/domains/${claimedDomain}`, {}),
  'removal of a domain': (place) => atTheFirm(place, `/domains/${claimedDomain}/remove`, {}),
  'end of an organization': (place) => atTheFirm(place, '/delete', {}),
  'roles on the instance': act('roles', member, { role: 'auditor', otherRoles: 'editor', was: '' }),
  'roles in a firm': act('roles/acme', acmeMember, { role: 'helpdesk', otherRoles: '', was: '' }),
  'somebody leaving a firm': act('leave/acme', acmeMember),

  'invitation sent again': act('resend', invitee),
  'invitation cancelled': act('cancel-invitation', invitee),
  'password reset for somebody': act('password-reset', member),
  'sessions of somebody ended': act('end-sessions', member),
  'MFA of somebody reset': act('reset-mfa', member, { reason: 'phone lost' }),
  'somebody suspended': act('suspend', member),
  'somebody let in again': act('reopen', suspended),
  'somebody deleted': act('delete', member),

  'sign-in policy': policy({ mfa: 'required' }),
  'sign-in policy on probation confirmed': async (place) => {
    const browser = await policyDesk(place);
    const { organizations } = place.gatehouse.services;
    const probation = { by: 'somebody', until: Date.now() + 60_000 };
    await organizations.setPolicy('acme', policySchema.parse({ passwordMinLength: 20 }), {}, { probation });
    const page = await browser.get('/admin/policy?organization=acme');
    return formOn(browser, page, { organization: 'acme' }, 'acme', '/admin/policy/confirm');
  },
};
