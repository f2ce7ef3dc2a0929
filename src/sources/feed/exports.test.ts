/**
 * The real feeds, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 *
 * The independent reader counts items and their names with a strict parser; a file that is not well-formed has no
 * number of items there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import type { RejectReason } from '../../core/errors.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { feed } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: 'feed' | 'malformed' | 'not-posts';
  readonly format: string;
  readonly items: number | null;
  readonly itemTags?: number;
  readonly withId?: number;
  readonly distinctIds?: number;
}

interface Explanation {
  readonly why: string;
  readonly expect?: Partial<Expected>;
  /** The reason with which its items are rejected. */
  readonly refused?: RejectReason;
}

const NO_ENCODING: Explanation = {
  why: 'neither UTF-8 nor a word on what it is: guessing would make up a text',
  refused: 'invalid-encoding',
};

/** Where the two disagree, and why ours stands. */
const EXPLAINED: Readonly<Record<string, Explanation>> = {
  'feeds/feed-rs/atom/atom_entry_1.xml': {
    why: 'an entry alone is a whole document of Atom (RFC 4287, 2); the other reader knows feeds only',
    expect: { kind: 'feed', items: 1 },
  },
  'feeds/feedparser/illformed/chardet/eucjp.xml': NO_ENCODING,
  'feeds/feedparser/illformed/chardet/koi8r.xml': NO_ENCODING,
  'feeds/feedparser/illformed/chardet/windows1255.xml': NO_ENCODING,
  'feeds/feedparser/illformed/rss_incomplete_cdata.xml': {
    why: 'the file ends within the title of its only item, before anything names it',
    refused: 'truncated',
  },
  'feeds/node-feedparser/illegally-nested.xml': {
    why: 'ten items, each with an empty <item/> inside, which the other reader counts as well',
    expect: { items: 10 },
  },
};

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('feeds/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

describeHere(`feed: real feeds${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs: Expected = { ...expected[path]!, ...EXPLAINED[path]?.expect };
    const results = await readPackage(feed, load(join(EXPORTS, path)));
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const refusals = items.filter(isRefused).filter(({ detail }) => detail !== 'a feed without items');
    const named = readings.filter((reading) => !reading.post.includes(':content:'));
    if (theirs.kind === 'not-posts') return expect(items).toEqual([]);
    expect(readings.length + refusals.length).toBe(theirs.items ?? theirs.itemTags ?? 0);
    // An item with an author or a date alone states nothing; the other reader counts its tags.
    const unexplained = refusals.filter(({ refused }) => refused !== 'empty' || theirs.withId !== 0);
    const reason = EXPLAINED[path]?.refused;
    expect(unexplained.map(({ refused }) => refused)).toEqual(reason ? [reason] : []);
    if (theirs.withId !== undefined) expect(named.length).toBeGreaterThanOrEqual(theirs.withId);
    const distinct = new Set(readings.map(({ post }) => post)).size;
    if (theirs.withId === theirs.items && theirs.items !== null) expect(distinct).toBe(theirs.distinctIds);
    else expect(distinct).toBeGreaterThanOrEqual(theirs.distinctIds ?? 0);
  });
});
