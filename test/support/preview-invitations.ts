// The pages behind an invitation's link: what each says, by the functions that the routes use.
import type { Account } from '../../src/accounts/account.ts';
import type { DeadLink, GoodLink } from '../../src/credentials/invitation-links.ts';
import { onwards, over, renewal } from '../../src/web/interaction/invitation-models.ts';
import { at, email, form, long, longEmail, type Screen } from './preview-samples.ts';

const invitation = { tokenHash: 'hash', expiresAt: at, formerHashes: [], ownsAccount: true, history: [] };
const account = { email, invitation, temporaryPassword: { expiresAt: at } } as unknown as Account;
const parties = { inviter: 'Ben Adler', organization: 'Acme', client: 'Acme Time' };

function good(state: GoodLink['state'], more: Partial<GoodLink> = {}): Screen['model'] {
  return { ...form(), ...onwards({ account, ...parties, ...more, state }, 'Gatehouse') };
}

function dead(reading: DeadLink, ...errors: Parameters<typeof form>): Screen['model'] {
  return { ...form(...errors), ...over(reading) };
}

const invited = (state: string, model: Screen['model']) => ({ state, view: 'interaction/invitation', model }) as Screen;
const ended = (state: string, model: Screen['model']) =>
  ({ state, view: 'interaction/invitation-over', model }) as Screen;
const askForAddress = { title: { key: 'invitation.newTitle' }, text: { key: 'invitation.newLead' }, ask: 'address' };

export const invitations: Screen[] = [
  invited('open', good('open')),
  invited('open, by nobody who is known', good('open', { inviter: '', organization: '', client: '' })),
  invited(
    'open, long',
    good('open', {
      account: { ...account, email: longEmail },
      inviter: long,
      organization: long,
      client: long,
    }),
  ),
  invited('begun', good('welcome-back')),
  invited('accepted', good('accepted')),
  ...(['stale', 'expired', 'superseded', 'cancelled'] as const).map((state) =>
    ended(state, dead({ state, account, ...parties })),
  ),
  ended('unknown', dead({ state: 'unknown' })),
  ended('unknown, error, long', {
    ...dead({ state: 'unknown' }, { field: 'email', key: 'error.email.invalid' }),
    email: longEmail,
  } as Screen['model']),
  ended('renewal', { ...form(), ...renewal(account) }),
  ended('renewal, long', { ...form(), ...renewal({ ...account, email: longEmail }) }),
  ended('asked for by an address', { ...form(), ...askForAddress, email: '' } as Screen['model']),
  { state: 'asked again', view: 'interaction/invitation-sent', model: { signInUrl: '/invitation/welcome' } },
];
