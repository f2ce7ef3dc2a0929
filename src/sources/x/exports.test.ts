/**
 * Real exports of other people, which are never part of the project: read where they lie beside it, and compared with
 * what an independent reader found in them. Skipped, and said so, where the folder is absent.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readPackage, load } from '../../../test/contract/describe-source.js';
import { isRefused, type Item, type Reading, type RefusedItem } from '../../core/reading.js';
import type { Content } from '../../core/content.js';
import { compatible } from '../../core/rendering.js';
import { msOf } from '../../core/time.js';
import { x } from './index.js';

const EXPORTS = resolve(process.cwd(), '../shared/data/exports');
const isHere = existsSync(join(EXPORTS, 'EXPECTED-x.json'));

interface Case {
  readonly kind: string;
  readonly firstHand: { readonly items: number; readonly distinctIds: number; readonly distinctChains: number };
  readonly embedded?: { readonly occurrences: number; readonly distinctIds: number };
  readonly readings?: { readonly sum: number; readonly errors: number; readonly compliance: number };
  readonly readingsWithoutAuthor?: number;
  readonly absences?: {
    readonly tweetsInErrors?: number;
    readonly errorsBy: Readonly<Record<string, number>>;
    readonly compliance: Readonly<Record<string, number>>;
  };
  readonly edits?: { readonly chainsWithMoreThanOneId: number; readonly recordsOfALaterVersion: number };
  readonly publishedAt?: { readonly earliest: string | null; readonly latest: string | null; readonly missing: number };
  readonly publishedAtEmbedded?: { readonly earliest: string | null; readonly latest: string | null };
  readonly replies?: number;
  readonly quotes?: number;
  readonly retweetStubs?: { readonly items: number };
  readonly withheld?: { readonly tweets: number };
  readonly spot?: readonly { readonly id: string; readonly text60: string; readonly publishedAt: string }[];
  readonly [key: string]: unknown;
}

const expected: Record<string, Case> = isHere
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Case>)
  : {};
/** Without times and counts of its own: compared by itself. */
const TABLE = 'zeeschuimer/twitter-test.csv';
const cases = Object.keys(expected).filter(
  (path) => /^(?:x-|twarc|zeeschuimer)/.test(path) && path !== TABLE && existsSync(join(EXPORTS, path)),
);

/** Where Perdure and the oracle differ: what Perdure says, and why. Everything else must be equal. */
const NO_QUOTE = 'a repost of a quoting post quotes nothing itself: the post that it repeats does, and is read too';
const PLACEHOLDER = 'the platform put a sentence in place of the text: an outcome without content, not a post';
const NOTES = 'each of the 41 long texts is a reading of the post that it belongs to, beside the record in tweets.js';
const LONE_NOTES = 'long texts without their posts stand under names of their own, so that none is lost';
const NONE = { earliest: null, latest: null };
const EXPLAINED: Readonly<Record<string, Readonly<Record<string, readonly [ours: unknown, why: string]>>>> = {
  'twarc/twarc-csv/media_policy_violation_on.jsonl': {
    items: [0, PLACEHOLDER],
    distinctIds: [0, PLACEHOLDER],
    distinctChains: [0, PLACEHOLDER],
    embedded: [60, PLACEHOLDER],
    embeddedIds: [60, PLACEHOLDER],
    absent: [102, PLACEHOLDER],
    published: [NONE, PLACEHOLDER],
    replies: [0, PLACEHOLDER],
    quotes: [0, PLACEHOLDER],
    reposts: [0, PLACEHOLDER],
  },
  'x-api-v1.1/rtweet/lookup_tweets.01.json': {
    items: [0, PLACEHOLDER],
    distinctIds: [0, PLACEHOLDER],
    distinctChains: [0, PLACEHOLDER],
    embedded: [0, PLACEHOLDER],
    embeddedIds: [0, PLACEHOLDER],
    absent: [2, PLACEHOLDER],
    published: [NONE, PLACEHOLDER],
    publishedEmbedded: [NONE, PLACEHOLDER],
    reposts: [0, PLACEHOLDER],
    withheld: [0, PLACEHOLDER],
  },
  'x-api-v1.1/python-twitter/get_user_timeline_count.json': { quotes: [0, NO_QUOTE] },
  'x-api-v1.1/rtweet/search_tweets.01.json': { quotes: [5, NO_QUOTE] },
  'x-api-v1.1/rtweet/search_tweets2.01.json': { quotes: [5, NO_QUOTE] },
  'x-api-v1.1/rtweet/search_tweets2.02.json': { quotes: [0, NO_QUOTE] },
  'x-api-v1.1/twitter/premium_search_emoji.json': { quotes: [2, NO_QUOTE] },
  'x-archive/es-edited-notetweets': { items: [1264, NOTES], total: [1264, NOTES] },
  'x-archive/es-edited-notetweets/data/note-tweet.js': {
    items: [41, LONE_NOTES],
    distinctIds: [41, LONE_NOTES],
    distinctChains: [41, LONE_NOTES],
    noAuthor: [41, LONE_NOTES],
    published: [{ earliest: '2023-10-13T14:58:50.000Z', latest: '2024-10-31T11:02:27.000Z' }, LONE_NOTES],
    total: [41, LONE_NOTES],
  },
};

/** Records, or entries of a page, that hold no post. The oracle counts them apart from its readings, as we do here. */
const NO_POSTS: Readonly<Record<string, readonly string[]>> = {
  'twarc/twarc-csv/counts.jsonl': ['counts'],
  'twarc/twarc-csv/users.jsonl': ['users'],
  'x-api-v1.1/python-twitter/models/models_user_status.json': ['users'],
  'x-api-v1.1/twitter/not_found.json': ['error-body'],
  'x-api-v2/academictwitteR/hk': ['users', 'users'],
  // The numbers in file names are left away: they are posts'.
  'x-api-v2/academictwitteR/hk/users.json': ['users'],
};

type Figures = Record<string, unknown>;

async function itemsOf(path: string): Promise<Item[]> {
  const results = await readPackage(x, load(join(EXPORTS, path)));
  return results.flatMap((result) => result.items.flat());
}

function isReading(item: Item): item is Reading {
  return !isRefused(item);
}

/** Refusals that say that there is no post; the others are the platform's errors, which the oracle counts as readings. */
function isNoPost(item: Item): item is RefusedItem {
  return isRefused(item) && (item.refused !== 'users' || /no posts$/.test(item.detail));
}

/** Placeholders are posts to the oracle, and outcomes without content to us. */
function isPost(reading: Reading): boolean {
  return reading.content !== undefined;
}

function range(readings: readonly Reading[]): { earliest: string | null; latest: string | null } {
  const times = readings.flatMap((reading) => (reading.content?.published ? [msOf(reading.content.published)] : []));
  const iso = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return { earliest: iso(Math.min(...times)), latest: iso(Math.max(...times)) };
}

const chainOf = (reading: Reading): string => reading.links?.[0]?.target ?? reading.post;
const distinct = (values: readonly string[]): number => new Set(values).size;

function ours(items: readonly Item[]): Figures {
  const readings = items.filter(isReading);
  const posts = readings.filter(isPost);
  const first = posts.filter(({ hand }) => hand === 'first');
  const second = posts.filter(({ hand }) => hand === 'second');
  const chains = new Map(readings.filter(({ links }) => links).map((reading) => [chainOf(reading), 0]));
  return {
    items: first.length,
    distinctIds: distinct(first.map(({ post }) => post)),
    distinctChains: distinct(first.map(chainOf)),
    embedded: second.length,
    embeddedIds: distinct(second.map(({ post }) => post)),
    total: items.filter((item) => !isNoPost(item)).length,
    absent: items.filter((item) => !isNoPost(item)).length - posts.length,
    noAuthor: posts.filter(({ content }) => content!.attributedTo === undefined).length,
    editChains: chains.size,
    laterVersions: first.filter(({ links }) => (links?.[0]?.order ?? 0) > 0).length,
    published: range(first),
    publishedEmbedded: range(second),
    missing: first.filter(({ content }) => !content!.published).length,
    replies: first.filter(({ content }) => content!.inReplyTo).length,
    quotes: first.filter(({ content }) => content!.quotes).length,
    reposts: first.filter(({ content }) => content!.type === 'Announce').length,
    withheld: posts.filter(({ content }) => content!.extra?.['withheldIn'] || content!.extra?.['withheldCopyright'])
      .length,
  };
}

function theirs(c: Case): Figures {
  const { earliest, latest, missing } = c.publishedAt!;
  return {
    ...c.firstHand,
    embedded: c.embedded!.occurrences,
    embeddedIds: c.embedded!.distinctIds,
    total: c.readings!.sum,
    absent: c.readings!.errors + c.readings!.compliance,
    noAuthor: c.readingsWithoutAuthor,
    editChains: c.edits!.chainsWithMoreThanOneId,
    laterVersions: c.edits!.recordsOfALaterVersion,
    published: { earliest, latest },
    publishedEmbedded: c.publishedAtEmbedded,
    missing,
    replies: c.replies,
    quotes: c.quotes,
    reposts: c.retweetStubs!.items,
    withheld: c.withheld!.tweets,
  };
}

(isHere ? describe : describe.skip)(
  `x: real exports${isHere ? '' : ' (skipped: the folder of exports is not here)'}`,
  () => {
    it.each(cases)('%s', async (path) => {
      const items = await itemsOf(path);
      const c = expected[path]!;
      expect(items.filter(isNoPost).map(({ refused }) => refused)).toEqual(
        NO_POSTS[path.replace(/_\d{15,}/, '')] ?? [],
      );
      if (!c.readings) return expect(items).toEqual([]);
      const explained = EXPLAINED[path] ?? {};
      const figures = theirs(c);
      for (const [name, [value]] of Object.entries(explained)) {
        expect(figures[name]).not.toEqual(value);
        figures[name] = value;
      }
      expect(ours(items)).toEqual(figures);
      for (const { id, text60, publishedAt } of c.spot ?? []) {
        const found = items.find(
          (item): item is Reading => isReading(item) && item.hand === 'first' && item.post.endsWith(`/${id}`),
        );
        if (found?.content === undefined && explained['items']?.[1] === PLACEHOLDER) continue;
        expect([...(found?.content?.text ?? '')].slice(0, 60).join('')).toBe(text60);
        expect(new Date(msOf(found!.content!.published!)).toISOString()).toBe(publishedAt);
      }
    });

    it('joins all 41 long texts of an archive to their posts, as the oracle does', async () => {
      const path = 'x-archive/es-edited-notetweets';
      const items = (await itemsOf(path)).filter(isReading);
      const notes = expected[path]!['notes'] as { readonly join: Readonly<Record<string, string>> };
      for (const [note, post] of Object.entries(notes.join)) {
        const readings = items.filter((reading) => reading.post.endsWith(`/${post}`));
        expect(readings.map(({ content }) => content?.extra?.['noteTweetId'])).toEqual([note, note]);
        expect(readings.filter(({ content }) => !content?.cut)).toHaveLength(1);
      }
      expect(Object.keys(notes.join)).toHaveLength(41);
    });

    it.each([
      ['flattened and paged', ['twarc/twarc-csv/flat.jsonl', 'twarc/twarc-csv/noflat.jsonl'], 164],
      [
        'two files and one of both',
        ['twarc/twarc-csv/2sets.jsonl', 'twarc/twarc-csv/kpop.jsonl', 'twarc/twarc-csv/brexit.jsonl'],
        276,
      ],
      [
        'with and without media policy',
        ['twarc/twarc-csv/media_policy_violation_on.jsonl', 'twarc/twarc-csv/media_policy_violation_off.jsonl'],
        61,
      ],
      ['v1.1 and Activity Streams', ['x-api-v1.1/tweet-updates'], 22],
      ['compat, extended and Activity Streams', ['x-api-v1.1/tweet_parser'], 24],
      ['posts and their long texts', ['x-archive/es-edited-notetweets'], 41],
      [
        'three looks at an edit',
        ['twarc/twarc-csv/edited.jsonl', 'twarc/twarc-csv/edited_before.jsonl', 'twarc/twarc-csv/edited_after.jsonl'],
        2,
      ],
      ['timelines of rtweet', ['x-api-v1.1/rtweet'], 78],
      [
        'Zeeschuimer’s lines and its readers’ table',
        ['zeeschuimer/twitter-test.ndjson', 'zeeschuimer/twitter-test.csv'],
        105,
      ],
      ['timelines of python-twitter', ['x-api-v1.1/python-twitter'], 24],
    ] as const)('reads the same posts compatibly from %s', async (_name, paths, inSeveral) => {
      const byPost = new Map<string, Content[]>();
      for (const path of paths) {
        for (const { post, content } of (await itemsOf(path)).filter(isReading)) {
          if (content) byPost.set(post, [...(byPost.get(post) ?? []), content]);
        }
      }
      const several = [...byPost].filter(([, contents]) => contents.length > 1);
      const differing = several.filter(([, contents]) =>
        contents.some((one) => contents.some((other) => !compatible(one, other))),
      );
      expect(differing.map(([post]) => post)).toEqual([]);
      expect(several).toHaveLength(inSeveral);
    });

    it(TABLE, async () => {
      const items = await itemsOf(TABLE);
      const readings = items.filter(isReading);
      const theirs = expected[TABLE]!;
      expect([items.length, readings.length, new Set(readings.map(({ post }) => post)).size]).toEqual([
        theirs.firstHand.items,
        theirs.firstHand.items,
        theirs.firstHand.distinctIds,
      ]);
      expect(readings.filter(({ content }) => content?.published)).toEqual([]);
      for (const { id, text60 } of theirs.spot!) {
        const found = readings.find(({ post }) => post.endsWith(`/${id}`));
        expect([...(found?.content?.text ?? '')].slice(0, 60).join('')).toBe(text60);
      }
    });

    it('takes no file of another platform for X', () => {
      const foreign = readdirSync(EXPORTS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const taken = foreign.flatMap((entry) => {
        const path = relative(EXPORTS, join(entry.parentPath, entry.name)).split(sep).join('/');
        if (/^(?:x-|twarc\/|zeeschuimer\/)/.test(path)) return [];
        const bytes = readHead(join(EXPORTS, path));
        return x.recognise({ path, size: bytes.length, head: bytes, paths: [path] }) ? [path] : [];
      });
      expect(taken).toEqual([]);
    });
  },
);

function readHead(path: string): Buffer {
  const buffer = Buffer.alloc(64 * 1024);
  const file = openSync(path, 'r');
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(file);
  }
}
