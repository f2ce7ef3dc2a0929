/** API v1 and v1.1, streams, twarc1, and Grailbird's records, which are shaped alike. */
import { Rejection } from '../../core/errors.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { classicAuthor } from './actors.js';
import { absent, attempt, chainOf, metricsOf, present, type Author, type Env, type Item } from './draft.js';
import { placeholderOutcome } from './placeholders.js';
import { STATUS_METRICS, statusOf } from './status.js';
import { idOf, ownId, postOf, requireId } from './uri.js';

/** A quoted post may quote another, which is only named; nothing real nests deeper. */
const MAX_NESTING = 4;

/** The post and, behind it, those that it carries: the one it reposts, the one it quotes, and theirs. */
export function readStatus(status: JsonObject, env: Env, hand: 'first' | 'second' = 'first', writer?: Author): Item[] {
  const items: Item[] = [];
  collect(status, env, hand, writer, items, 0);
  return items;
}

function collect(
  status: JsonObject,
  env: Env,
  hand: 'first' | 'second',
  writer: Author | undefined,
  items: Item[],
  depth: number,
): void {
  items.push(attempt(() => readOne(status, env, hand, writer)));
  if (depth >= MAX_NESTING) return;
  const reposted = asObject(status['retweeted_status']);
  if (reposted) collect(reposted, env, 'second', undefined, items, depth + 1);
  const quoted = asObject(status['quoted_status']);
  if (quoted) collect(quoted, env, 'second', undefined, items, depth + 1);
}

function readOne(status: JsonObject, env: Env, hand: 'first' | 'second', writer: Author | undefined): Item {
  const id = requireId(status);
  const author = classicAuthor(asObject(status['user'])) ?? writer;
  const raw = asString(status['full_text']) ?? asString(status['text']);
  if (raw === undefined)
    throw new Rejection('not-a-post', `the record of ${postOf(id)} has neither text nor full_text`);
  const isWithheld = status['withheld_in_countries'] !== undefined || status['withheld_copyright'] === true;
  const gone = placeholderOutcome(raw, asObject(status['entities']), isWithheld);
  if (gone) return { ...absent(id, gone, hand, env), ...(author?.actor && { actors: [author.actor] }) };

  const reposted = asObject(status['retweeted_status']);
  const { content } = statusOf(status, id, author, reposted !== undefined);
  const announced = reposted && ownId(reposted);
  if (announced !== undefined) content.announces = postOf(announced);
  if (reposted === undefined) {
    const quoted =
      idOf(status['quoted_status_id_str']) ??
      ownId(asObject(status['quoted_status']) ?? {}) ??
      idOf(status['quoted_status_id']);
    if (quoted !== undefined) content.quotes = postOf(quoted);
  }
  const history = asObject(status['edit_history']);
  const reading = present(id, content, hand, author, chainOf(history?.['edit_tweet_ids']), env);
  const metrics = metricsOf(status, STATUS_METRICS);
  if (metrics) reading.metrics = metrics;
  return reading;
}

/** `{statuses: […]}` of the search, `{results: […]}` of the premium search. */
export function readStatuses(list: unknown, env: Env): Item[] {
  const items: Item[] = [];
  for (const value of asArray(list)) {
    const status = asObject(value);
    if (status) items.push(...readStatus(status, env));
    else items.push({ refused: 'not-a-post', detail: 'an entry of the page is no object' });
  }
  return items;
}
