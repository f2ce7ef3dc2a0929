import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalise, type Json } from './canonical.js';
import type { Content } from './content.js';
import { keyOf, sha256 } from './digest.js';
import { OUTCOMES, type Basis, type Outcome } from './reading.js';
import { timeFromMs } from './time.js';
import { asOf, claimedAt, POST_LAW, timeline, type Sighting, type Timeline } from './timeline.js';
import { isAmbiguous, isGone } from './timeline-order.js';

/** Seconds in these tests are small numbers: the clock starts with the post. */
const at = (second: number) => timeFromMs(second * 1000, 's');

interface Drawn {
  readonly second: number;
  readonly basis: Basis;
  readonly outcome: Outcome;
  readonly hand: 'first' | 'second';
  readonly text?: string | undefined;
  readonly cut: boolean;
  readonly edition?: number | undefined;
  readonly claimed: boolean;
  readonly edited: boolean;
}

function sighting(drawn: Drawn, n: number): Sighting {
  const { second, basis, outcome, hand, text, edition } = drawn;
  const content: Content | undefined =
    text === undefined
      ? undefined
      : {
          type: 'Note',
          text,
          ...(drawn.cut && { cut: ['text'] as const }),
          ...(drawn.edited && { updated: at((edition ?? 0) + 1) }),
        };
  return {
    id: keyOf('observation', String(n)),
    post: keyOf('post', 'p'),
    observed: { at: at(second), basis },
    outcome,
    hand,
    ...(content && { content, snapshot: sha256(canonicalise(content as unknown as Json)) }),
    ...(edition !== undefined && { edition }),
    ...(drawn.claimed && { claimedFrom: at(edition ?? 0) }),
  };
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  second: fc.nat(12),
  basis: fc.constantFrom<Basis>('record', 'manifest', 'receipt'),
  outcome: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Outcome>('present') },
    { weight: 2, arbitrary: fc.constantFrom(...OUTCOMES) },
  ),
  hand: fc.constantFrom('first', 'first', 'second'),
  text: fc.option(fc.constantFrom('a', 'ab', 'abc', 'abd', 'b'), { nil: undefined, freq: 6 }),
  cut: fc.boolean(),
  edition: fc.option(fc.nat(4), { nil: undefined }),
  claimed: fc.boolean(),
  edited: fc.boolean(),
});
const sightings = fc.array(drawn, { maxLength: 12 }).map((all) => all.map(sighting));
const shuffled = sightings.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
);

/** Looks without numbers, first-hand and whole, at most one a second. */
const plain = fc
  .uniqueArray(drawn, { selector: (one) => one.second, maxLength: 10 })
  .map((all) => all.map((one) => ({ ...one, hand: 'first' as const, cut: false, edited: false, edition: undefined })))
  .map((all) => all.map((one) => ({ ...one, text: one.outcome === 'present' ? (one.text ?? 'a') : undefined })))
  .map((all) => all.map(sighting));

const history = (all: readonly Sighting[], chain?: { length?: number }) => timeline(all, POST_LAW, chain);
const told = ({ versions }: Timeline) => versions.map((version) => version.content?.text ?? version.outcome);

describe('a timeline', () => {
  it('is the same for any order of arrival', () => {
    fc.assert(
      fc.property(shuffled, fc.constantFrom(undefined, {}, { length: 5 }), ([all, other], chain) => {
        expect(history(other, chain)).toEqual(history(all, chain));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no notice of a sighting that comes twice', () => {
    fc.assert(fc.property(sightings, (all) => expect(history([...all, ...all])).toEqual(history(all))));
  });

  it('has a place for every sighting, and one only, but for contents that came with a removal', () => {
    fc.assert(
      fc.property(sightings, (all) => {
        const { versions, sightings: listed } = history(all);
        const ids = versions.flatMap((version) => [...version.observations, ...version.disputedBy]);
        const definite = all.filter((one) => !isAmbiguous(one.outcome));
        const twice = all.filter((one) => isGone(one.outcome) && one.content);
        const expected = definite.length > 0 ? [...definite, ...twice] : all;
        expect([...ids].sort()).toEqual(expected.map((one) => one.id).sort());
        expect(new Set(listed)).toEqual(new Set(all));
      }),
    );
  });

  it('has no two equal neighbours, and none of an ambiguous outcome beside a definite one', () => {
    fc.assert(
      fc.property(plain, (all) => {
        const { versions } = history(all);
        versions.slice(1).forEach((version, i) => {
          expect([version.outcome, version.content?.text]).not.toEqual([
            versions[i]!.outcome,
            versions[i]!.content?.text,
          ]);
        });
        if (versions.length > 1) expect(versions.some((version) => isAmbiguous(version.outcome))).toBe(false);
      }),
    );
  });

  it('follows the platform’s numbers: editions never step back from one version to the next', () => {
    fc.assert(
      fc.property(sightings, (all) => {
        // A removal that hands out the content is dated by the removal; it is not what is claimed here.
        const { versions } = history(all.filter((one) => !isGone(one.outcome)));
        const numbers = versions.flatMap((version) => (version.editions.length > 0 ? [version.editions] : []));
        numbers.slice(1).forEach((editions, i) => expect(editions[0]).toBeGreaterThanOrEqual(numbers[i]!.at(-1)!));
      }),
    );
  });

  it('joins what its witnesses assert, and names the richest of them', () => {
    fc.assert(
      fc.property(sightings, (all) => {
        for (const version of history(all).versions) {
          const witnesses = all.filter((one) => version.observations.includes(one.id) && one.content);
          if (version.outcome !== 'present' || witnesses.length === 0) continue;
          expect(version.snapshots).toEqual([...new Set(witnesses.map((one) => one.snapshot!))].sort());
          const best = Math.max(...witnesses.map((one) => POST_LAW.richness(one.content!)));
          const named = witnesses.filter((one) => POST_LAW.richness(one.content!) === best).map((one) => one.snapshot!);
          expect(version.snapshot).toBe(named.sort()[0]);
        }
      }),
    );
  });

  it('as of a moment agrees with a naive model', () => {
    fc.assert(
      fc.property(plain, fc.nat(13), (all, second) => {
        const last = all
          .filter((one) => !isAmbiguous(one.outcome) && Date.parse(one.observed.at.at) <= second * 1000)
          .sort((a, b) => Date.parse(b.observed.at.at) - Date.parse(a.observed.at.at))[0];
        const { version } = asOf(all, second * 1000, POST_LAW);
        if (last) expect([version?.outcome, version?.content?.text]).toEqual([last.outcome, last.content?.text]);
        else expect(version === undefined || isAmbiguous(version.outcome)).toBe(true);
      }),
    );
  });

  it('as of a moment shows the highest edition seen by then', () => {
    const numbered = fc
      .array(fc.tuple(fc.nat(12), fc.nat(4)), { maxLength: 12 })
      .map((all) => all.map(([second, edition]) => ({ second, edition, text: `edition ${edition}` })))
      .map((all) =>
        all.map(
          (one) =>
            ({
              ...one,
              basis: 'record',
              outcome: 'present',
              hand: 'first',
              cut: false,
              claimed: true,
              edited: false,
            }) as const,
        ),
      )
      .map((all) => all.map(sighting));
    fc.assert(
      fc.property(numbered, fc.nat(13), (all, second) => {
        const seen = all.filter((one) => Date.parse(one.observed.at.at) <= second * 1000).map((one) => one.edition!);
        const { version, timeline: then } = asOf(all, second * 1000, POST_LAW);
        expect(version?.content?.text).toBe(seen.length === 0 ? undefined : `edition ${Math.max(...seen)}`);
        expect(told(then)).toEqual([...new Set(seen)].sort((a, b) => a - b).map((edition) => `edition ${edition}`));
        expect(then.versions.some((one) => one.conflict)).toBe(false);
      }),
    );
  });

  it('claims what the platform claims', () => {
    fc.assert(
      fc.property(sightings, fc.nat(13), (all, second) => {
        const { version, basis } = claimedAt(history(all), second * 1000);
        if (basis === 'claimed') expect(Date.parse(version!.claimedFrom!.at)).toBeLessThanOrEqual(second * 1000);
      }),
    );
  });

  it('of tens of thousands of sightings takes seconds, not minutes', () => {
    const many = Array.from({ length: 30_000 }, (_, n) =>
      sighting(
        {
          second: n % 9000,
          basis: 'record',
          outcome: n % 97 ? 'present' : 'notFound',
          hand: n % 5 ? 'first' : 'second',
          text: `text ${n >> 10}`,
          cut: n % 7 === 0,
          edition: n % 3 ? n >> 10 : undefined,
          claimed: true,
          edited: false,
        },
        n,
      ),
    );
    const started = Date.now();
    history(many);
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});
