/** A row of a Takeout table: a comment, a live chat message, a post of the community tab, a video. */
import type { Json } from '../../core/canonical.js';
import type { Attachment, Content, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { parseIso, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import { parseRow } from '../shared/csv.js';
import { present, presentOrNothing } from '../shared/items.js';
import { layoutOf, type Field, type Layout } from './layout.js';
import { wordsOf } from './segments.js';
import {
  answeredBy,
  channelOf,
  chatOf,
  commentOf,
  communityOf,
  isCommunityId,
  isChannelId,
  isCommentId,
  isVideoId,
  pageOf,
  videoOf,
} from './uri.js';

type Cells = (field: Field) => string | undefined;

export function readRow(record: Uint8Array, head: Uint8Array, path: string): Reading {
  const layout = layoutOf(head);
  if (!layout) throw new Rejection('not-a-post', 'a table without anybody’s words: lists and settings of YouTube');
  const cells = parseRow(record, layout.dialect);
  if (cells.length !== layout.columns) {
    const detail = `the row has ${cells.length} fields, the header ${layout.columns}`;
    throw new Rejection('malformed', `${detail}; a quote or a delimiter is missing or too many: repair the row`);
  }
  const cell: Cells = (field) => {
    const index = layout.at[field];
    const value = index === undefined ? undefined : cells[index];
    return value === '' ? undefined : value;
  };
  switch (layout.kind) {
    case 'comments':
      return readComment(cell);
    case 'chats':
      return readChat(cell);
    case 'posts':
      return readPost(cell, layout, cells, path);
    case 'videos':
      return readVideo(cell, layout, cells);
  }
}

/** Nothing says who could see a comment: its video may have been unlisted, or it was held back. */
const VISIBILITY: Visibility = 'unknown';

function readComment(cell: Cells): Reading {
  const id = cell('comment');
  if (!isCommentId(id)) throw new Rejection('no-identity', `${shown(id)} is no comment’s number`);
  const video = cell('video');
  const post = cell('post');
  const below = isVideoId(video) ? videoOf(video) : isCommunityId(post) ? communityOf(post) : undefined;
  const page = isVideoId(video) ? pageOf(video, id) : undefined;
  const content = { inReplyTo: answeredBy(id, below), context: below, url: page };
  return { ...reading(commentOf(id), cell, content), ...(page !== undefined && { aliases: [page] }) };
}

function readChat(cell: Cells): Reading {
  const id = cell('chat');
  if (id === undefined) throw new Rejection('no-identity', 'a chat message without a number');
  const video = cell('video');
  return reading(chatOf(id), cell, { context: isVideoId(video) ? videoOf(video) : undefined });
}

function reading(post: PostUri, cell: Cells, more: { [K in keyof Content]?: Content[K] | undefined }): Reading {
  const losses: string[] = [];
  const words = wordsOf(cell('text') ?? '');
  if (words.raw) losses.push('text: its pieces are no valid JSON, so they are kept as they stand');
  const channel = cell('channel');
  const content: Content = {
    type: 'Note',
    visibility: VISIBILITY,
    text: words.text,
    ...present({
      attributedTo: isChannelId(channel) ? channelOf(channel) : undefined,
      published: timeOf(cell('time'), losses),
      link: words.link,
      tag: words.tag,
      extra: extraOf({ price: paid(cell('price')), currency: cell('currency') }),
      ...more,
    }),
  };
  return { post, outcome: 'present', hand: 'first', content, ...(losses.length > 0 && { losses }) };
}

/** What a Super Chat or Super Thanks cost, as Google writes it; zero for all others. */
function paid(price: string | undefined): string | undefined {
  return price === undefined || /^0(?:\.0+)?$/.test(price) ? undefined : price;
}

function readPost(cell: Cells, layout: Layout, cells: readonly string[], path: string): Reading {
  const id = cell('post');
  if (!isCommunityId(id)) throw new Rejection('no-identity', `${shown(id)} is no post’s number`);
  const files = layout.images.map((index) => cells[index]!).filter((name) => name !== '');
  const attachment = files.map((name): Attachment => ({ type: 'Image', key: name }));
  const more = { url: communityOf(id), attachment: layout.images.length > 0 ? attachment : undefined };
  // The pictures lie beside the table.
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const known = files.map((name) => folder + name);
  return { ...reading(communityOf(id), cell, more), ...(files.length > 0 && { files: known }) };
}

const PRIVACY: Readonly<Record<string, Visibility>> = { public: 'public', unlisted: 'unlisted', private: 'direct' };

function readVideo(cell: Cells, layout: Layout, cells: readonly string[]): Reading {
  const id = cell('video');
  if (!isVideoId(id)) throw new Rejection('no-identity', `${shown(id)} is no video’s number`);
  const losses: string[] = [];
  const channel = cell('channel');
  const duration = Number(cell('duration'));
  const keywords = layout.keywords.map((index) => cells[index]!).filter((word) => word !== '');
  const content: Content = {
    type: 'Video',
    visibility: PRIVACY[(cell('privacy') ?? '').trim().toLowerCase()] ?? 'unknown',
    ...present({
      attributedTo: isChannelId(channel) ? channelOf(channel) : undefined,
      published: timeOf(cell('published') ?? cell('time'), losses),
      name: cell('title'),
      text: layout.at.description === undefined ? undefined : (cell('description') ?? ''),
      url: videoOf(id),
      extra: extraOf({
        category: cell('category'),
        ...(keywords.length > 0 && { keywords }),
      }),
    }),
    attachment: [{ type: 'Video', key: id, ...(duration > 0 && { duration: Math.round(duration / 1000) }) }],
  };
  return { post: videoOf(id), outcome: 'present', hand: 'first', content, ...(losses.length > 0 && { losses }) };
}

function timeOf(text: string | undefined, losses: string[]): Time | undefined {
  if (text === undefined) return undefined;
  const time = parseIso(text);
  if (!time) losses.push(`published: ${shown(text)} is no time`);
  return time;
}

function extraOf(fields: { [key: string]: Json | undefined }): { readonly [key: string]: Json } | undefined {
  return presentOrNothing(fields) as { readonly [key: string]: Json } | undefined;
}

function shown(value: string | undefined): string {
  return value === undefined ? 'an empty cell' : JSON.stringify(value.slice(0, 60));
}
