/** Following feeds: what must never be hidden, doubled, or given away. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captured, openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape } from '../../../test/support/tape-server.js';
import { isOfPost } from '../../core/reading.js';
import type { Bookmark, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { feedConnector as connector } from './connector.js';
import { feed } from './index.js';
import { normalise } from './normalise.js';

const URL_OF = 'https://east.example/feed.xml';
const seed: SeedView = { uri: URL_OF, name: 'East', settings: { url: URL_OF }, backfill: 100 };
let tape: Tape;
let west: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  west = await startTape();
  test = openTestIo({ hosts: { 'east.example': tape.url, 'west.example': west.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
  await west.close();
});

const xml = (body: string): Reply => ({ headers: { 'content-type': 'application/rss+xml' }, body });
/** Dated by its number: a higher one is newer. */
const item = (n: number): string =>
  `<item><title>حلب ${n}</title><guid isPermaLink="false">post-${n}</guid><pubDate>${new Date(1_481_600_000_000 + n * 60_000).toUTCString()}</pubDate></item>`;
const rss = (ns: readonly number[], more = ''): Reply =>
  xml(
    `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>East</title><link>https://east.example/</link>${more}${ns.map(item).join('')}</channel></rss>`,
  );
const link = (rel: string, to: string): string => `<atom:link rel="${rel}" href="${to}"/>`;
const kinds = (steps: readonly HarvestStep[]): string[] => steps.map(({ kind }) => kind);
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));
const cursorAfter = (steps: readonly HarvestStep[]): Cursor => (steps.at(-1) as Bookmark).cursor;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a feed that does not say where it lies', () => {
  const nameless = `<rss version="2.0"><channel><title>East</title><item><guid isPermaLink="false">4711</guid><title>t</title><link>/2016/anyone</link></item></channel></rss>`;

  it('has its address for a name, so that every harvest sees the same post', async () => {
    tape.on('GET /feed.xml', xml(nameless));
    const [step] = captured(await harvest());
    expect(await readingsOf(feed, test, step!)).toMatchObject([
      { post: 'perdure:feed:east.example%2Ffeed.xml:4711', content: { url: 'https://east.example/2016/anyone' } },
    ]);
  });

  it('is not taken for another of the same bytes', () => {
    const bytes = Buffer.from('<item><guid isPermaLink="false">4711</guid><title>t</title></item>');
    const context = {
      path: 'feed',
      format: 'rss',
      capture: 'a'.repeat(64),
      accession: 'b'.repeat(64),
      offset: 0,
      length: bytes.length,
      survey: undefined,
      head: Buffer.from(nameless),
      options: { include: [] },
    } as unknown as Parameters<typeof normalise>[1];
    const posts = ['https://east.example/a', 'https://west.example/b'].flatMap((address) =>
      normalise(bytes, { ...context, address }).map((each) => isOfPost(each) && each.post),
    );
    expect(posts).toEqual(['perdure:feed:east.example%2Fa:4711', 'perdure:feed:west.example%2Fb:4711']);
  });

  it('keeps the name that it gives itself, wherever it was found', async () => {
    tape.on('GET /feed.xml', xml(nameless.replace('<item>', '<link>https://north.example/</link><item>')));
    const [step] = captured(await harvest());
    expect(await readingsOf(feed, test, step!)).toMatchObject([{ post: 'perdure:feed:north.example:4711' }]);
  });
});

describe('continuity', () => {
  it('is not shown by a pinned item', async () => {
    tape.on('GET /feed.xml', rss([1, 12, 11, 10]));
    const cursor = cursorAfter(await harvest());
    tape.on('GET /feed.xml', rss([1, 13, 12, 11]));
    const next = await harvest(cursor);
    expect(kinds(next)).toEqual(['captured', 'bookmark']);
    tape.on('GET /feed.xml', rss([1, 40, 39, 38]));
    expect(kinds(await harvest(cursorAfter(next)))).toEqual(['captured', 'gap', 'bookmark']);
  });

  it('is shown by feeds that go the other way, or that show older items later', async () => {
    tape.on('GET /feed.xml', rss([10, 11, 12]));
    const cursor = cursorAfter(await harvest());
    for (const next of [
      [12, 13, 14],
      [11, 12, 13],
      [9, 10, 11, 12],
      [10, 11],
    ]) {
      tape.on('GET /feed.xml', rss(next));
      expect(kinds(await harvest(cursor))).toEqual(['captured', 'bookmark']);
    }
  });

  it('is sought on the older pages that the feed names, before a gap is told', async () => {
    tape.on('GET /feed.xml', rss([3, 2, 1]));
    const cursor = cursorAfter(await harvest());
    tape.on('GET /feed.xml', rss([9, 8, 7], link('next', '/feed.xml?page=2')));
    tape.on('GET /feed.xml?page=2', rss([6, 5, 4, 3], link('next', '/feed.xml?page=3')));
    const joined = await harvest(cursor);
    expect(kinds(joined)).toEqual(['captured', 'captured', 'bookmark']);
    tape.on('GET /feed.xml?page=2', rss([6, 5, 4]));
    expect(kinds(await harvest(cursor))).toEqual(['captured', 'captured', 'gap', 'bookmark']);
  });

  it('tells no gap where a feed is empty, and finds its place again', async () => {
    tape.on('GET /feed.xml', rss([3, 2, 1]));
    const cursor = cursorAfter(await harvest());
    tape.on('GET /feed.xml', rss([]));
    const empty = await harvest(cursor);
    expect(kinds(empty)).toEqual(['captured', 'bookmark']);
    tape.on('GET /feed.xml', rss([4, 3, 2]));
    expect(kinds(await harvest(cursorAfter(empty)))).toEqual(['captured', 'bookmark']);
  });

  it('has a place of 4 KiB at most, which knows a long feed from either end', async () => {
    for (const order of [range(1, 600), range(1, 600).reverse()]) {
      tape.on('GET /feed.xml', { ...rss(order), headers: { etag: `"${'e'.repeat(3_000)}"` } });
      const cursor = cursorAfter(await harvest());
      expect(JSON.stringify(cursor).length).toBeLessThanOrEqual(4_096);
      const later = order[0] === 1 ? range(201, 800) : range(201, 800).reverse();
      tape.on('GET /feed.xml', rss(later));
      expect(kinds(await harvest(cursor))).toEqual(['captured', 'bookmark']);
    }
  });
});

describe('older pages', () => {
  it.each([
    ['a page that leads to itself', rss([2, 1], link('next', '/older.xml')), 'the same'],
    ['a page that says nothing new', rss([4, 3], link('next', '/older.xml?2')), 'the same'],
    ['a page of HTML', { headers: { 'content-type': 'text/html' }, body: '<html>maintenance' }, 'is none'],
    ['a page that is not there', { status: 404 }, 'is none'],
  ])('that end in %s are a gap', async (_, page: Reply, words) => {
    tape.on('GET /feed.xml', rss([4, 3], link('next', '/older.xml')));
    tape.on('GET /older.xml', page);
    const gap = (await harvest()).find(({ kind }) => kind === 'gap');
    expect(gap).toMatchObject({ reason: 'platform', detail: expect.stringContaining(words) });
  });

  it('are read to the beginning', async () => {
    tape.on('GET /feed.xml', rss([4, 3], link('prev-archive', '/older.xml')));
    tape.on('GET /older.xml', rss([2, 1]));
    const steps = await harvest();
    expect(kinds(steps)).toEqual(['captured', 'captured', 'bookmark']);
    expect(steps.at(-1)).toMatchObject({ backTo: { beginning: true } });
  });
});

it('goes on over an item that says nothing', async () => {
  tape.on('GET /feed.xml', xml('<rss version="2.0"><channel><title>East</title><item></item></channel></rss>'));
  expect(kinds(await harvest())).toEqual(['captured', 'bookmark']);
});

it('believes no 304 that was not asked for', async () => {
  tape.on('GET /feed.xml', { status: 304 });
  expect(await harvest()).toMatchObject([{ kind: 'account', state: 'forbidden' }]);
});

it('reads a deletion that the feed itself tells (RFC 6721), and none else', async () => {
  const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><id>tag:east.example,2016:feed</id><title>East</title><at:deleted-entry ref="tag:east.example,2016:1" when="2016-12-14T08:00:00Z"/><entry><id>tag:east.example,2016:2</id><title>two</title></entry></feed>`;
  tape.on('GET /feed.xml', xml(atom));
  const [step] = captured(await harvest());
  const read = await readingsOf(feed, test, step!);
  expect(read.map((each) => isOfPost(each) && each.outcome)).toEqual(['deleted', 'present']);
});

describe('secrets', () => {
  const keyed = () =>
    openTestIo({
      hosts: { 'east.example': tape.url, 'west.example': west.url },
      credential: { name: 'mine', kind: 'bearer', secret: 'sesame-open' },
    });

  it('stay with the site that they are for', async () => {
    const own = keyed();
    tape.on('GET /', {
      headers: { 'content-type': 'text/html' },
      body: '<link rel="alternate" type="application/rss+xml" href="https://west.example/feed.xml">',
    });
    west.on('GET /feed.xml', rss([1]));
    west.on('GET /older.xml', rss([0]));
    await connector.resolve('https://east.example/', own.io);
    tape.on('GET /feed.xml', rss([2], link('next', '/2.xml')));
    tape.on('GET /2.xml', rss([1], link('next', 'https://west.example/older.xml')));
    await stepsOf(connector.harvest(seed, null, own.io));
    await own.close();
    expect(tape.requests.map(({ headers }) => headers['authorization'])).toEqual(Array(3).fill('Bearer sesame-open'));
    expect(west.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined, undefined]);
  });

  it('in an address would stand in the archive in clear: such a feed is not followed', async () => {
    tape.on('GET /feed.xml', rss([1]));
    await expect(connector.resolve(`${URL_OF}?token=abcdef`, test.io)).rejects.toThrow('token');
  });
});

it('keeps asking at the address that was given, and is known by the one that answers', async () => {
  tape.on('GET /rss', { status: 302, headers: { location: '/feed.xml' } });
  tape.on('GET /feed.xml', rss([1]));
  expect(await connector.resolve('https://east.example/rss', test.io)).toEqual({
    uri: URL_OF,
    name: 'East',
    settings: { url: 'https://east.example/rss' },
  });
});
