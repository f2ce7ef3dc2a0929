/** Following an account at its own server, where the server misbehaves; the real one is in connector.pds.test.ts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bookmark,
  captured,
  openTestIo,
  profilesOf,
  readingsOf,
  stepsOf,
  type TestIo,
} from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import type { Bookmark, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { blueskyConnector as connector } from './connector.js';
import { bluesky } from './index.js';

const DID = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const PDS = 'https://pds.example';
const seed: SeedView = {
  uri: DID,
  name: 'nour.example',
  settings: { did: DID, pds: PDS, handle: 'nour.example' },
  backfill: 500,
};
const HEAD = 'GET /xrpc/com.atproto.sync.getLatestCommit';
const LIST = 'GET /xrpc/com.atproto.repo.listRecords';
const RECORD = 'GET /xrpc/com.atproto.repo.getRecord';
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({
    hosts: {
      'pds.example': tape.url,
      'plc.directory': tape.url,
      'public.api.bsky.app': tape.url,
      'nour.example': tape.url,
    },
  });
  tape.on(`GET /${DID}`, {
    body: {
      id: DID,
      alsoKnownAs: ['at://nour.example'],
      service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: PDS }],
    },
  });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const rkey = (n: number): string => `3k${String(n).padStart(11, '2')}`;
const uri = (n: number): string => `at://${DID}/app.bsky.feed.post/${rkey(n)}`;
const record = (n: number): object => ({
  uri: uri(n),
  cid: `bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa${String(n).padStart(4, 'a')}`,
  value: {
    $type: 'app.bsky.feed.post',
    text: `post ${n}`,
    createdAt: new Date(Date.UTC(2024, 0, 1) + n * 60_000).toISOString(),
  },
});
const repo =
  (ns: readonly number[]) =>
  ({ query }: TapeRequest): Reply => {
    if (query.get('collection') !== 'app.bsky.feed.post') return { body: { records: [] } };
    const from = Number(query.get('cursor') ?? 0);
    const page = [...ns].sort((a, b) => b - a).slice(from, from + Number(query.get('limit')));
    return {
      body: {
        records: page.map(record),
        ...(from + page.length < ns.length && { cursor: String(from + page.length) }),
      },
    };
  };
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));
const head = (rev: string): void => tape.on(HEAD, { body: { cid: 'bafy', rev } });

describe('an account', () => {
  it.each(['nour.example', '@nour.example', `https://bsky.app/profile/nour.example`, DID, `at://${DID}`])(
    'is found by %s',
    async (text) => {
      tape.on('GET /.well-known/atproto-did', { body: `${DID}\n` });
      expect(connector.claims(text)).toBeGreaterThan(0.5);
      expect(await connector.resolve(text, test.io)).toEqual({
        uri: DID,
        name: 'nour.example',
        settings: { did: DID, pds: PDS, handle: 'nour.example' },
      });
    },
  );

  it('is asked after where its own host says nothing, and left to others where nobody knows it', async () => {
    tape.on('GET /xrpc/com.atproto.identity.resolveHandle', { body: { did: DID } });
    expect(await connector.resolve('nour.example', test.io)).toMatchObject({ uri: DID });
    tape.on('GET /xrpc/com.atproto.identity.resolveHandle', { status: 400, body: { error: 'InvalidRequest' } });
    expect(await connector.resolve('nour.example', test.io)).toBeUndefined();
  });
});

describe('a harvest', () => {
  it('reads the list to its end, and next time to what was known', async () => {
    head('r1');
    tape.on(LIST, repo(range(1, 250)));
    const first = await harvest();
    expect(captured(first)).toHaveLength(3);
    expect((await readingsOf(bluesky, test, captured(first)[0]!))[0]).toMatchObject({
      post: uri(250),
      hand: 'first',
      content: { attributedTo: DID, text: 'post 250' },
    });
    expect(bookmark(first)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    head('r2');
    tape.on(LIST, repo(range(1, 251)));
    const next = await harvest(bookmark(first).cursor);
    expect(next.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('asks no further where the repository has not changed', async () => {
    head('r1');
    tape.on(LIST, repo([1]));
    const { cursor } = bookmark(await harvest());
    const before = tape.requests.length;
    expect((await harvest(cursor)).map(({ kind }) => kind)).toEqual(['bookmark']);
    expect(tape.requests.length - before).toBe(1);
  });

  it('takes an emptied repository for what it is: nothing is listed, nothing is called deleted', async () => {
    head('r1');
    tape.on(LIST, repo([1, 2]));
    const { cursor } = bookmark(await harvest());
    head('r2');
    tape.on(LIST, repo([]));
    expect((await harvest(cursor)).map(({ kind }) => kind)).toEqual(['bookmark']);
  });

  it.each([
    ['RepoTakendown', 'suspended'],
    ['RepoDeactivated', 'deactivated'],
    ['RepoNotFound', 'notFound'],
  ])('says of %s that the account is %s, and moves nothing', async (error, state) => {
    tape.on(HEAD, { status: 400, body: { error, message: 'no' } });
    const steps = await harvest({ rev: 'r1', identityAt: Date.now(), known: {} });
    expect(steps).toMatchObject([{ kind: 'account', state }]);
  });

  it('is taken up where it broke off, and then sees what was written meanwhile', async () => {
    head('r1');
    tape.on('GET /xrpc/com.atproto.repo.listRecords', repo(range(1, 350)));
    const long = { ...seed, backfill: 1_000 };
    const seen = (steps: readonly HarvestStep[]): number =>
      captured(steps).reduce((sum, { posts }) => sum + posts.length, 0);
    const asked = (): (string | null)[] =>
      tape.requests
        .filter(({ path, query }) => path.endsWith('listRecords') && query.get('collection') === 'app.bsky.feed.post')
        .map(({ query }) => query.get('cursor'));
    // The worker dies after the second page: what stands is the bookmark before it.
    const partial: HarvestStep[] = [];
    for await (const step of connector.harvest(long, null, test.io)) {
      partial.push(step);
      if (captured(partial).length === 2) break;
    }
    const place = partial.find(({ kind }) => kind === 'bookmark') as Bookmark;
    expect(place).toMatchObject({ reach: 'partial', cursor: { first: { rev: 'r1', count: 100 } } });
    expect(JSON.stringify(place.cursor).length).toBeLessThan(4_096);

    head('r2');
    const before = asked().length;
    const rest = await stepsOf(connector.harvest(long, place.cursor, test.io));
    expect(asked().slice(before)).toEqual(['100', '200', '300']);
    expect(seen(rest)).toBe(250);
    expect(bookmark(rest)).toMatchObject({ reach: 'whole', cursor: { rev: 'r1' }, backTo: { beginning: true } });
    expect(bookmark(rest).cursor).not.toHaveProperty('first');
    // The head is another by now.
    tape.on('GET /xrpc/com.atproto.repo.listRecords', repo(range(1, 351)));
    expect(seen(await stepsOf(connector.harvest(long, bookmark(rest).cursor, test.io)))).toBeGreaterThan(0);
  });

  it('begins its list anew where a server does not know the place', async () => {
    head('r1');
    const lists = repo(range(1, 50));
    tape.on('GET /xrpc/com.atproto.repo.listRecords', (request: TapeRequest): Reply =>
      request.query.get('cursor') === 'lost' ? { status: 400, body: { error: 'InvalidRequest' } } : lists(request),
    );
    const first = { rev: 'r1', list: 'app.bsky.feed.post', cursor: 'lost', keys: [], count: 300 };
    const steps = await harvest({ identityAt: Date.now(), known: {}, first });
    expect(bookmark(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    expect(captured(steps).flatMap(({ posts }) => posts)).toHaveLength(50);
  });

  it('follows an account that has moved to another server', async () => {
    tape.on(HEAD, { status: 400, body: { error: 'RepoNotFound' } });
    tape.on(`GET /${DID}`, {
      body: {
        id: DID,
        alsoKnownAs: ['at://nour.example'],
        service: [{ id: '#atproto_pds', serviceEndpoint: 'https://new.example' }],
      },
    });
    const moved = await startTape({
      'GET /xrpc/com.atproto.sync.getLatestCommit': { body: { cid: 'bafy', rev: 'r9' } },
      'GET /xrpc/com.atproto.repo.listRecords': repo([1]),
    });
    const both = openTestIo({
      hosts: { 'pds.example': tape.url, 'plc.directory': tape.url, 'new.example': moved.url },
    });
    const steps = await stepsOf(connector.harvest(seed, { rev: 'r1', identityAt: Date.now(), known: {} }, both.io));
    expect(steps.map(({ kind }) => kind)).toEqual(['account', 'captured', 'bookmark']);
    expect(steps[0]).toMatchObject({ state: 'moved', settings: { pds: 'https://new.example' } });
    const again = connector.harvest(seed, { rev: 'r1', identityAt: Date.now(), known: {} }, both.io);
    expect(await profilesOf(bluesky, both, DID, again)).toEqual([
      { actor: DID, hand: 'first', profile: { handle: 'nour.example' } },
    ]);
    await both.close();
    await moved.close();
  });

  it('takes a page for no answer, and moves nothing', async () => {
    tape.on(HEAD, { headers: { 'content-type': 'text/html' }, body: '<html>' });
    await expect(harvest()).rejects.toMatchObject({ problem: 'not-json' });
  });

  it('does not wait for the directory', async () => {
    tape.on(`GET /${DID}`, { headers: { 'content-type': 'text/html' }, body: '<html>' });
    head('r1');
    tape.on(LIST, repo([1]));
    expect((await harvest()).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    expect(test.warnings[0]).toContain(DID);
  });

  it('notes that an account was given up, and says nothing of its posts', async () => {
    tape.on(HEAD, { status: 400, body: { error: 'RepoNotFound' } });
    tape.on(`GET /${DID}`, { status: 410, body: { message: `DID not available: ${DID}` } });
    expect(await harvest()).toMatchObject([{ kind: 'account', state: 'deleted' }]);
  });

  it('looks further down where the server does not tell what changed, and the newest are as they were', async () => {
    head('r1');
    tape.on(LIST, repo(range(1, 250)));
    const { cursor } = bookmark(await harvest());
    head('r2');
    const pages = captured(await harvest(cursor));
    expect(pages.flatMap(({ posts }) => posts.map(({ post }) => post))).toContain(uri(1));
  });

  it('stops where the list does not go on', async () => {
    head('r1');
    tape.on(LIST, { body: { records: [record(1)], cursor: 'again' } });
    const steps = await harvest();
    expect(steps.filter(({ kind }) => kind === 'gap')).toMatchObject([{ reason: 'platform' }, { reason: 'platform' }]);
    expect(tape.requests.length).toBeLessThan(10);
  });
});

describe('a look', () => {
  const posts = [{ post: uri(1) as never, ref: `app.bsky.feed.post/${rkey(1)}` }];
  const gone = { status: 400, body: { error: 'RecordNotFound', message: 'Could not locate record' } };

  it.each([
    ['gives no proof', { status: 404, body: { error: 'MethodNotImplemented' } }],
    ['gives a page for a proof', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['gives bytes that are no CAR', { body: Buffer.from('0aa16572', 'hex') }],
  ])('calls no record deleted where the server says that it has none, and %s', async (_, reply) => {
    tape.on(RECORD, gone);
    head('r1');
    tape.on('GET /xrpc/com.atproto.sync.getRecord', reply);
    expect(await stepsOf(connector.look!(seed, posts, test.io))).toMatchObject([
      { kind: 'absence', outcome: 'notFound' },
    ]);
  });

  it('asks at the server to which the account has moved', async () => {
    tape.on(RECORD, gone);
    const moved = await startTape({ [RECORD]: { body: record(1) } });
    tape.on(`GET /${DID}`, {
      body: { id: DID, service: [{ id: '#atproto_pds', serviceEndpoint: 'https://new.example' }] },
    });
    const both = openTestIo({
      hosts: { 'pds.example': tape.url, 'plc.directory': tape.url, 'new.example': moved.url },
    });
    const steps = await stepsOf(connector.look!(seed, posts, both.io));
    expect(steps).toMatchObject([{ kind: 'account', state: 'moved' }, { kind: 'captured' }]);
    await both.close();
    await moved.close();
  });

  it('says that another record is no sign of this one', async () => {
    tape.on(RECORD, { body: record(2) });
    expect(await stepsOf(connector.look!(seed, posts, test.io))).toMatchObject([{ outcome: 'omitted' }]);
  });

  it('says of an account that is not served nothing of its posts', async () => {
    tape.on(RECORD, gone);
    tape.on(HEAD, { status: 400, body: { error: 'RepoTakendown' } });
    expect(await stepsOf(connector.look!(seed, posts, test.io))).toMatchObject([
      { kind: 'account', state: 'suspended' },
      { kind: 'absence', outcome: 'suspended' },
    ]);
  });

  it('takes an error of another kind for no word about the post', async () => {
    tape.on(RECORD, { status: 400, body: { error: 'InvalidRequest' } });
    head('r1');
    expect(await stepsOf(connector.look!(seed, posts, test.io))).toMatchObject([{ outcome: 'unreachable' }]);
  });

  it('says nothing where a page comes for an answer, goes on with the next post, and gives up after three', async () => {
    const page = { headers: { 'content-type': 'text/html' }, body: '<html>' };
    const [first, second] = [posts[0]!, { post: uri(2) as never, ref: `app.bsky.feed.post/${rkey(2)}` }];
    tape.on(RECORD, [page, { body: record(2) }]);
    expect(await stepsOf(connector.look!(seed, [first, second], test.io))).toMatchObject([{ kind: 'captured' }]);
    tape.on(RECORD, page);
    const looks = stepsOf(connector.look!(seed, [first, second, first], test.io));
    await expect(looks).rejects.toMatchObject({ problem: 'not-json' });
  });
});
