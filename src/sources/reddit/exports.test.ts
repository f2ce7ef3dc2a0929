/**
 * Real answers and dumps, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { reddit } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: string;
  readonly items: number;
  readonly posts: number;
  readonly embedded: number;
  readonly edited: number;
  readonly deletions: number;
  readonly deletionKeys?: readonly string[];
  readonly wasDeletedLater?: number;
  readonly moreObjects?: number;
  readonly other_t5?: number;
  readonly keysSha256?: string;
  readonly subredditTypeMissing?: number;
  readonly earliest?: string;
  readonly latest?: string;
  readonly retrievedOn?: readonly [string, string];
  readonly visibility: Readonly<Record<string, number>>;
  readonly spots?: readonly (readonly [key: string, text: string, time: string, title?: string])[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('reddit/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

/** Where the two disagree, and why ours stands. */
const EXPLAINED = {
  /** `subreddit_type` came in 2017. An answer without it may be of a private subreddit; only crawlers saw what is open. */
  visibility: /^reddit\/praw\//,
};
/** What a page holds besides posts is refused one by one here, an empty listing too; there it is no item. */
const BESIDES = new Set(['placeholder', 'lists', 'empty']);

const keyOf = (reading: Reading): string => reading.post.replace('perdure:reddit:', '');
const sha = (keys: Iterable<string>): string =>
  createHash('sha256')
    .update([...keys].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);

describeHere(`reddit: real data${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const items = (await readPackage(reddit, load(join(EXPORTS, path)))).flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const reasons = items.filter(isRefused).map((item) => item.refused);
    // A collector's second look is a reading of its own, without content.
    const looks = readings.filter((reading) => reading.content !== undefined);
    const first = looks.filter((reading) => reading.hand === 'first');
    const gone = first.filter((reading) => reading.outcome !== 'present');
    const times = first.map((reading) => reading.content!.published!.at).sort();
    const unsaid = EXPLAINED.visibility.test(path) ? (theirs.subredditTypeMissing ?? 0) : 0;
    if (theirs.kind !== 'posts') return expect(readings).toEqual([]);
    expect({
      items: first.length,
      posts: new Set(first.map(keyOf)).size,
      embedded: looks.length - first.length,
      edited: first.filter((reading) => reading.content!.updated ?? reading.content!.extra?.['edited']).length,
      deletions: gone.length,
      later: readings.length - looks.length,
      public: first.filter((reading) => reading.content!.visibility === 'public').length,
      more: reasons.filter((reason) => reason === 'placeholder').length,
      subreddits: reasons.filter((reason) => reason === 'lists').length,
      others: reasons.filter((reason) => !BESIDES.has(reason)),
      times: [times[0], times[times.length - 1]],
      keys: sha(new Set(first.map(keyOf))),
    }).toEqual({
      items: theirs.items,
      posts: theirs.posts,
      embedded: theirs.embedded,
      edited: theirs.edited,
      deletions: theirs.deletions,
      later: theirs.wasDeletedLater ?? 0,
      public: theirs.visibility['public']! - unsaid,
      more: theirs.moreObjects ?? 0,
      subreddits: theirs.other_t5 ?? 0,
      others: [],
      times: [theirs.earliest, theirs.latest],
      keys: theirs.keysSha256,
    });
    expect(gone.map(keyOf)).toEqual(expect.arrayContaining([...(theirs.deletionKeys ?? [])]));
    if (theirs.retrievedOn) {
      const seen = first.flatMap((reading) => reading.observedAt?.at.at ?? []).sort();
      expect([seen[0], seen[seen.length - 1]]).toEqual(theirs.retrievedOn);
    }
    for (const [key, text, time, title] of theirs.spots ?? []) {
      const content = first.find((reading) => keyOf(reading) === key)?.content;
      const shown = (words = '') => Array.from(words.replace(/\s+/g, ' ').trim()).slice(0, 60).join('').trim();
      const words = /^\[(?:deleted|removed)\]$/.test(text) ? '' : text.trim();
      expect([shown(content?.text), content?.published?.at]).toEqual([words, time]);
      if (title !== undefined) expect(shown(content?.name)).toBe(title.trim());
    }
  });
});
