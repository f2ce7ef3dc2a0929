/** Laws that the golden files do not show: names, proofs, what is recognised, threads of older and newer style. */
import { describe, expect, it } from '@jest/globals';
import { schnorr } from '@noble/curves/secp256k1.js';
import { sha256 } from '../../core/digest.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { eventOf, idOf, type NostrEvent } from './event.js';
import { nostr } from './index.js';
import { decodeName, encodeName } from './nip19.js';
import { threadOf } from './tags.js';
import { locate } from './uri.js';

const ID = 'a'.repeat(64);
const KEY = '7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e';

function signed(kind: number, tags: string[][], content: string, secret = sha256('somebody')) {
  const key = Buffer.from(secret, 'hex');
  const pubkey = Buffer.from(schnorr.getPublicKey(key)).toString('hex');
  const id = idOf({ pubkey, createdAt: 1_481_655_851, kind, tags, content });
  const sig = Buffer.from(schnorr.sign(Buffer.from(id, 'hex'), key, new Uint8Array(32))).toString('hex');
  return { id, pubkey, created_at: 1_481_655_851, kind, tags, content, sig };
}

function recognise(text: string, path = 'file.txt') {
  const head = Buffer.from(text).subarray(0, 65_536);
  return nostr.recognise({ path, size: head.length, head, paths: [path] });
}

describe('names', () => {
  // The examples of NIP-19 itself.
  it('decodes npub and nprofile', () => {
    expect(decodeName('npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg')).toEqual({
      type: 'key',
      key: KEY,
    });
    expect(encodeName('npub', KEY)).toBe('npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg');
    const profile =
      'nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p';
    expect(decodeName(profile)).toEqual({
      type: 'key',
      key: '3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d',
      relays: ['wss://r.x.com', 'wss://djbas.sadkb.com'],
    });
  });

  it('refuses a wrong checksum, mixed case, other prefixes, cut ones', () => {
    const note = encodeName('note', ID);
    expect(decodeName(note)).toEqual({ type: 'event', id: ID });
    for (const wrong of [
      note.slice(0, -1) + 'x',
      note.slice(0, -2),
      'N' + note.slice(1),
      'lnbc1qqqqqqqqqqqq',
      'note1',
      '',
    ])
      expect(decodeName(wrong)).toBeUndefined();
  });

  it('locates an event by whatever page shows it', () => {
    const note = encodeName('note', ID);
    expect(locate(`https://anywhere.example/e/${note}?x=1`)).toBe(`nostr:${ID}`);
    expect(locate(`nostr:${note}`)).toBe(`nostr:${ID}`);
    expect(locate(`nostr:${ID}`)).toBe(`nostr:${ID}`);
    expect(locate(`https://anywhere.example/${encodeName('npub', KEY)}`)).toBeUndefined();
  });
});

describe('proofs', () => {
  it('holds a key that is none, and a signature out of range, for a forgery', () => {
    const event = signed(1, [], 'hello');
    for (const sig of ['f'.repeat(128), '0'.repeat(128)])
      expect(() => eventOf({ ...event, sig })).toThrow('spoofed-identity');
    const nobody = { ...event, pubkey: 'f'.repeat(64) };
    const id = idOf({ pubkey: nobody.pubkey, createdAt: event.created_at, kind: 1, tags: [], content: 'hello' });
    expect(() => eventOf({ ...nobody, id })).toThrow('spoofed-identity');
  });

  it('takes an event whose id and signature are right, and an id over control characters as NIP-01 writes them', () => {
    expect(eventOf(signed(1, [], 'hello')).signed).toBe(true);
    const event = signed(1, [], 'bell \u0007 and \u001b[0m, "quoted" \\u0007\n');
    const verbatim = sha256(
      JSON.stringify([0, event.pubkey, event.created_at, 1, [], event.content])
        .replace('\\u0007 and', '\u0007 and')
        .replace('\\u001b', '\u001b'),
    );
    const { sig: _, ...unsigned } = { ...event, id: verbatim };
    expect(eventOf(unsigned).id).toBe(verbatim);
    expect(verbatim).not.toBe(event.id);
  });

  it.each([
    ['another text', { content: 'other' }, 'spoofed-identity'],
    ['another time', { created_at: 1 }, 'spoofed-identity'],
    ['another signature', { sig: '0'.repeat(128) }, 'spoofed-identity'],
    ['a signature cut short', { sig: 'ab' }, 'spoofed-identity'],
    ['a signature that is longer', { sig: '0'.repeat(130) }, 'spoofed-identity'],
    ['a key of 33 bytes', { pubkey: `02${'a'.repeat(64)}` }, 'no-identity'],
    ['a key of 31 bytes', { pubkey: 'a'.repeat(62) }, 'no-identity'],
    ['an id in capitals', { id: 'A'.repeat(64) }, 'no-identity'],
    ['the id of another event', { id: ID }, 'spoofed-identity'],
    ['no key', { pubkey: undefined }, 'no-identity'],
    ['an id that is none', { id: '7' }, 'no-identity'],
    ['tags that are none', { tags: 'x' }, 'malformed'],
    ['no time', { created_at: '1' }, 'malformed'],
  ])('refuses %s', (_, change, reason) => {
    expect(() => eventOf({ ...signed(1, [], 'hello'), ...change })).toThrow(expect.objectContaining({ reason }));
  });

  it('a deletion by somebody else is none, whatever order they come in', () => {
    const mine = signed(1, [], 'mine');
    const theirs = signed(5, [['e', mine.id]], '', sha256('somebody else'));
    const context = { survey: { facts: { authors: { [mine.id]: mine.pubkey } } } } as never;
    const read = (value: unknown) => nostr.normalise(Buffer.from(JSON.stringify(value)), context);
    expect(read(theirs)).toMatchObject([{ refused: 'spoofed-identity' }]);
    expect(read(signed(5, [['e', mine.id]], ''))).toMatchObject([{ outcome: 'deleted', post: `nostr:${mine.id}` }]);
    const unknown = read(signed(5, [['e', ID]], '')).filter((item): item is Reading => !isRefused(item));
    expect(unknown.map((item) => [item.outcome, item.content?.type])).toEqual([['present', 'Delete']]);
  });
});

describe('an addressable event', () => {
  it('whose identifier is longer than a name can be is refused', () => {
    const event = signed(30_023, [['d', 'ح'.repeat(2_000)]], 'x');
    const items = nostr.normalise(Buffer.from(JSON.stringify(event)), {} as never);
    expect(items).toMatchObject([{ refused: 'no-identity' }]);
  });
});

describe('threads', () => {
  const [root, middle, last] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
  const of = (tags: string[][], content = '') => threadOf({ kind: 1, tags, content } as unknown as NostrEvent);

  it('by markers', () => {
    expect(
      of([
        ['e', root, '', 'root'],
        ['e', last, '', 'reply'],
      ]),
    ).toEqual({
      inReplyTo: `nostr:${last}`,
      root: `nostr:${root}`,
    });
    expect(of([['e', root, '', 'root']])).toEqual({ inReplyTo: `nostr:${root}`, root: `nostr:${root}` });
    expect(of([['e', root, '', 'mention']])).toEqual({});
    expect(
      of([
        ['e', root],
        ['e', last, '', 'mention'],
      ]),
    ).toEqual({ inReplyTo: `nostr:${root}`, root: `nostr:${root}` });
  });

  it('by order, and not by what the text merely mentions', () => {
    expect(
      of([
        ['e', root],
        ['e', middle],
        ['e', last],
      ]),
    ).toEqual({ inReplyTo: `nostr:${last}`, root: `nostr:${root}` });
    expect(of([['e', root]], 'see #[0]')).toEqual({});
  });
});

describe('recognition', () => {
  const event = signed(1, [], 'hello');

  it.each([
    ['an event', JSON.stringify(event)],
    ['a frame', JSON.stringify(['EVENT', 'a', event])],
    ['frames, the first without an event', `["NOTICE","hello"]\n${JSON.stringify(['EVENT', event])}`],
    ['a list', JSON.stringify([event])],
    ['a script', `const data = ${JSON.stringify([event])}`],
    ['an event longer than a head', JSON.stringify({ ...event, tags: Array(2_000).fill(['p', ID]) })],
  ])('%s', (_, text) => {
    expect(recognise(text)).toMatchObject({ role: 'records', confidence: 0.97 });
  });

  it.each([
    ['another platform’s post', '{"id":"1","created_at":"2016-12-13T19:04:11Z","content":"x","tags":[],"kind":"x"}'],
    ['a list of words', '["EVENT","x"]'],
    ['an empty list', '[]'],
    ['no JSON', 'hello'],
  ])('not %s', (_, text) => {
    expect(recognise(text)).toBeNull();
  });

  it('says what holds no events', () => {
    expect(recognise(`{"names":{"nour":"${KEY}"}}`)).toMatchObject({ role: 'refused', refusal: { reason: 'users' } });
    expect(recognise('{"name":"r","supported_nips":[1]}')).toMatchObject({ role: 'refused' });
  });
});
