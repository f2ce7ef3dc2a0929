/** Following an account of Hacker News. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  captured,
  openTestIo,
  profilesOf,
  readingsOf,
  stepsOf,
  type TestIo,
} from '../../../test/support/harvest-io.js';
import { startTape, type Tape } from '../../../test/support/tape-server.js';
import type { HarvestStep, SeedView } from '../harvest.js';
import { hackernewsConnector as connector } from './connector.js';
import { hackernews } from './index.js';
import { postOf } from './uri.js';

const seed: SeedView = {
  uri: 'https://news.ycombinator.com/user?id=nour',
  name: 'hn:nour',
  settings: { name: 'nour' },
  backfill: 100,
};
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({ hosts: { 'hacker-news.firebaseio.com': tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const user = (submitted: readonly number[]): void =>
  tape.on('GET /v0/user/nour.json', { body: { id: 'nour', created: 1_481_000_000, karma: 1, submitted } });
const item = (id: number, more: object = {}): void =>
  tape.on(`GET /v0/item/${id}.json`, {
    body: { id, by: 'nour', type: 'comment', parent: 1, text: `words ${id}`, time: 1_481_655_851, ...more },
  });
const harvest = (since: Parameters<typeof connector.harvest>[1] = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));

it('claims accounts only, and finds them by name', async () => {
  expect(connector.claims('hn:nour')).toBe(1);
  expect(connector.claims('https://news.ycombinator.com/item?id=1')).toBe(0);
  user([]);
  expect(await connector.resolve('https://news.ycombinator.com/user?id=nour', test.io)).toMatchObject({
    uri: seed.uri,
  });
  tape.on('GET /v0/user/nobody.json', { body: 'null', headers: { 'content-type': 'application/json' } });
  await expect(connector.resolve('hn:nobody', test.io)).rejects.toThrow('no account');
});

it('hands over what the account says of itself, with the list that it came with', async () => {
  user([]);
  const profiles = await profilesOf(hackernews, test, seed.uri, connector.harvest(seed, null, test.io));
  expect(profiles).toMatchObject([{ actor: seed.uri, profile: { handle: 'nour' }, metrics: { karma: 1 } }]);
});

it('asks for every item once, oldest first, and next time for what is new', async () => {
  user([30, 20, 10]);
  for (const id of [10, 20, 30]) item(id);
  const steps = await harvest();
  const read = await Promise.all(captured(steps).map((step) => readingsOf(hackernews, test, step)));
  expect(read.flat()).toMatchObject([10, 20, 30].map((id) => ({ post: postOf(String(id)), outcome: 'present' })));
  expect(steps.at(-1)).toEqual({
    kind: 'bookmark',
    cursor: { newest: 30, pending: [] },
    reach: 'whole',
    backTo: { beginning: true },
  });
  user([40, 30, 20, 10]);
  item(40);
  const next = await harvest({ newest: 30, pending: [] });
  expect(captured(next).map(({ posts }) => posts[0]!.ref)).toEqual(['40']);
});

it('keeps an item that is announced and not there yet for the next time', async () => {
  user([20, 10]);
  item(20);
  tape.on('GET /v0/item/10.json', { body: 'null', headers: { 'content-type': 'application/json' } });
  const steps = await harvest();
  expect(steps.at(-1)).toMatchObject({ cursor: { newest: 20, pending: [10] } });
  item(10);
  const next = await harvest({ newest: 20, pending: [10] });
  expect(captured(next).map(({ posts }) => posts[0]!.ref)).toEqual(['10']);
  expect(next.at(-1)).toMatchObject({ cursor: { newest: 20, pending: [] } });
});

it('calls deleted what says so itself, and nothing else', async () => {
  item(10, { deleted: true, text: undefined, by: undefined });
  tape.on('GET /v0/item/20.json', { body: 'null', headers: { 'content-type': 'application/json' } });
  const posts = ['10', '20'].map((ref) => ({ post: postOf(ref), ref }));
  const steps = await stepsOf(connector.look!(seed, posts, test.io));
  expect(await readingsOf(hackernews, test, captured(steps)[0]!)).toMatchObject([{ outcome: 'deleted' }]);
  expect(steps[1]).toMatchObject({ kind: 'absence', post: postOf('20'), outcome: 'unreachable' });
});

it('says that an account is not found, and moves nothing', async () => {
  tape.on('GET /v0/user/nour.json', { body: 'null', headers: { 'content-type': 'application/json' } });
  expect(await harvest({ newest: 1, pending: [] })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
});

it('takes a wrong status, a wrong item and an impossible time for what they are', async () => {
  tape.on('GET /v0/user/nour.json', { status: 401, body: { error: 'Permission denied' } });
  expect(await harvest({ newest: 1, pending: [] })).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
  user([20, 10, -3, 0]);
  item(10, { time: 9_000_000_000_000_000 });
  item(20, { id: 21 });
  const steps = await harvest();
  expect(captured(steps).map(({ posts }) => posts)).toEqual([[{ post: postOf('10'), ref: '10' }]]);
  expect(steps.at(-1)).toMatchObject({ cursor: { newest: 20, pending: [20] } });
});

it('says so where it gives up on items that are never handed out', async () => {
  const ids = Array.from({ length: 60 }, (_, index) => 100 + index);
  user(ids);
  for (const id of ids)
    tape.on(`GET /v0/item/${id}.json`, { body: 'null', headers: { 'content-type': 'application/json' } });
  const steps = await harvest();
  expect(steps.filter(({ kind }) => kind === 'gap')).toMatchObject([{ detail: expect.stringMatching(/^10 items/) }]);
  expect(steps.at(-1)).toMatchObject({ kind: 'bookmark', cursor: { newest: 159, pending: ids.slice(10) } });
});

it('goes on after a harvest that was broken off', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => 100 + index);
  user(ids);
  for (const id of ids) item(id);
  tape.on('GET /v0/item/100.json', { body: 'null', headers: { 'content-type': 'application/json' } });
  let place: Parameters<typeof connector.harvest>[1] = null;
  for await (const step of connector.harvest(seed, null, test.io)) {
    if (step.kind !== 'bookmark') continue;
    place = step.cursor;
    break;
  }
  expect(place).toEqual({ newest: 124, pending: [100] });
  item(100);
  const rest = await harvest(place);
  expect(captured(rest).map(({ posts }) => posts[0]!.ref)).toEqual(['100', ...ids.slice(25).map(String)]);
});
