import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterFailure, heedPace, missedTimes, nextInterval, spread } from './cadence.js';

const DAY = 86_400;
const every = fc.integer({ min: 10, max: 14 * DAY });
const posts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 });

/** The intervals after harvests that brought so many new posts each. */
function intervals(asked: number, brought: readonly number[]): number[] {
  let interval = asked;
  return brought.map((newPosts) => (interval = nextInterval({ every: asked, adaptive: true, interval }, newPosts)));
}

describe('the next interval', () => {
  it('is what was asked for, where nothing else was', () => {
    fc.assert(
      fc.property(every, every, fc.nat(100), (asked, interval, newPosts) => {
        expect(nextInterval({ every: asked, adaptive: false, interval }, newPosts)).toBe(asked);
      }),
    );
  });

  it('stays within a third and eight times of what was asked for, and within a day where that is less often', () => {
    fc.assert(
      fc.property(every, posts, (asked, brought) => {
        for (const interval of intervals(asked, brought)) {
          expect(interval).toBeGreaterThanOrEqual(Math.round(asked / 3));
          expect(interval).toBeLessThanOrEqual(Math.max(asked, Math.min(asked * 8, DAY)));
          expect(Number.isInteger(interval) && interval > 0).toBe(true);
        }
      }),
    );
  });

  it('is never longer after more posts than after fewer', () => {
    fc.assert(
      fc.property(every, every, fc.nat(40), fc.nat(40), (asked, interval, one, other) => {
        const cadence = { every: asked, adaptive: true, interval };
        const [few, many] = one < other ? [one, other] : [other, one];
        expect(nextInterval(cadence, many)).toBeLessThanOrEqual(nextInterval(cadence, few));
      }),
    );
  });

  it('comes to its bounds: a quiet account is left alone, a lively one asked often', () => {
    expect(intervals(900, Array<number>(20).fill(0)).at(-1)).toBe(7_200);
    expect(intervals(900, Array<number>(20).fill(1)).at(-1)).toBe(300);
    expect(intervals(900, Array<number>(20).fill(30)).at(-1)).toBe(300);
    expect(intervals(6 * 3_600, Array<number>(20).fill(0)).at(-1)).toBe(DAY);
    expect(intervals(3 * DAY, Array<number>(20).fill(0)).at(-1)).toBe(3 * DAY);
  });

  it('moves from the shortest intervals too, which rounding could hold', () => {
    for (let asked = 10; asked < 60; asked++) {
      expect(intervals(asked, Array<number>(40).fill(0)).at(-1)).toBe(asked * 8);
      const down = intervals(asked, [...Array<number>(40).fill(0), ...Array<number>(40).fill(1)]);
      expect(down.at(-1)).toBeLessThanOrEqual(asked / 2);
    }
  });
});

describe('after failures', () => {
  it('the wait grows with each, from the interval to six hours, and never beyond the interval where that is longer', () => {
    fc.assert(
      fc.property(every, fc.nat(10_000), (interval, failures) => {
        const wait = afterFailure(interval, failures);
        expect(wait).toBeGreaterThanOrEqual(interval);
        expect(wait).toBeLessThanOrEqual(Math.max(interval, 6 * 3_600));
        expect(afterFailure(interval, failures + 1)).toBeGreaterThanOrEqual(wait);
      }),
    );
    expect([0, 1, 2, 5, 1_000].map((n) => afterFailure(900, n))).toEqual([900, 1_800, 3_600, 21_600, 21_600]);
  });
});

describe('spreading', () => {
  it('moves a time by a twentieth at most, to either side', () => {
    fc.assert(
      fc.property(every, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, random) => {
        const moved = spread(seconds, random);
        expect(moved).toBeGreaterThanOrEqual(seconds * 0.95 - 1e-6);
        expect(moved).toBeLessThanOrEqual(seconds * 1.05 + 1e-6);
      }),
    );
    expect([spread(100, 0), spread(100, 1)].map(Math.round)).toEqual([95, 105]);
  });
});

describe('times that passed while a harvest ran', () => {
  const due = fc.integer({ min: 0, max: 2e12 });
  const interval = fc.integer({ min: 1_000, max: DAY * 1_000 });

  it('are those of the schedule after it was due, up to its end, the latest hundred', () => {
    fc.assert(
      fc.property(due, interval, fc.integer({ min: -10_000, max: 400_000_000 }), (dueMs, intervalMs, took) => {
        const missed = missedTimes(dueMs, intervalMs, dueMs + took);
        const count = Math.max(0, Math.floor(took / intervalMs));
        expect(missed).toHaveLength(Math.min(count, 100));
        for (const [n, time] of missed.entries()) {
          expect((time - dueMs) % intervalMs).toBe(0);
          expect(time).toBeGreaterThan(dueMs);
          expect(time).toBeLessThanOrEqual(dueMs + took);
          if (n > 0) expect(time - missed[n - 1]!).toBe(intervalMs);
        }
        if (count > 0) expect(dueMs + took - missed.at(-1)!).toBeLessThan(intervalMs);
      }),
    );
  });

  it('are none where it ended before the next', () => {
    expect(missedTimes(1_000_000, 900_000, 1_899_999)).toEqual([]);
    expect(missedTimes(1_000_000, 900_000, 1_900_000)).toEqual([1_900_000]);
  });
});

describe('what the platform asks for', () => {
  const NOON = Date.UTC(2024, 0, 1, 12);
  it('is a lower bound, of a day at most', () => {
    expect(heedPace(NOON, 900, {})).toBe(NOON + 900_000);
    expect(heedPace(NOON, 900, { leastSeconds: 3_600 })).toBe(NOON + 3_600_000);
    expect(heedPace(NOON, 7_200, { leastSeconds: 3_600 })).toBe(NOON + 7_200_000);
    expect(heedPace(NOON, 900, { leastSeconds: 30 * 86_400 })).toBe(NOON + 86_400_000);
  });

  it('may be to leave out hours', () => {
    expect(heedPace(NOON, 900, { skipHours: [12, 13] })).toBe(Date.UTC(2024, 0, 1, 14));
    expect(heedPace(NOON, 900, { skipHours: [11] })).toBe(NOON + 900_000);
    expect(heedPace(Date.UTC(2024, 0, 1, 23, 50), 900, { skipHours: [0, 1] })).toBe(Date.UTC(2024, 0, 2, 2));
    const never = Array.from({ length: 24 }, (_, hour) => hour);
    expect(heedPace(NOON, 900, { skipHours: never })).toBe(NOON + 86_400_000);
  });
});
