/** What a JSON value of Hacker News is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asNumber, asString, isObject, type JsonObject } from '../shared/json.js';
import { idOf } from './uri.js';

export type Kind = 'item' | 'hit' | 'tree' | 'plain' | 'search' | 'user' | 'updates';

const TYPES = new Set(['story', 'comment', 'job', 'poll', 'pollopt']);
const ITEM = ['by', 'kids', 'parent', 'descendants', 'score', 'title', 'text', 'deleted', 'dead', 'poll', 'parts'];

/** Undefined for what is not known to be of Hacker News. */
export function kindOf(value: JsonObject): Kind | undefined {
  if (isHit(value)) return 'hit';
  if (isTree(value)) return 'tree';
  if (isItem(value)) return 'item';
  if (isPlain(value)) return 'plain';
  const hits = asArray(value['hits']);
  if (hits.some((hit) => isObject(hit) && isHit(hit))) return 'search';
  // Anybody who asks Algolia is answered so; an empty answer is told from others' by what was asked.
  if (hits.length === 0 && Array.isArray(value['hits']) && 'nbHits' in value && 'processingTimeMS' in value)
    return 'search';
  if (isUser(value)) return 'user';
  const lists = Array.isArray(value['items']) && Array.isArray(value['profiles']);
  return lists && Object.keys(value).length === 2 ? 'updates' : undefined;
}

/** Firebase's items, and the rows that BigQuery and ClickHouse make of them. */
function isItem(value: JsonObject): boolean {
  if (!TYPES.has(asString(value['type']) ?? '')) return false;
  const timed = asNumber(value['time']) !== undefined || typeof value['time'] === 'string' || 'timestamp' in value;
  // One without a number is an item all the same: it is refused as such.
  const unnumbered = 'id' in value ? 0 : 1;
  const gone = value['deleted'] === true || value['dead'] === true;
  return (timed || gone) && ITEM.filter((key) => key in value).length >= (gone ? 1 : 2) + unnumbered;
}

/** Algolia's search: `{"objectID":"1","created_at_i":1481655851,"_tags":["comment",…],"comment_text":"…"}`. */
function isHit(value: JsonObject): boolean {
  if (idOf(value['objectID']) === undefined || !('created_at_i' in value || 'created_at' in value)) return false;
  return (
    ['_tags', 'comment_text', 'story_text', 'story_id', 'points', 'num_comments', 'author'].filter(
      (key) => key in value,
    ).length >= 3
  );
}

/** Algolia's items: a post and all that is below it. */
function isTree(value: JsonObject): boolean {
  return 'created_at_i' in value && Array.isArray(value['children']) && 'author' in value && 'id' in value;
}

/** HNPWA's items: `{"id":1,"user":"nour","time":1481655851,"time_ago":"…","content":"…","comments":[…]}`. */
function isPlain(value: JsonObject): boolean {
  return 'time_ago' in value && 'user' in value && 'id' in value && ('comments_count' in value || 'content' in value);
}

function isUser(value: JsonObject): boolean {
  const created = asNumber(value['created']) !== undefined && asNumber(value['karma']) !== undefined;
  return (created && typeof value['id'] === 'string') || ('username' in value && 'karma' in value && 'about' in value);
}
