/** What a JSON value of Weibo is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { idOf } from './uri.js';

export type Kind = 'status' | 'page' | 'mobile' | 'crawler' | 'carrier' | 'comment' | 'user' | 'error';

/** Keys that belong to a status of Weibo and of nobody else that has `id` and `text`. */
const OWN = [
  'mid',
  'attitudes_count',
  'reposts_count',
  'isLongText',
  'mblogid',
  'pic_urls',
  'pic_num',
  'mlevel',
  'retweeted_status',
  'textLength',
  'bmiddle_pic',
  'source_allowclick',
];

/** Undefined for what is not known to be Weibo's. */
export function kindOf(value: JsonObject): Kind | undefined {
  if (isCrawler(value)) return 'crawler';
  if (isStatus(value)) return 'status';
  if (isObject(value['mblog']) && isStatus(value['mblog'])) return 'carrier';
  if (isComment(value)) return 'comment';
  if (typeof value['error_code'] === 'number' && ('error' in value || 'request' in value)) return 'error';
  if ('ok' in value && ('data' in value || 'msg' in value)) return isMobile(value) ? 'mobile' : undefined;
  if (listIn(value)) return 'page';
  if (value['screen_name'] !== undefined && ('friends_count' in value || 'follow_count' in value || 'mbtype' in value))
    return 'user';
  return undefined;
}

export function isStatus(value: JsonObject): boolean {
  if (!('created_at' in value) && !('text' in value)) return false;
  const named = idOf(value['idstr'], value['mid'], value['id']) !== undefined;
  // One without a number is a status all the same: it is refused as such.
  return OWN.filter((key) => key in value).length >= (named ? 2 : 4);
}

/** weibo-crawler and its like, which write the interface's words their own way. */
function isCrawler(value: JsonObject): boolean {
  return (
    'bid' in value && 'user_id' in value && 'attitudes_count' in value && 'reposts_count' in value && 'text' in value
  );
}

function isComment(value: JsonObject): boolean {
  if (!isObject(value['user']) || typeof value['text'] !== 'string') return false;
  return idOf(value['id']) !== undefined && ('rootid' in value || 'floor_number' in value || isObject(value['status']));
}

const LISTS = ['statuses', 'comments', 'reposts'];
/** What a page of the API says of itself. */
const PAGING = ['total_number', 'next_cursor', 'previous_cursor', 'hasvisible', 'since_id', 'max_id', 'interval'];

function listIn(value: JsonObject): boolean {
  const list = LISTS.find((key) => Array.isArray(value[key]));
  if (list === undefined) return false;
  const first = asArray(value[list]).find(isObject);
  if (first) return isStatus(first) || isComment(first);
  return PAGING.filter((key) => key in value).length >= 2;
}

/** `{"ok":1,"data":{…}}` of m.weibo.cn and of weibo.com/ajax. */
function isMobile(value: JsonObject): boolean {
  const data = value['data'];
  const items = itemsOf(data);
  if (items.some((item) => kindOf(item) !== undefined)) return true;
  const object = asObject(data);
  return object !== undefined && ('cardlistInfo' in object || 'userInfo' in object || 'longTextContent' in object);
}

/** The objects that an answer's `data` holds, whichever of its shapes it has. */
export function itemsOf(data: unknown): JsonObject[] {
  if (Array.isArray(data)) return (data as unknown[]).filter(isObject);
  const object = asObject(data);
  if (!object) return [];
  if (isStatus(object)) return [object];
  const lists = [object['list'], object['statuses'], object['cards'], object['data'], object['comments']];
  const items = lists.flatMap(asArray).filter(isObject);
  // A card may be a group of cards.
  return [...items.flatMap((item) => [item, ...asArray(item['card_group']).filter(isObject)]), ...statusIn(object)];
}

function statusIn(object: JsonObject): JsonObject[] {
  const status = asObject(object['status']);
  return status ? [status] : [];
}
