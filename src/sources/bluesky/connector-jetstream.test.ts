/** Following a stream: segments, places, filters. The server is a WebSocket on loopback. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { captured, openTestIo, readingsOf, type TestIo } from '../../../test/support/harvest-io.js';
import type { Bookmark, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { jetstreamConnector as connector } from './connector-jetstream.js';
import { bluesky } from './index.js';

const A = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const B = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb';
let server: WebSocketServer;
let asked: URL[];
let said: string[];
let play: readonly object[];
let test: TestIo;
const T0 = Date.now() * 1_000;

beforeEach(async () => {
  asked = [];
  said = [];
  play = [];
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket, request) => {
    asked.push(new URL(request.url!, 'ws://127.0.0.1'));
    socket.on('message', (data: Buffer) => said.push(data.toString()));
    for (const event of play) socket.send(JSON.stringify(event));
    setTimeout(() => socket.close(), 30);
  });
  test = openTestIo();
});
afterEach(async () => {
  await test.close();
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

const event = (n: number, did = A, operation = 'create'): object => ({
  did,
  time_us: T0 + n,
  kind: 'commit',
  commit: {
    rev: '3lkaaaaaaaa2a',
    operation,
    collection: 'app.bsky.feed.post',
    rkey: `3k${String(n).padStart(11, '2')}`,
    ...(operation !== 'delete' && {
      record: { $type: 'app.bsky.feed.post', text: `post ${n}`, createdAt: '2024-01-01T00:00:00.000Z' },
      cid: 'bafyreibpxrzxobguflj3ejwwmyd5vmi5qb2xqidt6nrx345ahpilfe5bom',
    }),
  },
});
const url = (): string => `ws://127.0.0.1:${(server.address() as AddressInfo).port}/subscribe`;

/** The server closes after what it has played: the stream ends, or breaks. */
async function harvest(since: Cursor | null, followed: readonly string[] = []): Promise<HarvestStep[]> {
  const settings = { url: url(), mode: 'jetstream', all: followed.length === 0 };
  const seed: SeedView = { uri: url(), name: 'stream', settings, backfill: 0, followed };
  const steps: HarvestStep[] = [];
  for await (const step of connector.harvest(seed, since, test.io)) steps.push(step);
  return steps;
}

it('claims streams only', async () => {
  expect(connector.claims('wss://jetstream2.us-east.bsky.network/subscribe')).toBe(1);
  expect(connector.claims('wss://bsky.network/xrpc/com.atproto.sync.subscribeRepos')).toBe(1);
  expect(connector.claims('wss://jetstream1.us-west.bsky.network')).toBe(1);
  expect(connector.claims('https://bsky.app/profile/a.example')).toBe(0);
  expect(await connector.resolve('wss://j.example/subscribe?all=true', test.io)).toMatchObject({
    uri: 'wss://j.example/subscribe?all=true',
    settings: { url: 'wss://j.example/subscribe', mode: 'jetstream', all: true },
  });
});

it('keeps posts, edits and deletions as they came, and its place after them', async () => {
  play = [event(1), event(2, B), event(3, A, 'delete'), { did: A, time_us: T0 + 4, kind: 'identity', identity: {} }];
  const steps = await harvest(null);
  const read = await readingsOf(bluesky, test, captured(steps)[0]!);
  expect(read).toMatchObject([{ outcome: 'present' }, { outcome: 'present' }, { outcome: 'deleted' }]);
  expect(steps.at(-1)).toMatchObject({ kind: 'bookmark', cursor: { at: T0 + 4 }, reach: 'whole' });
  expect(asked[0]!.searchParams.getAll('wantedCollections')).toContain('app.bsky.feed.post');
});

it('goes on a little before its place, and keeps what another server of that name counts behind it', async () => {
  play = [event(1), event(2), event(3)];
  const steps = await harvest({ at: T0 + 3 });
  expect(asked[0]!.searchParams.get('cursor')).toBe(String(T0 + 3 - 5_000_000));
  expect(await readingsOf(bluesky, test, captured(steps)[0]!)).toHaveLength(3);
  expect(steps.at(-1)).toMatchObject({ cursor: { at: T0 + 3 } });
});

it('reads events whatever their keys come in order, and keeps what is none for itself', async () => {
  const { commit, kind, time_us, did } = event(1) as Record<string, unknown>;
  play = [{ commit, kind, time_us, did }, { hello: 'world' }, event(2)];
  const steps = await harvest(null, [A]);
  const read = await Promise.all(captured(steps).map((step) => readingsOf(bluesky, test, step)));
  expect(read.flat().filter((item) => 'post' in item)).toHaveLength(2);
  expect(captured(steps)).toHaveLength(3);
});

it('leaves a server that sends something else all the time', async () => {
  play = Array.from({ length: 500 }, (_, n) => ({ hello: n }));
  await expect(harvest(null, [A])).rejects.toMatchObject({ problem: 'broken' });
});

it('ends with a bookmark although nobody says anything; and goes on from then', async () => {
  const { kind, cursor } = (await harvest(null, [A]))[0] as Bookmark;
  expect(kind).toBe('bookmark');
  await harvest(cursor, [A]);
  const from = Number(asked[1]!.searchParams.get('cursor'));
  expect(from).toBeGreaterThan((Date.now() - 400_000) * 1_000);
});

it('tells no gap of an account that was quiet for days, and listened to', async () => {
  const quiet = { at: (Date.now() - 3 * 86_400_000) * 1_000, until: Date.now() - 5_000, of: A };
  play = [event(1)];
  expect((await harvest(quiet, [A])).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
});

it('tells a gap where the stream of everybody goes on later than it was left', async () => {
  play = [event(1)];
  const hourAgo = Date.now() - 3_600_000;
  const steps = await harvest({ at: hourAgo * 1_000, until: hourAgo });
  expect(steps).toMatchObject([{}, { kind: 'gap', reason: 'cursor-reset', from: new Date(hourAgo).toISOString() }, {}]);
});

it('asks for the followed accounts, and keeps no others though the server sends them', async () => {
  play = [event(1), event(2, B)];
  const steps = await harvest(null, [A]);
  expect(asked[0]!.searchParams.getAll('wantedDids')).toEqual([A]);
  const read = await readingsOf(bluesky, test, captured(steps)[0]!);
  expect(read).toMatchObject([{ post: expect.stringContaining(A) }]);
});

it('says whom it wants in a message where they are many', async () => {
  play = [event(1)];
  const many = Array.from({ length: 1_000 }, (_, n) => `did:plc:${String(n).padStart(24, 'c')}`);
  await harvest(null, [A, ...many]);
  expect(asked[0]!.searchParams.get('requireHello')).toBe('true');
  const { type, payload } = JSON.parse(said[0]!) as { type: string; payload: { wantedDids: string[] } };
  expect(type).toBe('options_update');
  expect(payload.wantedDids).toHaveLength(1_001);
});

it('tells a gap where it was away for longer than the server keeps', async () => {
  play = [event(1)];
  const steps = await harvest({ at: (Date.now() - 3 * 86_400_000) * 1_000 });
  expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'gap', 'bookmark']);
  expect(steps[1]).toMatchObject({ reason: 'cursor-reset' });
});
