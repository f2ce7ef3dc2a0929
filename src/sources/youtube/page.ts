/**
 * Takeout’s pages of before 2021: an item for every comment (`my-comments.html`) or live chat message
 * (`my-live-chat-messages.html`).
 *
 *   <li>You added a <a href="http://www.youtube.com/watch?v=…&lc=Ug…">comment</a> on a
 *   <a href="http://www.youtube.com/watch?v=…">video</a> at 2020-05-24 20:10:05 UTC.<br/>The words</li>
 */
import type { Content } from '../../core/content.js';
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { parseIso } from '../../core/time.js';
import { postUri, segment } from '../../core/uri.js';
import { htmlToText } from '../shared/html.js';
import { present } from '../shared/items.js';
import { asNumber, asObject, decodeUtf8 } from '../shared/json.js';
import type { CaptureContext, RecordRange } from '../source.js';
import { answeredBy, commentOf, isCommentId, pageOf, videoOf } from './uri.js';

const VIDEO = /[?&;]v=([\w-]{11})/;
const COMMENT = /(?:[?&]|&amp;)lc=([\w.-]{10,120})/;
const TIME = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC/;

export function isCommentPage(text: string): boolean {
  const item = text.slice(text.indexOf('<li'), text.indexOf('<li') + 2_000);
  return text.includes('<li') && VIDEO.test(item) && TIME.test(item) && /\byoutube\.com\/watch\?/.test(item);
}

/** Watch and search histories are pages too, of Google’s activity log. */
export function isHistoryPage(text: string): boolean {
  return (
    text.includes('mdl-typography') && text.includes('content-cell') && /youtube\.com\/(?:watch|results)\?/.test(text)
  );
}

/** From each `<li` up to the next one, or up to the list’s end. */
export async function* splitPage(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let base = 0;
  let rest = Buffer.alloc(0);
  let open = -1;
  let closed = false;
  for await (const chunk of chunks) {
    const text = Buffer.concat([rest, chunk]);
    let from = 0;
    for (;;) {
      const at = text.indexOf('<', from);
      // A tag that the chunk’s end cuts is looked at with the next chunk.
      if (at < 0 || at + 4 > text.length) {
        from = at < 0 ? text.length : at;
        break;
      }
      from = at + 1;
      const tag = text.toString('latin1', at, at + 4);
      const begins = /^<li[\s>]$/i.test(tag);
      if (/^<\/li$/i.test(tag)) closed = true;
      if (!begins && !/^<\/ul$/i.test(tag)) continue;
      if (open >= 0) yield { offset: open, length: base + at - open };
      open = begins ? base + at : -1;
      closed = false;
    }
    rest = text.subarray(from);
    base += from;
  }
  const end = base + rest.length;
  if (open < 0) return;
  const refused = { reason: 'truncated', detail: 'the page ends in the middle of this item' } as const;
  yield { offset: open, length: end - open, ...(!closed && { refused }) };
}

interface PageItem {
  readonly video?: string;
  readonly comment?: string;
  readonly time: string;
  readonly text: string;
}

function itemOf(record: Uint8Array): PageItem {
  const item = decodeUtf8(record);
  const close = item.toLowerCase().lastIndexOf('</li');
  const html = close < 0 ? item : item.slice(0, close);
  const br = /<br\s*\/?>/i.exec(html);
  const about = br ? html.slice(0, br.index) : html;
  const video = VIDEO.exec(about)?.[1];
  const comment = COMMENT.exec(about)?.[1];
  const time = TIME.exec(about)?.[1];
  if (!br || time === undefined) throw new Rejection('not-a-post', 'an item that is no comment of Takeout’s pages');
  // Here every line break is the author's: the pages are not laid out.
  const text = htmlToText(html.slice(br.index + br[0].length).replace(/\r?\n/g, '<br>'));
  return { time, text, ...present({ video, comment }) };
}

/** Chat messages have no number here: video, second and words, which a page may hold several times. */
export function keyOfItem(record: Uint8Array): string | undefined {
  const { video, comment, time, text } = itemOf(record);
  return comment === undefined && video !== undefined ? `${video}\n${time}\n${text}` : undefined;
}

export function readItem(record: Uint8Array, context: CaptureContext): Reading {
  const { video, comment, time, text } = itemOf(record);
  const published = parseIso(`${time}Z`);
  const below = video === undefined ? undefined : videoOf(video);
  const page = video === undefined || comment === undefined ? undefined : pageOf(video, comment);
  const content: Content = {
    type: 'Note',
    visibility: 'unknown',
    text,
    ...present({ published, context: below, url: page }),
  };
  const common = { outcome: 'present', hand: 'first' } as const;
  if (isCommentId(comment)) {
    const inReplyTo = answeredBy(comment, below);
    const post = commentOf(comment);
    return { ...common, post, content: { ...content, ...present({ inReplyTo }) }, ...(page && { aliases: [page] }) };
  }
  if (video === undefined) throw new Rejection('no-identity', 'an item that names no video');
  const scope = context.options.account ?? context.accession;
  const key = sha256(Buffer.from(`${video}\n${time}\n${text}`));
  const ordinal = ordinalOf(context);
  const name = `perdure:youtube:chat-of/${segment(scope)}/${segment(key)}${ordinal > 0 ? `/${ordinal + 1}` : ''}`;
  return { ...common, post: postUri(name), content };
}

function ordinalOf(context: CaptureContext): number {
  const repeats = asObject(asObject(context.survey?.facts)?.[context.path]);
  return asNumber(repeats?.[context.offset]) ?? 0;
}
