/** One record, whatever it is, to readings and refusals: the item of a list, a whole answer, a line. */
import { storable } from '../../core/canonical.js';
import {
  asArray,
  asObject,
  asString,
  isObject,
  mayHoldSurrogates,
  parseJson,
  type JsonObject,
} from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { readActivity, readTombstone } from './activity.js';
import { collectionRefusal, itemsOf } from './collection.js';
import { baseOf, envOf, guarded, refused, type Env, type Item } from './env.js';
import { kindOf, refusalOf } from './kinds.js';
import { idOf, listOf } from './ld.js';
import { readObject } from './object.js';
import { readAnswers, readCarrier, readStatus, readVersion } from './rest.js';
import { postUriOf } from './uri.js';

/** Lists in lists: pages that somebody gathered in one file. */
const MAX_LISTS = 4;

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const value = parseJson(record);
  const env = envOf(context);
  const kind = context.format === 'mastodon-archive' ? listKind(baseOf(context.path)) : undefined;
  const items = kind ? [guarded(() => readListed(value, kind, env))] : read(value, env, 0);
  // Only an escape can bring a lone surrogate in: the bytes themselves are UTF-8.
  return mayHoldSurrogates(record) ? items.map(storableItem) : items;
}

function read(value: unknown, env: Env, lists: number): Item[] {
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return [refused('too-deep', `lists nested deeper than ${MAX_LISTS}`)];
    if (value.length === 0) return [refused('empty', 'an empty list')];
    return value.flatMap((item) => read(item, env, lists + 1));
  }
  if (typeof value === 'string') {
    return [
      refused('lists', `only an address is listed, ${JSON.stringify(value.slice(0, 120))}: fetch what it leads to`),
    ];
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value)} is no object`)];
  return readValue(value, env, lists);
}

function readValue(value: JsonObject, env: Env, lists: number): Item[] {
  const kind = kindOf(value);
  switch (kind) {
    case 'status':
      return readStatus(value, 'first', env);
    case 'version':
      return [guarded(() => readVersion(value, env.history))];
    case 'notification':
      return readCarrier(value, 'status', env);
    case 'conversation':
      return readCarrier(value, 'last_status', env);
    case 'answers':
      return readAnswers(value, env);
    case 'context':
    case 'search':
      return readLists(value, env, lists);
    case 'object':
      return [guarded(() => readObject(value, 'first', env))];
    case 'activity':
      return readActivity(value, env);
    case 'tombstone':
      return [guarded(() => readTombstone(value))];
    case 'collection': {
      const items = itemsOf(value);
      const { reason, detail } = collectionRefusal(value);
      return items.length === 0 ? [refused(reason, detail)] : items.flatMap((item) => read(item, env, lists + 1));
    }
    case 'thing':
      return [
        refused('not-a-post', `a thing of type ${asString(listOf(value['type'])[0]) ?? 'unknown'}, which is no post`),
      ];
    case undefined:
      return [refused('not-a-post', `nothing known of the fediverse: ${Object.keys(value).slice(0, 6).join(', ')}`)];
    default: {
      const { reason, detail } = refusalOf(kind)!;
      return [refused(reason, detail)];
    }
  }
}

function readLists(value: JsonObject, env: Env, lists: number): Item[] {
  const items = Object.values(value).flatMap((list) => asArray(list));
  if (items.length === 0) return [refused('empty', 'an answer with empty lists')];
  return items.flatMap((item) => read(item, env, lists + 1));
}

function listKind(name: string): 'like' | 'bookmark' | undefined {
  return name.startsWith('likes') ? 'like' : name.startsWith('bookmarks') ? 'bookmark' : undefined;
}

/** An entry of likes.json or bookmarks.json: the address of somebody's post, without its text. */
function readListed(value: unknown, kind: 'like' | 'bookmark', { owner }: Env): Item {
  // A list of activities, as some servers write it, names the post as their object.
  const target = postUriOf(idOf(asObject(value)?.['object'] ?? value), `what the ${kind} is of`);
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind, target, ...(owner && { by: owner.actor }) }],
  };
}

function storableItem(item: Item): Item {
  const lossy = new Set<string>();
  const clean = (value: unknown, field: string): unknown => {
    if (typeof value === 'string') {
      const { text, lossy: changed } = storable(value);
      if (changed) lossy.add(field);
      return text;
    }
    if (Array.isArray(value)) return value.map((each) => clean(each, field));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, clean(each, key)]));
  };
  const cleaned = clean(item, 'record') as Item;
  if (lossy.size === 0 || 'refused' in cleaned) return cleaned;
  return {
    ...cleaned,
    losses: [...(cleaned.losses ?? []), ...[...lossy].map((field) => `${field}: lone surrogate escaped`)],
  };
}
