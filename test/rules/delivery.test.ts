// The way of one message, as a pure rule: who may claim it, what a late result is worth, when it is over.
import { describe, expect, it } from '@jest/globals';
import { afterTry, claimed, type Delivery, expired, revived, superseded, told } from '../../src/mail/delivery.ts';

const now = 1_000_000_000;
const when = { now, keepsBodies: false };
const queued: Delivery = {
  id: 'one',
  state: 'queued',
  to: 'ana@example.com',
  purpose: 'reset',
  sealed: 'sealed',
  createdAt: now - 1000,
  sendUntil: now + 3_600_000,
  dueAt: now,
  tries: 0,
};
const underWay = claimed(queued, { lease: 'mine', now }) ?? queued;
const sent = { state: 'sent', answer: '250 OK' } as const;
const failed = { state: 'failed', answer: '451 Later' } as const;

describe('a claim', () => {
  it('holds for three minutes, and counts as a try', () => {
    expect(underWay).toMatchObject({ state: 'sending', lease: 'mine', tries: 1, dueAt: now + 180_000 });
    expect(claimed(underWay, { lease: 'yours', now: now + 179_999 })).toBeUndefined();
    expect(claimed(underWay, { lease: 'yours', now: now + 180_000 })).toMatchObject({ lease: 'yours', tries: 2 });
  });

  it.each([
    ['is not due yet', { dueAt: now + 1 }],
    ['means nothing any more', { sendUntil: now }],
    ['was sent', { state: 'sent' as const }],
    ['was refused', { state: 'refused' as const }],
    ['has expired', { state: 'expired' as const }],
    ['was superseded', { state: 'superseded' as const }],
  ])('is refused where the message %s', (_, change) => {
    expect(claimed({ ...queued, ...change }, { lease: 'mine', now })).toBeUndefined();
  });
});

describe('the result of a try', () => {
  const taken = { ...underWay, lease: 'yours', tries: 2 };

  it('counts late only where the mail server took the message', () => {
    expect(afterTry(taken, { lease: 'mine', result: sent, ...when })).toMatchObject({ state: 'sent' });
    expect(afterTry(taken, { lease: 'mine', result: failed, ...when })).toBeUndefined();
    expect(afterTry(taken, { lease: 'mine', result: { ...failed, state: 'refused' }, ...when })).toBeUndefined();
  });

  it('never undoes that it was sent', () => {
    const over = afterTry(underWay, { lease: 'mine', result: sent, ...when }) ?? queued;
    expect(afterTry(over, { lease: 'mine', result: failed, ...when })).toBeUndefined();
    expect(over).not.toHaveProperty('sealed');
    expect(over).not.toHaveProperty('lease');
  });

  it('waits for no time after its own end', () => {
    const late = { ...underWay, tries: 20, sendUntil: now + 60_000 };
    expect(afterTry(late, { lease: 'mine', result: failed, ...when })).toMatchObject({ dueAt: now + 60_000 });
  });
});

describe('the end of a message', () => {
  it('does not come while it is being sent', () => {
    const old = { ...underWay, sendUntil: now };
    expect(expired(old, when)).toBeUndefined();
    expect(expired(old, { ...when, now: now + 180_000 })).toMatchObject({ state: 'expired' });
  });

  it('comes before its time where the message is void, without its body, and is told to nobody', () => {
    expect(superseded(underWay, when)).toBeUndefined();
    const waiting = { ...queued, reference: { kind: 'invitation', accountId: 'ana' } };
    const over = superseded(waiting, when);
    expect(over).toMatchObject({ state: 'superseded', endedAt: now });
    for (const gone of ['sealed', 'untold']) expect(over).not.toHaveProperty(gone);
    expect(superseded(over ?? queued, when)).toBeUndefined();
    expect(revived(over ?? queued, now)).toBeUndefined();
  });

  it('leaves a refused one its body until its own end, for another try', () => {
    const refused = afterTry(underWay, { lease: 'mine', result: { ...sent, state: 'refused' }, ...when }) ?? queued;
    expect(refused).toMatchObject({ sealed: 'sealed', dueAt: queued.sendUntil });
    expect(revived(refused, now)).toMatchObject({ state: 'queued', dueAt: now });
    const over = told(refused, now, { ...when, now: queued.sendUntil });
    expect(over).not.toHaveProperty('sealed');
    expect(revived(over ?? queued, queued.sendUntil)).toBeUndefined();
  });
});
