/** Posts as rows: 4CAT's table, and the one that Zeeschuimer's readers made before. Both keep X's escaped text. */
import { Rejection } from '../../core/errors.js';
import { requireWidth, rowReader, type Row } from '../shared/csv.js';
import type { CaptureContext } from '../source.js';
import { begin, CUT_ALL, CUT_TEXT, languageOf, metricsOf, present, type Author, type Env, type Item } from './draft.js';
import { cutOf, decode, generatorOf } from './entities.js';
import { timeFromEpoch, timeOf } from './time.js';
import { actorOf, idFromUrl, idOf, isHandle, postOf } from './uri.js';

/** What both tables have, and what only one of them calls so. */
export function isTable(names: ReadonlySet<string>): boolean {
  const zeeschuimer = ['id', 'url', 'tweet', 'is_retweet', 'author', 'heart_count', 'retweet_count'];
  const fourcat = ['id', 'thread_id', 'timestamp', 'body', 'author', 'author_id', 'retweet_count', 'like_count'];
  return [zeeschuimer, fourcat].some((columns) => columns.every((name) => names.has(name)));
}

const METRICS = [
  ['like_count', 'likes'],
  ['heart_count', 'likes'],
  ['retweet_count', 'reposts'],
  ['reply_count', 'replies'],
  ['quote_count', 'quotes'],
  ['impression_count', 'views'],
  ['view_count', 'views'],
] as const;

const YES = new Set(['yes', 'true', '1']);

export function readRow(record: Uint8Array, { head }: CaptureContext, env: Env): Item[] {
  const row = rowReader(head)(record);
  requireWidth(row);
  const cell = (name: string): string | undefined => (row.of[name] === '' ? undefined : row.of[name]);
  const link = cell('link') ?? cell('url');
  const id = idOf(cell('id')) ?? idFromUrl(link);
  if (id === undefined)
    throw new Rejection(
      'no-identity',
      `"${(cell('id') ?? '').slice(0, 40)}" is no id of a post: a spreadsheet may have rounded it`,
    );
  const raw = row.of['body'] ?? row.of['tweet'];
  if (raw === undefined) throw new Rejection('not-a-post', 'a row without a text');
  const author = authorOf(row, link);
  const isRepost = YES.has((cell('is_retweet') ?? '').toLowerCase());
  const content = begin(isRepost ? 'Announce' : 'Note', author);
  content.text = decode(raw);
  const cut = cutOf(content.text, id, [], isRepost);
  if (cut !== 'none') content.cut = cut === 'all' ? CUT_ALL : CUT_TEXT;
  const published = timeOf(cell('timestamp')) ?? timeFromEpoch(Number(cell('unix_timestamp')) * 1_000);
  if (published) content.published = published;
  const language = languageOf(cell('language_guess'));
  if (language !== undefined) content.language = language;
  const generator = generatorOf(cell('source'));
  if (generator !== undefined) content.generator = generator;
  const parent = idOf(cell('replied_tweet_id'));
  if (parent !== undefined) content.inReplyTo = postOf(parent);
  const reading = present(id, content, 'first', author, undefined, env);
  const metrics = metricsOf(row.of, METRICS);
  if (metrics) reading.metrics = metrics;
  return [reading];
}

/** `author` is a handle in one table and a name in the other; the address holds the handle in both. */
function authorOf(row: Row, link: string | undefined): Author | undefined {
  const id = idOf(row.of['author_id']);
  const handle = /(?:twitter|x)\.com\/@?(\w{1,20})\/status/.exec(link ?? '')?.[1] ?? row.of['author'];
  const name = row.of['author_fullname'] ?? (row.of['author'] === handle ? undefined : row.of['author']);
  const known = handle !== undefined && isHandle(handle) ? handle : undefined;
  if (id === undefined && known === undefined) return undefined;
  const profile = { ...(known !== undefined && { handle: known }), ...(name !== undefined && name !== '' && { name }) };
  return {
    ...(id !== undefined && { id, actor: { actor: actorOf(id), profile } }),
    ...(known !== undefined && { handle: known }),
  };
}
