/** Following an account that its own server does not show, by what Bluesky's AppView shows of it. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Tape } from '../../../test/support/tape-server.js';
import type { Bookmark, Captured, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { blueskyConnector as connector } from './connector.js';
import { bluesky } from './index.js';

const DID = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const FEED = 'GET /xrpc/app.bsky.feed.getAuthorFeed';
const seed: SeedView = {
  uri: DID,
  name: 'nour.example',
  settings: { did: DID, pds: 'https://pds.example' },
  backfill: 100,
};
let tape: Tape;
let test: TestIo;

beforeEach(async () => {
  tape = await startTape({
    'GET /xrpc/com.atproto.sync.getLatestCommit': { status: 403, body: { error: 'Forbidden' } },
    [`GET /${DID}`]: { body: { id: DID, service: [{ id: '#atproto_pds', serviceEndpoint: 'https://pds.example' }] } },
  });
  const hosts = { 'pds.example': tape.url, 'plc.directory': tape.url, 'public.api.bsky.app': tape.url };
  test = openTestIo({ hosts });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const uri = (n: number): string => `at://${DID}/app.bsky.feed.post/3k${String(n).padStart(11, '2')}`;
const entry = (n: number): object => ({
  post: {
    uri: uri(n),
    cid: `bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa${String(n).padStart(4, 'a')}`,
    author: { did: DID, handle: 'nour.example' },
    record: { $type: 'app.bsky.feed.post', text: `post ${n}`, createdAt: '2024-01-01T00:00:00.000Z' },
    indexedAt: '2024-01-01T00:00:00.000Z',
  },
});
const harvest = (since: Cursor | null): Promise<HarvestStep[]> => stepsOf(connector.harvest(seed, since, test.io));

it('takes its posts from there, as the same posts, and says so', async () => {
  tape.on(FEED, { body: { feed: [entry(2), entry(1)] } });
  const [page, bookmark] = await harvest(null);
  expect(await readingsOf(bluesky, test, page as Captured)).toMatchObject([
    { post: uri(2), hand: 'first', content: { attributedTo: DID, text: 'post 2' } },
    { post: uri(1) },
  ]);
  expect(bookmark).toMatchObject({ kind: 'bookmark', reach: 'whole', backTo: { beginning: true } });
  expect(test.warnings[0]).toContain('Forbidden');
});

it('tells a gap, and no deletion, where the feed ends before anything that was known', async () => {
  tape.on(FEED, { body: { feed: [entry(2), entry(1)] } });
  const { cursor } = (await harvest(null)).at(-1) as Bookmark;
  tape.on(FEED, { body: { feed: [] } });
  expect(await harvest(cursor)).toMatchObject([{ kind: 'gap', reason: 'ceiling' }, { kind: 'bookmark' }]);
});

it('stops where the feed does not go on', async () => {
  tape.on(FEED, { body: { feed: [entry(1)], cursor: 'again' } });
  const { cursor } = (await harvest(null)).at(-1) as Bookmark;
  tape.on(FEED, { body: { feed: [entry(5)], cursor: 'again' } });
  const steps = await harvest(cursor);
  expect(steps.find(({ kind }) => kind === 'gap')).toMatchObject({ reason: 'platform' });
  expect(tape.requests.length).toBeLessThan(12);
});
