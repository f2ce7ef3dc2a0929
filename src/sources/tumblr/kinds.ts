/** What a JSON value of Tumblr is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asNumber, asObject, isObject, type JsonObject } from '../shared/json.js';
import { isOldPost } from './v1.js';

export type Kind = 'post' | 'old-post' | 'answer' | 'old-answer' | 'blog' | 'notes' | 'error';

/** Undefined for what is not known to be Tumblr's. */
export function kindOf(value: JsonObject): Kind | undefined {
  if (isPost(value)) return 'post';
  if (isOldPost(value)) return 'old-post';
  if (isObject(value['tumblelog']) && 'posts-start' in value) return 'old-answer';
  if (postsOf(value).length > 0) return 'answer';
  const response = asObject(value['response']) ?? value;
  if (isEmptyAnswer(response)) return 'answer';
  const blogs = [response['blog'], ...asArray(response['blogs']), ...asArray(response['users'])];
  if (blogs.some(isBlog)) return 'blog';
  const notes = asArray(response['notes']);
  if (notes.some((note) => isObject(note) && 'blog_name' in note && 'type' in note && 'timestamp' in note))
    return 'notes';
  return isError(value) ? 'error' : undefined;
}

/** `{"blog_name":"nour","id":1…,"post_url":"…","type":"text","timestamp":…,"state":"published","reblog_key":"…","tags":[],"note_count":0,…}` */
function isPost(value: JsonObject): boolean {
  if (!('id' in value) && !('id_string' in value)) return false;
  const signs = ['blog_name', 'post_url', 'reblog_key', 'note_count', 'short_url', 'trail', 'tumblelog_uuid', 'state'];
  return (
    'type' in value && signs.filter((sign) => sign in value).length >= 3 && ('blog_name' in value || 'blog' in value)
  );
}

/** The posts of an answer, under whichever name; with and without the envelope around it. */
export function postsOf(value: JsonObject): readonly JsonObject[] {
  const response = value['response'];
  const inner = asObject(response) ?? value;
  const lists = [
    response,
    inner['posts'],
    inner['liked_posts'],
    asObject(inner['posts'])?.['data'],
    asObject(inner['timeline'])?.['elements'],
  ];
  return lists.flatMap((list) => asArray(list).filter(isObject)).filter(isPost);
}

function isEmptyAnswer(response: JsonObject): boolean {
  return isBlog(response['blog']) && Array.isArray(response['posts']);
}

function isBlog(value: unknown): boolean {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  const signs = ['uuid', 'is_nsfw', 'ask', 'ask_anon', 'share_likes', 'theme', 'total_posts', 'updated'];
  return signs.filter((sign) => sign in value).length >= 3;
}

/** `{"meta":{"status":404,"msg":"Not Found"},"response":[],"errors":[{"title":"Not Found","code":0,"detail":"…"}]}` */
function isError(value: JsonObject): boolean {
  const meta = asObject(value['meta']);
  const status = asNumber(meta?.['status']);
  return status !== undefined && status >= 400 && typeof meta?.['msg'] === 'string' && 'response' in value;
}
