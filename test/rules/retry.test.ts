// How long to wait before another server is asked again.
import { describe, expect, it } from '@jest/globals';
import { nextTryAt } from '../../src/platform/retry.ts';

describe('the next try', () => {
  it.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [10, 2560],
    [11, 3600],
    [1000, 3600],
  ])('after failure %d comes %d seconds later', (failures, seconds) => {
    expect(nextTryAt(failures, 1_000_000, 0.5)).toBe(1_000_000 + seconds * 1000);
  });

  it.each([
    [0, 4500],
    [1, 5500],
  ])('is spread by chance (%d)', (random, wait) => {
    expect(nextTryAt(1, 0, random)).toBe(wait);
  });
});
