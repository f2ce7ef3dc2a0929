import { Rejection } from '../../core/errors.js';
import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { kindOf, sourceOf, type Kind } from './kinds.js';
import { layoutOf, type Layout } from './layout.js';

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;
const API = 'reddit-api';

export function recognise(member: MemberHead): Recognition | null {
  if (member.head.includes(0)) return null;
  return recogniseJson(member.head) ?? recogniseTable(member);
}

function recogniseJson(head: Uint8Array): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject)
    .map(sourceOf);
  const kinds = samples.flatMap(kindsIn);
  const posts = kinds.find((kind) => kind === 't1' || kind === 't3');
  if (posts !== undefined) {
    const what = posts === 't1' ? 'comments' : 'submissions';
    return { format: API, confidence: 0.95, why: `${what} with the keys that Reddit gives them`, role: 'records' };
  }
  if (kinds.includes('t4')) {
    const why = 'private messages as Reddit’s API gives them';
    return { format: API, confidence: 0.92, why, role: 'sealed', opensWith: 'direct' };
  }
  return samples.length === 1 && kinds.length > 0 ? refusalOf(samples[0]!, kinds[0]!) : otherThings(kinds);
}

/** The kinds of the things that a value holds: `t1`, `t3`; `more`, `empty`, `answer`, `error` for what holds none. */
function kindsIn(value: JsonObject): string[] {
  const kind = kindOf(value);
  switch (kind) {
    case 'comment':
      return ['t1'];
    case 'submission':
      return ['t3'];
    case 'message':
      return ['t4'];
    case 'thing':
      return [value['kind'] as string];
    case 'listing': {
      const children = asArray(asObject(value['data'])?.['children']).filter(isObject);
      return children.length === 0 ? ['empty'] : children.slice(0, 100).flatMap(kindsIn);
    }
    case 'answer': {
      const things = asArray(asObject(asObject(value['json'])?.['data'])?.['things']).filter(isObject);
      return things.length === 0 ? ['answer'] : things.flatMap(kindsIn);
    }
    case 'page':
    case 'account':
      return ['t3'];
    default:
      return kind === undefined ? [] : [kind satisfies Kind];
  }
}

const REFUSALS: ReadonlyMap<string, NonNullable<Recognition['refusal']>> = new Map([
  ['t2', { reason: 'users', detail: 'accounts, no posts; hand in their submissions and comments' }],
  ['user', { reason: 'users', detail: 'accounts, no posts; hand in their submissions and comments' }],
  ['subreddit', { reason: 'lists', detail: 'subreddits, no posts; hand in their submissions and comments' }],
  ['UserList', { reason: 'users', detail: 'a list of accounts, no posts' }],
  ['t5', { reason: 'lists', detail: 'subreddits, no posts; hand in their submissions and comments' }],
  ['LabeledMulti', { reason: 'lists', detail: 'a list of subreddits, no posts' }],
  ['empty', { reason: 'empty', detail: 'a listing without posts' }],
  ['more', { reason: 'placeholder', detail: 'names of comments that a page left out; fetch them and hand them in' }],
]);

function refusalOf(value: JsonObject, kind: string): Recognition | null {
  if (kind === 'answer') {
    const json = asObject(value['json']);
    const isReddits = Array.isArray(json?.['errors']);
    if (!isReddits) return null;
    const refusal =
      asArray(json?.['errors']).length > 0
        ? ({ reason: 'error-body', detail: 'Reddit answered with an error; ask again' } as const)
        : ({ reason: 'not-a-post', detail: 'an answer with a number alone, no post; fetch it' } as const);
    return { format: API, confidence: 0.9, why: 'an answer of Reddit’s API (`json.errors`)', role: 'refused', refusal };
  }
  if (kind === 'error') {
    // `{"message":"Not Found","error":404}`: few keys, and not only Reddit's.
    const refusal = { reason: 'error-body', detail: 'the server answered with an error; fetch it again' } as const;
    return { format: API, confidence: 0.6, why: 'an error as Reddit answers', role: 'refused', refusal };
  }
  return otherThings([kind]);
}

function otherThings(kinds: readonly string[]): Recognition | null {
  const refusal = kinds.map((kind) => REFUSALS.get(kind)).find((each) => each !== undefined);
  if (!refusal) return null;
  return { format: API, confidence: 0.9, why: 'things of Reddit’s API, none of them a post', role: 'refused', refusal };
}

const TABLES: Readonly<Record<Layout, Omit<Recognition, 'confidence'>>> = {
  posts: { format: 'reddit-export', why: 'a table of one’s own posts with Reddit’s columns', role: 'records' },
  comments: { format: 'reddit-export', why: 'a table of one’s own comments with Reddit’s columns', role: 'records' },
  dump: { format: 'reddit-table', why: 'a table with `subreddit`, a time, and words', role: 'records' },
  votes: { format: 'reddit-export-votes', why: 'a table of votes', role: 'sealed', opensWith: 'likes' },
  saved: { format: 'reddit-export-votes', why: 'a table of saved posts', role: 'sealed', opensWith: 'likes' },
  hidden: {
    format: 'reddit-export-votes',
    why: 'a table of posts that were hidden',
    role: 'refused',
    refusal: { reason: 'lists', detail: 'addresses of posts that somebody did not want to see' },
  },
  messages: { format: 'reddit-export-private', why: 'private messages', role: 'sealed', opensWith: 'direct' },
  chat: { format: 'reddit-export-private', why: 'a chat’s messages', role: 'sealed', opensWith: 'direct' },
  statistics: { format: 'reddit-export-account', why: 'the account’s own statistics', role: 'survey' },
  account: {
    format: 'reddit-export-account',
    why: 'the account’s own matter, beside its posts',
    role: 'sealed',
    opensWith: 'account',
  },
};

function recogniseTable({ head, path, paths }: MemberHead): Recognition | null {
  try {
    const layout = layoutOf(head, path, paths);
    if (layout === undefined) return null;
    if (layout === 'statistics' && !/^"?account[ _]name"?,/im.test(Buffer.from(head).toString('latin1', 0, 4_096)))
      return null;
    // Known by their names alone, in a package whose other tables are Reddit's.
    const confidence = layout === 'account' ? 0.5 : layout === 'dump' ? 0.9 : 0.93;
    return { ...TABLES[layout], confidence };
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
}
