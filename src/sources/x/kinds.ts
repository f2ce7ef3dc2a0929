/**
 * What a JSON object of X is, told by its shape alone: one question, asked by recognition of a file's beginning and by
 * reading of each record. Strict, because other platforms copy X's shapes: Weibo, GNU social, Truth Social.
 */
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import { isAdaptive, isGraphAnswer, tweetOf } from './graphql.js';
import { isScraped } from './scraped.js';
import { idOf, ownId } from './uri.js';

export type Kind =
  | 'archive'
  | 'status'
  | 'statuses'
  | 'tweet'
  | 'page'
  | 'activity'
  | 'compliance'
  | 'notice'
  | 'users'
  | 'counts'
  | 'lists'
  | 'trends'
  | 'error'
  /** A line of Zeeschuimer. */
  | 'captured'
  /** An answer of the pages' own interface, or one result in it. */
  | 'graph'
  | 'result'
  | 'adaptive'
  | 'scraped';

export function kindOf(value: unknown): Kind | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value['id'] === 'string' && value['id'].startsWith('tag:search.twitter.com')) return 'activity';
  if (isStatus(value)) return 'status';
  if (isTweet(value)) return 'tweet';
  const outer = kindOfWeb(value);
  if (outer !== undefined) return outer;
  if (isPage(value)) return 'page';
  if (isWrapped(value)) return 'archive';
  if (isStatuses(value)) return 'statuses';
  if (isCompliance(value)) return 'compliance';
  if (isNotice(value)) return 'notice';
  return kindWithoutPosts(value);
}

/** What the pages load, and what is made of it. */
function kindOfWeb(value: JsonObject): Kind | undefined {
  const captured = capturedOf(value);
  if (captured) return isOfX(captured.platform) ? 'captured' : undefined;
  if (tweetOf(value) !== undefined) return 'result';
  if (isScraped(value)) return 'scraped';
  if (isAdaptive(value)) return 'adaptive';
  return isGraphAnswer(value) ? 'graph' : undefined;
}

/** As Zeeschuimer named the site, before and after 2023. */
export function isOfX(platform: string): boolean {
  return platform === 'twitter.com' || platform === 'x.com';
}

function kindWithoutPosts(value: JsonObject): Kind | undefined {
  if (isUserList(value)) return 'users';
  if (isClassicUser(value) || isModernUser(value)) return 'users';
  if (
    isAccountList(value) ||
    (Array.isArray(value['lists']) && isAccountList(asObject(asArray(value['lists'])[0]) ?? {}))
  )
    return 'lists';
  if (Array.isArray(value['trends']) && Array.isArray(value['locations'])) return 'trends';
  if (isCounts(value)) return 'counts';
  return isError(value) ? 'error' : undefined;
}

const CLASSIC_TIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d [+-]\d{4} \d{4}$/;
const GRAILBIRD_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$/;

/** v1.1, Grailbird, and an archive's record without its wrapper. */
function isStatus(value: JsonObject): boolean {
  const created = value['created_at'];
  if (typeof created !== 'string' || !(CLASSIC_TIME.test(created) || GRAILBIRD_TIME.test(created))) return false;
  if (typeof value['text'] !== 'string' && typeof value['full_text'] !== 'string') return false;
  // Weibo: idstr, mid. GNU social and its kin: statusnet_html, external_url.
  if ('idstr' in value || 'mid' in value || 'mblogid' in value || 'statusnet_html' in value || 'external_url' in value)
    return false;
  return (
    typeof value['id_str'] === 'string' ||
    (idLike(value['id']) && typeof asObject(value['user'])?.['screen_name'] === 'string')
  );
}

/** An id of digits, or a number too wide to be exact: still one of X's. */
function idLike(value: unknown): boolean {
  return idOf(value) !== undefined || (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER);
}

function isTweet(value: JsonObject): boolean {
  if (typeof value['id'] !== 'string' || idOf(value['id']) === undefined || typeof value['text'] !== 'string')
    return false;
  if (idOf(value['author_id']) !== undefined && typeof value['created_at'] !== 'number') return true;
  if (Array.isArray(value['edit_history_tweet_ids'])) return true;
  const metrics = asObject(value['public_metrics']);
  return metrics !== undefined && 'retweet_count' in metrics;
}

/** `{data, includes, errors, meta}`; twarc2's mark is enough, else its first entry must be one of X's. */
function isPage(value: JsonObject): boolean {
  const data = value['data'];
  const first = asObject(Array.isArray(data) ? (data as unknown[])[0] : data);
  if (asString(asObject(value['__twarc'])?.['url']) !== undefined)
    return (
      data !== undefined || isObject(value['includes']) || Array.isArray(value['errors']) || isObject(value['meta'])
    );
  if (first)
    return (
      isPageEntry(first) ||
      (asObject(first['delete']) !== undefined &&
        Object.keys(first).length === 1 &&
        asObject(asObject(first['delete'])?.['tweet']) !== undefined)
    );
  if (isObject(value['includes']) && holdsIncludes(value['includes'])) return true;
  if (asArray(value['tweets']).length > 0 && holdsIncludes(value)) return true;
  if (Array.isArray(value['errors']) && asArray(value['errors']).some((error) => isModernError(asObject(error))))
    return true;
  const meta = asObject(value['meta']);
  return (
    meta !== undefined &&
    typeof meta['result_count'] === 'number' &&
    Object.keys(value).length <= 2 &&
    data === undefined
  );
}

function isPageEntry(first: JsonObject): boolean {
  if (isTweet(first) || isModernUser(first)) return true;
  if (typeof first['tweet_count'] === 'number' && typeof first['start'] === 'string') return true;
  // The default fields of v2 since 2022, and before: a bare id and text, told by the width of the id.
  return (
    typeof first['id'] === 'string' &&
    /^\d{15,20}$/.test(first['id']) &&
    typeof first['text'] === 'string' &&
    Object.keys(first).length === 2
  );
}

/** academictwitteR's `users_….json`: the includes of a page, alone in a file. */
export function holdsIncludes(value: JsonObject): boolean {
  const user = asObject(asArray(value['users'])[0]);
  const tweet = asObject(asArray(value['tweets'])[0]);
  return (user !== undefined && isModernUser(user)) || (tweet !== undefined && isTweet(tweet));
}

function isModernError(error: JsonObject | undefined): boolean {
  return (
    typeof error?.['resource_type'] === 'string' &&
    /^https:\/\/api\.(?:twitter|x)\.com\//.test(asString(error['type']) ?? '')
  );
}

function isWrapped(value: JsonObject): boolean {
  const tweet = asObject(value['tweet']);
  if (tweet === undefined || Object.keys(value).length > 2) return false;
  return (
    ownId(tweet) !== undefined &&
    (typeof tweet['full_text'] === 'string' || typeof tweet['text'] === 'string') &&
    typeof tweet['created_at'] === 'string'
  );
}

function isStatuses(value: JsonObject): boolean {
  const list = value['statuses'] ?? value['results'];
  if (!Array.isArray(list)) return false;
  const [first] = list as unknown[];
  if (first === undefined) return isObject(value['search_metadata']) || isObject(value['requestParameters']);
  return isObject(first) && isStatus(first);
}

function isCompliance(value: JsonObject): boolean {
  if (typeof value['action'] !== 'string' || typeof value['reason'] !== 'string' || typeof value['text'] === 'string')
    return false;
  return idOf(value['id']) !== undefined && typeof value['created_at'] === 'string';
}

const NOTICES = new Set([
  'delete',
  'limit',
  'scrub_geo',
  'warning',
  'disconnect',
  'status_withheld',
  'user_withheld',
  'user_protect',
  'user_unprotect',
  'user_suspend',
  'user_unsuspend',
  'user_delete',
  'user_undelete',
]);

function isNotice(value: JsonObject): boolean {
  // Gnip's own: {"info":{"message":"Replay Request Completed","sent":…}}
  const info = asObject(value['info']);
  if (info && typeof info['message'] === 'string' && typeof info['sent'] === 'string') return true;
  const keys = Object.keys(value);
  const [key] = keys;
  if (key === undefined || keys.length > 2 || !NOTICES.has(key) || !isObject(value[key])) return false;
  const body = value[key];
  return (
    'status' in body ||
    'tweet' in body ||
    'track' in body ||
    'user_id' in body ||
    'code' in body ||
    'up_to_status_id' in body ||
    'id' in body
  );
}

function isClassicUser(value: JsonObject): boolean {
  if (typeof value['screen_name'] !== 'string' || ownId(value) === undefined || 'idstr' in value) return false;
  return (
    ['followers_count', 'statuses_count', 'connections', 'default_profile', 'favourites_count'].some(
      (key) => key in value,
    ) && typeof value['text'] !== 'string'
  );
}

function isModernUser(value: JsonObject): boolean {
  if (
    typeof value['username'] !== 'string' ||
    typeof value['name'] !== 'string' ||
    typeof value['id'] !== 'string' ||
    idOf(value['id']) === undefined
  )
    return false;
  const metrics = asObject(value['public_metrics']);
  return (
    (metrics !== undefined && 'tweet_count' in metrics) ||
    Object.keys(value).length === 3 ||
    ('verified' in value && 'protected' in value)
  );
}

/** `{"users":[…],"next_cursor":…}` of v1.1, or academictwitteR's includes without posts. */
function isUserList(value: JsonObject): boolean {
  const first = asObject(asArray(value['users'])[0]);
  return first !== undefined && (isClassicUser(first) || isModernUser(first));
}

function isAccountList(value: JsonObject): boolean {
  return 'member_count' in value && 'subscriber_count' in value && 'slug' in value;
}

/** Premium counts; v2's come as pages. */
function isCounts(value: JsonObject): boolean {
  const first = asObject(asArray(value['results'])[0]);
  if (first) return typeof first['timePeriod'] === 'string' && typeof first['count'] === 'number';
  return (
    typeof value['tweet_count'] === 'number' && typeof value['start'] === 'string' && typeof value['end'] === 'string'
  );
}

/** v1: `{"error":…,"request":"/1/statuses/…"}`; v1.1: `{"errors":[{"code":144,"message":…}]}`; v2: problem details. */
function isError(value: JsonObject): boolean {
  if (typeof value['error'] === 'string') return /^\/1(?:\.1)?\//.test(asString(value['request']) ?? '');
  const first = asObject(asArray(value['errors'])[0]);
  if (
    first &&
    typeof first['code'] === 'number' &&
    typeof first['message'] === 'string' &&
    Object.keys(value).length <= 2
  )
    return true;
  return (
    /^https:\/\/api\.(?:twitter|x)\.com\/2\/problems\//.test(asString(value['type']) ?? '') &&
    typeof value['title'] === 'string'
  );
}
