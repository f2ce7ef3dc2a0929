/** Single messages, where a fixture would say less than a line. */
import { describe, expect, it } from '@jest/globals';
import { Rejection } from '../../core/errors.js';
import { sha256 } from '../../core/digest.js';
import { isOfPost, isRefused, type Reading } from '../../core/reading.js';
import type { CaptureContext, Survey } from '../source.js';
import type { Facts } from './facts.js';
import { telegram } from './index.js';
import { count } from './tme.js';

function read(format: string, record: string, facts?: Facts, more: Partial<CaptureContext> = {}): Reading {
  const survey = facts && ({ facts } as unknown as Survey);
  const bytes = Buffer.from(record);
  const context = {
    path: 'result.json',
    format,
    capture: sha256(bytes),
    accession: sha256('package'),
    offset: 100,
    length: bytes.length,
    survey,
    head: new Uint8Array(0),
    options: { include: [] },
    ...more,
  };
  const item = telegram.normalise(bytes, context)[0]!;
  if (isRefused(item)) throw new Rejection(item.refused, item.detail);
  if (!isOfPost(item)) throw new Error('a profile, no message');
  return item;
}

const json = (message: object, facts?: Facts): Reading => read('telegram-json', JSON.stringify(message), facts);
const channel: Facts = {
  chats: { 'result.json': [{ from: 0, ordinal: 0, id: '999900000001', type: 'public_channel' }] },
};

describe('a message of the JSON', () => {
  const base = { id: 1, type: 'message', date: '2016-12-13T21:04:11' };

  it('joins the parts of a text exactly', () => {
    const text = [
      ' a\n',
      { type: 'italic', text: ' b ' },
      '',
      { type: 'unknown' },
      5,
      { type: 'link', text: 'x.example' },
      '\u200f',
    ];
    expect(json({ ...base, text }).content?.text).toBe(' a\n b x.example\u200f');
  });

  it('ranks no version by a clock without a zone', () => {
    const { content, edition, claimedFrom } = json({ ...base, edited: '2016-12-13T21:06:00', text: '' }, channel);
    expect(content?.updated).toEqual({ at: '2016-12-13T21:06:00', precision: 's', zone: 'unknown' });
    expect(claimedFrom).toEqual(content?.updated);
    expect(edition).toBeUndefined();
  });

  it('finds the chat by the record’s place', () => {
    const chats = [
      { from: 10, ordinal: 0, id: '1', type: 'private_group' },
      { from: 99, ordinal: 1, id: '2', type: 'public_channel' },
      { from: 101, ordinal: 2, id: '3', type: 'private_group' },
    ];
    expect(json({ ...base, text: '' }, { chats: { 'result.json': chats } }).post).toBe('https://t.me/c/2/1');
  });

  it.each([
    ['photos/a.jpg', 'photos/a.jpg', 0],
    ['(File unavailable, please try again later)', undefined, 1],
    ['/etc/passwd', undefined, 1],
    ['C:\\a.jpg', undefined, 1],
    ['https://names.example/a.jpg', undefined, 1],
    ['photos/../../a.jpg', undefined, 1],
  ])('looks for the file %s in the package only', (photo, file, losses) => {
    const reading = json({ ...base, photo, text: '' }, channel);
    expect(reading.content?.attachment).toEqual([{ type: 'Image' }]);
    expect(reading.files?.[0]).toBe(file);
    expect(reading.losses?.length ?? 0).toBe(losses);
  });

  it('never reads a telephone number of a contact', () => {
    const reading = json(
      { ...base, text: '', contact_information: { first_name: 'S', phone_number: '+00 000 0000' } },
      channel,
    );
    expect(JSON.stringify(reading)).not.toContain('+00');
    expect(reading.losses).toHaveLength(1);
  });

  it('names the action of a service message, not who did it', () => {
    const service = { ...base, type: 'service', actor: 'Nour', action: 'pin_message' };
    expect(() => json(service)).toThrow(
      new Rejection('service-message', "Telegram's own note in the chat, not a post: pin_message"),
    );
  });

  it('refuses what is no message, with the reason', () => {
    expect(() => read('telegram-json', '{"id":1,')).toThrow(/^malformed/);
    expect(() => read('telegram-json', '"x"')).toThrow(/^not-a-post/);
    expect(() => json({ ...base, type: 5 })).toThrow(/^not-supported/);
  });
});

describe('a message of t.me', () => {
  const widget = (attributes: string, inner: string): string =>
    `<div class="tgme_widget_message js-widget_message" data-post="Yasmina_example/5"${attributes}>${inner}</div>`;
  const view = (c: unknown, t: number): string =>
    ` data-view="${Buffer.from(JSON.stringify({ c, p: 5, t })).toString('base64url')}"`;
  const time = '<a class="tgme_widget_message_date"><time datetime="2016-12-13T19:04:11+00:00"></time></a>';
  const tme = (record: string, facts?: Facts): Reading => read('telegram-tme', record, facts);

  it('takes the channel’s number from data-view, else from another message, else none', () => {
    expect(tme(widget(view(-999900000001, 1481720000), time)).post).toBe('https://t.me/c/999900000001/5');
    const cut = widget(' data-view="eyJjIjot"', time);
    expect(tme(cut, { channels: { yasmina_example: '999900000001' } }).post).toBe('https://t.me/c/999900000001/5');
    const scoped = tme(cut);
    expect(scoped.post).toBe(`perdure:telegram:${sha256('package')}:page:yasmina_example:5`);
    expect(scoped.losses).toContainEqual(expect.stringContaining("withholds the channel's number"));
    expect(scoped.aliases).toEqual(['https://t.me/Yasmina_example/5']);
  });

  it('was seen when the server made the page, if that can be', () => {
    expect(tme(widget(view(-9, 1481720000), time)).observedAt).toEqual({
      at: { at: '2016-12-14T12:53:20Z', precision: 's', zone: 'utc' },
      basis: 'record',
    });
    expect(tme(widget(view(-9, 1481600000), time)).observedAt).toBeUndefined();
    expect(tme(widget('', time)).observedAt).toBeUndefined();
  });

  it('refuses a message without identity', () => {
    expect(() => tme('<div class="tgme_widget_message" data-post="x">a</div>')).toThrow(/^no-identity/);
    expect(() => tme('<div class="tgme_widget_message_text">a</div>')).toThrow(/^malformed/);
  });

  it('refuses elements nested too deep, at once', () => {
    const deep = widget(view(-9, 1481720000), '<b>'.repeat(1_000_000) + time);
    expect(() => tme(deep)).toThrow(/^too-deep/);
    expect(tme(widget(view(-9, 1481720000), '<br><b>'.repeat(200) + time)).content?.published?.at).toBe(
      '2016-12-13T19:04:11Z',
    );
  });

  it.each([
    ['2', 2],
    ['1.2K', 1_200],
    ['3.1M', 3_100_000],
    ['12 345', 12_345],
    ['many', undefined],
    [undefined, undefined],
  ])('counts %s', (shown, number) => {
    expect(count(shown)).toBe(number);
  });
});
