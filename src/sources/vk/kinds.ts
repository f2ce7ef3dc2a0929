/** What a JSON value of VK is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { ownerOf } from './uri.js';

export type Kind = 'post' | 'comment' | 'message' | 'page' | 'user' | 'group' | 'error';

/** Keys of a wall post of which several stand together nowhere else. */
const POST = [
  'from_id',
  'likes',
  'comments',
  'post_type',
  'copy_history',
  'post_source',
  'marked_as_ads',
  'can_publish',
  'owner_id',
  'to_id',
  'source_id',
  'signer_id',
  'is_favorite',
  'views',
  'reposts',
  'attachments',
  'donut',
  'reply_count',
];

export function kindOf(value: JsonObject): Kind | undefined {
  if (isMessage(value)) return 'message';
  if (isPost(value)) return 'post';
  if (isComment(value)) return 'comment';
  if (isObject(value['error']) && 'error_code' in value['error']) return 'error';
  if (itemsOf(value).some((item) => isPost(item) || isComment(item) || isMessage(item))) return 'page';
  if (typeof value['first_name'] === 'string' && typeof value['last_name'] === 'string' && 'id' in value) return 'user';
  if (typeof value['screen_name'] === 'string' && 'is_closed' in value && typeof value['name'] === 'string')
    return 'group';
  return undefined;
}

function isPost(value: JsonObject): boolean {
  // Searches give comments among the posts.
  if (value['post_type'] === 'reply') return false;
  if (typeof value['date'] !== 'number' || ownerOf(value['owner_id'], value['source_id'], value['to_id']) === undefined)
    return false;
  if ('post_id' in value && !('post_type' in value) && value['type'] !== 'post') return false;
  if (typeof value['text'] !== 'string' && !Array.isArray(value['copy_history'])) return false;
  return POST.filter((key) => key in value).length >= 3;
}

/** Comments have `from_id` and stand under a post; newer answers name it. */
function isComment(value: JsonObject): boolean {
  if (typeof value['date'] !== 'number' || typeof value['from_id'] !== 'number') return false;
  if (!('text' in value) && value['deleted'] !== true) return false;
  return (
    value['post_type'] === 'reply' ||
    'parents_stack' in value ||
    ('post_id' in value && 'owner_id' in value) ||
    ('thread' in value && 'id' in value) ||
    'reply_to_comment' in value
  );
}

export function isMessage(value: JsonObject): boolean {
  return 'peer_id' in value && 'conversation_message_id' in value && 'from_id' in value;
}

const LISTS = ['items', 'response', 'posts', 'wall', 'comments'];

/** The objects that an answer holds: `{"response":{"count":1,"items":[…]}}`, `{"response":[1,{…}]}` of old. */
export function itemsOf(value: JsonObject): JsonObject[] {
  const response = asObject(value['response']);
  const inside = response ? itemsOf(response) : [];
  return [...inside, ...LISTS.flatMap((list) => asArray(value[list])).filter(isObject)];
}
