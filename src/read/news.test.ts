import { describe, expect, it } from '@jest/globals';
import { canonicalise, type Json } from '../core/canonical.js';
import type { Content } from '../core/content.js';
import { keyOf, sha256 } from '../core/digest.js';
import type { Outcome } from '../core/reading.js';
import { timeFromMs } from '../core/time.js';
import { POST_LAW, timeline, type Sighting } from '../core/timeline.js';
import { newsOf, NO_OBSERVATION } from './news.js';

interface Look {
  /** Seconds; recorded in the same second unless told otherwise. */
  readonly at: number;
  readonly recorded?: number;
  readonly outcome?: Outcome;
  readonly text?: string;
  readonly cut?: boolean;
  readonly hand?: 'first' | 'second';
  readonly edition?: number;
}

function sighting({ at, recorded = at, outcome = 'present', text, cut, hand = 'first', edition }: Look): Sighting {
  const content: Content | undefined =
    text === undefined ? undefined : { type: 'Note', text, ...(cut === true && { cut: ['text'] as const }) };
  return {
    id: keyOf('observation', JSON.stringify([at, recorded, outcome, text ?? null, hand])),
    post: keyOf('post', 'p'),
    observed: { at: timeFromMs(at * 1000, 'ms'), basis: 'http' },
    recordedAt: new Date(recorded * 1000).toISOString(),
    outcome,
    hand,
    ...(content && { content, snapshot: sha256(canonicalise(content as unknown as Json)) }),
    ...(edition !== undefined && { edition }),
  };
}

const news = (looks: readonly Look[], since: number) =>
  newsOf(timeline(looks.map(sighting), POST_LAW), new Date(since * 1000));
const kinds = (looks: readonly Look[], since: number) => news(looks, since).map(({ kind }) => kind);

const A = 'we are still here, in the east of the city';
const B = 'we have left the city';
const [first, second] = [
  { at: 1, text: A },
  { at: 10, text: B },
] as const;

describe('what is news', () => {
  it('is nothing of what was recorded before', () => {
    expect(kinds([], 0)).toEqual([]);
    expect(kinds([first, second, { at: 11, outcome: 'deleted' }], 12)).toEqual([]);
  });

  it('a post is new once, whichever look is the first', () => {
    expect(news([first], 1)).toEqual([{ kind: 'new', observation: NO_OBSERVATION, at: '1970-01-01T00:00:01.000Z' }]);
    expect(kinds([first, { at: 5, text: A }], 5)).toEqual([]);
  });

  it('an edit is one, told by the look that showed it first', () => {
    const edited = news([first, second], 10);
    expect(edited).toEqual([{ kind: 'edited', observation: sighting(second).id, at: '1970-01-01T00:00:10.000Z' }]);
    expect(news([first, second, { at: 20, text: B }], 10)).toEqual(edited);
    expect(kinds([first, second, { at: 20, text: B }], 20)).toEqual([]);
  });

  it('going back to what it was is an edit too', () => {
    expect(kinds([first, second, { at: 20, text: A }], 20)).toEqual(['edited']);
  });

  it.each<[string, Look]>([
    ['a cut rendering', { at: 10, text: A.slice(0, 12), cut: true }],
    ['a look that shows no text', { at: 10 }],
    ['a look that could not see it', { at: 10, outcome: 'unreachable' }],
    ['a list without it', { at: 10, outcome: 'omitted' }],
    ['a quotation of something else', { at: 10, text: B, hand: 'second' }],
  ])('%s is no edit', (_, look) => {
    expect(kinds([first, look], 10)).toEqual([]);
  });

  it('an edit history that came with the post happened before we watched', () => {
    const together = [
      { at: 10, text: A, edition: 1 },
      { at: 10, text: B, edition: 2 },
    ];
    expect(kinds(together, 10)).toEqual(['new']);
    expect(kinds([{ at: 1, text: A, edition: 1 }, ...together], 10)).toEqual(['edited']);
  });

  it('deleted, gone and back', () => {
    const gone = { at: 10, outcome: 'notFound' } as const;
    const deleted = { at: 20, outcome: 'deleted' } as const;
    expect(kinds([first, gone], 10)).toEqual(['gone']);
    expect(kinds([first, gone, { at: 12, outcome: 'suspended' }], 12)).toEqual([]);
    expect(kinds([first, gone, deleted], 20)).toEqual(['deleted']);
    expect(kinds([first, deleted, { at: 25, outcome: 'notFound' }], 25)).toEqual([]);
    expect(kinds([first, gone, { at: 30, text: A }], 30)).toEqual(['back']);
    expect(kinds([first, gone, { at: 30, text: B }], 30)).toEqual(['back', 'edited']);
    expect(kinds([deleted], 1)).toEqual([]);
  });

  it('written and deleted between two looks is both', () => {
    expect(
      kinds(
        [
          { at: 10, text: A },
          { at: 11, recorded: 10, outcome: 'deleted' },
        ],
        10,
      ),
    ).toEqual(['new', 'deleted']);
  });

  it('an import of earlier days changes nothing of what was told', () => {
    const told = news([first, second], 10);
    expect(news([first, second, { at: 5, recorded: 40, text: B }], 10)).toEqual(told);
    expect(kinds([first, second, { at: 5, recorded: 40, text: B }], 40)).toEqual([]);
  });

  it('a quotation does not bring a post back', () => {
    expect(kinds([first, { at: 10, outcome: 'deleted' }, { at: 20, text: A, hand: 'second' }], 20)).toEqual([]);
  });
});
