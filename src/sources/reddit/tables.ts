/** Rows: of the account's data request, and of tables that were made of dumps. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { requireWidth, rowReader } from '../shared/csv.js';
import { guarded, type Item } from '../shared/items.js';
import type { JsonObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { readComment } from './comment.js';
import { layoutOf, type Layout } from './layout.js';
import type { Env } from './post.js';
import { readChatRow, readMessageRow } from './private.js';
import { readSubmission } from './submission.js';
import type { Facts } from './survey.js';
import { fullnameIn, fullnameOf, namedAs, personOf, postOf } from './uri.js';

/** A layout per head: the pipeline hands the same bytes object to every record of a range. */
const layouts = new WeakMap<Uint8Array, Layout | 'none'>();

function layoutIn({ head, path }: CaptureContext): Layout | 'none' {
  let layout = layouts.get(head);
  if (layout === undefined) layouts.set(head, (layout = layoutOf(head, path, []) ?? 'none'));
  return layout;
}

export function readRow(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const layout = layoutIn(context);
  const row = rowReader(context.head)(record);
  requireWidth(row);
  const cells: Record<string, string> = {};
  for (const name of row.columns) cells[name.trim().toLowerCase()] = row.of[name] ?? '';
  const env: Env = { hand: 'first', timezone: context.options.timezone };
  switch (layout) {
    case 'posts':
      return readSubmission(ownPost(cells, context), env);
    case 'comments':
      return readComment(ownComment(cells, context), env);
    case 'dump':
      return readDumped(cells, env);
    case 'votes':
    case 'saved':
      return guarded(() => [pointerReading(cells, layout, context)]);
    case 'messages':
      return readMessageRow(cells, env.timezone);
    case 'chat':
      return readChatRow(cells, env.timezone);
    case 'hidden':
      throw new Rejection('lists', 'the address of a post that somebody did not want to see');
    default:
      throw new Rejection('not-a-post', 'the account’s own matter, no posts');
  }
}

function ownerOf(context: CaptureContext): string | undefined {
  const facts = context.survey?.facts as unknown as Facts | undefined;
  return facts?.account ?? context.options.account;
}

/** The address of whoever wrote it (`ip`) is not taken. */
function ownPost(cells: JsonObject, context: CaptureContext): JsonObject {
  const { id, permalink, date, subreddit, gildings, title, url, body } = cells;
  return own({ id, permalink, date, subreddit, gildings, title, url, selftext: body }, context);
}

function ownComment(cells: JsonObject, context: CaptureContext): JsonObject {
  const { id, permalink, date, subreddit, gildings, link, parent, body } = cells;
  const link_id = typeof link === 'string' ? (fullnameIn(link) ?? fullnameOf(link)) : undefined;
  return own({ id, permalink, date, subreddit, gildings, link_id, parent_id: parent, body }, context);
}

function own(fields: JsonObject, context: CaptureContext): JsonObject {
  const author = ownerOf(context);
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) out[key] = value;
  if (author !== undefined) out['author'] = author;
  return out;
}

/** What tables write where there is nothing. */
const NOTHING = new Set(['', 'nan', 'NaN', 'None', 'null', 'NULL', 'NA', '[]', '{}']);
/** These may say any of it. */
const WORDS = new Set(['body', 'selftext', 'title']);

function readDumped(cells: JsonObject, env: Env): readonly Item[] {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(cells)) {
    if (WORDS.has(key) || !NOTHING.has(value as string)) fields[key] = value;
  }
  // 4CAT's names.
  if (!('created_utc' in fields) && 'timestamp' in fields) fields['created_utc'] = fields['timestamp'];
  if (!('created_utc' in fields) && 'created' in fields) fields['date'] = fields['created'];
  if (!('title' in fields) && 'subject' in fields) fields['title'] = fields['subject'];
  for (const key of ['edited', 'over_18', 'is_self', 'spoiler']) {
    const word = String(fields[key]).toLowerCase();
    if (word === 'true' || word === 'false') fields[key] = word === 'true';
  }
  if (isCommentRow(fields)) return readComment(fields, env);
  if (!('selftext' in fields) && 'body' in fields) fields['selftext'] = fields['body'];
  return readSubmission(fields, env);
}

function isCommentRow(row: JsonObject): boolean {
  const name = fullnameOf(row['name']) ?? fullnameOf(row['id']);
  if (name !== undefined) return name.startsWith('t1_');
  if ('link_id' in row || 'parent_id' in row) return true;
  // 4CAT: a thread is known by its submission's number.
  return 'thread_id' in row && namedAs('t3', row['thread_id']) !== namedAs('t3', row['id']);
}

/** `id,permalink,direction`, `id,permalink`: somebody else's post, of which the table has the number alone. */
function pointerReading(cells: JsonObject, layout: 'votes' | 'saved', context: CaptureContext): Reading {
  const address = typeof cells['permalink'] === 'string' ? cells['permalink'] : '';
  const page = address.startsWith('/') ? `https://www.reddit.com${address}` : address;
  const fullname = fullnameIn(page) ?? fullnameOf(cells['id']);
  if (fullname === undefined) throw new Rejection('no-identity', 'a row whose address leads to no post');
  if (layout === 'votes' && cells['direction'] !== 'up') {
    const detail = `a vote ${String(cells['direction']).slice(0, 20)}: neither a like nor a bookmark`;
    throw new Rejection('not-a-post', detail);
  }
  const target = postOf(fullname);
  const name = ownerOf(context);
  const by = name === undefined ? undefined : personOf(name);
  const kind = layout === 'votes' ? 'like' : 'bookmark';
  return { post: target, outcome: 'notCaptured', hand: 'second', references: [{ kind, target, ...(by && { by }) }] };
}
