/**
 * The real files, against what an independent reader found in them, and in each other: the same posts came by several
 * ways. They are other people's and lie outside the project; where they are absent, nothing here runs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decompress } from 'fzstd';
import { readPackage } from '../../../test/contract/describe-source.js';
import { isOfPost, isProfile, isRefused, type Reading } from '../../core/reading.js';
import { bluesky } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: string;
  readonly posts: number;
  readonly unkeyed?: number;
  readonly refs?: Readonly<Record<string, number>>;
  readonly keysSha256?: string;
  readonly deletionKeys?: readonly string[];
  readonly feedReposts?: number;
  readonly spots?: readonly (readonly [key: string | null, text: string, time: string | null])[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter(
  (path) => path.startsWith('bluesky/') || /^cross-format\/granary\/.*\.bsky(-from-as)?\.json$/.test(path),
);
const describeHere = cases.length > 0 ? describe : describe.skip;

function memberOf(path: string) {
  const bytes = readFileSync(join(EXPORTS, path));
  if (!path.endsWith('.zst')) return { path: basename(path), bytes };
  return { path: basename(path, '.zst'), bytes: Buffer.from(decompress(bytes)) };
}

async function itemsOf(...paths: string[]) {
  const results = await readPackage(bluesky, paths.map(memberOf), { include: ['likes'] });
  return results.flatMap((result) => result.items.flat());
}

async function readingsOf(...paths: string[]): Promise<Reading[]> {
  return (await itemsOf(...paths)).filter(isOfPost);
}

function isPost({ content, hand }: Reading): boolean {
  return content !== undefined && hand === 'first';
}

/** Path → what differs, and why we are right. */
const EXPLAINED: Readonly<Record<string, Partial<Expected>>> = {
  // Counted again over the records of the entries themselves: 9 have `reply`; 9 embed a post, 2 of them beside a picture.
  'bluesky/atrrr/app.bsky.feed.getAuthorFeed_925c2.json': { refs: { reply: 9, quote: 9 } },
  // The fourth reply is a post that an entry quotes; likewise two replies and a quote among those that are found.
  'bluesky/atrrr/app.bsky.feed.getFeed_0bf27.json': { refs: { reply: 3, quote: 1 } },
  'bluesky/atrrr/app.bsky.feed.searchPosts_0e3ec.json': { refs: { reply: 10, quote: 5 } },
  // The record embeds `at://did:plc:user/app.bsky.feed.post/orig-post-tid`: a quote.
  'cross-format/granary/quote.bsky.json': { refs: { quote: 1 } },
  'cross-format/granary/quote_with_image.bsky.json': { refs: { quote: 1 } },
};

describeHere(`bluesky: the real files${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = { ...expected[path]!, ...EXPLAINED[path] };
    const items = await itemsOf(path);
    const readings = items.filter(isOfPost);
    const posts = readings.filter(isPost);
    if (theirs.kind === 'not-posts') expect(posts).toEqual([]);
    else {
      const keys = [...new Set(posts.map(({ post }) => post))].sort();
      const unkeyed = items.filter((item) => isRefused(item) && item.refused === 'no-identity');
      const of = (kind: string) => readings.filter(({ references }) => references?.[0]?.kind === kind).length;
      expect({
        posts: keys.length,
        unkeyed: unkeyed.length,
        likes: of('like'),
        feedReposts:
          of('repost') + readings.filter(({ content, hand }) => content?.announces && hand === 'second').length,
        reposts: posts.filter(({ content }) => content!.announces).length,
        replies: posts.filter(({ content }) => content!.inReplyTo).length,
        quotes: posts.filter(({ content }) => content!.quotes).length,
        deleted: readings.filter(({ outcome }) => outcome === 'deleted').map(({ post }) => post),
      }).toEqual({
        posts: theirs.posts,
        unkeyed: theirs.unkeyed ?? 0,
        likes: theirs.refs?.['like'] ?? 0,
        feedReposts: theirs.feedReposts ?? 0,
        reposts: theirs.refs?.['repost'] ?? 0,
        replies: theirs.refs?.['reply'] ?? 0,
        quotes: theirs.refs?.['quote'] ?? 0,
        deleted: theirs.deletionKeys ?? [],
      });
      if (theirs.keysSha256) {
        expect(createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16)).toBe(theirs.keysSha256);
      }
    }
    for (const [key, text, time] of theirs.spots ?? []) {
      if (!key) continue;
      const content = readings.find((reading) => reading.post === key && isPost(reading))?.content;
      const shown = Array.from((content?.text ?? '').replace(/\s+/g, ' ').trim())
        .slice(0, 60)
        .join('');
      expect([key, shown, content?.published?.at ?? null]).toEqual([key, text, time]);
    }
  });
});

describeHere('bluesky: the same posts by several ways', () => {
  const JETSTREAM = 'bluesky/jetstream';

  it('the firehose’s frames say what Jetstream made of them', async () => {
    const frames = await readingsOf(`${JETSTREAM}/frames.bin.zst`, `${JETSTREAM}/did_docs.json.zst`);
    const events = await readingsOf(`${JETSTREAM}/expected_v1.jsonl`);
    // When a server saw it, and the order in which it told, are each server's own.
    const comparable = (readings: readonly Reading[]) =>
      readings.map(({ observedAt: _, ...reading }) => JSON.stringify(reading, sorted)).sort();
    expect(frames.length).toBeGreaterThan(100);
    expect(comparable(frames)).toEqual(comparable(events));
  });

  it('every commit of the frames is signed by its account', async () => {
    const items = await itemsOf(`${JETSTREAM}/frames.bin.zst`, `${JETSTREAM}/did_docs.json.zst`);
    expect(items.filter((item) => isRefused(item) && item.refused === 'spoofed-identity')).toEqual([]);
  });

  it('a repository’s records have the addresses and CIDs that another reader lists', async () => {
    const rows = readFileSync(join(EXPORTS, JETSTREAM, 'car_expected_records.tsv'), 'utf8')
      .trim()
      .split('\n');
    const items = await itemsOf(`${JETSTREAM}/repo.car`);
    expect(items).toHaveLength(rows.length);
    const readings = items.filter((item): item is Reading => isOfPost(item) && item.content !== undefined);
    const ours = readings.map(
      ({ post, content }) => `${post.split('/').slice(3).join('/')}\t${content!.extra!['cid'] as string}`,
    );
    const theirs = rows.filter((row) => /^app\.bsky\.feed\.(post|repost)\//.test(row));
    expect(ours.sort()).toEqual(theirs.sort());
    expect(items.filter(isProfile)).toHaveLength(1);
    expect(items.filter(isRefused).map(({ refused }) => refused)).toEqual(['lists', 'lists', 'lists']);
  });

  it('a record from a slice of a repository is the record that the API gave', async () => {
    const folder = 'bluesky/indigo/testing/testdata';
    const [fromCar] = await readingsOf(`${folder}/repo_slice.car`);
    const [fromApi] = await readingsOf(`${folder}/repo_slice_record.json`);
    expect(fromCar!.post).toBe(fromApi!.post);
    expect(fromCar!.content).toMatchObject({ text: fromApi!.content!.text, published: fromApi!.content!.published });
  });

  it.each([
    ['fakermaker.repo.car', 'fakermaker.didDoc.json', true],
    // Of one account, but not its key: the file is from a server that was set up for tests.
    [
      'bafyreieovfuizojpw3zresz7sx3nk4trm2by23pt5rxbey3jme4uo5ogiu.car',
      'did_plc_z5vnbioquyhivxirw3bbljmu.didDoc.json',
      false,
    ],
  ])('%s is signed by the key in %s: %s', async (car, document, signed) => {
    const folder = 'bluesky/indigo/testing/testdata';
    const items = await itemsOf(`${folder}/${car}`, `${folder}/${document}`);
    const stated = [...items.filter(isOfPost), ...items.filter(isProfile)];
    expect(items.filter(isProfile)).toHaveLength(1);
    expect(stated.every(({ losses }) => losses?.some((loss) => loss.startsWith('sig:')) ?? signed)).toBe(true);
  });
});

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
