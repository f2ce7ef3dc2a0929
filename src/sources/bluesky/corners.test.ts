/** Laws that the golden files do not show: frames, marks in texts, names, times, what is recognised. */
import { describe, expect, it } from '@jest/globals';
import { CidLinkWrapper, decode, encode, toBytes } from '@atcute/cbor';
import { readPackage } from '../../../test/contract/describe-source.js';
import { block, commitFrame, frameOf, link, signer, tid } from '../../../test/support/atproto.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { showCid } from './cbor.js';
import { marksOf } from './facets.js';
import { bluesky } from './index.js';
import { timeOf, timeOfMicros, timeOfTid } from './time.js';
import { locate, parseAtUri } from './uri.js';

const DID = 'did:plc:nour1nobody';
const NOW = '2024-12-08T04:10:00.000Z';
const PATH = 'app.bsky.feed.post/3knobodyaaa2a';
const RECORD = { $type: 'app.bsky.feed.post', text: 'هنا', createdAt: NOW };
const FRAME = commitFrame(DID, NOW, [{ action: 'create', path: PATH, record: RECORD }], signer('nour'));

function recognise(bytes: Buffer | string, path = 'file.bin') {
  const head = Buffer.from(bytes).subarray(0, 65_536);
  return bluesky.recognise({ path, size: head.length, head, paths: [path] });
}

async function read(bytes: Buffer) {
  return (await readPackage(bluesky, [{ path: 'x.bin', bytes }], {}, 13)).flatMap(({ items }) => items.flat());
}

const length = (bytes: Buffer, big: boolean): Buffer => {
  const out = Buffer.alloc(4);
  if (big) out.writeUInt32BE(bytes.length);
  else out.writeUInt32LE(bytes.length);
  return out;
};

describe('frames', () => {
  it.each([
    ['one after another', [FRAME, FRAME]],
    ['each after its length', [length(FRAME, false), FRAME, length(FRAME, false), FRAME]],
    ['each after its length, the high end first', [length(FRAME, true), FRAME, length(FRAME, true), FRAME]],
  ])('are read %s', async (_, parts) => {
    const items = await read(Buffer.concat(parts));
    expect(items.map((item) => (item as Reading).post)).toEqual([`at://${DID}/${PATH}`, `at://${DID}/${PATH}`]);
  });

  it.each([
    ['that end within a frame', FRAME.subarray(0, -10), ['truncated']],
    ['with something else between', Buffer.from('hello'), ['truncated']],
    ['with a length that nobody knows beforehand', Buffer.from([0x9f, 1, 2]), ['malformed', 'malformed']],
  ])('%s are read up to there', async (_, rest, reasons) => {
    const items = await read(Buffer.concat([FRAME, rest]));
    expect(isRefused(items[0]!)).toBe(false);
    expect(items.slice(1).map((item) => isRefused(item) && item.refused)).toEqual(reasons);
  });

  const altered = (change: (body: Record<string, unknown>) => object): Buffer => {
    const header = encode({ t: '#commit', op: 1 });
    const body = decode(FRAME.subarray(header.length)) as Record<string, unknown>;
    return frameOf({ t: '#commit', op: 1 }, { ...body, ...change(body) });
  };
  const other = block({ ...RECORD, text: 'x' });

  it.each([
    ['another account', altered(() => ({ repo: 'did:plc:sami1nobody' })), 'spoofed-identity'],
    ['a path that is none', altered(() => ({ ops: [{ action: 'create', path: 'x', cid: null }] })), 'no-identity'],
    [
      'a record that is not there',
      altered(() => ({ ops: [{ action: 'create', path: PATH, cid: link(other) }] })),
      'truncated',
    ],
    [
      'a node in the record’s place',
      altered((body) => ({ ops: [{ action: 'create', path: PATH, cid: body['commit'] }] })),
      'spoofed-identity',
    ],
    ['too much', altered(() => ({ tooBig: true, ops: [], blocks: toBytes(new Uint8Array(0)) })), 'truncated'],
    ['nothing', altered(() => ({ ops: [] })), 'service-message'],
    ['an unknown type', frameOf({ t: '#new', op: 1 }, {}), 'not-supported'],
  ])('that say %s are refused', async (_, bytes, reason) => {
    const items = await read(bytes.length > 0 ? bytes : FRAME);
    expect(items.map((item) => isRefused(item) && item.refused)).toEqual([reason]);
  });

  it('refuse a record whose bytes were altered', async () => {
    const at = FRAME.indexOf(Buffer.from('هنا'));
    const bytes = Buffer.from(FRAME);
    bytes[at + 1]! ^= 1;
    expect((await read(bytes)).map((item) => isRefused(item) && item.refused)).toEqual(['malformed']);
  });
});

describe('marks in a text', () => {
  const facet = (byteStart: number, byteEnd: number, feature: object) => ({
    index: { byteStart, byteEnd },
    features: [feature],
  });
  const uri = 'https://a.example/';
  const LINK = { $type: 'app.bsky.richtext.facet#link', uri };

  it('stand at bytes, not at characters', () => {
    const text = '🕊 حلب here';
    const losses: string[] = [];
    const marks = marksOf({ facets: [facet(5, 11, LINK), facet(12, 16, LINK)] }, text, losses);
    expect(marks.link).toEqual([
      { url: 'حلب', expanded: uri },
      { url: 'here', expanded: uri },
    ]);
    expect(losses).toEqual([]);
  });

  it.each([
    [2, 5],
    [5, 10],
    [5, 99],
    [-1, 3],
    [7, 5],
    [0.5, 2],
  ])('are left out where their place (%d to %d) is none, and that is told', (start, end) => {
    const losses: string[] = [];
    expect(marksOf({ facets: [facet(start, end, LINK)] }, '🕊 حلب', losses).link).toEqual([]);
    expect(losses).toHaveLength(1);
  });

  it('name topics with or without their sign', () => {
    const tag = (name: string) => facet(0, 1, { $type: 'app.bsky.richtext.facet#tag', tag: name });
    const marks = marksOf({ facets: [tag('#حلب'), tag('حلب'), tag('$AAPL')] }, 'x', []);
    expect(marks.tag).toEqual([
      { type: 'Hashtag', name: 'حلب' },
      { type: 'Cashtag', name: 'AAPL' },
    ]);
  });
});

describe('names', () => {
  it.each([
    [`at://${DID}/${PATH}`, `at://${DID}/${PATH}`],
    [`https://bsky.app/profile/${DID}/post/3knobodyaaa2a?ref=x`, `at://${DID}/${PATH}`],
    [`https://bsky.app/profile/${DID.replaceAll(':', '%3A')}/post/3knobodyaaa2a`, `at://${DID}/${PATH}`],
    ['https://bsky.app/profile/nour.example/post/3knobodyaaa2a', undefined],
    [`https://bsky.app/profile/${DID}`, undefined],
    ['https://example.com/profile/did:plc:x/post/3k', undefined],
  ])('%s', (url, post) => {
    expect(locate(url)).toBe(post);
  });

  it.each([
    'at://nour.example/a.b.c/1',
    'at://did:plc:x',
    'at://did:plc:x/a.b.c',
    `at://${DID}/${PATH}/more`,
    `at://${DID}/x/1`,
    7,
  ])('%s names no record', (uri) => expect(parseAtUri(uri)).toBeUndefined());

  it('writes CIDs as the library does', () => {
    const { cid } = block(RECORD);
    expect(showCid({ bytes: cid })).toBe(new CidLinkWrapper(cid).$link);
  });
});

describe('times', () => {
  it('are read from commits', () => {
    expect(timeOfTid(tid(NOW))).toEqual({ at: NOW, precision: 'ms', zone: 'utc' });
    for (const wrong of ['3kaaaaaaaaa2', 'zzzzzzzzzzzzz', '2222222222222', '3KAAAAAAAAA2X', 7])
      expect(timeOfTid(wrong)).toBeUndefined();
  });

  it('are what was claimed', () => {
    const losses: string[] = [];
    expect(timeOf('2024-12-08T04:10:00', 'createdAt', losses, undefined)).toMatchObject({ zone: 'unknown' });
    expect(timeOf('2024-12-08T04:10:00', 'createdAt', losses, 'Asia/Damascus')).toEqual({
      at: '2024-12-08T01:10:00Z',
      precision: 's',
      zone: 'assumed',
    });
    expect(losses).toEqual([]);
    expect(timeOf('yesterday', 'createdAt', losses, undefined)).toBeUndefined();
    expect(losses).toEqual(['createdAt: "yesterday" is no time that can be read']);
    expect(timeOfMicros(7)).toBeUndefined();
  });
});

describe('recognition', () => {
  const view = {
    uri: `at://${DID}/${PATH}`,
    cid: 'b',
    author: { did: DID, handle: 'x' },
    record: RECORD,
    indexedAt: NOW,
  };

  it.each([
    ['frames', FRAME, 'bluesky-firehose'],
    ['frames with lengths', Buffer.concat([length(FRAME, false), FRAME]), 'bluesky-firehose'],
    ['an event', JSON.stringify({ did: DID, time_us: 1, kind: 'commit', commit: {} }), 'bluesky-jetstream'],
    ['a post', JSON.stringify(view), 'bluesky-api'],
    ['posts, one a line', `${JSON.stringify(view)}\n${JSON.stringify(view)}`, 'bluesky-api'],
    ['a list of posts', JSON.stringify([view]), 'bluesky-api'],
    ['a feed', JSON.stringify({ feed: [{ post: view }], cursor: 'x' }), 'bluesky-api'],
    ['an answer longer than a head', JSON.stringify({ posts: Array(300).fill(view) }), 'bluesky-api'],
    ['records', JSON.stringify({ records: [{ uri: view.uri, cid: 'b', value: RECORD }] }), 'bluesky-api'],
    ['a thread', JSON.stringify({ thread: { post: view, replies: [] } }), 'bluesky-api'],
    ['an account', JSON.stringify({ did: DID, handle: 'x', followersCount: 1 }), 'bluesky-api'],
  ])('%s', (_, bytes, format) => {
    expect(recognise(bytes)).toMatchObject({ format, role: 'records' });
  });

  it.each([
    ['a feed of something else', { feed: [{ post: { id: 1, text: 'x' } }] }],
    ['posts of something else', { posts: [{ id: '1', uri: 'https://a.example/1', record: 'x' }] }],
    ['records of something else', { records: [{ id: 1, value: 2 }] }],
    ['a status of the fediverse', { id: '1', uri: 'https://a.example/1', account: {}, content: '<p>x</p>' }],
    ['an event of Nostr', { id: 'a', kind: 1, tags: [], content: '' }],
    ['a thread of something else', { thread: { id: 1, replies: [] } }],
    ['an empty feed', { feed: [] }],
    ['an error', { error: 'NotFound', message: 'x' }],
  ])('not %s', (_, value) => {
    expect(recognise(JSON.stringify(value))).toBeNull();
  });

  it('says what holds no posts', () => {
    const followers = [{ did: DID, handle: 'x', displayName: 'X' }];
    expect(recognise(JSON.stringify({ subject: followers[0], followers }))).toMatchObject({
      role: 'refused',
      refusal: { reason: 'users' },
    });
    expect(recognise(JSON.stringify({ id: DID, '@context': [], verificationMethod: [] }))).toMatchObject({
      role: 'survey',
    });
  });
});
