/** Following an actor by its outbox alone, and looking at its objects. */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { postUri } from '../../core/uri.js';
import type { Cursor, HarvestStep, SeedView } from '../harvest.js';
import { activityPubConnector } from './connector-activitypub.js';
import { mastodon } from './index.js';

const HOST = 'blog.example';
const ACTOR = `https://${HOST}/author/nour`;
const OUTBOX = `${ACTOR}/outbox`;
const CONTEXT = { '@context': 'https://www.w3.org/ns/activitystreams' };
const PUBLIC = ['https://www.w3.org/ns/activitystreams#Public'];
const seed: SeedView = {
  uri: ACTOR,
  name: `@nour@${HOST}`,
  settings: { outbox: OUTBOX, acct: `nour@${HOST}` },
  backfill: 100,
};
const actor = {
  ...CONTEXT,
  type: 'Person',
  id: ACTOR,
  preferredUsername: 'nour',
  inbox: `${ACTOR}/inbox`,
  outbox: OUTBOX,
};
const time = (n: number): string => new Date(Date.UTC(2024, 0, 1) + n * 60_000).toISOString();
const note = (n: number): object => ({
  type: 'Note',
  id: `https://${HOST}/notes/${n}`,
  attributedTo: ACTOR,
  published: time(n),
  content: `<p>note ${n}</p>`,
  to: PUBLIC,
});
const create = (n: number): object => ({
  type: 'Create',
  id: `https://${HOST}/notes/${n}#create`,
  actor: ACTOR,
  published: time(n),
  to: PUBLIC,
  object: note(n),
});
const page = (items: unknown[], next?: string): Reply => ({
  body: { ...CONTEXT, type: 'OrderedCollectionPage', partOf: OUTBOX, orderedItems: items, ...(next && { next }) },
});
const collection = (totalItems: number, first: unknown): Reply => ({
  body: { ...CONTEXT, type: 'OrderedCollection', id: OUTBOX, totalItems, first },
});
const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, i) => from - i);

let tape: Tape;
let far: Tape;
let test: TestIo;
const hosts = () => ({ [HOST]: tape.url, 'far.example': far.url });
beforeEach(async () => {
  tape = await startTape({ 'GET /author/nour': { body: actor } });
  far = await startTape();
  test = openTestIo({ hosts: hosts() });
});
afterEach(async () => {
  await test.close();
  await tape.close();
  await far.close();
});
const serve = (numbers: number[], size = 10) =>
  tape.on('GET /author/nour/outbox', ({ query }: TapeRequest): Reply => {
    const at = query.get('page');
    if (at === null) return collection(numbers.length, `${OUTBOX}?page=1`);
    const start = (Number(at) - 1) * size;
    const more = numbers.length > start + size ? `${OUTBOX}?page=${Number(at) + 1}` : undefined;
    return page(numbers.slice(start, start + size).map(create), more);
  });
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(activityPubConnector.harvest(seed, since, test.io));
const of = <K extends HarvestStep['kind']>(steps: readonly HarvestStep[], kind: K) =>
  steps.filter((step): step is Extract<HarvestStep, { kind: K }> => step.kind === kind);
const cursorAfter = (steps: readonly HarvestStep[]): Cursor => of(steps, 'bookmark').at(-1)!.cursor;
const postsIn = (steps: readonly HarvestStep[]): number[] =>
  of(steps, 'captured').flatMap(({ posts }) => posts.map(({ post }) => Number(post.split('/').at(-1))));
const readings = async (steps: readonly HarvestStep[]): Promise<Reading[]> =>
  (await Promise.all(of(steps, 'captured').map((step) => readingsOf(mastodon, test, step))))
    .flat()
    .filter((item): item is Reading => !isRefused(item));

describe('whom to follow', () => {
  it('a handle, or the actor’s own address', async () => {
    const self = { rel: 'self', type: 'application/activity+json', href: ACTOR };
    tape.on('GET /.well-known/webfinger', { body: { subject: `acct:nour@${HOST}`, links: [self] } });
    tape.on('GET /author/nour/outbox', collection(0, `${OUTBOX}?page=1`));
    const { backfill: _backfill, ...resolved } = seed;
    expect(await activityPubConnector.resolve(`@nour@${HOST}`, test.io)).toEqual(resolved);
    expect(await activityPubConnector.resolve(ACTOR, test.io)).toEqual(resolved);
  });

  it('an actor that speaks for another server is none', async () => {
    far.on('GET /evil', { body: actor });
    tape.on('GET /author/nour', { status: 404 });
    expect(await activityPubConnector.resolve('https://far.example/evil', test.io)).toBeUndefined();
  });

  it('pages, posts and other things are none', async () => {
    tape.on('GET /page', { body: '<html>', headers: { 'content-type': 'text/html' } });
    tape.on('GET /notes/1', { body: { ...CONTEXT, ...note(1) } });
    expect(await activityPubConnector.resolve(`https://${HOST}/page`, test.io)).toBeUndefined();
    expect(await activityPubConnector.resolve(`https://${HOST}/notes/1`, test.io)).toBeUndefined();
  });

  it('a closed actor says what to do', async () => {
    tape.on('GET /author/nour', { status: 401, body: { error: 'Request not signed' } });
    await expect(activityPubConnector.resolve(ACTOR, test.io)).rejects.toThrow(/not signed.*credential of kind key/);
  });
});

describe('the outbox', () => {
  it('is read page by page, and from then on down to what is known', async () => {
    serve(down(35, 1));
    const first = await harvest();
    expect(postsIn(first)).toEqual(down(35, 1));
    expect(of(first, 'bookmark').at(-1)).toMatchObject({
      reach: 'whole',
      backTo: { published: time(1), beginning: true },
    });
    expect((await readings(first))[0]).toMatchObject({
      post: `https://${HOST}/notes/35`,
      hand: 'first',
      content: { text: 'note 35', attributedTo: ACTOR, visibility: 'public' },
    });
    serve(down(48, 1));
    const later = await harvest(cursorAfter(first));
    expect(postsIn(later)).toEqual(down(48, 29));
    expect(of(later, 'gap')).toEqual([]);
  });

  it('may be inlined whole', async () => {
    tape.on('GET /author/nour/outbox', {
      body: { ...CONTEXT, type: 'OrderedCollection', id: OUTBOX, totalItems: 2, orderedItems: [create(2), create(1)] },
    });
    expect(postsIn(await harvest())).toEqual([2, 1]);
  });

  it('may only name its posts: each new one is fetched', async () => {
    const named = (numbers: number[]) =>
      tape.on('GET /author/nour/outbox', {
        body: {
          ...CONTEXT,
          type: 'OrderedCollection',
          id: OUTBOX,
          orderedItems: numbers.map((n) => `https://${HOST}/notes/${n}`),
        },
      });
    for (const n of [1, 2, 3]) tape.on(`GET /notes/${n}`, { body: { ...CONTEXT, ...note(n) } });
    named([2, 1]);
    const first = await harvest();
    expect(postsIn(first)).toEqual([2, 1]);
    named([3, 2, 1]);
    expect(postsIn(await harvest(cursorAfter(first)))).toEqual([3]);
  });

  it('of a relay: what it passes on of other servers is asked for there, its news of deletions believed of nobody', async () => {
    const theirs = {
      ...CONTEXT,
      type: 'Page',
      id: 'https://far.example/post/1',
      attributedTo: 'https://far.example/u/a',
      name: 'true',
      to: PUBLIC,
    };
    const relay = (id: number, activity: object): object => ({
      type: 'Announce',
      id: `https://${HOST}/act/${id}`,
      actor: ACTOR,
      to: PUBLIC,
      object: activity,
    });
    far.on('GET /post/1', { body: theirs });
    far.on('GET /post/2', { body: { ...theirs, id: 'https://far.example/post/2' } });
    tape.on('GET /author/nour/outbox', {
      body: {
        ...CONTEXT,
        type: 'OrderedCollection',
        id: OUTBOX,
        orderedItems: [
          relay(2, {
            type: 'Delete',
            id: 'https://far.example/d',
            actor: 'https://far.example/u/a',
            object: 'https://far.example/post/2',
          }),
          relay(1, {
            type: 'Create',
            id: 'https://far.example/c',
            actor: 'https://far.example/u/a',
            object: { ...theirs, name: 'forged' },
          }),
        ],
      },
    });
    const read = await readings(await harvest());
    expect(read.map(({ post, outcome, content }) => [post, outcome, content?.name])).toEqual([
      ['https://far.example/post/2', 'present', 'true'],
      ['https://far.example/post/1', 'present', 'true'],
    ]);
  });

  it('with acts of others in it is not handed over', async () => {
    tape.on('GET /author/nour/outbox', page([{ ...create(1), actor: 'https://far.example/u/a' }]));
    const steps = await harvest();
    expect(of(steps, 'captured')).toEqual([]);
    expect(of(steps, 'gap')).toMatchObject([{ reason: 'platform' }]);
  });

  it('that turns in a circle ends with a gap; one that leads to another server ends', async () => {
    tape.on('GET /author/nour/outbox', page([create(1)], OUTBOX));
    expect(of(await harvest(), 'gap')).toMatchObject([{ reason: 'platform' }]);
    tape.on('GET /author/nour/outbox', page([create(1)], 'https://far.example/more'));
    const steps = await harvest();
    expect(of(steps, 'gap')).toEqual([]);
    expect(far.requests).toEqual([]);
  });

  it('that is empty, or HTML, is no deletion', async () => {
    serve(down(5, 1));
    const cursor = cursorAfter(await harvest());
    tape.on('GET /author/nour/outbox', collection(5, undefined));
    const steps = await harvest(cursor);
    expect(of(steps, 'gap')).toHaveLength(1);
    expect(of(steps, 'absence')).toEqual([]);
    tape.on('GET /author/nour/outbox', { body: '<html>', headers: { 'content-type': 'text/html' } });
    await expect(harvest(cursor)).rejects.toMatchObject({ problem: 'not-json' });
  });

  it('that is closed: noted, with what to do; signed where there is a key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const isSigned = ({ headers, path, query }: TapeRequest): boolean => {
      const fields = Object.fromEntries(
        [...String(headers['signature']).matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
      );
      const target = `${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
      const text = `(request-target): get ${target}\nhost: ${HOST}\ndate: ${String(headers['date'])}`;
      return (
        fields['keyId'] === 'https://perdure.example/actor#main-key' &&
        createVerify('sha256')
          .update(text)
          .verify(publicKey, fields['signature'] ?? '', 'base64')
      );
    };
    tape.on('GET /author/nour/outbox', (request) =>
      isSigned(request) ? page([create(1)]) : { status: 401, body: { error: 'not signed' } },
    );
    expect(of(await harvest(), 'account')).toMatchObject([{ state: 'forbidden' }]);
    await test.close();
    test = openTestIo({
      hosts: hosts(),
      credential: { name: 'sign', kind: 'key', user: 'https://perdure.example/actor#main-key', secret: privateKey },
    });
    expect(postsIn(await harvest())).toEqual([1]);
  });

  it('of an actor that has moved: told once', async () => {
    tape.on('GET /author/nour', { body: { ...actor, movedTo: 'https://far.example/u/nour' } });
    serve(down(2, 1));
    const steps = await harvest();
    expect(of(steps, 'account')).toMatchObject([{ state: 'moved' }]);
    expect(of(await harvest(cursorAfter(steps)), 'account')).toEqual([]);
  });
});

describe('looks', () => {
  const look = (...numbers: number[]): Promise<HarvestStep[]> =>
    stepsOf(
      activityPubConnector.look!(
        seed,
        numbers.map((n) => ({ post: postUri(`https://${HOST}/notes/${n}`), ref: String(n) })),
        test.io,
      ),
    );
  const told = (steps: readonly HarvestStep[]): unknown[] =>
    steps.map((step) => (step.kind === 'absence' ? step.outcome : step.kind === 'account' ? step.state : step.kind));

  it('say what the post’s own server says', async () => {
    tape.on('GET /notes/1', { body: { ...CONTEXT, ...note(1) } });
    tape.on('GET /notes/2', { status: 410 });
    tape.on('GET /notes/4', { status: 403 });
    tape.on('GET /notes/5', { body: { ...CONTEXT, type: 'Tombstone', id: `https://${HOST}/notes/5` } });
    expect(told(await look(1, 2, 3, 4, 5))).toEqual(['captured', 'deleted', 'notFound', 'forbidden', 'deleted']);
  });

  it('hold no post for deleted whose account is gone', async () => {
    tape.on('GET /author/nour', { status: 410 });
    tape.on('GET /notes/1', { status: 410 });
    expect(told(await look(1, 2))).toEqual(['suspended', 'suspended', 'suspended']);
  });
});
