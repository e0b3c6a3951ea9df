// What a look at DNS means for a claim, and when a domain whose record is gone is flagged.
import { describe, expect, it } from '@jest/globals';
import { challengeOf, type DomainClaim, findingIn, looked, proved } from '../../src/organizations/domain-claim.ts';

const dayMs = 24 * 3_600_000;
const claim: DomainClaim = {
  id: 'acme/acme.example',
  organization: 'acme',
  domain: 'acme.example',
  token: 'token',
  claimedAt: 0,
};
const { value } = challengeOf(claim);

describe('an answer', () => {
  it.each([
    ['the record alone', { records: [value] }, 'proved'],
    ['the record among others', { records: ['v=spf1 -all', value] }, 'proved'],
    ['the record in quotation marks', { records: [`"${value}"`] }, 'proved'],
    ['the record with a space behind it', { records: [`${value} `] }, 'proved'],
    ['the token alone', { records: ['token'] }, 'other-record'],
    ['the record with more behind it', { records: [`${value}x`] }, 'other-record'],
    ['the record in capitals', { records: [value.toUpperCase()] }, 'other-record'],
    ['no record', { records: [] }, 'other-record'],
    ['NXDOMAIN', { failure: 'no-name' as const }, 'no-name'],
    ['silence', { failure: 'no-answer' as const }, 'no-answer'],
  ])('%s', (_name, answer, finding) => expect(findingIn(answer, claim).finding).toBe(finding));

  it('shows a little of what stands there instead, and no control characters', () => {
    const { seen } = findingIn({ records: ['a\nb', 'x'.repeat(500), 'c', 'd'] }, claim);
    expect(seen).toEqual(['a b', 'x'.repeat(120), 'c']);
  });
});

describe('a proved domain', () => {
  const gone = { finding: 'no-name' } as const;
  const silent = { finding: 'no-answer' } as const;

  it('is looked at once a day while its record stands', () => {
    expect(proved(claim, dayMs)).toMatchObject({ verifiedDomain: 'acme.example', nextCheckAt: 2 * dayMs });
  });

  it('is flagged when its record was gone for seven days, and no sooner', () => {
    const first = looked(proved(claim, 0), gone, dayMs);
    expect([first.missingSince, first.isFlagged]).toEqual([dayMs, undefined]);
    const later = looked(first, gone, 8 * dayMs - 1);
    expect([later.missingSince, later.isFlagged]).toEqual([dayMs, undefined]);
    expect(looked(later, gone, 8 * dayMs)).toMatchObject({ isFlagged: true, verifiedDomain: 'acme.example' });
  });

  it('is not flagged by resolvers that fail, however long, nor let off by them', () => {
    expect(looked(looked(proved(claim, 0), silent, dayMs), silent, 30 * dayMs)).not.toHaveProperty('missingSince');
    const missing = looked(proved(claim, 0), gone, dayMs);
    const unknown = looked(missing, silent, 30 * dayMs);
    expect([unknown.missingSince, unknown.isFlagged]).toEqual([dayMs, undefined]);
    const flagged = looked(missing, gone, 30 * dayMs);
    expect(looked(flagged, silent, 31 * dayMs).isFlagged).toBe(true);
  });

  it('is as before when its record is back', () => {
    const back = looked(looked(proved(claim, 0), gone, dayMs), { finding: 'proved' }, 30 * dayMs);
    expect(back).toEqual({ ...proved(claim, 0), checkedAt: 30 * dayMs, nextCheckAt: 31 * dayMs });
  });
});

describe('a claim', () => {
  it('is proved by nothing but a proof, and looked at by nobody unasked', () => {
    const after = looked(claim, { finding: 'proved' }, 1);
    expect(after.verifiedDomain).toBeUndefined();
    expect(after.nextCheckAt).toBeUndefined();
  });
});
