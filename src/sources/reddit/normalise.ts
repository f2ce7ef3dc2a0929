/** One record to readings: a submission, a comment, a page of them, a row of a table. */
import { refused, storableItems, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { readComment } from './comment.js';
import { isComment, isSubmission, itemsOf, kindOf, listsOf, sourceOf } from './kinds.js';
import type { Env } from './post.js';
import { readMessage } from './private.js';
import { readSubmission } from './submission.js';
import { readRow } from './tables.js';

/** Answers nest as deep as a page goes; records are bounded to 256 levels of JSON before they come here. */
const MAX_NESTING = 300;

const USER = 'an account, no post; hand in its submissions and comments';
const SUBREDDIT = 'a subreddit’s own description, no post; hand in its submissions and comments';

interface Reader extends Env {
  /** Whether private messages were asked for. */
  readonly direct: boolean;
}

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  if (context.format !== 'reddit-api') return readRow(record, context);
  const { timezone, include } = context.options;
  const env: Reader = { hand: 'first', timezone, direct: include.includes('direct') };
  return storableItems(record, read(parseJson(record), env, 0));
}

function read(value: unknown, env: Reader, depth: number): readonly Item[] {
  if (depth > MAX_NESTING) return [refused('too-deep', `answers nested deeper than ${MAX_NESTING}`)];
  if (Array.isArray(value)) {
    if (value.length === 0) return [refused('empty', 'an empty list')];
    return (value as unknown[]).flatMap((item) => read(item, env, depth + 1));
  }
  if (!isObject(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no object`)];
  const thing = sourceOf(value);
  switch (kindOf(thing)) {
    case 'thing':
      return readThing(asString(thing['kind'])!, asObject(thing['data'])!, env, depth);
    case 'listing':
      return readChildren(asArray(asObject(thing['data'])?.['children']), env, depth);
    case 'answer':
      return readAnswer(asObject(thing['json'])!, env, depth);
    case 'page':
      return itemsOf(thing).flatMap((item) => read(item, env, depth + 1));
    case 'account':
      return listsOf(thing).flatMap((list) => read(thing[list], env, depth + 1));
    case 'submission':
      return withComments(readSubmission(thing, env), thing['comments'], env, depth);
    case 'comment':
      return withComments(readComment(thing, env), thing['replies'], env, depth);
    case 'message':
      return readPrivate(thing, env);
    case 'user':
      return [refused('users', USER)];
    case 'subreddit':
      return [refused('lists', SUBREDDIT)];
    case 'error':
      return [refused('error-body', `Reddit answered with an error: ${asString(thing['message']) ?? 'unnamed'}`)];
    case undefined:
      return [unknownThing(thing)];
  }
}

function unknownThing(thing: JsonObject): Item {
  if (Array.isArray(thing['data'])) return refused('empty', 'a page without posts');
  return refused('not-a-post', `nothing known of Reddit: ${Object.keys(thing).slice(0, 6).join(', ')}`);
}

function readChildren(children: readonly unknown[], env: Reader, depth: number): readonly Item[] {
  if (children.length === 0) return [refused('empty', 'a listing without posts')];
  return children.flatMap((child) => read(child, env, depth + 1));
}

/** `{"kind":"t1","data":{…}}`: the kind is said, so that the data may be as bare as they like. */
function readThing(kind: string, data: JsonObject, env: Reader, depth: number): readonly Item[] {
  switch (kind) {
    case 't1':
      return withComments(readComment(data, env), data['replies'], env, depth);
    case 't3':
      return withComments(readSubmission(data, env), data['comments'], env, depth);
    case 't4':
      return readPrivate(data, env);
    case 't2':
    case 'UserList':
    case 'KarmaList':
      return [refused('users', USER)];
    case 't5':
    case 'LabeledMulti':
      return [refused('lists', SUBREDDIT)];
    case 'more':
      return [moreRefusal(data)];
    default:
      return [refused('not-a-post', `a thing of the kind ${kind}, no post`)];
  }
}

function moreRefusal(data: JsonObject): Item {
  const count =
    typeof data['count'] === 'number' && data['count'] > 0 ? data['count'] : asArray(data['children']).length;
  const what = count === 0 ? 'a thread that goes on on a page of its own' : `${count} comments that this page left out`;
  return refused('placeholder', `${what}, no comment itself; fetch them and hand them in too`);
}

/** `replies` is empty text, a listing, or in dumps of PRAW's objects a plain list. */
function withComments(items: readonly Item[], below: unknown, env: Reader, depth: number): readonly Item[] {
  const listing = asObject(below);
  const children = listing ? asArray(asObject(listing['data'])?.['children']) : asArray(below);
  const inner = children.filter((child) => isObject(child));
  return inner.length === 0 ? items : [...items, ...inner.flatMap((child) => readBelow(child, env, depth + 1))];
}

/** Below a post there are only comments: what is too bare to be told by itself is one all the same. */
function readBelow(child: JsonObject, env: Reader, depth: number): readonly Item[] {
  if (depth > MAX_NESTING) return [refused('too-deep', `answers nested deeper than ${MAX_NESTING}`)];
  if (typeof child['kind'] === 'string' || isSubmission(child) || isComment(child)) return read(child, env, depth);
  if (typeof child['body'] !== 'string') return [unknownThing(child)];
  return withComments(readComment(child, env), child['replies'], env, depth);
}

/** `{"json":{"errors":[],"data":{"things":[…]}}}` answers morechildren and edits. */
function readAnswer(json: JsonObject, env: Reader, depth: number): readonly Item[] {
  const data = asObject(json['data']);
  const things = asArray(data?.['things']);
  if (things.length > 0) return things.flatMap((thing) => read(thing, env, depth + 1));
  const [first] = asArray(json['errors']);
  if (first !== undefined) {
    return [refused('error-body', `Reddit answered with an error: ${JSON.stringify(first).slice(0, 120)}`)];
  }
  if (data && 'id' in data) return [refused('not-a-post', 'the answer to a submission: its number alone; fetch it')];
  return [refused('empty', 'an answer without posts')];
}

function readPrivate(message: JsonObject, env: Reader): readonly Item[] {
  if (env.direct) return readMessage(message);
  return [refused('not-supported', 'a private message: it is kept, and read with --include direct')];
}
