/** What a JSON file of an export holds. Recognition asks it of what a head shows; splitting and reading ask it again. */
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { isThread } from '../shared/meta-message.js';

export type ItemKind = 'post' | 'comment' | 'media' | 'reaction' | 'labelled';

/** What one list in a file is. */
export interface List {
  /** As the scanner of records writes it: `$.comments_v2`. */
  readonly path: string;
  /** What its items are, as part of their names: `post`, `comment`, `story`. */
  readonly name: string;
  readonly item: ItemKind;
}

const SAMPLE = 20;

/** Names of lists, without `_v2`, and what their items are called here: the same item is not two in two ages. */
const NAMES: Readonly<Record<string, readonly [name: string, item: ItemKind]>> = {
  status_updates: ['post', 'post'],
  wall_posts_sent_to_you: ['wall', 'post'],
  group_posts: ['group-post', 'post'],
  anonymous_author_posts: ['group-post', 'post'],
  pending_posts: ['pending-post', 'post'],
  archived_stories: ['story', 'post'],
  lasso_videos: ['reel', 'post'],
  comments: ['comment', 'comment'],
  group_comments: ['comment', 'comment'],
  other_photos: ['photo', 'media'],
  photos: ['photo', 'media'],
  videos: ['video', 'media'],
  reactions: ['reaction', 'reaction'],
  saves: ['save', 'reaction'],
};

/** The lists of items in a file’s first value; empty where it holds none that are known. */
export function listsOf(value: unknown): readonly List[] {
  if (Array.isArray(value)) {
    const item = itemKindOf(value as unknown[]);
    return item === undefined ? [] : [{ path: '$', name: item, item }];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const log = asObject(inner)?.['activity_log_data'];
    const list = Array.isArray(inner) ? asArray(inner) : Array.isArray(log) ? asArray(log) : undefined;
    const plain = key.replace(/_v\d$/, '');
    const known = Object.hasOwn(NAMES, plain) ? NAMES[plain] : undefined;
    if (!list) return [];
    const path = Array.isArray(inner) ? `$.${key}` : `$.${key}.activity_log_data`;
    // A list without items is known by its name alone, where that name is Facebook’s own.
    if (list.length === 0) return known && key !== plain ? [{ path, name: known[0], item: known[1] }] : [];
    const item = itemKindOf(list);
    if (item === undefined) return [];
    // Saved things are posts by their shape.
    return [{ path, name: known?.[0] ?? nameIn(plain), item: known?.[1] === 'reaction' ? 'reaction' : item }];
  });
}

/** A list that is not known by name: its name is part of its items’ names. */
function nameIn(key: string): string {
  return key.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
}

function itemKindOf(list: readonly unknown[]): ItemKind | undefined {
  for (const value of list.slice(0, SAMPLE)) {
    const kind = isObject(value) ? kindOfItem(value) : undefined;
    if (kind) return kind;
  }
  return undefined;
}

/** What stands in the `data` of posts, and in that of their attachments. */
const DATA = ['post', 'update_timestamp', 'backdated_timestamp'];
export const ATTACHED = ['external_context', 'media', 'place', 'event', 'life_event', 'poll', 'text', 'for_sale_item'];

export function kindOfItem(item: JsonObject): ItemKind | undefined {
  if (Array.isArray(item['label_values']) && ('fbid' in item || Array.isArray(item['media']))) return 'labelled';
  if (typeof item['uri'] === 'string' && typeof item['creation_timestamp'] === 'number') {
    return 'title' in item || 'media_metadata' in item || 'description' in item ? 'media' : undefined;
  }
  if (typeof item['timestamp'] !== 'number') return undefined;
  const data = asArray(item['data']).filter(isObject);
  if (data.some((each) => isObject(each['comment']))) return 'comment';
  if (data.some((each) => isObject(each['reaction']))) return 'reaction';
  if (data.some((each) => DATA.some((key) => key in each))) return 'post';
  const attached = asArray(item['attachments']).flatMap((each) => asArray(asObject(each)?.['data']).filter(isObject));
  if (attached.some((each) => ATTACHED.some((key) => isObject(each[key])))) return 'post';
  // A title alone: the file does not say what was shared.
  return Array.isArray(item['data']) && asString(item['title']) !== undefined ? 'post' : undefined;
}

/** An album: its pictures are the records, its name stands in front of them. */
export function isAlbum(value: JsonObject): boolean {
  return typeof value['name'] === 'string' && Array.isArray(value['photos']);
}

/** Everything else that Facebook hands out about an account. Undefined for what is not known to be Facebook’s. */
export function accountPart(value: JsonObject): 'profile' | 'people' | 'other' | undefined {
  const profile = asObject(value['profile_v2']) ?? asObject(value['profile']);
  if (profile && ('registration_timestamp' in profile || 'profile_uri' in profile || 'emails' in profile)) {
    return 'profile';
  }
  const keys = Object.keys(value);
  if (keys.length === 0 || keys.length > 6 || isThread(value)) return undefined;
  if (!keys.every((key) => /^[a-z][a-z0-9_]*_v[23]$/.test(key) || OLD.has(key))) return undefined;
  return keys.some((key) => /friends|followers|following|_requests/.test(key)) ? 'people' : 'other';
}

/** Names of 2018 to 2020 that nobody else is likely to use. */
const OLD = new Set([
  ...['account_activity', 'active_sessions', 'address_book', 'authorized_logins', 'custom_audiences'],
  ...['deleted_friends', 'events_invited', 'group_membership_activity', 'groups_joined', 'inferred_topics'],
  ...['installed_apps', 'login_protection_data', 'off_facebook_activity', 'page_likes', 'pages_followed', 'pokes'],
  ...['received_requests', 'rejected_requests', 'sent_requests', 'used_ip_addresses'],
  ...['friend_peer_group', 'profile_updates', 'following_others_posts', 'payment_account'],
]);
