import { describe, expect, it } from '@jest/globals';
import type { Attachment, Content, CutField } from './content.js';
import { compatible, disagreements, isPartial, join, richness, surelyAlike } from './rendering.js';
import { timeFromMs, type Precision, type Time } from './time.js';
import { postUri } from './uri.js';

const note = (parts: Partial<Content>): Content => ({ type: 'Note', ...parts });
const text = (value: string, ...cut: CutField[]): Content => note({ text: value, ...(cut.length > 0 && { cut }) });
const cutText = (value: string): Content => text(value, 'text');
const parent = postUri('https://a.example/1');

describe('texts', () => {
  it.each([
    ['another short link', text('see https://t.co/aB1'), text('see http://t.co/Zz9'), true],
    ['line ends and trailing space', text('a\r\nb \n'), text('a\nb'), true],
    ['composed and decomposed', text('\u00e9t\u00e9'), text('e\u0301te\u0301'), true],
    ['inner space is text', text('a  b'), text('a b'), false],
    ['case is text', text('Aleppo'), text('aleppo'), false],
    ['a beginning that is not marked as cut', text('Aleppo is'), text('Aleppo is under fire'), false],
    ['a cut text with its ellipsis', cutText('Aleppo is…'), text('Aleppo is under fire'), true],
    ['a cut text with three dots', cutText('Aleppo is...'), text('Aleppo is under fire'), true],
    [
      'a cut text with a link to the post itself',
      cutText('Aleppo is… https://t.co/q'),
      text('Aleppo is under fire'),
      true,
    ],
    ['a link cut in the middle', cutText('Aleppo is https://t.c…'), text('Aleppo is https://t.co/abc'), true],
    ['cut between a letter and its accent', cutText('e'), text('e\u0301te\u0301'), true],
    ['cut within an emoji, stored escaped', cutText('fire \\ud83d'), text('fire 🔥'), true],
    ['a cut text is no longer than the whole', cutText('Aleppo is under…'), text('Aleppo is'), false],
    ['two cut texts', cutText('Aleppo…'), cutText('Aleppo is…'), true],
    ['two cut texts that part', cutText('Aleppo was…'), cutText('Aleppo is…'), false],
    ['an ellipsis in a whole text is text', text('wait…'), text('wait'), false],
  ])('%s', (_, a, b, expected) => {
    expect(compatible(a, b)).toBe(expected);
    expect(compatible(b, a)).toBe(expected);
  });

  it('of a reply may lack its leading mentions, of nothing else', () => {
    const whole = note({ text: '@nour @omar we hear you', inReplyTo: parent });
    expect(compatible(whole, text('we hear you'))).toBe(true);
    expect(compatible(text('@nour @omar we hear…', 'text'), note({ text: 'we hear you', inReplyTo: parent }))).toBe(
      true,
    );
    expect(compatible(note({ text: '@nour  we hear you', inReplyTo: parent }), text(' we hear you'))).toBe(true);
    expect(compatible(whole, text('@omar we hear you'))).toBe(false);
    expect(compatible(text('@nour we hear you'), text('we hear you'))).toBe(false);
    expect(compatible(whole, text('we heard you'))).toBe(false);
  });

  it('may lack the links that the platform adds for a quote or media, no others', () => {
    const link = (expanded: string) => ({ link: [{ url: 'https://t.co/q', expanded }] });
    const quoting = note({ text: 'look https://t.co/q', quotes: parent });
    expect(compatible(quoting, note({ text: 'look', quotes: parent, link: [] }))).toBe(true);
    expect(compatible({ ...quoting, ...link('https://twitter.com/nour/status/1') }, text('look'))).toBe(true);
    expect(compatible({ ...quoting, ...link('https://help.example/') }, text('look'))).toBe(false);
    expect(compatible(text('look https://t.co/q'), text('look'))).toBe(false);
    expect(compatible(note({ text: 'look https://t.co/a https://t.co/b', quotes: parent }), text('look'))).toBe(false);
    expect(
      compatible(note({ text: '@nour look https://t.co/q', quotes: parent, inReplyTo: parent }), text('look')),
    ).toBe(true);
  });

  it('that are cut fit what does not fit: compatibility is not transitive', () => {
    expect(compatible(cutText('ab…'), text('abc'))).toBe(true);
    expect(compatible(cutText('ab…'), text('abd'))).toBe(true);
    expect(compatible(text('abc'), text('abd'))).toBe(false);
  });

  it('join to the whole one, else to the longer', () => {
    expect(join(cutText('Aleppo is under…'), text('Aleppo is under fire'))).toEqual(text('Aleppo is under fire'));
    expect(join(cutText('Aleppo…'), cutText('Aleppo is…'))).toEqual(cutText('Aleppo is…'));
    expect(join(text('see https://t.co/b'), text('see https://t.co/a')).text).toBe('see https://t.co/a');
  });

  it('of a repost are the platform’s', () => {
    const repost: Content = {
      type: 'Announce',
      announces: parent,
      text: 'RT @nour: Aleppo is under fire, and',
      tag: [],
    };
    const stub = note({ text: 'RT @nour_new: Aleppo is under…', tag: [{ type: 'Hashtag', name: 'x' }] });
    expect(compatible(repost, stub)).toBe(true);
    expect(join(repost, stub).type).toBe('Announce');
    expect(compatible(repost, note({ text: 'RT @nour: something else' }))).toBe(false);
  });

  it('take no quadratic time, whatever they hold', () => {
    const spaces = 'a' + ' \u2026'.repeat(200_000) + 'b';
    const mentions = '@a '.repeat(200_000);
    const started = Date.now();
    compatible(cutText(spaces), cutText(spaces + 'c'));
    compatible(note({ text: mentions + 'x', inReplyTo: parent }), text('x'));
    compatible(cutText('x ' + '…'.repeat(20_000)), text('x'));
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe('other fields', () => {
  const at = (at: string, precision: Precision, zone: Time['zone'] = 'utc') =>
    note({ published: { at, precision, zone } });
  const image = (key?: string, more: Partial<Attachment> = {}): Attachment => ({
    type: 'Image',
    ...(key && { key }),
    ...more,
  });
  const hashtags = (...names: string[]) => note({ tag: names.map((name) => ({ type: 'Hashtag' as const, name })) });

  it.each([
    ['seconds and milliseconds', at('2016-12-13T07:41:49Z', 's'), at('2016-12-13T07:41:49.512Z', 'ms'), true],
    ['another second', at('2016-12-13T07:41:48Z', 's'), at('2016-12-13T07:41:49.512Z', 'ms'), false],
    ['wall-clock time two zones off', at('2016-12-13T09:41:49', 's', 'unknown'), at('2016-12-13T07:41:49Z', 's'), true],
    [
      'wall-clock time of another day',
      at('2016-12-15T09:41:49', 's', 'unknown'),
      at('2016-12-13T07:41:49Z', 's'),
      false,
    ],
    ['a zone that was only assumed', at('2016-12-13T09:41:49Z', 's', 'assumed'), at('2016-12-13T07:41:49Z', 's'), true],
    ['tags in another case', hashtags('Aleppo', 'حلب'), hashtags('حلب', 'aleppo'), true],
    ['one tag more', hashtags('Aleppo'), hashtags('Aleppo', 'SaveAleppo'), false],
    [
      'one tag more than a cut list',
      { ...hashtags('Aleppo'), cut: ['tag'] as const },
      hashtags('Aleppo', 'SaveAleppo'),
      true,
    ],
    ['other mentions', note({ tag: [{ type: 'Mention', name: 'nour' }] }), note({ tag: [] }), true],
    [
      'files by key',
      note({ attachment: [image('a'), image('b')] }),
      note({ attachment: [image('b'), image('a')] }),
      true,
    ],
    ['as many, but other files', note({ attachment: [image('a')] }), note({ attachment: [image('c')] }), false],
    ['files without keys, by number', note({ attachment: [image('a')] }), note({ attachment: [image()] }), true],
    ['a file fewer', note({ attachment: [image('a')] }), note({ attachment: [] }), false],
    [
      'the first file only',
      { ...note({ attachment: [image('a')] }), cut: ['attachment'] as const },
      note({ attachment: [image(), image()] }),
      true,
    ],
    ['the options of a poll', note({ poll: { options: ['a', 'b'] } }), note({ poll: { options: ['b', 'a'] } }), false],
    ['another content warning', note({ summary: 'war' }), note({ summary: 'blood' }), false],
    [
      'descriptions',
      note({ url: 'a', language: 'ar', sensitive: true }),
      note({ url: 'b', language: 'fa', sensitive: false }),
      true,
    ],
  ])('%s', (_, a, b, expected) => {
    expect(compatible(a, b)).toBe(expected);
    expect(compatible(b, a)).toBe(expected);
  });

  it('join to what says more', () => {
    expect(join(at('2016-12-13T09:41:49.000', 'ms', 'unknown'), at('2016-12-13T07:41Z', 'min')).published).toEqual({
      at: '2016-12-13T07:41Z',
      precision: 'min',
      zone: 'utc',
    });
    const files = join(note({ attachment: [image('b'), image('a', { name: 'smoke' })] }), {
      ...note({ attachment: [image('b', { width: 3 })] }),
      cut: ['attachment'],
    });
    expect(files).toEqual(note({ attachment: [image('b', { width: 3 }), image('a', { name: 'smoke' })] }));
    expect(join(note({ visibility: 'public' }), note({ visibility: 'followers' })).visibility).toBe('followers');
    expect(join(note({ visibility: 'public' }), note({ visibility: 'unknown' })).visibility).toBe('public');
    const earlier = timeFromMs(1e12, 's');
    expect(join(note({ updated: earlier }), note({ updated: timeFromMs(1.1e12, 's') })).updated).toEqual(
      timeFromMs(1.1e12, 's'),
    );
    expect(join(note({ extra: { a: 1 } }), note({ extra: { b: 2 } })).extra).toEqual({ a: 1, b: 2 });
    const mentions = join(
      note({ tag: [{ type: 'Mention', name: 'nour' }] }),
      note({ tag: [{ type: 'Mention', name: 'Nour', href: 'https://a.example/nour' }] }),
    );
    expect(mentions.tag).toEqual([{ type: 'Mention', name: 'Nour', href: 'https://a.example/nour' }]);
  });

  it('know when the tags are whole although the text is not', () => {
    const joined = join({ ...hashtags('Aleppo'), text: 'ab', cut: ['text'] }, hashtags('Aleppo'));
    expect(joined).toEqual({ ...hashtags('Aleppo'), text: 'ab', cut: ['text'], whole: ['tag'] });
    expect(disagreements(joined, hashtags('Aleppo', 'SaveAleppo'))).toEqual(['tag']);
  });
});

describe('richness', () => {
  it('counts a field as one, a cut one as half', () => {
    expect(richness(note({}))).toBe(1);
    expect(richness(text('a'))).toBe(2);
    expect(richness(cutText('a…'))).toBe(1.5);
    expect(isPartial(cutText('a…'))).toBe(true);
    expect(isPartial(text('a', 'link'))).toBe(false);
  });
});

describe('two editions', () => {
  it('are surely alike only when nothing is cut and the links lead to the same places', () => {
    const linked = (short: string, expanded: string) =>
      note({ text: `see ${short}`, link: [{ url: short, expanded }] });
    const one = linked('https://t.co/a', 'https://www.help.example/');
    expect(surelyAlike(one, linked('https://t.co/b', 'http://help.example'))).toBe(true);
    expect(surelyAlike(one, linked('https://t.co/b', 'https://fraud.example/'))).toBe(false);
    expect(surelyAlike(one, text('see https://t.co/b'))).toBe(true);
    expect(surelyAlike(cutText('see…'), one)).toBe(false);
  });
});
