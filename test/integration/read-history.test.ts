import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reading } from '../../src/core/reading.js';
import { actorUri, perdureUri, postKey, postUri } from '../../src/core/uri.js';
import {
  actorHistory,
  history,
  historyOfPost,
  locate,
  locateActors,
  media,
  raw,
  SealedError,
  show,
  type PostHistory,
} from '../../src/read/index.js';
import { note, noteUri, ReadingsArchive, seenAt, time } from '../support/readings.js';

let archive: ReadingsArchive;

beforeAll(async () => {
  archive = await ReadingsArchive.open();
});

afterEach(() => archive.clear());
afterAll(() => archive.close());

const locators = [
  (url: string) => (/^https?:\/\/notes\.example\/@\w+\/(\w+)$/.exec(url) ? noteUri(url.split('/').at(-1)!) : undefined),
];
const told = async (text: string): Promise<PostHistory> => {
  const found = await history(archive.pool, locators, text);
  if (!found) throw new Error(`${text} is not known`);
  return found;
};
const gone = (name: string, outcome: Reading['outcome'], when: string): Reading => ({
  post: noteUri(name),
  outcome,
  hand: 'first',
  ...seenAt(when),
});

describe('a post that was edited twice, deleted and restored (A2)', () => {
  const edition = (text: string, edited: string | undefined, seen: string) =>
    note(
      'a',
      { text, published: time('2016-12-13T10:00:00Z'), ...(edited !== undefined && { updated: time(edited) }) },
      {
        ...seenAt(seen),
        claimedFrom: time(edited ?? '2016-12-13T10:00:00Z'),
        edition: Date.parse(edited ?? '2016-12-13T10:00:00Z') / 1000,
      },
    );
  const states = [
    edition('We are still here', undefined, '2016-12-13T10:01:00Z'),
    edition('We are still here.', '2016-12-13T11:00:00Z', '2016-12-13T11:01:00Z'),
    edition('Save us', '2016-12-13T12:00:00Z', '2016-12-13T12:01:00Z'),
    gone('a', 'deleted', '2016-12-14T09:00:00Z'),
    edition('Save us', '2016-12-13T12:00:00Z', '2016-12-15T09:00:00Z'),
  ];

  // The order of arrival does not matter: one by one, the last first.
  beforeEach(async () => {
    for (const [i, state] of [...states].reverse().entries()) await archive.write([state], { capture: `look ${i}` });
  });

  test('shows five states in order', async () => {
    const { post, versions, observations } = await told(noteUri('a'));
    expect(versions.map(({ outcome, text }) => [outcome, text])).toEqual([
      ['present', 'We are still here'],
      ['present', 'We are still here.'],
      ['present', 'Save us'],
      ['deleted', null],
      ['present', 'Save us'],
    ]);
    expect(post).toMatchObject({
      uri: noteUri('a'),
      perdureUri: perdureUri(postKey(noteUri('a'))),
      source: 'example',
      firstObservedAt: '2016-12-13T10:01:00Z',
      lastObservedAt: '2016-12-15T09:00:00Z',
      state: 'present',
      collections: ['default'],
    });
    expect(observations.map(({ observedAt }) => observedAt)).toEqual(
      [...states].map((state) => state.observedAt!.at.at),
    );
    expect(observations[0]).toMatchObject({
      basis: 'record',
      outcome: 'present',
      offset: 0,
      length: 10,
      method: 'import',
    });
    expect(observations[0]!.capture).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(versions[0]).toMatchObject({
      observations: 1,
      from: '2016-12-13T10:01:00Z',
      publishedAt: '2016-12-13T10:00:00Z',
      updatedAt: null,
    });
    expect(versions[0]!.snapshot).toBe(observations[0]!.snapshot);
  });

  test.each([
    ['2016-12-13T10:30:00Z', 'present', 'We are still here'],
    ['2016-12-13T11:30:00Z', 'present', 'We are still here.'],
    ['2016-12-13', 'present', 'Save us'],
    ['2016-12-14T10:00:00Z', 'deleted', null],
    ['2017-01-01', 'present', 'Save us'],
  ])('as of %s: %s %s', async (asOf, outcome, text) => {
    const shown = await show(archive.pool, locators, noteUri('a'), { asOf });
    expect(shown).toMatchObject({ seen: true, version: { outcome, text } });
    if (text !== null) expect(shown?.snapshot?.content.text).toBe(text);
  });

  test('before it was seen, the platform is quoted', async () => {
    const shown = await show(archive.pool, locators, noteUri('a'), { asOf: '2016-12-13T10:00:30Z' });
    expect(shown).toMatchObject({ seen: false, basis: 'claimed', version: { text: 'We are still here' } });
    expect(shown?.note).toMatch(
      /^Not yet seen by 2016-12-13T10:00:30Z \(first seen 2016-12-13T10:01:00Z\); the platform claims/,
    );
    const before = await show(archive.pool, locators, noteUri('a'), { asOf: '2015-01-01' });
    expect(before).toMatchObject({ seen: false, version: null, snapshot: null });
    const claimed = await show(archive.pool, locators, noteUri('a'), { claimedAt: '2016-12-13T11:00:30Z' });
    expect(claimed).toMatchObject({ basis: 'claimed', version: { text: 'We are still here.' } });
    await expect(show(archive.pool, locators, noteUri('a'), { asOf: 'soon' })).rejects.toThrow(/as-of "soon"/);
  });
});

test('two workers, a post and its edit, out of order: one post, two snapshots, the right order (S5)', async () => {
  const link = (order: number) => ({ links: [{ kind: 'editOf' as const, target: noteUri('1'), order }] });
  const first = note('1', { text: 'Alepo', published: time('2016-12-13T10:00:00Z') }, link(0));
  const edit = note('2', { text: 'Aleppo', published: time('2016-12-13T10:05:00Z') }, link(1));
  await Promise.all([archive.write([edit], { capture: 'late' }), archive.write([first], { capture: 'early' })]);
  for (const name of ['1', '2']) {
    const { post, versions, links } = await told(noteUri(name));
    expect(post).toMatchObject({ uri: noteUri('1'), aliases: [noteUri('2')] });
    expect(versions.map(({ text, editions }) => [text, editions])).toEqual([
      ['Alepo', [0]],
      ['Aleppo', [1]],
    ]);
    expect(versions.every(({ conflict }) => !conflict)).toBe(true);
    expect(links).toHaveLength(2);
  }
});

test('an edit that nobody captured is said to be missing', async () => {
  const link = (order: number) => ({ links: [{ kind: 'editOf' as const, target: noteUri('1'), order }] });
  await archive.write([note('1', { text: 'one' }, link(0)), note('3', { text: 'three' }, link(2))]);
  const { versions } = await told(noteUri('1'));
  expect(versions.map(({ outcome, text }) => [outcome, text])).toEqual([
    ['present', 'one'],
    ['notCaptured', null],
    ['present', 'three'],
  ]);
});

test('a time of unknown zone is printed without Z, with its bounds', async () => {
  await archive.write([note('a', { text: 'x', published: time('2016-12-13T10:00') })], {
    seen: '2016-12-14T08:30:00',
    basis: 'zip-entry',
  });
  const { post, versions, observations } = await told(noteUri('a'));
  expect(observations[0]!.observedAt).toBe('2016-12-14T08:30:00');
  expect(observations[0]!.times['observedAt']).toEqual({
    precision: 's',
    zone: 'unknown',
    earliest: '2016-12-13T18:30:00.000Z',
    latest: '2016-12-14T20:30:00.999Z',
  });
  expect(post.firstObservedAt).toBe('2016-12-14T08:30:00');
  expect(versions[0]!.publishedAt).toBe('2016-12-13T10:00');
  expect(versions[0]!.times['publishedAt']).toMatchObject({ precision: 'min', zone: 'unknown' });
});

test('of two readers the newer one counts; collections show their own', async () => {
  await archive.write([note('a', { text: 'misread' })], { capture: 'same', reader: 1, collection: 'one' });
  await archive.write([note('a', { text: 'read well' })], { capture: 'same', reader: 2, collection: 'one' });
  await archive.write([note('a', { text: 'other words' }, seenAt('2018-01-01T00:00:00Z'))], { collection: 'two' });
  const all = await told(noteUri('a'));
  expect(all.versions.map(({ text }) => text)).toEqual(['read well', 'other words']);
  expect(all.observations.map(({ collection, reader }) => [collection, reader])).toEqual([
    ['one', 2],
    ['two', 1],
  ]);
  const two = await archive.pool.query<{ id: string }>(
    `SELECT replace(collection_id::text, '-', '') AS id FROM collection WHERE name = 'two'`,
  );
  const scope = { collections: [two.rows[0]!.id as never] };
  expect((await historyOfPost(archive.pool, postKey(noteUri('a')), scope))?.versions.map(({ text }) => text)).toEqual([
    'other words',
  ]);
  expect(await historyOfPost(archive.pool, postKey(noteUri('a')), { collections: [] })).toBeUndefined();
});

test('counts, losses, references, files and links stand beside the versions', async () => {
  const attachment = [{ type: 'Image' as const, url: 'https://notes.example/i/1.jpg' }];
  await archive.write([
    note(
      'a',
      { text: 'x', attachment, inReplyTo: noteUri('parent') },
      {
        metrics: { likes: 3 },
        losses: ['text: cut'],
        files: ['media/1.jpg'],
        aliases: ['https://notes.example/short/a'],
      },
    ),
    note('b', { text: 'y', inReplyTo: noteUri('a') }),
    note('c', { text: 'z', inReplyTo: noteUri('a'), visibility: 'direct' }),
  ]);
  const found = await told('http://www.notes.example/short/a/?utm_source=x#top');
  expect(found.post).toMatchObject({ uri: noteUri('a'), aliases: ['https://notes.example/short/a'] });
  expect(found.observations[0]).toMatchObject({ metrics: { likes: 3 }, losses: ['text: cut'] });
  expect(found.references).toMatchObject([{ kind: 'reply', uri: noteUri('parent'), captured: false }]);
  expect(found.referencedBy).toMatchObject({ counts: { reply: 1 }, posts: [{ uri: noteUri('b') }] });
  expect(found.media).toEqual([
    { file: 'media/1.jpg', digest: null, type: 'Image', url: 'https://notes.example/i/1.jpg', missing: true },
  ]);

  const stub = await told(noteUri('parent'));
  expect(stub).toMatchObject({
    post: { source: null, state: null },
    versions: [],
    referencedBy: { counts: { reply: 1 } },
  });
  expect(await show(archive.pool, locators, noteUri('parent'))).toMatchObject({
    seen: false,
    version: null,
    note: expect.stringMatching(/^Never captured/),
  });
  expect(await media(archive.pool, 'ab'.repeat(32) as never)).toBeUndefined();
});

describe('a post is found', () => {
  test('by each of its names', async () => {
    await archive.write([
      note('81', { text: 'x' }),
      { ...note('q', { text: 'y' }), post: postUri('https://forum.example/?p=7') },
    ]);
    const key = postKey(noteUri('81'));
    const names = [
      noteUri('81'),
      perdureUri(key),
      key,
      'http://notes.example/n/81',
      'notes.example/n/81',
      'https://www.notes.example/n/81/?s=20#x',
      'https://notes.example/@nour/81?s=20',
      ' https://mobile.notes.example/n/81 ',
    ];
    for (const name of names)
      expect((await locate(archive.pool, locators, name)).map((post) => post.key)).toEqual([key]);
    expect(await locate(archive.pool, locators, 'https://forum.example/?p=7&utm_source=mail')).toHaveLength(1);
    for (const unknown of ['', 'https://forum.example/?p=8', 'hello', 'x'.repeat(5_000), 'perdure:post:12']) {
      expect(await locate(archive.pool, locators, unknown)).toEqual([]);
      expect(await history(archive.pool, locators, unknown)).toBeUndefined();
    }
  });
});

describe('an actor', () => {
  const nour = actorUri('https://notes.example/people/7');
  const fedi = actorUri('https://social.example/users/sami');
  const profile = (name: string, handle: string) => [{ actor: nour, profile: { name, handle } }];

  beforeEach(async () => {
    const first = { actors: profile('Nour', 'nour7'), ...seenAt('2016-12-13T10:00:00Z') };
    const renamed = { actors: profile('Nour of Aleppo', 'nour_aleppo'), ...seenAt('2016-12-20T10:00:00Z') };
    await archive.write([note('a', { text: 'x', attributedTo: nour }, first)]);
    await archive.write([
      note('b', { text: 'y', attributedTo: nour }, first),
      note('c', { text: 'z', attributedTo: nour }, renamed),
      note('d', { text: 'z' }, { actors: [{ actor: fedi, profile: { handle: 'sami@social.example' } }] }),
    ]);
  });

  test('has a history of its profile: one actor, whatever it is called (S4)', async () => {
    const found = await actorHistory(archive.pool, '@nour_aleppo');
    expect(found?.actor).toMatchObject({
      uri: nour,
      source: 'example',
      handle: 'nour_aleppo',
      name: 'Nour of Aleppo',
      posts: 3,
      state: 'present',
    });
    expect(
      found?.versions.map(({ handle, name, from, observations }) => ({ handle, name, from, observations })),
    ).toEqual([
      { handle: 'nour7', name: 'Nour', from: '2016-12-13T10:00:00Z', observations: 2 },
      { handle: 'nour_aleppo', name: 'Nour of Aleppo', from: '2016-12-20T10:00:00Z', observations: 1 },
    ]);
    expect(found?.observations[0]).toMatchObject({ records: 1, observedAt: '2016-12-13T10:00:00Z' });
  });

  test('is found by URI, page, handle and address, the old ones too', async () => {
    for (const name of [
      nour,
      'nour7',
      '@Nour7',
      'https://notes.example/@nour7',
      'https://www.notes.example/nour_aleppo/',
    ]) {
      expect((await locateActors(archive.pool, name)).map(({ uri }) => uri)).toEqual([nour]);
    }
    for (const name of ['sami@social.example', '@sami@social.example', 'sami', 'https://social.example/@sami', fedi]) {
      expect((await locateActors(archive.pool, name)).map(({ uri }) => uri)).toEqual([fedi]);
    }
    for (const name of ['nobody', 'https://elsewhere.example/nour7', 'sami@elsewhere.example', '']) {
      expect(await locateActors(archive.pool, name)).toEqual([]);
    }
    expect((await show(archive.pool, locators, noteUri('a')))?.post.author).toMatchObject({
      name: 'Nour of Aleppo',
      uri: nour,
    });
    expect((await show(archive.pool, locators, noteUri('a'), { asOf: '2016-12-13' }))?.post.author).toMatchObject({
      name: 'Nour',
    });
  });
});

test('the original bytes are handed out, sealed ones only to whoever asks for them', async () => {
  const { capture } = await archive.write([note('a', { text: 'x' }), note('b', { text: 'y' })], { capture: 'page' });
  const blobs = {
    read: (digest: string, offset: number, length: number) =>
      Promise.resolve(Buffer.from(`${digest === capture} ${offset} ${length}`)),
  };
  const found = await raw(archive.pool, blobs, locators, noteUri('b'));
  expect(found).toMatchObject({ capture: `sha256:${capture}`, offset: 10, length: 10, sealed: false });
  expect(found?.bytes.toString()).toBe('true 10 10');
  const { snapshot } = found!;
  expect(await raw(archive.pool, blobs, locators, noteUri('b'), { snapshot: snapshot! })).toMatchObject({ offset: 10 });
  expect(
    await raw(archive.pool, blobs, locators, noteUri('b'), { snapshot: `sha256:${'0'.repeat(64)}` }),
  ).toBeUndefined();
  await archive.pool.query(`INSERT INTO capture (digest, bytes, sealed) VALUES ($1, 20, true)`, [`\\x${capture}`]);
  await expect(raw(archive.pool, blobs, locators, noteUri('b'))).rejects.toThrow(SealedError);
  expect(await raw(archive.pool, blobs, locators, noteUri('b'), { sealed: true })).toMatchObject({
    sealed: true,
    offset: 10,
  });
});
