import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OUTCOMES, type Outcome } from '../core/reading.js';
import { LOOK_PLAN, lookAfter, nextLook, RETRY_AFTER_MS } from './revisit.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 2, 1, 12);

const now = fc.integer({ min: NOW, max: NOW + 1_000 * DAY });
/** Minutes ago; some of them are still to come, as servers and authors will have it. */
const age = fc.oneof(fc.integer({ min: -DAY, max: DAY }), fc.integer({ min: 0, max: 40 * DAY }));
const goneBefore = fc.boolean();
const outcome = fc.constantFrom(...OUTCOMES);

describe('the plan of a post', () => {
  it('is five looks after it was published: minutes, an hour, a day, a week, a month', () => {
    const published = NOW;
    const looks: number[] = [];
    for (
      let at: number | undefined = nextLook(LOOK_PLAN, published, published);
      at !== undefined;
      at = nextLook(LOOK_PLAN, published, at)
    )
      looks.push(at - published);
    expect(looks).toEqual([5 * MINUTE, 60 * MINUTE, DAY, 7 * DAY, 30 * DAY]);
    expect(looks).toEqual([...LOOK_PLAN.steps]);
  });

  it('has the next look always ahead, and no later than the longest step from now', () => {
    fc.assert(
      fc.property(now, age, (at, ago) => {
        const next = nextLook(LOOK_PLAN, at - ago, at);
        if (next === undefined) expect(ago).toBeGreaterThanOrEqual(LOOK_PLAN.steps.at(-1)!);
        else {
          expect(next).toBeGreaterThan(at);
          expect(next - at).toBeLessThanOrEqual(LOOK_PLAN.steps.at(-1)!);
        }
      }),
    );
  });

  it('takes a post of the future for one of now', () => {
    expect(nextLook(LOOK_PLAN, NOW + 365 * DAY, NOW)).toBe(NOW + 5 * MINUTE);
  });

  it('ends, however the looks go on finding it there', () => {
    let [at, looks] = [NOW, 0];
    for (let next: number | undefined = NOW; next !== undefined; looks++) {
      at = next;
      next = lookAfter(LOOK_PLAN, { publishedMs: NOW, outcome: 'present', goneBefore: false }, at);
    }
    expect(looks).toBe(LOOK_PLAN.steps.length + 1);
    expect(at).toBe(NOW + 30 * DAY);
  });
});

describe('after a look', () => {
  it('the next one is ahead, or there is none', () => {
    fc.assert(
      fc.property(now, age, outcome, goneBefore, (at, ago, found, gone) => {
        const next = lookAfter(LOOK_PLAN, { publishedMs: at - ago, outcome: found, goneBefore: gone }, at);
        if (next !== undefined) expect(next).toBeGreaterThan(at);
      }),
    );
  });

  const GONE: readonly Outcome[] = ['deleted', 'notFound', 'forbidden', 'suspended', 'deactivated'];
  const UNKNOWN: readonly Outcome[] = ['omitted', 'unreachable', 'notCaptured'];

  it('every outcome is known here', () => {
    expect(['present', ...GONE, ...UNKNOWN].toSorted()).toEqual([...OUTCOMES].toSorted());
  });

  it.each(GONE)('that found it %s it is looked at once more soon, however old it is', (found) => {
    for (const old of [MINUTE, DAY, 400 * DAY])
      expect(lookAfter(LOOK_PLAN, { publishedMs: NOW - old, outcome: found, goneBefore: false }, NOW)).toBe(
        NOW + LOOK_PLAN.confirmAfter,
      );
  });

  it.each(GONE)('that found it %s again it is looked at as often as others: it may be back', (found) => {
    fc.assert(
      fc.property(now, age, (at, ago) => {
        const publishedMs = at - ago;
        expect(lookAfter(LOOK_PLAN, { publishedMs, outcome: found, goneBefore: true }, at)).toBe(
          nextLook(LOOK_PLAN, publishedMs, at),
        );
      }),
    );
  });

  it.each(UNKNOWN)('that found out nothing (%s) it is asked again within the hour, but not for ever', (found) => {
    fc.assert(
      fc.property(now, age, goneBefore, (at, ago, gone) => {
        const next = lookAfter(LOOK_PLAN, { publishedMs: at - ago, outcome: found, goneBefore: gone }, at);
        if (ago >= LOOK_PLAN.steps.at(-1)!) expect(next).toBeUndefined();
        else expect(next! - at).toBeLessThanOrEqual(RETRY_AFTER_MS);
      }),
    );
  });

  it('that was told before its step is due, the step stays', () => {
    const publishedMs = NOW - 58 * MINUTE;
    expect(lookAfter(LOOK_PLAN, { publishedMs, outcome: 'unreachable', goneBefore: false }, NOW)).toBe(
      NOW + 2 * MINUTE,
    );
  });
});
