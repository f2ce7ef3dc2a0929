/**
 * The Atom feed that every channel has (`youtube.com/feeds/videos.xml?channel_id=UC…`): its fifteen newest videos.
 *
 *   <entry><yt:videoId>…</yt:videoId><yt:channelId>UC…</yt:channelId><title>…</title><published>…</published>
 *     <media:group><media:description>…</media:description></media:group></entry>
 */
import { Parser } from 'htmlparser2';
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import { present, storableItems, type Item } from '../shared/items.js';
import { decodeUtf8 } from '../shared/json.js';
import type { RecordRange } from '../source.js';
import { channelReading, timeOf } from './api-parts.js';
import { isVideoId, videoOf } from './uri.js';

const OPEN = Buffer.from('<entry>');
const CLOSE = Buffer.from('</entry>');
/** Fifteen entries of some kilobytes; what is longer is no such feed. */
const MAX_BYTES = 4 * 1024 * 1024;

export async function* splitChannelFeed(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of member) {
    size += part.length;
    if (size > MAX_BYTES) throw new Rejection('too-large', `a channel's feed of more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  let found = 0;
  for (let at = bytes.indexOf(OPEN), next: number; at >= 0; at = next) {
    next = bytes.indexOf(OPEN, at + OPEN.length);
    const close = bytes.indexOf(CLOSE, at);
    // An entry whose end is damaged must not take the next one with it.
    const limit = next < 0 ? bytes.length : next;
    found++;
    yield close < 0 || close >= limit
      ? { offset: at, length: limit - at, refused: { reason: 'truncated', detail: unclosed(next) } }
      : { offset: at, length: close + CLOSE.length - at };
  }
  if (found === 0) throw new Rejection('empty', 'a channel’s feed without videos');
}

function unclosed(next: number): string {
  return next < 0
    ? 'the feed ends in the middle of this entry'
    : 'this entry has no end: the next one begins within it';
}

export function readEntry(record: Uint8Array): readonly Item[] {
  return storableItems(record, [entryOf(fieldsOf(decodeUtf8(record)))]);
}

interface Fields {
  readonly text: ReadonlyMap<string, string>;
  readonly counts: Readonly<Record<string, string>>;
}

const WANTED: ReadonlySet<string> = new Set([
  'yt:videoId',
  'yt:channelId',
  'title',
  'name',
  'published',
  'updated',
  'media:description',
]);

function fieldsOf(xml: string): Fields {
  const text = new Map<string, string>();
  const counts: Record<string, string> = {};
  let current: string | undefined;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        current = WANTED.has(name) && !text.has(name) ? name : undefined;
        if (current !== undefined) text.set(current, '');
        if (name === 'media:statistics') counts['views'] = attributes['views'] ?? '';
      },
      ontext(words) {
        if (current !== undefined) text.set(current, text.get(current)! + words);
      },
      onclosetag() {
        current = undefined;
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return { text, counts };
}

function entryOf({ text, counts }: Fields): Item {
  const id = text.get('yt:videoId');
  if (!isVideoId(id)) throw new Rejection('no-identity', 'an entry without `yt:videoId`');
  const author = channelReading(text.get('yt:channelId'), text.get('name'));
  const content: Content = {
    type: 'Video',
    visibility: 'public',
    ...present({
      attributedTo: author?.actor,
      published: timeOf(text.get('published')),
      name: text.get('title'),
      text: text.get('media:description'),
      url: videoOf(id),
    }),
    attachment: [{ type: 'Video', key: id }],
  };
  const views = /^\d{1,15}$/.test(counts['views'] ?? '') ? Number(counts['views']) : undefined;
  return {
    post: videoOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(views !== undefined && { metrics: { views } }),
    ...(author && { actors: [author] }),
  };
}
