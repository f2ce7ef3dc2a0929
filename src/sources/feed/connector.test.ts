/** Following feeds by their address. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captured, openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape } from '../../../test/support/tape-server.js';
import { isOfPost } from '../../core/reading.js';
import type { Bookmark, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { feedConnector as connector } from './connector.js';
import { feed } from './index.js';

const URL_OF = 'https://east.example/feed.xml';
const seed: SeedView = { uri: URL_OF, name: 'East', settings: { url: URL_OF }, backfill: 100 };
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({ hosts: { 'east.example': tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const item = (n: number): string =>
  `<item><title>حلب ${n}</title><link>https://east.example/${n}</link><guid>https://east.example/?p=${n}</guid><pubDate>Tue, 13 Dec 2016 19:${String(n % 60).padStart(2, '0')}:11 +0200</pubDate></item>`;
const rss = (ns: readonly number[], more = ''): Reply => ({
  headers: { 'content-type': 'application/rss+xml', etag: `"${ns.join('.')}"` },
  body: `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>East</title><link>https://east.example/</link>${more}${ns.map(item).join('')}</channel></rss>`,
});
const kinds = (steps: readonly HarvestStep[]): string[] => steps.map(({ kind }) => kind);
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));
const cursorAfter = (steps: readonly HarvestStep[]): Cursor => (steps.at(-1) as Bookmark).cursor;

describe('a feed', () => {
  it('is found at its address, and by the page that names it', async () => {
    tape.on('GET /feed.xml', rss([1]));
    tape.on('GET /', {
      headers: { 'content-type': 'text/html' },
      body: '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>',
    });
    const found = { uri: URL_OF, name: 'East', settings: { url: URL_OF } };
    expect(await connector.resolve(URL_OF, test.io)).toEqual(found);
    expect(await connector.resolve('https://east.example/', test.io)).toEqual(found);
  });

  it('is not found where there is none', async () => {
    tape.on('GET /', { headers: { 'content-type': 'text/html' }, body: '<html><p>no feed' });
    expect(await connector.resolve('https://east.example/', test.io)).toBeUndefined();
    await expect(connector.resolve('https://east.example/none.rss', test.io)).rejects.toThrow('404');
  });
});

describe('a harvest', () => {
  it('reads the items as a file of it would be', async () => {
    tape.on('GET /feed.xml', rss([3, 2, 1]));
    const steps = await harvest();
    expect(kinds(steps)).toEqual(['captured', 'bookmark']);
    const read = await readingsOf(feed, test, captured(steps)[0]!);
    expect(read.map((each) => isOfPost(each) && each.content?.name)).toEqual(['حلب 3', 'حلب 2', 'حلب 1']);
  });

  it('asks whether it has changed, by the server’s own marks', async () => {
    tape.on('GET /feed.xml', rss([1]));
    const cursor = cursorAfter(await harvest());
    tape.on('GET /feed.xml', ({ headers }) => (headers['if-none-match'] === '"1"' ? { status: 304 } : rss([1])));
    expect(await harvest(cursor)).toEqual([{ kind: 'bookmark', cursor, reach: 'whole' }]);
  });

  it('captures nothing twice where the server has no such marks', async () => {
    const plain = (): Reply => ({ ...rss([1]), headers: { 'content-type': 'text/xml' } });
    tape.on('GET /feed.xml', plain());
    const cursor = cursorAfter(await harvest());
    expect(kinds(await harvest(cursor))).toEqual(['bookmark']);
  });

  it('shows continuity by an item of the last time, and else tells a gap', async () => {
    tape.on('GET /feed.xml', rss([3, 2, 1]));
    const cursor = cursorAfter(await harvest());
    tape.on('GET /feed.xml', rss([5, 4, 3]));
    const next = await harvest(cursor);
    expect(kinds(next)).toEqual(['captured', 'bookmark']);
    tape.on('GET /feed.xml', rss([20, 19, 18]));
    const later = await harvest(cursorAfter(next));
    expect(kinds(later)).toEqual(['captured', 'gap', 'bookmark']);
    expect(later[1]).toMatchObject({ reason: 'ceiling' });
  });

  it('goes back through the archive that it names, once', async () => {
    const link = (to: string): string => `<atom:link rel="prev-archive" href="${to}"/>`;
    tape.on('GET /feed.xml', rss([4, 3], link('/2016-11.xml')));
    tape.on('GET /2016-11.xml', rss([2, 1], link('/2016-11.xml')));
    const steps = await harvest();
    expect(captured(steps)).toHaveLength(2);
    expect(tape.requests).toHaveLength(2);
  });

  it.each([
    [410, 'deleted'],
    [404, 'notFound'],
    [403, 'forbidden'],
  ])('says of status %d that it is of the feed, not of its posts', async (status, state) => {
    tape.on('GET /feed.xml', { status });
    expect(await harvest({ known: ['x'] })).toMatchObject([{ kind: 'account', state }]);
  });

  it('takes a page of HTML for no answer', async () => {
    tape.on('GET /feed.xml', { headers: { 'content-type': 'text/html' }, body: '<html>maintenance' });
    await expect(harvest({ known: ['x'] })).rejects.toThrow('not with a feed');
  });
});

describe('how often a feed says that it is worth asking', () => {
  const paceOf = async (more: string) => {
    tape.on('GET /feed.xml', rss([1], more));
    return ((await harvest()).at(-1) as Bookmark).pace;
  };
  it.each([
    ['<ttl>60</ttl>', { leastSeconds: 3_600 }],
    ['<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>', { leastSeconds: 900 }],
    ['<sy:updatePeriod> daily </sy:updatePeriod><ttl>5</ttl>', { leastSeconds: 86_400 }],
    ['<sy:updatePeriod>yearly</sy:updatePeriod>', { leastSeconds: 86_400 }],
    ['<skipHours><hour>3</hour><hour>24</hour><hour>2</hour></skipHours>', { skipHours: [0, 2, 3] }],
    ['<ttl>soon</ttl><sy:updateFrequency>0</sy:updateFrequency><hour>3</hour>', undefined],
    ['<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>', undefined],
    [`<skipHours>${Array.from({ length: 24 }, (_, hour) => `<hour>${hour}</hour>`).join('')}</skipHours>`, undefined],
  ])('%s', async (more, pace) => {
    expect(await paceOf(more)).toEqual(pace);
  });

  it('is no word of an item', async () => {
    tape.on('GET /feed.xml', {
      body: '<rss version="2.0"><channel><item><guid>https://a.example/1</guid><ttl>60</ttl></item></channel></rss>',
    });
    expect(((await harvest()).at(-1) as Bookmark).pace).toBeUndefined();
  });

  it('is remembered while nothing changes', async () => {
    tape.on('GET /feed.xml', rss([1], '<ttl>60</ttl>'));
    const first = await harvest();
    tape.on('GET /feed.xml', { status: 304 });
    expect(((await harvest(cursorAfter(first))).at(-1) as Bookmark).pace).toEqual({ leastSeconds: 3_600 });
  });
});

describe('a feed that has moved', () => {
  const DAY_MS = 86_400_000;
  const NEW = 'https://east.example/new.xml';
  let now = Date.UTC(2024, 0, 1);
  let moving: TestIo;
  const look = (since: Cursor | null, of = seed): Promise<HarvestStep[]> =>
    stepsOf(connector.harvest(of, since, moving.io));
  beforeEach(() => {
    moving = openTestIo({ hosts: { 'east.example': tape.url }, now: () => now });
    tape.on('GET /new.xml', rss([2, 1]));
  });
  afterEach(() => moving.close());
  const send = (...statuses: number[]): void =>
    tape.on('GET /feed.xml', { status: statuses[0]!, headers: { location: '/new.xml' } });

  it('is asked at its new address once it has said so for a day, and known by the old one as well', async () => {
    send(301);
    const first = await look(null);
    expect(kinds(first)).toEqual(['captured', 'account', 'bookmark']);
    expect(first[1]).toMatchObject({ state: 'moved', detail: expect.stringContaining(NEW) });
    expect(first[1]).not.toHaveProperty('settings');
    now += DAY_MS / 2;
    const second = await look(cursorAfter(first));
    expect(kinds(second)).toEqual(['bookmark']);
    now += DAY_MS;
    const third = await look(cursorAfter(second));
    expect(third[0]).toMatchObject({ state: 'moved', settings: { url: NEW, was: [URL_OF] } });
    const asked = tape.requests.length;
    await look(cursorAfter(third), { ...seed, settings: { url: NEW, was: [URL_OF] } });
    expect(tape.requests.slice(asked).map(({ path }) => path)).toEqual(['/new.xml']);
  });

  it.each([302, 303, 307])('of the temporary kind (%i) stays where it is', async (status) => {
    send(status);
    let steps = await look(null);
    expect(kinds(steps)).toEqual(['captured', 'bookmark']);
    now += 2 * DAY_MS;
    steps = await look(cursorAfter(steps));
    expect(kinds(steps)).toEqual(['bookmark']);
  });

  it('for good by way of a temporary redirect is not for good', async () => {
    send(301);
    tape.on('GET /new.xml', { status: 302, headers: { location: '/there.xml' } });
    tape.on('GET /there.xml', rss([2, 1]));
    expect(kinds(await look(null))).toEqual(['captured', 'bookmark']);
  });

  it('to what is another feed, or a page, has not moved', async () => {
    tape.on('GET /feed.xml', rss([2, 1]));
    const first = await look(null);
    send(308);
    tape.on('GET /new.xml', rss([102, 101]));
    const other = await look(cursorAfter(first));
    expect(kinds(other)).not.toContain('account');
    tape.on('GET /new.xml', { headers: { 'content-type': 'text/html' }, body: '<html>Log in to the hotel' });
    await expect(look(cursorAfter(first))).rejects.toMatchObject({ problem: 'not-json' });
  });

  it('sends its credential to the host that people named alone', async () => {
    const credential = { name: 'c', kind: 'bearer', secret: 'a-secret-token' } as const;
    const far = await startTape({ 'GET /feed.xml': rss([2, 1]) });
    const io = openTestIo({ hosts: { 'far.example': far.url }, credential });
    const moved = { ...seed, settings: { url: 'https://far.example/feed.xml', was: [URL_OF] } };
    await stepsOf(connector.harvest(moved, null, io.io));
    expect(far.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
    await io.close();
    await far.close();
  });
});
