/** Which of X's formats a file is, told by its first bytes; by its name only where it is a picture. */
import { Rejection, type RejectReason } from '../../core/errors.js';
import { headerOf } from '../shared/csv.js';
import { asObject, isObject } from '../shared/json.js';
import { peekJson, type Peek } from '../shared/peek.js';
import type { Inclusion, MemberHead, Recognition, Role } from '../source.js';
import { isAboutUser } from './compliance.js';
import { kindOf, type Kind } from './kinds.js';
import { isTable } from './table.js';
import { idOf } from './uri.js';

export function recognise({ path, head, paths }: MemberHead): Recognition | null {
  const named = mediaByName(path) ?? frameByName(path, paths);
  if (named) return named;
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 256))
    .toString('utf8')
    .replace(/^\ufeff?\s*/, '');
  return recogniseScript(start, head) ?? recogniseJson(peekJson(head), path) ?? recogniseTable(head);
}

const MEDIA = /(?:^|\/)(?:(?:deleted_|community_|twitter_circle_)?tweets?_media|profile_media)\/[^/]+$/;
const PRIVATE_MEDIA = /(?:^|\/)direct_messages?(?:_group)?_media\/[^/]+$/;

function mediaByName(path: string): Recognition | null {
  if (MEDIA.test(path))
    return { format: 'x-archive', confidence: 0.5, why: 'in a media folder of an X archive', role: 'media' };
  if (!PRIVATE_MEDIA.test(path)) return null;
  return { format: 'x-archive-direct', confidence: 0.5, why: 'in the media folder of direct messages', role: 'sealed' };
}

const FRAME = /(?:^|\/)(?:Your archive\.html|data\/README\.txt|assets\/.+)$/;

/** The page with which an archive shows itself, and its manual: known, and nothing to read. */
function frameByName(path: string, paths: readonly string[]): Recognition | null {
  if (!FRAME.test(path)) return null;
  const root = path.replace(FRAME, '');
  const manifest = root === '' ? 'data/manifest.js' : `${root}/data/manifest.js`;
  if (!paths.includes(manifest)) return null;
  return { format: 'x-archive', confidence: 0.5, why: "the archive's own viewer", role: 'survey' };
}

// ── the owner's archive ─────────────────────────────────────────────────────────────────────────────────────────────

const YTD = /^window\.YTD\.(\w+)\.part\d+\s*=/;
const GRAILBIRD = /^Grailbird\.data\.tweets_\d{4}_\d\d\s*=/;

interface Part {
  readonly format: string;
  readonly role: Role;
  readonly opensWith?: Inclusion;
}

const PARTS: Readonly<Record<string, Part>> = {
  tweet: { format: 'x-archive', role: 'records' },
  tweets: { format: 'x-archive', role: 'records' },
  community_tweet: { format: 'x-archive', role: 'records' },
  deleted_tweet: { format: 'x-archive-deleted', role: 'records' },
  deleted_tweets: { format: 'x-archive-deleted', role: 'records' },
  twitter_circle_tweet: { format: 'x-archive-circle', role: 'records' },
  note_tweet: { format: 'x-archive-note', role: 'records' },
  deleted_note_tweet: { format: 'x-archive-deleted', role: 'records' },
  like: { format: 'x-archive-like', role: 'sealed', opensWith: 'likes' },
  direct_message: { format: 'x-archive-direct', role: 'sealed', opensWith: 'direct' },
  direct_messages: { format: 'x-archive-direct', role: 'sealed', opensWith: 'direct' },
  direct_message_group: { format: 'x-archive-direct', role: 'sealed', opensWith: 'direct' },
  direct_messages_group: { format: 'x-archive-direct', role: 'sealed', opensWith: 'direct' },
  tweet_headers: { format: 'x-archive', role: 'survey' },
  deleted_tweet_headers: { format: 'x-archive', role: 'survey' },
  profile: { format: 'x-archive', role: 'survey' },
  verified: { format: 'x-archive', role: 'survey' },
};

/** Whatever else lies in the archive is about the account: e-mail, addresses, contacts, advertising. */
const ACCOUNT: Part = { format: 'x-archive', role: 'sealed', opensWith: 'account' };

function recogniseScript(start: string, head: Uint8Array): Recognition | null {
  const name = YTD.exec(start)?.[1];
  if (name !== undefined) {
    const part = Object.hasOwn(PARTS, name.toLowerCase()) ? PARTS[name.toLowerCase()]! : ACCOUNT;
    return { ...part, confidence: 0.99, why: `begins window.YTD.${name}` };
  }
  if (start.startsWith('window.__THAR_CONFIG'))
    return { format: 'x-archive', confidence: 0.99, why: 'the manifest of an X archive', role: 'survey' };
  if (GRAILBIRD.test(start))
    return { format: 'x-grailbird', confidence: 0.99, why: 'begins Grailbird.data', role: 'records' };
  const variable = /^var (payload_details|user_details|tweet_index)\s*=/.exec(start)?.[1];
  if (variable === undefined || !peekJson(head)) return null;
  return { format: 'x-grailbird', confidence: 0.9, why: `begins var ${variable}`, role: 'survey' };
}

// ── what the APIs answered ──────────────────────────────────────────────────────────────────────────────────────────

const FORMATS: Readonly<Record<Kind, string>> = {
  archive: 'x-archive',
  status: 'x-v1',
  statuses: 'x-v1',
  notice: 'x-v1',
  tweet: 'x-v2',
  page: 'x-v2',
  activity: 'x-gnip',
  compliance: 'x-compliance',
  users: 'x-v1',
  counts: 'x-v2',
  lists: 'x-v1',
  trends: 'x-v1',
  error: 'x-v1',
  captured: 'x-zeeschuimer',
  graph: 'x-graphql',
  result: 'x-graphql',
  adaptive: 'x-graphql',
  scraped: 'x-snscrape',
};

const WHY: Readonly<Record<Kind, string>> = {
  archive: 'objects with `tweet` inside',
  status: 'objects with created_at, text and id_str or user',
  statuses: 'a page with statuses or results',
  notice: 'notices of a stream',
  tweet: 'objects with id, text and author_id or public_metrics',
  page: 'pages with data or includes',
  activity: 'ids that begin tag:search.twitter.com',
  compliance: 'lines with id, action and reason',
  users: 'profiles',
  counts: 'counts over time',
  lists: 'lists of accounts',
  trends: 'trends',
  error: 'an error of the API',
  captured: 'lines of Zeeschuimer from twitter.com or x.com',
  graph: 'an answer of the pages’ own interface, with tweet_results',
  result: 'objects with rest_id and legacy',
  adaptive: 'globalObjects of the search of 2020 to 2022',
  scraped: 'objects as snscrape writes them',
};

/** Kinds that hold no posts, and what to do about such a file. */
const REFUSALS: Readonly<Partial<Record<Kind, readonly [RejectReason, string]>>> = {
  users: ['users', 'profiles of accounts, no posts; import the file with their posts'],
  counts: ['counts', 'counts of posts over time, no posts; search again without counts'],
  lists: ['lists', 'lists of accounts, no posts'],
  trends: ['not-a-post', 'trends, no posts'],
  error: ['error-body', 'the platform answered with an error; fetch again'],
};

/** Beyond these, a file is what its beginning is. */
const MAX_LOOKED_AT = 64;

function recogniseJson(peek: Peek | undefined, path: string): Recognition | null {
  if (!peek) return null;
  const found = candidates(peek.values).map((value) => ({ value, kind: kindOf(value) }));
  const posts = found.find(({ kind }) => kind !== undefined && !(kind in REFUSALS));
  const first = posts ?? found.find(({ kind }) => kind !== undefined);
  if (!first?.kind) return null;
  const { kind } = first;
  const about = { format: formatOf(kind, first.value), confidence: 0.95, why: WHY[kind] };
  if (kind === 'compliance')
    return {
      ...about,
      ...complianceRole(
        found.map(({ value }) => value),
        peek.cut,
        path,
      ),
    };
  const [reason, detail] = REFUSALS[kind] ?? [];
  // Where only the beginning is known, posts may follow: then every record is asked.
  if (reason !== undefined && detail !== undefined && !peek.cut)
    return { ...about, role: 'refused', refusal: { reason, detail } };
  return { ...about, ...roleOf(kind, first.value, peek.cut) };
}

function recogniseTable(head: Uint8Array): Recognition | null {
  try {
    if (!isTable(new Set(headerOf(head).names))) return null;
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
  return {
    format: 'x-4cat-csv',
    confidence: 0.92,
    why: 'a table with the columns of 4CAT or Zeeschuimer',
    role: 'records',
  };
}

/** The top-level objects, and those in top-level arrays. */
function candidates(values: readonly unknown[]): unknown[] {
  const flat: unknown[] = [];
  for (const value of values) {
    if (flat.length >= MAX_LOOKED_AT) break;
    flat.push(...(Array.isArray(value) ? (value as unknown[]).flat(2).slice(0, MAX_LOOKED_AT) : [value]));
  }
  return flat.filter(isObject);
}

function formatOf(kind: Kind, value: unknown): string {
  const isModern =
    kind === 'users' &&
    typeof (asObject(value)?.['username'] ?? asObject(firstOf(asObject(value)?.['users']))?.['username']) === 'string';
  return isModern ? 'x-v2' : FORMATS[kind];
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? (list as unknown[])[0] : undefined;
}

/** A page whose data are counts, or accounts without anything included, is recognised as a page and holds no post. */
function roleOf(kind: Kind, value: unknown, cut: boolean): Pick<Recognition, 'role' | 'refusal'> {
  const page = asObject(value);
  if (kind !== 'page' || cut || page === undefined) return { role: 'records' };
  const first = asObject(firstOf(page['data']) ?? page['data']);
  const bare = page['errors'] === undefined && page['includes'] === undefined;
  const empty =
    first !== undefined &&
    bare &&
    (typeof first['tweet_count'] === 'number' ? 'counts' : typeof first['username'] === 'string' ? 'users' : undefined);
  if (!empty) return { role: 'records' };
  const [reason, detail] = REFUSALS[empty]!;
  return { role: 'refused', refusal: { reason, detail } };
}

function complianceRole(values: readonly unknown[], cut: boolean, path: string): Pick<Recognition, 'role' | 'refusal'> {
  const lines = values.flatMap((value) => {
    const line = asObject(value);
    return line && kindOf(line) === 'compliance' && idOf(line['id']) !== undefined ? [line] : [];
  });
  if (cut || !lines.every((line) => isAboutUser(line, path))) return { role: 'records' };
  return { role: 'refused', refusal: { reason: 'users', detail: 'what became of accounts, not of posts' } };
}
