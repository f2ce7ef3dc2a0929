/** Search over all versions of all posts. */
import type { Pool } from 'pg';
import { canonicalise } from '../core/canonical.js';
import { VISIBILITIES, type Content, type Visibility } from '../core/content.js';
import { sha256, showDigest, showKey, type Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import { asOf as timelineAsOf, POST_LAW, timeline, type Timeline } from '../core/timeline.js';
import { actorKey, perdureUri } from '../core/uri.js';
import { findByName, findLabels } from '../store/readers/actors.js';
import { findFamilies, findObservations, findPosts, namesOfCollections } from '../store/readers/posts.js';
import {
  countHits,
  currentHorizon,
  limitTime,
  searchPage,
  type Conditions,
  type HitCounts,
  type HitRecord,
} from '../store/readers/search.js';
import { EVERYTHING, reading, scopeOf, type Queryable, type Scope } from '../store/readers/scope.js';
import { collectionOf } from './accessions.js';
import { limitOf, MOMENT, NUMBER, pageOf, readCursor, UUID, writeCursor } from './cursor.js';
import { TooBroadError } from './errors.js';
import { chainOf, sightingOf } from './family.js';
import { locateActors } from './locate.js';
import { endOf, printTimes, startOf } from './times.js';
import type { SearchItem, SearchQuery, SearchResult } from './list-types.js';
import { authorLabel } from './views.js';
import { tsqueryOf } from './words.js';

/** Totals are exact up to here. */
const MAX_COUNTED = 10_000;
/** So many matching snapshots are looked at for that: more where many are of one post, or withheld. */
const LOOKED_AT = [15_000, 150_000];
const MAX_SECONDS = 20;
const QUERY_CANCELLED = '57014';

/**
 * Posts whose text, title, warning, alternative texts or poll options match in any version, one page of them.
 * Throws a UsageError for a query, time or cursor that is none, TooBroadError when the database gave up.
 */
export async function search(pool: Pool, query: SearchQuery, scope: Scope = EVERYTHING): Promise<SearchResult> {
  const limit = limitOf(query);
  const cursor = query.cursor === undefined ? undefined : openCursor(query);
  const visible = visibleOf(query);
  try {
    return await reading(pool, async (client) => {
      await limitTime(client, MAX_SECONDS * 1000);
      const conditions = await conditionsOf(client, query, scope, cursor?.horizon);
      if (!conditions) return NOTHING;
      const after = cursor && { published: cursor.published === '' ? null : cursor.published, post: cursor.post };
      const rows = await searchPage(client, conditions, { visible, after, limit: limit + 1 });
      const counts = cursor ? countsOf(cursor) : await count(client, conditions, visible);
      const { items, last } = pageOf(rows, limit);
      return {
        ...counts,
        items: await describe(client, items, scope, query.asOf),
        next: last ? nextCursor(query, conditions.horizon, last, counts) : null,
      };
    });
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELLED) throw error;
    throw new TooBroadError(
      `the search took more than ${MAX_SECONDS} seconds: name rarer words, or narrow it by time, author or collection`,
    );
  }
}

const NOTHING: SearchResult = { total: 0, items: [], next: null, withheld: { count: 0, by: {} } };

// ── conditions ──────────────────────────────────────────────────────────────────────────────────────────────────────

function visibleOf({ include = [] }: SearchQuery): readonly Visibility[] {
  return VISIBILITIES.filter(
    (visibility) => visibility === 'public' || visibility === 'unlisted' || include.includes(visibility),
  );
}

const LANGUAGE = /^[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8}$/i;

/** Undefined when nothing can fulfil them: an author whom nobody knows. */
async function conditionsOf(
  db: Queryable,
  query: SearchQuery,
  scope: Scope,
  horizon: string | undefined,
): Promise<Conditions | undefined> {
  const { text, author, since, until, lang, source, asOf, order = 'newest' } = query;
  if (lang !== undefined && !LANGUAGE.test(lang))
    throw new UsageError(`lang ${JSON.stringify(lang)}: must be a language tag like ar or ar-SY`);
  const collection = await collectionOf(db, query.collection);
  const authors = author === undefined ? null : await authorsOf(db, author);
  if (authors?.length === 0) return undefined;
  const collections = scopeOf(scope);
  if (collection !== undefined && collections !== null && !collections.includes(collection)) return undefined;
  return {
    words: text === undefined || text.trim() === '' ? null : tsqueryOf(text),
    authors,
    since: since === undefined ? null : new Date(startOf(since, 'since')).toISOString(),
    until: until === undefined ? null : new Date(endOf(until, 'until')).toISOString(),
    language: lang?.toLowerCase() ?? null,
    source: source ?? null,
    collections: collection === undefined ? collections : [collection],
    asOf: asOf === undefined ? null : new Date(endOf(asOf, 'as-of')).toISOString(),
    horizon: horizon ?? (await currentHorizon(db)),
    order,
  };
}

/** A handle, a URI or an address; else everybody of that display name, else of one like it. */
async function authorsOf(db: Queryable, author: string): Promise<readonly Key[]> {
  const exact = await locateActors(db, author);
  const found = exact.length > 0 ? exact : await findByName(db, author.trim());
  return [...new Set(found.map(({ key }) => key))];
}

// ── totals and cursors ──────────────────────────────────────────────────────────────────────────────────────────────

type Counts = Pick<SearchResult, 'total' | 'totalIsLowerBound' | 'withheld'>;
type ByVisibility = Readonly<Partial<Record<Visibility, number>>>;

async function count(db: Queryable, conditions: Conditions, visible: readonly Visibility[]): Promise<Counts> {
  let found: HitCounts = { by: {}, cut: true };
  for (const most of LOOKED_AT) {
    found = await countHits(db, conditions, most);
    if (!found.cut || sum(only(found.by, visible)) > MAX_COUNTED) break;
  }
  const total = sum(only(found.by, visible));
  const by = only(
    found.by,
    VISIBILITIES.filter((visibility) => !visible.includes(visibility)),
  );
  return {
    total: found.cut ? Math.min(total, MAX_COUNTED) : total,
    ...(found.cut && { totalIsLowerBound: true }),
    withheld: { count: sum(by), by, ...(found.cut && { countIsLowerBound: true }) },
  };
}

function sum(by: ByVisibility): number {
  return Object.values(by).reduce((total, n) => total + n, 0);
}

function only(by: ByVisibility, which: readonly Visibility[]): ByVisibility {
  return Object.fromEntries(
    which.flatMap((visibility) => (by[visibility] === undefined ? [] : [[visibility, by[visibility]]])),
  );
}

const CURSOR = {
  query: /^[0-9a-f]{16}$/,
  horizon: MOMENT,
  published: /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$/,
  post: UUID,
  total: NUMBER,
  bounds: /^(?:total)?(?:withheld)?$/,
  withheld: /^(?:[a-z]+:\d{1,9},)*$/,
} as const;
type SearchCursor = Readonly<Record<keyof typeof CURSOR, string>>;

/** A list of its own since posts have other keys (docs/adr/0012): a cursor from before would leave some out. */
const LIST = 'posts';

/** A cursor goes on with its own query only; the size of the page may change on the way. */
function fingerprint({ cursor: _cursor, limit: _limit, ...query }: SearchQuery): string {
  return sha256(canonicalise(query)).slice(0, 16);
}

function openCursor(query: SearchQuery): SearchCursor {
  const cursor = readCursor(LIST, query.cursor!, CURSOR);
  if (cursor.query !== fingerprint(query))
    throw new UsageError('this cursor belongs to another query: begin without one');
  return cursor;
}

/** Totals travel with the cursor: the archive is read as the first page found it, so they cannot change. */
function nextCursor(query: SearchQuery, horizon: string, last: HitRecord, counts: Counts): string {
  const { total, totalIsLowerBound, withheld } = counts;
  return writeCursor<keyof typeof CURSOR>(LIST, {
    query: fingerprint(query),
    horizon,
    published: last.published ?? '',
    post: last.post,
    total: String(total),
    bounds: (totalIsLowerBound ? 'total' : '') + (withheld.countIsLowerBound ? 'withheld' : ''),
    withheld: Object.entries(withheld.by)
      .map(([visibility, n]) => `${visibility}:${n},`)
      .join(''),
  });
}

function countsOf(cursor: SearchCursor): Counts {
  const pairs = cursor.withheld
    .split(',')
    .flatMap((pair) => (pair === '' ? [] : [pair.split(':') as [Visibility, string]]));
  const by: ByVisibility = Object.fromEntries(pairs.map(([visibility, n]) => [visibility, Number(n)]));
  return {
    total: Number(cursor.total),
    ...(cursor.bounds.startsWith('total') && { totalIsLowerBound: true }),
    withheld: { count: sum(by), by, ...(cursor.bounds.endsWith('withheld') && { countIsLowerBound: true }) },
  };
}

// ── items ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Of a post that thousands repeat, this many observations tell its state. */
const MAX_LOOKS = 300;

/** What is shown of each hit. Five statements a page, however many hits. */
async function describe(
  db: Queryable,
  rows: readonly HitRecord[],
  scope: Scope,
  asOf: string | undefined,
): Promise<readonly SearchItem[]> {
  if (rows.length === 0) return [];
  const heads = rows.map((row) => row.head);
  const moment = asOf === undefined ? undefined : endOf(asOf, 'as-of');
  const posts = await findPosts(db, [...heads, ...rows.map((row) => row.post)]);
  const states = await statesOf(db, heads, scope, moment);
  const names = await namesOfCollections(db, [
    ...new Set([...states.values()].flatMap(({ collections }) => collections)),
  ]);
  const contents = rows.map((row) => JSON.parse(row.content) as Content);
  const authors = contents.map(({ attributedTo }) => (attributedTo === undefined ? undefined : actorKey(attributedTo)));
  const labels = await findLabels(
    db,
    [...new Set(authors.filter((key) => key !== undefined))],
    scopeOf(scope),
    moment === undefined ? null : new Date(moment).toISOString(),
  );
  return rows.map((row, i) => {
    const { published, name, text, language } = contents[i]!;
    const { at, times } = printTimes({ publishedAt: published });
    const post = posts.get(row.head) ?? posts.get(row.post)!;
    const { state, collections } = states.get(row.head)!;
    return {
      uri: post.uri,
      perdureUri: perdureUri(row.head),
      id: showKey(row.head),
      source: posts.get(row.post)!.source!,
      author: authorLabel(contents[i], labels.get(authors[i]!), authors[i]),
      publishedAt: at.publishedAt,
      name: name ?? null,
      text: text ?? null,
      lang: language ?? null,
      snapshot: showDigest(row.digest),
      state: state ?? null,
      collections: collections.map((id) => names.get(id) ?? id).sort(),
      visibility: row.visibility,
      times,
    };
  });
}

interface StateOfPost {
  readonly state: Timeline['state'];
  readonly collections: readonly Key[];
}

/** The state of each post by all that was seen of its family; contents are not needed for that. */
async function statesOf(
  db: Queryable,
  heads: readonly Key[],
  scope: Scope,
  asOf: number | undefined,
): Promise<ReadonlyMap<Key, StateOfPost>> {
  const members = await findFamilies(db, heads);
  const rows = await findObservations(db, [...new Set(members.map(({ post }) => post))], scopeOf(scope), MAX_LOOKS);
  return new Map(
    heads.map((head) => {
      const family = members.filter(({ of }) => of === head);
      const chain = chainOf(family);
      const places = new Map(family.map(({ post, place }) => [post, place]));
      const own = rows.filter((row) => places.has(row.post));
      const sightings = own.map((row) => sightingOf(row, chain ? places.get(row.post) : row.edition));
      const line =
        asOf === undefined
          ? timeline(sightings, POST_LAW, chain)
          : timelineAsOf(sightings, asOf, POST_LAW, chain).timeline;
      return [head, { state: line.state, collections: [...new Set(own.map((row) => row.collection))] }];
    }),
  );
}
