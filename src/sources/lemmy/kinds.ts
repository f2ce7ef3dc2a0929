/** What a JSON value of Lemmy is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export type Kind = 'post' | 'comment' | 'message' | 'list' | 'settings' | 'people' | 'error';

/** Undefined for what is not known to be Lemmy's. */
export function kindOf(value: JsonObject): Kind | undefined {
  if (isThing(value['private_message'], ['content', 'ap_id', 'creator_id', 'recipient_id'])) return 'message';
  if (isThing(value['comment'], ['ap_id', 'path', 'creator_id', 'user_id', 'post_id'])) return 'comment';
  if (isThing(value['post'], ['ap_id', 'community_id', 'creator_id', 'user_id', 'nsfw'])) return 'post';
  if (viewsIn(value).length > 0) return 'list';
  if (isSettings(value)) return 'settings';
  if (isPeople(value)) return 'people';
  return isEmptyList(value) ? 'list' : isError(value) ? 'error' : undefined;
}

/** Of the keys that only such a thing has, `ap_id` or two. */
function isThing(value: unknown, keys: readonly string[]): boolean {
  const thing = asObject(value);
  if (!thing || !('id' in thing)) return false;
  const found = keys.filter((key) => key in thing).length;
  const names = 'name' in thing || 'title' in thing || 'content' in thing || 'body' in thing;
  return found >= 2 && (names || 'ap_id' in thing);
}

/** The lists of an answer; those of the log of moderation hold views as well. */
const LISTS = [
  'posts',
  'comments',
  'private_messages',
  'replies',
  'mentions',
  'cross_posts',
  'items',
  'results',
  'search',
  'content',
  'removed_posts',
  'removed_comments',
  'locked_posts',
  'featured_posts',
];
/** `{"post_view":{…}}` answers whoever asks for one; `{"post":{"post":{…}}}` whoever has an address looked up. */
const SINGLE = [
  'post_view',
  'comment_view',
  'private_message_view',
  'comment_reply_view',
  'post',
  'comment',
  'resolve',
];

/** The views that a value holds, whichever of the API's shapes it has. */
export function viewsIn(value: JsonObject): JsonObject[] {
  const single = SINGLE.map((key) => asObject(value[key])).filter((each) => each !== undefined);
  const listed = LISTS.flatMap((key) => asArray(value[key])).filter(isObject);
  return [...single, ...listed].filter(isView);
}

function isView(value: JsonObject): boolean {
  const kind = isObject(value['private_message']) || isObject(value['comment']) || isObject(value['post']);
  return kind && (kindOf(value) === 'message' || kindOf(value) === 'comment' || kindOf(value) === 'post');
}

function isEmptyList(value: JsonObject): boolean {
  if (typeof value['type_'] === 'string' && Array.isArray(value['posts']) && Array.isArray(value['communities']))
    return true;
  const views = isObject(value['community_view']) || isObject(value['site_view']) || isObject(value['person_view']);
  return views && !isPeople(value);
}

function isPeople(value: JsonObject): boolean {
  const person = asObject(asObject(value['person_view'])?.['person']) ?? asObject(value['person']);
  const site = asObject(asObject(value['site_view'])?.['site']);
  const communities = asArray(value['communities'])
    .filter(isObject)
    .some((each) => isObject(each['community']));
  const posts = asArray(value['posts']).length + asArray(value['comments']).length;
  return ((person !== undefined && 'actor_id' in person) || site !== undefined || communities) && posts === 0;
}

/** Settings → Export: `{"settings":{…},"followed_communities":[…],"saved_posts":[…],"blocked_users":[…]}`. */
function isSettings(value: JsonObject): boolean {
  const lists = [
    'followed_communities',
    'saved_posts',
    'saved_comments',
    'blocked_communities',
    'blocked_users',
    'blocked_instances',
  ];
  return lists.filter((key) => Array.isArray(value[key])).length >= 3;
}

/** `{"error":"couldnt_find_post"}` */
function isError(value: JsonObject): boolean {
  return (
    /^(?:couldnt|not|no|rate|incorrect|unknown|invalid|federation|person|post|comment|site)_[a-z_]+$/.test(
      asString(value['error']) ?? '',
    ) && Object.keys(value).length <= 3
  );
}
