import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { bufferOf } from './cbor.js';
import { documentOf } from './commit.js';
import { isEvent } from './event.js';
import { framingOf } from './split-frames.js';
import { isDid, parseAtUri } from './uri.js';

const API = 'bluesky-api';
const SAMPLE = 10;

export function recognise({ head }: MemberHead): Recognition | null {
  const bytes = bufferOf(head);
  if (isCar(bytes)) return records('bluesky-car', 0.97, 'a CAR, which names a commit or holds records of a repository');
  if (framingOf(bytes)) return records('bluesky-firehose', 0.98, 'CBOR frames of a firehose (`op`, `t`)');
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  return ofJson(peek.values[0], peek.values.slice(0, SAMPLE));
}

// {roots: [CID], version: 1} in canonical CBOR, of one root or more; its length before it.
const CAR = /^[\s\S]{1,2}\xa2eroots[\x80-\x97]/;
const CAR_2 = Buffer.from('0aa16776657273696f6e02', 'hex');

/** Keys of a commit and of every record, with CBOR’s length before them; and how keys in the tree begin. */
const WORDS = ['cdid', 'csig', 'e$type', 'app.bsky.'];

/** Other networks keep files in CARs too; here the head shows a commit, a tree's node or a record. */
function isCar(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 16);
  if (!CAR.test(start) && !bytes.subarray(0, CAR_2.length).equals(CAR_2)) return false;
  return WORDS.some((word) => bytes.includes(word));
}

function ofJson(first: unknown, values: readonly unknown[]): Recognition | null {
  if (isDocument(first)) {
    return {
      format: 'bluesky-car',
      confidence: 0.93,
      why: 'DID documents, which name the keys that sign',
      role: 'survey',
    };
  }
  const items = values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .filter(isObject);
  if (items.some((item) => isEvent(item) && ('commit' in item || 'identity' in item || 'account' in item))) {
    return records('bluesky-jetstream', 0.98, 'events with `did`, `time_us` and what was committed');
  }
  const why = items.map(whyApi).find((each) => each !== undefined);
  if (why !== undefined) return records(API, 0.97, why);
  const object = asObject(first);
  return object ? usersOnly(object) : null;
}

function isDocument(value: unknown): boolean {
  if (documentOf(value)) return true;
  const object = asObject(Array.isArray(value) ? { 'did:x:x': (value as unknown[])[0] } : value) ?? {};
  const key = Object.keys(object)[0];
  if (key === undefined || !isDid(key)) return false;
  const document = asObject(object[key]);
  return document !== undefined && '@context' in document && isDid(document['id']);
}

/** What only the AT Protocol has together: an address of a record beside it, or the name of its type. */
function whyApi(value: JsonObject): string | undefined {
  if (Array.isArray(value['ops']) && isDid(value['repo']) && 'blocks' in value)
    return 'a commit of the firehose in JSON';
  if (isTyped(value) || isView(value)) return 'records with `at://` addresses';
  if (isThread(value['thread'])) return 'a thread of the API';
  if (isObject(value['post']) && isView(value['post'])) return 'entries of a feed';
  for (const name of ['feed', 'posts', 'records', 'notifications', 'bookmarks']) {
    const entry = asObject(asArray(value[name])[0]);
    if (!entry) continue;
    const shown = asObject(entry['post']) ?? asObject(entry['item']) ?? entry;
    if (isView(shown) || isTyped(entry)) return `an answer of the API with \`${name}\``;
  }
  if (parseAtUri(value['uri']) && (Array.isArray(value['likes']) || Array.isArray(value['repostedBy']))) {
    return 'who liked or reposted a post';
  }
  return isProfile(value) ? 'an account as the API shows it' : undefined;
}

function isTyped(value: JsonObject): boolean {
  const type = value['$type'];
  return typeof type === 'string' && /^app\.bsky\.(?:feed|actor|embed|unspecced|graph)\./.test(type);
}

/** A head may end within the first record. */
function isView(value: JsonObject): boolean {
  const { uri } = value;
  if (typeof uri !== 'string' || !uri.startsWith('at://')) return isTyped(value);
  return ['record', 'value', 'cid', 'author', 'notFound', 'blocked', 'indexedAt'].some((key) => key in value);
}

function isThread(value: unknown): boolean {
  const first = asObject(Array.isArray(value) ? (value as unknown[])[0] : value);
  if (!first) return false;
  return (
    isTyped(first) || isView(first) || isView(asObject(first['post']) ?? {}) || isView(asObject(first['value']) ?? {})
  );
}

function isProfile(value: JsonObject): boolean {
  const counted = ['followersCount', 'followsCount', 'postsCount', 'displayName', 'associated', 'indexedAt', 'viewer'];
  return isDid(value['did']) && typeof value['handle'] === 'string' && counted.some((key) => key in value);
}

/** Lists of accounts, in the order in which the API has them. */
function usersOnly(object: JsonObject): Recognition | null {
  for (const name of ['followers', 'follows', 'actors', 'profiles', 'suggestions', 'blocks', 'mutes']) {
    const first = asObject(asArray(object[name])[0]);
    if (!first || !isProfile(first)) continue;
    if (name === 'profiles') return records(API, 0.95, 'accounts as the API shows them');
    const refusal = { reason: 'users', detail: `a list of accounts (\`${name}\`): it holds no posts` } as const;
    return { format: API, confidence: 0.95, why: `a list of accounts (\`${name}\`)`, role: 'refused', refusal };
  }
  return null;
}

function records(format: string, confidence: number, why: string): Recognition {
  return { format, confidence, why, role: 'records' };
}
