/**
 * What a JSON value of the fediverse is, told from its content. Recognition asks it of values that a file's head cuts
 * short, normalisation of whole ones; one list of kinds, so that the two cannot disagree.
 */
import type { RejectReason } from '../../core/errors.js';
import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { listOf, typesOf } from './ld.js';

export type RestKind =
  | 'status'
  | 'version'
  | 'source'
  | 'context'
  | 'answers'
  | 'search'
  | 'notification'
  | 'conversation'
  | 'account'
  | 'relationship'
  | 'poll'
  | 'tag'
  | 'card'
  | 'translation'
  | 'scheduled'
  | 'media'
  | 'instance'
  | 'error';
export type ActivityKind = 'object' | 'activity' | 'collection' | 'actor' | 'tombstone' | 'thing';
export type Kind = RestKind | ActivityKind;

export interface Refusal {
  readonly reason: RejectReason;
  readonly detail: string;
}

export const POSTS = new Set(
  'Note Article Page Question Event Video Audio Image ChatMessage Comment Quotation Review Rating GeneratedNote'.split(
    ' ',
  ),
);
export const ACTORS = new Set(['Person', 'Service', 'Group', 'Organization', 'Application']);
const COLLECTIONS = new Set(['Collection', 'OrderedCollection', 'CollectionPage', 'OrderedCollectionPage']);
const ACTIVITIES = new Set(
  (
    'Create Update Delete Announce Undo Like Dislike EmojiReact Follow Accept TentativeAccept Reject TentativeReject ' +
    'Block Flag Add Remove Move Join Leave Invite Offer Ignore View Read Listen Travel Arrive Lock Warn QuoteRequest'
  ).split(' '),
);

/** Undefined for whatever is not of the fediverse. */
export function kindOf(value: JsonObject): Kind | undefined {
  return activityKind(value) ?? restKind(value);
}

export function isActivityKind(kind: Kind): kind is ActivityKind {
  return ['object', 'activity', 'collection', 'actor', 'tombstone', 'thing'].includes(kind);
}

function activityKind(value: JsonObject): ActivityKind | undefined {
  const types = typesOf(value);
  if (types.length === 0) return undefined;
  const is = (set: ReadonlySet<string>): boolean => types.some((type) => set.has(type));
  const stated = speaksActivityStreams(value);
  // Without a @context (an item of a collection, a page that was cut out) the properties have to speak.
  const has = (...keys: string[]): boolean => stated || keys.some((key) => key in value);
  if (is(ACTORS)) return has('inbox', 'outbox', 'preferredUsername', 'publicKey') ? 'actor' : undefined;
  if (is(COLLECTIONS)) return has('orderedItems', 'items', 'totalItems', 'first', 'partOf') ? 'collection' : undefined;
  if (is(ACTIVITIES)) return has('actor', 'object') ? 'activity' : undefined;
  if (types.includes('Tombstone')) return has('id') ? 'tombstone' : undefined;
  if (is(POSTS))
    return has('attributedTo', 'content', 'contentMap', 'to', 'cc', 'inReplyTo', 'actor') ? 'object' : undefined;
  return stated ? 'thing' : undefined;
}

function speaksActivityStreams(value: JsonObject): boolean {
  return listOf(value['@context']).some(
    (context) => typeof context === 'string' && /^https?:\/\/www\.w3\.org\/ns\/activitystreams/.test(context),
  );
}

const STATUS_KEYS = ['uri', 'visibility', 'reblog', 'in_reply_to_id', 'reblogs_count', 'favourites_count'];
const CONTEXT_KEYS = new Set(['ancestors', 'descendants']);
const SEARCH_KEYS = new Set(['accounts', 'statuses', 'hashtags']);
const ERROR_KEYS = new Set(['error', 'error_description', 'errors', 'details']);

function restKind(value: JsonObject): RestKind | undefined {
  const keys = Object.keys(value);
  const has = (...names: string[]): boolean => names.every((name) => name in value);
  const list = (name: string): boolean => Array.isArray(value[name]);
  const text = (name: string): boolean => typeof value[name] === 'string';

  if (text('error') && keys.every((key) => ERROR_KEYS.has(key))) return 'error';
  // A head that is cut may show one of the two lists only.
  if ((list('ancestors') || list('descendants')) && keys.every((key) => CONTEXT_KEYS.has(key))) return 'context';
  if (has('id', 'created_at') && text('type') && !has('content') && !has('uri') && isNotification(value))
    return 'notification';
  if (isObject(value['status']) && isStatus(value['status']) && !has('type')) return 'answers';
  if (isStatus(value)) return 'status';
  if (isObject(value['account']) && text('created_at') && text('content') && has('spoiler_text') && !has('id'))
    return 'version';
  if (list('accounts') && has('last_status')) return 'conversation';
  if (isSearch(value, keys)) return 'search';
  if (text('scheduled_at') && isObject(value['params'])) return 'scheduled';
  if (list('options') && has('id', 'votes_count', 'expired')) return 'poll';
  if (has('id', 'text', 'spoiler_text') && keys.length <= 4) return 'source';
  if (text('acct') && text('username')) return 'account';
  if (has('id', 'following', 'followed_by')) return 'relationship';
  if (has('detected_source_language', 'provider')) return 'translation';
  if (text('name') && text('url') && list('history')) return 'tag';
  if (has('url', 'title', 'provider_name', 'author_name')) return 'card';
  if (has('id', 'type', 'preview_url')) return 'media';
  if (has('title', 'version') && (has('stats') || has('usage')) && (has('uri') || has('domain'))) return 'instance';
  return undefined;
}

function isStatus(value: JsonObject): boolean {
  return (
    isObject(value['account']) &&
    'id' in value &&
    typeof value['created_at'] === 'string' &&
    STATUS_KEYS.some((key) => key in value)
  );
}

function isSearch(value: JsonObject, keys: readonly string[]): boolean {
  if (!keys.every((key) => SEARCH_KEYS.has(key))) return false;
  const account = asArray(value['accounts'])[0];
  const status = asArray(value['statuses'])[0];
  return (isObject(account) && 'acct' in account) || (isObject(status) && isStatus(status));
}

function isNotification(value: JsonObject): boolean {
  const account = asObject(value['account']);
  return account !== undefined && ('acct' in account || 'username' in account);
}

/** Why a value of this kind is no post; undefined for those that are, or that hold some. */
export function refusalOf(kind: Kind): Refusal | undefined {
  return Object.hasOwn(REFUSALS, kind) ? REFUSALS[kind] : undefined;
}

const not = (what: string): Refusal => ({ reason: 'not-a-post', detail: `${what}: it holds no post` });

const REFUSALS: { readonly [kind in Kind]?: Refusal } = {
  actor: { reason: 'users', detail: 'an actor (a profile), no post; hand in the outbox' },
  account: { reason: 'users', detail: 'an account, no post; hand in its statuses (GET /api/v1/accounts/:id/statuses)' },
  relationship: { reason: 'users', detail: 'a relationship between accounts, no post' },
  source: {
    reason: 'no-identity',
    detail: 'the answer of /source: its id means something only on the server asked; hand in the status itself',
  },
  scheduled: not('a scheduled status was not published yet'),
  poll: not('a poll alone, without the status that it belongs to'),
  tag: not('a hashtag with its counts'),
  card: not('a link preview or a trending link'),
  translation: not('a machine translation'),
  media: not('an uploaded file, before or without its status'),
  instance: not('a server’s description of itself'),
  error: { reason: 'error-body', detail: 'the server answered with an error, not with posts; fetch it again' },
};
