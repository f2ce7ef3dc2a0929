/** One record to readings: a block of a repository, an answer of the API or an entry of it, an event, a frame. */
import { Rejection } from '../../core/errors.js';
import { isOfPost, type Observed, type ProfileReading, type RefusedItem } from '../../core/reading.js';
import { asArray, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { actorOfView } from './actor.js';
import { bufferOf, cidAt, CID_LENGTH, decodeObject, isNamedBy, showCid } from './cbor.js';
import { isEvent, readEvent } from './event.js';
import { readDocument } from './did-document.js';
import { NOT_SIGNED, readCommit, readFrame, type Keys } from './frame.js';
import { likeOf, readRecord, referenceBy, type Env } from './record.js';
import type { Facts, Head } from './survey.js';
import { timeOfTid } from './time.js';
import { isDid, placeOf, tryActor, tryPostUri } from './uri.js';
import { readFeedItem, readThread, readView } from './view.js';

/** Pages in a list, lists in a page. */
const MAX_NESTING = 4;

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const { include, timezone } = context.options;
  const env: Env = { likes: include.includes('likes'), timezone, server: serverOf(context.address) };
  const facts = context.survey?.facts as unknown as Facts | undefined;
  if (context.format === 'bluesky-car') return readBlock(record, context, facts?.heads[context.path], env);
  if (context.format === 'bluesky-firehose') return readFrame(record, facts?.keys ?? {}, env);
  return storableItems(record, read(parseJson(record), env, facts?.keys ?? {}, 0));
}

/** Records and repositories are answered by the account’s own server; feeds, threads and streams are another’s. */
function serverOf(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  return /^\/xrpc\/com\.atproto\.(?:repo\.|sync\.get)/.test(pathname) ? origin : undefined;
}

// ── a block of a repository ─────────────────────────────────────────────────────────────────────────────────────────

/** The record is the block’s CID and bytes; which key the tree gives it, the splitter has found out. */
function readBlock(record: Uint8Array, context: CaptureContext, head: Head | undefined, env: Env): readonly Item[] {
  const bytes = bufferOf(record);
  const cid = cidAt(bytes);
  const data = bytes.subarray(CID_LENGTH);
  if (!cid || !isNamedBy(cid, data)) {
    throw new Rejection('malformed', 'the block’s bytes are not those that its CID names: altered, or damaged');
  }
  const value = decodeObject(data, 'the block');
  const losses = head?.signed === false ? [NOT_SIGNED] : undefined;
  const at = timeOfTid(head?.rev);
  // So the repository stood when it was last changed; whether it was exported a day or a year later, no CAR says.
  const observedAt: Observed | undefined = at && { at, basis: 'manifest' };
  return (context.name ?? '').split(' ').flatMap((name) =>
    guarded(() => {
      const [did, collection, rkey, more] = name.split('/');
      const place = more === undefined ? placeOf(did, collection, rkey) : undefined;
      if (!place)
        throw new Rejection('no-identity', `the tree’s key ${JSON.stringify(name.slice(0, 120))} names no record`);
      return [readRecord(place, value, { hand: 'first', cid: showCid(cid), observedAt, losses }, env)];
    }),
  );
}

// ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function read(value: unknown, env: Env, keys: Keys, depth: number): readonly Item[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [refused('empty', 'an empty list')];
    if (depth >= MAX_NESTING) return [refused('too-deep', `lists nested deeper than ${MAX_NESTING}`)];
    return (value as unknown[]).flatMap((item) => read(item, env, keys, depth + 1));
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  return guarded(() => readObject(value, env, keys, depth));
}

/** By its shape: answers have no `$type`, and what is inside of them often has none. */
function readObject(value: JsonObject, env: Env, keys: Keys, depth: number): readonly Item[] {
  if (isEvent(value)) return [readEvent(value, env)];
  if (Array.isArray(value['ops']) && 'repo' in value) return readCommit(value, keys, env);
  if ('thread' in value) return readThreads(value['thread'], env);
  // A feed's entry has no `uri` of its own; so has a thread's, which may have neighbours.
  if (isObject(value['post']))
    return 'replies' in value || 'parent' in value ? readThread(value, env) : readFeedItem(value, env);
  if (typeof value['uri'] === 'string' && typeof value['error'] !== 'string') {
    const lists = readNamed(value, env) ?? undefined;
    if (lists) return lists;
    if (!Array.isArray(value['posts'])) return readView(value, 'first', env);
  }
  for (const name of ['feed', 'posts', 'records', 'notifications', 'bookmarks', 'profiles'] as const) {
    const list = value[name];
    if (!Array.isArray(list)) continue;
    if (list.length === 0) return [refused('empty', `an answer whose list \`${name}\` is empty`)];
    return read(list, env, keys, depth + 1);
  }
  return readOther(value, env);
}

/** Who liked or reposted a post: `uri` is the post’s. */
function readNamed(value: JsonObject, env: Env): readonly Item[] | null {
  const target = tryPostUri(value['uri']);
  const { likes, repostedBy } = value;
  if (!target || (!Array.isArray(likes) && !Array.isArray(repostedBy))) return null;
  const who = asArray(likes ?? repostedBy).filter(isObject);
  if (who.length === 0) return [refused('empty', `nobody is named for ${target}`)];
  return who.flatMap((each) =>
    guarded(() => {
      const did = asString(asObject(each['actor'])?.['did']) ?? each['did'];
      return [likes ? likeOf(target, did, undefined, env) : referenceBy('repost', target, did)];
    }),
  );
}

/** As it was, a tree; in its second version, a list of posts with their depth. */
function readThreads(thread: unknown, env: Env): readonly Item[] {
  if (isObject(thread)) {
    const items = readThread(thread, env);
    return items.length > 0 ? items : [refused('not-a-post', 'a thread that shows no post')];
  }
  const entries = asArray(thread).filter(isObject);
  if (entries.length === 0) return [refused('empty', 'a thread without posts')];
  return entries.flatMap((entry) => guarded(() => readEntry(entry, env)));
}

function readEntry(entry: JsonObject, env: Env): readonly Item[] {
  const shown = asObject(entry['value']);
  const post = asObject(shown?.['post']);
  if (post) return readView(post, 'first', env);
  const type = asString(shown?.['$type']) ?? '';
  const gone = type.endsWith('NotFound') ? 'notFound' : type.endsWith('Blocked') ? 'blocked' : undefined;
  if (gone) return readView({ uri: entry['uri'], [gone]: true }, 'first', env);
  return [refused('not-a-post', `an entry of a thread that shows no post: ${type.slice(0, 80)}`)];
}

const USERS = ['followers', 'follows', 'actors', 'blocks', 'mutes', 'suggestions', 'knownFollowers', 'subject'];

function readOther(value: JsonObject, env: Env): readonly Item[] {
  const { error, message, $type: type, item } = value;
  if (typeof error === 'string') {
    return [refused('error-body', `${error}: ${asString(message) ?? ''}`.slice(0, 200))];
  }
  // An entry of the bookmarks: the post is its item.
  if (isObject(item)) return readView(item, 'first', env);
  if (USERS.some((name) => Array.isArray(value[name])))
    return [refused('users', 'a list of accounts: it holds no posts')];
  if (typeof value['did'] === 'string' && 'handle' in value) return [readProfileView(value, env)];
  if (typeof type === 'string' && 'createdAt' in value) {
    return [
      refused(
        'no-identity',
        `a record (${type.slice(0, 80)}) without its address: hand in the answer that it came in (\`uri\`, \`cid\`, \`value\`)`,
      ),
    ];
  }
  if (typeof type === 'string' && type.startsWith('app.bsky.actor.profile')) {
    return [refused('no-identity', 'a profile’s record without its address: whose it is is not said')];
  }
  return [refused('not-a-post', `nothing known of Bluesky: ${Object.keys(value).slice(0, 6).join(', ')}`)];
}

// ── an answer about an account ──────────────────────────────────────────────────────────────────────────────────────

/** A DID document, which names the handle; or what `getProfile` and the record of a profile are answered with. */
export function readAccount(body: Uint8Array, context: CaptureContext): readonly (ProfileReading | RefusedItem)[] {
  const value = asObject(parseJson(body));
  const did = value?.['id'];
  const actor = tryActor(did);
  if (value && actor && isDid(did) && Array.isArray(value['alsoKnownAs'])) {
    const { handle } = readDocument(value);
    if (handle === undefined) return [refused('service-message', `the DID document of ${did} names no handle`)];
    return [{ actor, profile: { handle }, hand: 'first' }];
  }
  const items = normalise(body, context).filter((item): item is ProfileReading | RefusedItem => !isOfPost(item));
  return items.length > 0 ? items : [refused('not-a-post', 'nothing that is known of an account')];
}

/** getProfile, getProfiles. */
function readProfileView(view: JsonObject, env: Env): Item {
  const reading = actorOfView(view, env.timezone);
  if (!reading) return refused('users', 'an account without a DID: whose it is is not said');
  return { ...reading, hand: 'first' };
}
