/** Looks at known posts, and what is said of those that are not there to be seen. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, profilesOf, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape } from '../../../test/support/tape-server.js';
import type { Reading } from '../../core/reading.js';
import { postUri } from '../../core/uri.js';
import type { HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { mastodonConnector } from './connector.js';
import { mastodon } from './index.js';

const HOST = 'social.example';
const ACTOR = `https://${HOST}/users/nour`;
const seed: SeedView = {
  uri: ACTOR,
  name: `@nour@${HOST}`,
  settings: { origin: `https://${HOST}`, accountId: '7', acct: `nour@${HOST}` },
  backfill: 100,
};
const account = { id: '7', acct: 'nour', username: 'nour', uri: ACTOR, url: `https://${HOST}/@nour` };
const toSee = (n: number): PostToSee => ({ post: postUri(`${ACTOR}/statuses/${n}`), ref: String(n) });
const status = (n: number, more = {}): object => ({
  id: String(n),
  created_at: '2024-01-01T00:00:00.000Z',
  visibility: 'public',
  uri: `${ACTOR}/statuses/${n}`,
  content: `<p>post ${n}</p>`,
  account,
  ...more,
});
const note = (n: number, more = {}): object => ({
  '@context': 'https://www.w3.org/ns/activitystreams',
  type: 'Note',
  id: `${ACTOR}/statuses/${n}`,
  attributedTo: ACTOR,
  content: `<p>post ${n}</p>`,
  to: ['https://www.w3.org/ns/activitystreams#Public'],
  ...more,
});
const tombstone = (n: number): object => ({
  '@context': 'https://www.w3.org/ns/activitystreams',
  type: 'Tombstone',
  id: `${ACTOR}/statuses/${n}`,
  deleted: '2024-02-01T00:00:00Z',
});
const GONE: Reply = { status: 410, body: { error: 'Gone' } };

let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape({ 'GET /api/v1/accounts/7': { body: account } });
  test = openTestIo({ hosts: { [HOST]: tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const api = (n: number, reply: Reply | Reply[]) => tape.on(`GET /api/v1/statuses/${n}`, reply);
const object = (n: number, reply: Reply | Reply[]) => tape.on(`GET /users/nour/statuses/${n}`, reply);
const look = (...numbers: number[]): Promise<HarvestStep[]> =>
  stepsOf(mastodonConnector.look!(seed, numbers.map(toSee), test.io));
const told = (steps: readonly HarvestStep[]): unknown[] =>
  steps.map((step) =>
    step.kind === 'absence'
      ? [step.post.split('/').at(-1), step.outcome]
      : step.kind === 'account'
        ? step.state
        : step.kind,
  );

describe('a post that is there', () => {
  it('is captured, with its history when it was edited', async () => {
    api(1, { body: status(1) });
    api(2, { body: status(2, { edited_at: '2024-01-03T00:00:00.000Z' }) });
    tape.on('GET /api/v1/statuses/2/history', {
      body: [{ content: '<p>before</p>', spoiler_text: '', created_at: '2024-01-01T00:00:00.000Z', account }],
    });
    const steps = await look(1, 2);
    expect(told(steps)).toEqual(['captured', 'captured', 'captured']);
    const read = (await readingsOf(mastodon, test, steps[2] as never)) as Reading[];
    expect(read).toMatchObject([{ post: `${ACTOR}/statuses/2`, content: { text: 'before' } }]);
  });

  it('is asked for under its URI where its id has changed', async () => {
    api(1, { body: status(9) });
    object(1, { body: note(1) });
    const steps = await look(1);
    expect(told(steps)).toEqual(['captured']);
    const read = (await readingsOf(mastodon, test, steps[0] as never)) as Reading[];
    expect(read).toMatchObject([{ post: `${ACTOR}/statuses/1`, outcome: 'present', content: { text: 'post 1' } }]);
  });
});

describe('a post that is not', () => {
  it.each<[string, Reply, string]>([
    ['404 under its URI too: nobody says that it was deleted', { status: 404 }, 'notFound'],
    ['410', GONE, 'deleted'],
    ['a Tombstone', { body: tombstone(1) }, 'deleted'],
    ['a Tombstone with 404', { status: 404, body: tombstone(1) }, 'deleted'],
    ['a Tombstone of another post', { body: tombstone(2) }, 'notFound'],
    ['the object of another post', { body: note(2) }, 'notFound'],
    [
      'an object by an author of another server',
      { body: note(1, { attributedTo: 'https://evil.example/u' }) },
      'notFound',
    ],
    ['HTML', { body: '<html>sign in</html>', headers: { 'content-type': 'text/html' } }, 'notFound'],
    [
      'a redirect to another server that says 410',
      { status: 302, headers: { location: 'https://evil.example/gone' } },
      'notFound',
    ],
  ])('%s', async (_name, reply, outcome) => {
    const evil = await startTape({ 'GET /gone': GONE });
    await test.close();
    test = openTestIo({ hosts: { [HOST]: tape.url, 'evil.example': evil.url } });
    try {
      object(1, reply);
      expect(told(await look(1))).toEqual([['1', outcome]]);
    } finally {
      await evil.close();
    }
  });

  it('the time that a Tombstone claims is kept', async () => {
    object(1, { body: tombstone(1) });
    expect(await look(1)).toMatchObject([{ claimedFrom: '2024-02-01T00:00:00Z', exchange: { status: 200 } }]);
  });

  it('refusals are forbidden, and no word about deletion', async () => {
    api(1, { status: 401, body: { error: 'unauthorised' } });
    api(2, { status: 403, body: {} });
    expect(told(await look(1, 2))).toEqual([
      ['1', 'forbidden'],
      ['2', 'forbidden'],
    ]);
  });

  it('HTML and errors of the server are unreachable, and the others are looked at all the same', async () => {
    api(1, { body: '<html>', headers: { 'content-type': 'text/html' } });
    api(2, { status: 500, body: 'oops' });
    api(3, { body: status(3) });
    expect(told(await look(1, 2, 3))).toEqual([['1', 'unreachable'], ['2', 'unreachable'], 'captured']);
  }, 20_000);
});

describe('many posts at once', () => {
  it.each<[string, Reply, string, string]>([
    ['suspended', { body: { ...account, suspended: true } }, 'suspended', 'suspended'],
    ['gone', GONE, 'suspended', 'suspended'],
  ])('the account is asked first: %s', async (_name, reply, state, outcome) => {
    tape.on('GET /api/v1/accounts/7', reply);
    for (const n of [1, 2, 3]) object(n, GONE);
    expect(told(await look(1, 2, 3))).toEqual([state, ['1', outcome], ['2', outcome], ['3', outcome]]);
    expect(tape.requests.filter(({ path }) => path === '/api/v1/accounts/7')).toHaveLength(1);
  });

  it('the account as it was then shown is handed over, once', async () => {
    for (const n of [1, 2, 3]) object(n, GONE);
    const steps = mastodonConnector.look!(seed, [1, 2, 3].map(toSee), test.io);
    expect(await profilesOf(mastodon, test, ACTOR, steps)).toMatchObject([
      { actor: ACTOR, hand: 'first', profile: { handle: `nour@${HOST}`, status: 'active' } },
    ]);
  });

  it('an account that nobody knows says nothing about its posts', async () => {
    tape.on('GET /api/v1/accounts/7', { status: 404 });
    object(1, GONE);
    expect(told(await look(1))).toEqual(['notFound', ['1', 'notFound']]);
  });

  it('a Tombstone that names the post is its deletion, whatever became of the account', async () => {
    tape.on('GET /api/v1/accounts/7', GONE);
    object(1, { status: 410, body: tombstone(1) });
    expect(told(await look(1))).toEqual(['suspended', ['1', 'deleted']]);
  });
});
