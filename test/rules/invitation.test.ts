// Where an invitation stands and how it got there, by what the account record says.
import { describe, expect, it } from '@jest/globals';
import {
  hasGoodInvitation,
  type Invitation,
  type InvitationEvent,
  type Invited,
  invitationHistory,
  invitationState,
  linkState,
  newInvitation,
  reissued,
  withEntry,
} from '../../src/accounts/invitation.ts';
import { makeToken } from '../../src/accounts/one-time-token.ts';

const now = Date.UTC(2026, 10, 24);
const hourMs = 3_600_000;
const inAnHour = now + hourMs;
const anHourAgo = now - hourMs;
const temporaryPassword = { expiresAt: inAnHour };

/** Each event an hour after the one before, the last one now; `created` first. */
function invited(events: readonly InvitationEvent[], more: Partial<Invited> = {}, expiresAt = inAnHour): Invited {
  const history = events.map((event, n) => ({ event, at: now - (events.length - 1 - n) * hourMs }));
  const invitation: Invitation = { tokenHash: 'hash', expiresAt, formerHashes: [], ownsAccount: true, history };
  return { status: 'invited', temporaryPassword, invitation, ...more };
}

const chosen = { passwordHash: 'hash', temporaryPassword: undefined };
const done = { ...chosen, status: 'active' } as const;
const suspended = { status: 'suspended' } as const;

describe('the state of an invitation', () => {
  it.each<[string, InvitationEvent[], Partial<Invited>, number, string]>([
    ['new', ['created'], {}, inAnHour, 'created'],
    ['taken by the mail server', ['created', 'mailed'], {}, inAnHour, 'mailed'],
    ['refused by the mail server', ['created', 'bounced'], {}, inAnHour, 'bounced'],
    ['refused, then taken', ['created', 'bounced', 'mailed'], {}, inAnHour, 'mailed'],
    ['sent again, whatever became of the older mail', ['created', 'bounced', 'resent'], {}, inAnHour, 'created'],
    ['sent again and taken', ['created', 'bounced', 'resent', 'mailed'], {}, inAnHour, 'mailed'],
    ['looked into by its holder', ['created', 'mailed', 'started'], {}, inAnHour, 'started'],
    ['looked into before the mail server answered', ['created', 'started', 'mailed'], {}, inAnHour, 'started'],
    ['looked into, then sent again', ['created', 'started', 'resent', 'mailed'], {}, inAnHour, 'mailed'],
    ['past its end', ['created', 'mailed'], {}, anHourAgo, 'expired'],
    ['past its end to the millisecond', ['created', 'mailed'], {}, now, 'expired'],
    ['begun and past its end', ['created', 'started'], {}, anHourAgo, 'expired'],
    ['with an own password', ['created', 'started', 'password-set'], chosen, inAnHour, 'password-set'],
    ['with an own password, past its end', ['created', 'password-set'], chosen, anHourAgo, 'password-set'],
    ['with a password by another way', ['created', 'mailed'], chosen, anHourAgo, 'password-set'],
    ['with an own password, reminded of', ['created', 'password-set', 'resent'], chosen, inAnHour, 'password-set'],
    ['with a name', ['created', 'password-set', 'profile-done'], done, inAnHour, 'profile-done'],
    [
      'with a second factor that is not written down yet',
      ['created', 'password-set', 'profile-done'],
      { ...done, totp: { activatedAt: now } },
      inAnHour,
      'mfa-done',
    ],
    [
      'of an account that had its second factor before',
      ['created'],
      { totp: { activatedAt: anHourAgo } },
      inAnHour,
      'created',
    ],
    ['accepted', ['created', 'password-set', 'profile-done', 'accepted'], done, inAnHour, 'accepted'],
    ['accepted, past its end', ['created', 'password-set', 'accepted'], done, anHourAgo, 'accepted'],
    ['accepted, its account suspended later', ['created', 'accepted'], { ...done, ...suspended }, inAnHour, 'accepted'],
    ['withdrawn', ['created', 'mailed', 'cancelled'], suspended, inAnHour, 'cancelled'],
    ['withdrawn, past its end', ['created', 'cancelled'], suspended, anHourAgo, 'cancelled'],
    ['withdrawn and sent again', ['created', 'cancelled', 'resent'], {}, inAnHour, 'created'],
  ])('that is %s', (_what, events, more, expiresAt, state) => {
    expect(invitationState(invited(events, more, expiresAt), now)).toBe(state);
  });

  it('is none where nobody was invited', () => {
    const nobody: Invited = { status: 'invited', temporaryPassword };
    expect(invitationState(nobody, now)).toBeUndefined();
    expect(invitationHistory(nobody, now)).toEqual([]);
    expect(linkState(nobody, 'x', now)).toBe('unknown');
  });
});

describe('the history of an invitation', () => {
  it.each<[string, Invited, InvitationEvent[]]>([
    ['as it is written down', invited(['created', 'mailed', 'started']), ['created', 'mailed', 'started']],
    ['with its end, once that is past', invited(['created', 'mailed'], {}, now), ['created', 'mailed', 'expired']],
    [
      'without an end that nobody met',
      invited(['created', 'password-set'], chosen, anHourAgo),
      ['created', 'password-set'],
    ],
    [
      'with a second factor that the account alone knows of',
      invited(['created', 'profile-done'], { ...done, totp: { activatedAt: now + 1 } }),
      ['created', 'profile-done', 'mfa-done'],
    ],
    [
      'with a second factor once',
      invited(['created', 'mfa-done', 'accepted'], { ...done, totp: { activatedAt: anHourAgo } }),
      ['created', 'mfa-done', 'accepted'],
    ],
  ])('is told %s', (_how, account, events) => {
    const history = invitationHistory(account, now);
    expect(history.map(({ event }) => event)).toEqual(events);
    expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it('says when a mail ended that was sent again afterwards', () => {
    const { stored } = makeToken('invitation', 'a', now + 2 * hourMs);
    const { invitation } = invited(['created'], {}, anHourAgo);
    const again = invitation && reissued(invitation, { ...stored, mailId: 'second' }, now);
    expect(again?.history.slice(1)).toEqual([
      { event: 'expired', at: anHourAgo },
      { event: 'resent', at: now },
    ]);
    expect(again).toMatchObject({ ...stored, mailId: 'second', formerHashes: ['hash'] });
  });

  it('loses the oldest mails and never what the person did, however often it is mailed', () => {
    let invitation = newInvitation({ tokenHash: 'hash', expiresAt: inAnHour }, { ownsAccount: true, mailId: 'm' }, now);
    invitation = withEntry(invitation, { event: 'password-set', at: now });
    for (let n = 0; n < 300; n += 1) invitation = withEntry(invitation, { event: 'resent', at: now + n });
    expect(invitation.history).toHaveLength(100);
    expect(invitation.history.slice(0, 2).map(({ event }) => event)).toEqual(['created', 'password-set']);
    expect(invitation.history.at(-1)?.at).toBe(now + 299);
  });
});

describe('an invitation is good', () => {
  it.each<[string, Invited, boolean]>([
    ['while link and temporary password are', invited(['created']), true],
    ['not past the end of its link', invited(['created'], {}, now), false],
    [
      'not past the end of its temporary password',
      invited(['created'], { temporaryPassword: { expiresAt: now } }),
      false,
    ],
    ['not once an own password is set', invited(['created'], chosen), false],
    ['not once it is withdrawn', invited(['created', 'cancelled'], suspended), false],
  ])('%s', (_when, account, isGood) => {
    expect(hasGoodInvitation(account, now)).toBe(isGood);
  });
});
