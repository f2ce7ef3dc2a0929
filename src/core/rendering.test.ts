import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attachment, Content, CutField, Tag } from './content.js';
import { compatible, disagreements, join, richness, type Joined } from './rendering.js';
import { msOf, timeFromMs, type Precision, type Time } from './time.js';
import { actorUri, postUri } from './uri.js';

const parent = postUri('https://a.example/1');

// --- a full content, and renderings of it ----------------------------------------------------------------------------

const WORDS = [
  'حلب',
  'تحت',
  'الحصار',
  'Aleppo',
  'is',
  'is',
  'under',
  'fire',
  '👩🏽‍🚒',
  'e\u0301t\u00e9',
  '한국',
  '&',
  'http',
  '#East',
];
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.constant('https://t.co/SHORT') },
);
const sentence = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', '\n', '\r\n')), { maxLength: 12 })
  .map((all) => all.flat().join(''));
const someTag: fc.Arbitrary<Tag> = fc.record(
  {
    type: fc.constantFrom('Hashtag', 'Cashtag', 'Mention', 'Emoji'),
    name: fc.constantFrom('aleppo', 'حلب', 'Straße', 'x'),
    href: fc.constantFrom('https://a.example/u/1', 'https://b.example/u/1'),
  },
  { requiredKeys: ['type', 'name'] },
);
const someFiles: fc.Arbitrary<Attachment[]> = fc
  .uniqueArray(fc.constantFrom('k3', 'k1', 'k2', 'k4'), { maxLength: 4 })
  .map((keys) => keys.map((key) => ({ type: 'Image', key, name: `picture ${key}`, width: 640 })));

const full: fc.Arbitrary<Content> = fc
  .record({
    mentions: fc.constantFrom('', '', '@nour ', '@nour @omar@b.example '),
    text: sentence,
    moment: fc.integer({ min: 1e12, max: 1.7e12 }),
    tags: fc.array(someTag, { maxLength: 5 }),
    files: someFiles,
    repost: fc.boolean(),
    poll: fc.boolean(),
  })
  .map(({ mentions, text, moment, tags, files, repost, poll }) => ({
    type: repost ? 'Announce' : 'Note',
    text: (repost ? '' : mentions) + text + (files.length > 0 ? ' https://t.co/media' : ''),
    published: timeFromMs(moment, 'ms'),
    attributedTo: actorUri('https://a.example/u/nour'),
    attachment: files,
    tag: tags,
    inReplyTo: parent,
    ...(repost && { announces: postUri('https://a.example/2') }),
    ...(poll && { poll: { options: ['yes', 'no'], multiple: false } }),
    summary: 'war\r\n',
    sensitive: true,
    visibility: 'public',
    language: 'ar',
    url: 'https://a.example/@nour/1',
    location: { name: 'Aleppo', country: 'SY' },
    extra: { withheld: ['SY'], edited: false },
  }));

/** What a rendering does to a post, drawn at random. */
const treatment = fc.record({
  keep: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
  cutAt: fc.option(fc.nat(60), { nil: undefined, freq: 1 }),
  ellipsis: fc.constantFrom('…', '...', '', '… https://t.co/itself', ' https://t.c'),
  mint: fc.constantFrom('aAa', 'bBb9', 'c_c'),
  composed: fc.constantFrom('NFC', 'NFD'),
  newline: fc.constantFrom('\n', '\r\n'),
  bare: fc.boolean(),
  linkless: fc.boolean(),
  precision: fc.constantFrom<Precision>('ms', 's', 'min', 'day'),
  offset: fc.option(fc.integer({ min: -12, max: 14 }), { nil: undefined, freq: 1 }),
  cutTags: fc.boolean(),
  cutFiles: fc.boolean(),
  keyless: fc.boolean(),
  poorFiles: fc.boolean(),
  asNote: fc.boolean(),
  folded: fc.boolean(),
  visibility: fc.constantFrom('public', 'unlisted', 'unknown'),
  updated: fc.option(fc.integer({ min: 1.7e12, max: 1.71e12 }), { nil: undefined }),
});
type Treatment = typeof treatment extends fc.Arbitrary<infer T> ? T : never;

function render(post: Content, how: Treatment): Content {
  const cut: CutField[] = [];
  let shown = post.text!.replaceAll('SHORT', how.mint).replace(/\r?\n/g, how.newline).normalize(how.composed);
  if (how.linkless) shown = shown.replace(/ https:\/\/t\.co\/media$/, '');
  if (how.bare) shown = shown.replace(/^(?:@\S+ )+/, '');
  if (how.cutAt !== undefined) {
    shown = Array.from(shown).slice(0, how.cutAt).join('') + how.ellipsis;
    cut.push('text');
  }
  let files = post.attachment!;
  if (how.poorFiles) files = files.map(({ name: _name, ...file }) => file);
  if (how.keyless) files = files.map(({ key: _key, ...file }) => file);
  if (how.cutFiles) {
    files = files.slice(0, 1);
    cut.push('attachment');
  }
  let tags = post.tag!;
  if (how.folded) tags = tags.map((tag) => ({ ...tag, name: tag.name.toUpperCase() }));
  if (how.cutTags) {
    tags = tags.slice(0, 2);
    cut.push('tag');
  } else if (how.cutAt !== undefined) tags = tags.slice(0, 3);
  const rendered: Content = {
    ...post,
    type: how.asNote ? 'Note' : post.type,
    text: shown,
    published: coarser(post.published!, how),
    attachment: files,
    tag: tags,
    visibility: how.visibility,
    ...(how.updated !== undefined && { updated: timeFromMs(how.updated, 'ms') }),
    ...(cut.length > 0 && { cut }),
  };
  // A reply's mentions are only ignored where a side says that it is a reply; a link to media where one says that there are any.
  const always = ['type', 'cut', 'inReplyTo', how.linkless ? 'attachment' : 'type'];
  return Object.fromEntries(
    Object.entries(rendered).filter(([key], i) => always.includes(key) || how.keep[i]),
  ) as unknown as Content;
}

function coarser(time: Time, { precision, offset }: Treatment): Time {
  if (offset === undefined) return timeFromMs(msOf(time), precision);
  return timeFromMs(msOf(time) + offset * 3_600_000, precision, 'unknown');
}

const renderings = fc
  .tuple(full, fc.array(treatment, { minLength: 3, maxLength: 5 }))
  .map(([post, all]) => all.map((how) => render(post, how)));

describe('renderings of one post', () => {
  it('are compatible, both ways, and each with itself', () => {
    fc.assert(
      fc.property(renderings, ([a, b]) => {
        expect(disagreements(a!, b!)).toEqual([]);
        expect(compatible(b!, a!)).toBe(true);
        expect(compatible(a!, structuredClone(a!))).toBe(true);
      }),
    );
  });

  it('join in any order and grouping to one content', () => {
    fc.assert(
      fc.property(renderings, ([a, b, c]) => {
        expect(join(a!, b!)).toEqual(join(b!, a!));
        expect(join(join(a!, b!), c!)).toEqual(join(a!, join(b!, c!)));
        expect(join(join(a!, c!), b!)).toEqual(join(a!, join(b!, c!)));
      }),
      { numRuns: 1000 },
    );
  });

  it('join with themselves to themselves, and with their join to it', () => {
    fc.assert(
      fc.property(renderings, (all) => {
        for (const one of all) expect(join(one, structuredClone(one))).toEqual(one);
        const joined = all.reduce<Joined>(join, all[0]!);
        for (const one of all) expect(join(joined, one)).toEqual(joined);
      }),
    );
  });

  it('are each compatible with what they join into, which is no poorer (but that files by name beat a longer list without)', () => {
    fc.assert(
      fc.property(renderings, (all) => {
        const joined = all.reduce<Joined>(join, all[0]!);
        for (const one of all) {
          expect(disagreements(joined, one)).toEqual([]);
          expect(richness(joined)).toBeGreaterThanOrEqual(richness(one) - 0.5);
        }
      }),
    );
  });

  it('show no edit of an uncut text as the same', () => {
    const edit = fc.tuple(fc.nat(40), fc.constantFrom('!', 'لا', '0', ' no '));
    fc.assert(
      fc.property(full, edit, (post, [place, inserted]) => {
        fc.pre(post.type !== 'Announce');
        const letters = Array.from(post.text!.replaceAll(/https:\S+/g, '').trimEnd() + '.');
        const at = Math.min(place, letters.length - 1);
        const edited = [...letters.slice(0, at), inserted, ...letters.slice(at)].join('');
        const before = { ...post, text: letters.join('') };
        fc.pre(edited.replace(/^(?:@\S+\s+)+/, '') !== before.text.replace(/^(?:@\S+\s+)+/, ''));
        expect(disagreements(before, { ...before, text: edited })).toEqual(['text']);
      }),
    );
  });

  it('are symmetric in what they disagree about, whatever they are', () => {
    const either = fc
      .tuple(full, full, treatment, treatment)
      .map(([p, q, s, t]) => [render(p, s), render(q, t)] as const);
    fc.assert(
      fc.property(either, ([a, b]) => {
        expect(disagreements(a, b)).toEqual(disagreements(b, a));
        expect(compatible(a, b)).toBe(disagreements(a, b).length === 0);
        expect(join(a, b)).toEqual(join(b, a));
      }),
    );
  });
});
