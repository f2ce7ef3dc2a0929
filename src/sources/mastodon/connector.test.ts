/** Following an account over Mastodon's client API, against servers that behave and servers that do not. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import { isRefused, type Reading } from '../../core/reading.js';
import type { Bookmark, Captured, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { mastodonConnector } from './connector.js';
import { mastodon } from './index.js';

const HOST = 'social.example';
const ACTOR = `https://${HOST}/users/nour`;
const LIST = '/api/v1/accounts/7/statuses';
const seed: SeedView = {
  uri: ACTOR,
  name: `@nour@${HOST}`,
  settings: { origin: `https://${HOST}`, accountId: '7', acct: `nour@${HOST}` },
  backfill: 100,
};

type Status = Record<string, unknown>;
const account = (more: Status = {}): Status => ({
  id: '7',
  username: 'nour',
  acct: 'nour',
  uri: ACTOR,
  url: `https://${HOST}/@nour`,
  statuses_count: 500,
  ...more,
});
const id = (n: number): string => String(112_000_000 + n);
const status = (n: number, more: Status = {}): Status => ({
  id: id(n),
  created_at: new Date(Date.UTC(2024, 0, 1) + n * 60_000).toISOString(),
  edited_at: null,
  visibility: 'public',
  uri: `${ACTOR}/statuses/${n}`,
  url: `https://${HOST}/@nour/${n}`,
  content: `<p>post ${n}</p>`,
  account: account(),
  media_attachments: [],
  ...more,
});
const range = (from: number, to: number): Status[] => Array.from({ length: to - from + 1 }, (_, i) => status(from + i));

/** What Mastodon does with `limit`, `max_id`, `since_id` and `pinned`; ids are compared as it compares them. */
const listing =
  (posts: readonly Status[], { link = true, most = 40 } = {}) =>
  ({ query }: TapeRequest): Reply => {
    const [max, since] = [query.get('max_id'), query.get('since_id')];
    if (query.get('pinned') === 'true') return { body: [] };
    const limit = Math.min(most, Number(query.get('limit') ?? 20));
    const found = [...posts]
      .sort((a, b) => (String(a['id']) < String(b['id']) ? 1 : -1))
      .filter((each) => (max === null || String(each['id']) < max) && (since === null || String(each['id']) > since));
    const page = found.slice(0, limit);
    const next = `<https://${HOST}${LIST}?limit=${limit}&max_id=${String(page.at(-1)?.['id'])}>; rel="next"`;
    const prev = `<https://${HOST}${LIST}?min_id=${String(page[0]?.['id'])}>; rel="prev"`;
    const header = found.length > limit ? `${next}, ${prev}` : prev;
    return { body: page, ...(link && page.length > 0 && { headers: { link: header } }) };
  };

let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({ hosts: { [HOST]: tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const harvest = (since: Cursor | null = null, view = seed): Promise<HarvestStep[]> =>
  stepsOf(mastodonConnector.harvest(view, since, test.io));
const of = <K extends HarvestStep['kind']>(steps: readonly HarvestStep[], kind: K) =>
  steps.filter((step): step is Extract<HarvestStep, { kind: K }> => step.kind === kind);
const lastBookmark = (steps: readonly HarvestStep[]): Bookmark => of(steps, 'bookmark').at(-1)!;
const postsIn = (steps: readonly HarvestStep[]): string[] => [
  ...new Set(of(steps, 'captured').flatMap((step) => step.posts.map(({ post }) => post.slice(ACTOR.length + 10)))),
];
const numbers = (from: number, to: number): string[] =>
  range(from, to)
    .map((each) => String(each['uri']).slice(ACTOR.length + 10))
    .reverse();
const readings = async (steps: readonly HarvestStep[]): Promise<Reading[]> => {
  const items = await Promise.all(of(steps, 'captured').map((step: Captured) => readingsOf(mastodon, test, step)));
  return items.flat().filter((item): item is Reading => !isRefused(item));
};

describe('the first harvest', () => {
  it('goes back as far as it was asked to, page by page, and says how far', async () => {
    tape.on(`GET ${LIST}`, listing(range(1, 300)));
    const steps = await harvest();
    expect(postsIn(steps)).toEqual(numbers(181, 300));
    expect(of(steps, 'bookmark').map(({ reach }) => reach)).toEqual(['partial', 'partial', 'whole']);
    expect(lastBookmark(steps).backTo).toEqual({ published: '2024-01-01T03:01:00.000Z', beginning: false });
    expect(of(steps, 'gap')).toEqual([]);
    const read = await readings(steps);
    expect(read).toHaveLength(120);
    expect(read[0]).toMatchObject({ post: `${ACTOR}/statuses/300`, hand: 'first', outcome: 'present' });
    expect(read[0]!.content).toMatchObject({ text: 'post 300', attributedTo: ACTOR, visibility: 'public' });
  });

  it('comes to the beginning, and asks for pinned posts once', async () => {
    const old = status(1, { pinned: true });
    tape.on(`GET ${LIST}`, (request) =>
      request.query.get('pinned') === 'true' ? { body: [old] } : listing(range(50, 90))(request),
    );
    const steps = await harvest();
    expect(lastBookmark(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    expect(postsIn(steps)).toContain('1');
    await harvest(lastBookmark(steps).cursor);
    expect(tape.requests.filter(({ query }) => query.has('pinned'))).toHaveLength(1);
  });

  it('is taken up where it died, and loses nothing between', async () => {
    tape.on(`GET ${LIST}`, listing(range(1, 200)));
    const view = { ...seed, backfill: 500 };
    const steps = await harvest(null, view);
    const died = of(steps, 'bookmark')[1]!.cursor;
    tape.on(`GET ${LIST}`, listing(range(1, 205)));
    const resumed = await harvest(died, view);
    expect(postsIn(resumed).sort()).toEqual([...numbers(1, 120), ...numbers(197, 205)].sort());
    expect(of(resumed, 'gap')).toEqual([]);
    expect(lastBookmark(resumed).reach).toBe('whole');
    expect(JSON.stringify(died).length).toBeLessThan(4_096);
  });

  it('of an account without posts: whatever comes later is new, beyond any limit of a first harvest', async () => {
    tape.on(`GET ${LIST}`, { body: [] });
    tape.on('GET /api/v1/accounts/7', { body: account({ statuses_count: 0 }) });
    const steps = await harvest(null, { ...seed, backfill: 10 });
    expect(lastBookmark(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    tape.on(`GET ${LIST}`, listing(range(1, 60)));
    const later = await harvest(lastBookmark(steps).cursor, { ...seed, backfill: 10 });
    expect(postsIn(later)).toEqual(numbers(1, 60));
    expect(of(later, 'gap')).toEqual([]);
  });

  it.each([
    ['without Link', { link: false }],
    ['with shorter pages than asked for', { most: 15 }],
  ])('on a server %s', async (_name, options) => {
    tape.on(`GET ${LIST}`, listing(range(1, 70), options));
    const steps = await harvest();
    expect(postsIn(steps)).toEqual(numbers(1, 70));
    expect(lastBookmark(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
  });

  it('with relative links, links to other hosts, and ids that are no numbers', async () => {
    const ulids = ['01M82GAVRM', '01M82GAVQ3', '01M82GAVPM', 'A9zzzz'].map((each, n) => status(90 - n, { id: each }));
    tape.on(`GET ${LIST}`, { body: [] });
    tape.on(`GET ${LIST}?limit=40`, { body: ulids.slice(0, 2), headers: { link: `<?limit=40&max_id=b>; rel=next` } });
    const elsewhere = '<http://evil.example/other?limit=40&max_id=c>; rel="next"';
    tape.on(`GET ${LIST}?limit=40&max_id=b`, { body: ulids.slice(2, 3), headers: { link: elsewhere } });
    tape.on(`GET ${LIST}?limit=40&max_id=c`, { body: ulids.slice(3), headers: { link: '<?x>; rel="prev"' } });
    const steps = await harvest();
    expect(postsIn(steps)).toEqual(['90', '89', '88', '87']);
    expect(of(steps, 'captured').flatMap(({ posts }) => posts.map(({ ref }) => ref))).toContain('A9zzzz');
    expect(of(steps, 'gap')).toEqual([]);
  });
});

describe('later harvests', () => {
  let cursor: Cursor;
  beforeEach(async () => {
    tape.on(`GET ${LIST}`, listing(range(1, 100)));
    cursor = lastBookmark(await harvest()).cursor;
    tape.requests.length = 0;
  });

  it('of a quiet account are one small request, and no gap', async () => {
    const steps = await harvest(cursor);
    expect(tape.requests).toHaveLength(1);
    expect(tape.requests[0]!.query.get('since_id')).toBe(id(96));
    expect(postsIn(steps)).toEqual(numbers(97, 100));
    expect(of(steps, 'gap')).toEqual([]);
    expect(lastBookmark(steps).reach).toBe('whole');
  });

  it('bring what is new, over several pages', async () => {
    tape.on(`GET ${LIST}`, listing(range(1, 200)));
    const steps = await harvest(cursor);
    expect(postsIn(steps)).toEqual(expect.arrayContaining(numbers(101, 200)));
    expect(of(steps, 'gap')).toEqual([]);
    const again = await harvest(lastBookmark(steps).cursor);
    expect(postsIn(again)).toEqual(numbers(197, 200));
  });

  it('read on where known posts are gone from the list: no deletion, no gap', async () => {
    tape.on(`GET ${LIST}`, listing([...range(1, 90), ...range(101, 103)]));
    const steps = await harvest(cursor);
    expect(postsIn(steps)).toEqual(expect.arrayContaining(['101', '102', '103', '90']));
    expect(of(steps, 'absence')).toEqual([]);
    expect(of(steps, 'gap')).toEqual([]);
  });

  it('go down to the time of the known posts where all of these are gone, and no further', async () => {
    tape.on(`GET ${LIST}`, listing([...range(-400, 55), ...range(101, 103)]));
    const steps = await harvest(cursor);
    expect(of(steps, 'gap')).toEqual([]);
    expect(of(steps, 'bookmark').at(-1)!.reach).toBe('whole');
    expect(tape.requests.length).toBeLessThan(5);
    const other = status(80, { uri: `${ACTOR}/statuses/other` });
    tape.on(`GET ${LIST}`, listing([other, ...range(101, 103)]));
    expect(of(await harvest(cursor), 'gap')).toEqual([]);
  });

  it('are not misled by a server that lists pinned posts first, or in no order', async () => {
    const shuffled = [status(99), ...range(101, 140).reverse().slice(0, 39)];
    tape.on(`GET ${LIST}`, ({ query }) =>
      query.has('max_id') ? { body: range(90, 101).reverse() } : { body: shuffled },
    );
    const steps = await harvest(cursor);
    expect(postsIn(steps)).toEqual(expect.arrayContaining([...numbers(101, 140)]));
    expect(of(steps, 'gap')).toEqual([]);
  });

  it('know a post whose id has changed with an edit by its URI', async () => {
    const edited = status(100, { id: id(900), edited_at: '2024-02-01T00:00:00.000Z' });
    tape.on(`GET ${LIST}`, listing([...range(1, 99), edited]));
    const steps = await harvest(cursor);
    expect(of(steps, 'gap')).toEqual([]);
    const read = (await readings(steps)).filter(({ post }) => post === `${ACTOR}/statuses/100`);
    expect(new Set(read.map(({ post }) => post)).size).toBe(1);
  });

  it('say that an empty list, where the account counts posts, shows nothing: a gap and no deletion', async () => {
    tape.on(`GET ${LIST}`, { body: [] });
    tape.on('GET /api/v1/accounts/7', { body: account({ statuses_count: 100 }) });
    const steps = await harvest(cursor);
    expect(of(steps, 'gap')).toMatchObject([{ reason: 'platform', from: '2024-01-01T01:40:00.000Z' }]);
    expect(of(steps, 'absence')).toEqual([]);
    // The place stays, so that the next harvest can show continuity again.
    expect(of(steps, 'bookmark')).toEqual([]);
    tape.on(`GET ${LIST}`, listing(range(1, 101)));
    const next = await harvest(cursor);
    expect(of(next, 'gap')).toEqual([]);
    expect(postsIn(next)).toContain('101');
  });

  it('find an account that has deleted everything empty, without a gap', async () => {
    tape.on(`GET ${LIST}`, { body: [] });
    tape.on('GET /api/v1/accounts/7', { body: account({ statuses_count: 0 }) });
    const steps = await harvest(cursor);
    expect(steps.map(({ kind }) => kind)).toEqual(['bookmark']);
  });

  it('note that an account is suspended, and keep the cursor', async () => {
    tape.on(`GET ${LIST}`, { body: [] });
    tape.on('GET /api/v1/accounts/7', { body: account({ suspended: true, statuses_count: 0 }) });
    const steps = await harvest(cursor);
    expect(steps).toMatchObject([{ kind: 'account', state: 'suspended' }]);
  });

  it('end with a gap where the server cuts the list before what is known', async () => {
    tape.on(`GET ${LIST}`, () => ({ body: range(180, 199).reverse(), headers: { link: '<?a>; rel="prev"' } }));
    const steps = await harvest(cursor);
    expect(of(steps, 'gap')).toMatchObject([
      { reason: 'ceiling', from: '2024-01-01T01:40:00.000Z', to: '2024-01-01T03:00:00.000Z' },
    ]);
    expect(lastBookmark(steps).reach).toBe('whole');
  });

  it('do not believe a date in the future to be the newest', async () => {
    const dated = status(101, { created_at: '2999-01-01T00:00:00.000Z' });
    tape.on(`GET ${LIST}`, listing([...range(1, 100), dated]));
    const next = lastBookmark(await harvest(cursor)).cursor;
    tape.on(`GET ${LIST}`, () => ({ body: range(180, 199).reverse(), headers: { link: '<?a>; rel="prev"' } }));
    expect(of(await harvest(next), 'gap')).toMatchObject([{ reason: 'ceiling' }]);
  });

  it('stop where the server gives the same page again and again', async () => {
    tape.on(`GET ${LIST}`, { body: range(180, 199).reverse() });
    const steps = await harvest(cursor);
    expect(of(steps, 'gap')).toMatchObject([{ reason: 'platform' }]);
    expect(tape.requests.length).toBeLessThan(6);
  });

  it.each<[string, (n: number) => Reply]>([
    [
      'page under ever other addresses',
      (n) => ({ body: range(180, 199).reverse(), headers: { link: `<?max_id=${n}>; rel="next"` } }),
    ],
    [
      'address on ever other pages',
      (n) => ({ body: [status(9_000 - n)], headers: { link: '<?max_id=1>; rel="next"' } }),
    ],
    ['empty page under ever other addresses', (n) => ({ body: [], headers: { link: `<?max_id=${n}>; rel="next"` } })],
  ])('stop where the server gives the same %s', async (_name, reply) => {
    let n = 0;
    tape.on(`GET ${LIST}`, () => reply(++n));
    tape.on('GET /api/v1/accounts/7', { body: account() });
    expect(of(await harvest(cursor), 'gap')).toMatchObject([{ reason: 'platform' }]);
    expect(tape.requests.length).toBeLessThan(9);
  });

  it('do not run for ever on a list without end, and go on in the next harvest', async () => {
    let n = 100_000;
    tape.on(`GET ${LIST}`, () => ({ body: range((n -= 40), n + 39).reverse() }));
    const steps = await harvest(cursor);
    expect(tape.requests.length).toBeLessThanOrEqual(50);
    expect(lastBookmark(steps)).toMatchObject({
      reach: 'partial',
      cursor: { walk: { pages: 50 } },
    });
    expect(JSON.stringify(lastBookmark(steps).cursor).length).toBeLessThan(4_096);
  });
});

describe('servers that give no list', () => {
  it.each([401, 403, 422])('status %i: the account is noted as forbidden, with what to do', async (code) => {
    tape.on(`GET ${LIST}`, { status: code, body: { error: 'This API requires an authenticated user' } });
    const steps = await harvest();
    expect(steps).toMatchObject([{ kind: 'account', state: 'forbidden' }]);
    expect(of(steps, 'account')[0]!.detail).toMatch(/authenticated user.*access token/);
  });

  it('a token is sent where there is one', async () => {
    await test.close();
    test = openTestIo({
      hosts: { [HOST]: tape.url },
      credential: { name: 'mine', kind: 'bearer', secret: 'secret-token' },
    });
    tape.on(`GET ${LIST}`, (request) =>
      request.headers['authorization'] === 'Bearer secret-token'
        ? listing(range(1, 3))(request)
        : { status: 401, body: {} },
    );
    expect(postsIn(await harvest())).toEqual(['3', '2', '1']);
  });

  it('HTML instead of JSON is no answer', async () => {
    tape.on(`GET ${LIST}`, {
      body: '<!doctype html><title>Checking your browser</title>',
      headers: { 'content-type': 'text/html' },
    });
    await expect(harvest()).rejects.toMatchObject({ problem: 'not-json' });
  });

  it('a socket that is closed early is no answer either, and nothing is lost by it', async () => {
    const whole = { body: range(1, 3).reverse(), headers: { link: '<?a>; rel="prev"' } };
    tape.on(`GET ${LIST}?limit=40`, [{ ...whole, misbehave: 'truncate' }, { misbehave: 'close-early' }, whole]);
    tape.on(`GET ${LIST}`, { body: [] });
    expect(postsIn(await harvest())).toEqual(['3', '2', '1']);
  });

  it('posts of others in the list are not handed over as this account’s', async () => {
    const other = status(5, {
      uri: 'https://good.example/users/a/statuses/5',
      account: { id: '9', uri: 'https://good.example/users/a', acct: 'a' },
    });
    tape.on(`GET ${LIST}`, { body: [status(6), other] });
    tape.on('GET /api/v1/accounts/7', { body: account() });
    const steps = await harvest();
    expect(of(steps, 'captured')).toEqual([]);
    expect(of(steps, 'gap')).toMatchObject([{ reason: 'platform' }]);
    expect(of(steps, 'bookmark')).toEqual([]);
  });
});

describe('what the list says beside the posts', () => {
  it('an edit brings its history, once, bound to its post', async () => {
    const edited = status(2, { edited_at: '2024-01-02T00:00:00.000Z', content: '<p>second</p>' });
    const version = (at: string, content: string): Status => ({
      content,
      spoiler_text: '',
      sensitive: false,
      created_at: at,
      account: account(),
      media_attachments: [],
      emojis: [],
      poll: null,
    });
    tape.on(`GET ${LIST}`, listing([status(1), edited]));
    tape.on(`GET /api/v1/statuses/${id(2)}/history`, {
      body: [version('2024-01-01T00:02:00.000Z', '<p>first</p>'), version('2024-01-02T00:00:00.000Z', '<p>second</p>')],
    });
    const steps = await harvest();
    const history = of(steps, 'captured').find((step) => step.about !== undefined)!;
    expect(history.about).toBe(`${ACTOR}/statuses/2`);
    const versions = (await readingsOf(mastodon, test, history)) as Reading[];
    expect(versions.map(({ post, content, edition }) => [post, content!.text, edition])).toEqual([
      [`${ACTOR}/statuses/2`, 'first', Date.UTC(2024, 0, 1, 0, 2) / 1000],
      [`${ACTOR}/statuses/2`, 'second', Date.UTC(2024, 0, 2) / 1000],
    ]);
    tape.requests.length = 0;
    await harvest(lastBookmark(steps).cursor);
    expect(tape.requests.filter(({ path }) => path.endsWith('/history'))).toEqual([]);
  });

  it('a move is told once', async () => {
    const moved = account({ moved: { uri: 'https://far.example/users/nour', acct: 'nour@far.example' } });
    tape.on(`GET ${LIST}`, listing(range(1, 3).map((each) => ({ ...each, account: moved }))));
    const steps = await harvest();
    expect(of(steps, 'account')).toMatchObject([{ state: 'moved' }]);
    expect(of(await harvest(lastBookmark(steps).cursor), 'account')).toEqual([]);
  });
});
