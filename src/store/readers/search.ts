/**
 * Search: from conditions to hits.
 *
 * A hit is a post; every post of an edit chain (`editOf`) and every other name of one object (`sameAs`) is the same
 * hit, known by its head. Rows of `snapshot` are walked in the order of their publication, and a row stands for its
 * hit when no other row of the same hit, fulfilling the same conditions, comes before it: so pages are cut by key,
 * nothing is grouped, and the planner may choose between the text index (rare words) and the walk (common ones).
 *
 * Measured on two busy cores with 100,000 posts, two observations each: a page of 50 takes 6 ms for a word that stands
 * in 80 % of the posts (the walk) and 5 ms for one in 0.04 % (the text index). Counting 15,000 rows takes 0.5–0.75 s, so
 * only the first page counts. A collection that is a small part of the archive is found by walking the whole: 10 µs a
 * row, until an index of `observation` begins with the collection.
 */
import type { Visibility } from '../../core/content.js';
import type { Digest, Key } from '../../core/digest.js';
import { newestReading } from './posts.js';
import { hexed, inScope, keyed, timed, type Queryable } from './scope.js';

export interface Conditions {
  /** A tsquery as text. */
  readonly words: string | null;
  readonly authors: readonly Key[] | null;
  /** Publication, ISO 8601, both included. */
  readonly since: string | null;
  readonly until: string | null;
  /** Lower case. */
  readonly language: string | null;
  readonly source: string | null;
  readonly collections: readonly string[] | null;
  /** Observed by then. */
  readonly asOf: string | null;
  /** Recorded by then: a search over several pages reads the archive as its first page found it. */
  readonly horizon: string;
  readonly order: 'newest' | 'oldest';
}

export interface HitRecord {
  readonly head: Key;
  readonly post: Key;
  readonly digest: Digest;
  /** ISO 8601 with milliseconds; null when unknown. */
  readonly published: string | null;
  readonly visibility: Visibility;
  readonly content: string;
}

/** The parameters of one statement: each value once, however often its condition is written. */
class Parameters {
  readonly values: unknown[] = [];
  private readonly places = new Map<string, number>();

  of(name: string, value: unknown): string {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.values.push(value);
      this.places.set(name, place);
    }
    return `$${place}`;
  }
}

/** SQL: the snapshot fulfils the conditions. Those that are not set are left out, for better plans. */
function fulfils(s: string, c: Conditions, p: Parameters): string {
  const all: string[] = [];
  if (c.words !== null) all.push(`${s}.search @@ ${p.of('words', c.words)}::tsquery`);
  if (c.authors !== null) all.push(`${s}.author_id = ANY(${p.of('authors', c.authors)}::uuid[])`);
  if (c.since !== null) all.push(`${s}.published_at >= ${p.of('since', c.since)}::timestamptz`);
  if (c.until !== null) all.push(`${s}.published_at <= ${p.of('until', c.until)}::timestamptz`);
  if (c.language !== null) {
    const language = `${p.of('language', c.language)}::text`;
    all.push(`(lower(${s}.language) = ${language} OR lower(${s}.language) LIKE ${language} || '-%')`);
  }
  if (c.source !== null) {
    all.push(
      `EXISTS (SELECT FROM post WHERE post.post_id = ${s}.post_id AND post.source = ${p.of('source', c.source)})`,
    );
  }
  all.push(
    seen(s, c, p, [
      ...(c.asOf === null ? [] : [`o.observed_at <= ${p.of('asOf', c.asOf)}::timestamptz`]),
      `o.recorded_at <= ${p.of('horizon', c.horizon)}::timestamptz`,
    ]),
  );
  return all.join('\n AND ');
}

/**
 * SQL: it was observed, in the collections that are looked through. OFFSET 0 keeps it a look at one post's rows: what
 * the planner makes a join of reads all observations there are.
 */
function seen(s: string, c: Conditions, p: Parameters, more: readonly string[] = []): string {
  const scope = c.collections === null ? [] : [inScope('o', p.of('collections', c.collections))];
  const all = [`o.post_id = ${s}.post_id`, `o.digest = ${s}.digest`, ...scope, ...more, newestReading('o')];
  return `EXISTS (SELECT FROM observation o WHERE ${all.join(' AND ')} OFFSET 0)`;
}

/** SQL: the head of a post's chain, else of the object that it is another name of, else itself. */
const HEAD = `CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT min(l.target_id::text) FROM identity_link l WHERE l.post_id = s.post_id AND l.kind = 'editOf'),
    (SELECT min(l.target_id::text) FROM identity_link l WHERE l.post_id = s.post_id AND l.kind = 'sameAs'),
    s.post_id::text)::uuid AS head) h`;

/** SQL: the posts of a hit. */
const MEMBERS = `(SELECT h.head AS post_id UNION SELECT s.post_id UNION
    SELECT l.post_id FROM identity_link l WHERE l.target_id = h.head AND l.kind IN ('editOf', 'sameAs')) m`;

/** SQL: the narrowest that any snapshot of the hit states, whether or not it fulfils the conditions. */
function visibility(c: Conditions, p: Parameters): string {
  return `CROSS JOIN LATERAL (
    SELECT coalesce(max(r.visibility) FILTER (WHERE r.visibility <> 'unknown'), 'unknown') AS visibility
    FROM ${MEMBERS} JOIN snapshot r USING (post_id)
    WHERE ${seen('r', c, p)}) v`;
}

/** SQL: no other row of the hit comes before this one. */
function isFirst(c: Conditions, p: Parameters): string {
  const place = (s: string): string =>
    c.order === 'newest'
      ? `(coalesce(${s}.published_at, '-infinity'), ${s}.post_id, ${s}.digest)`
      : `(coalesce(${s}.published_at, 'infinity'), ${s}.post_id, ${s}.digest)`;
  return `NOT EXISTS (SELECT FROM ${MEMBERS} JOIN snapshot r USING (post_id)
    WHERE ${place('r')} ${c.order === 'newest' ? '>' : '<'} ${place('s')} AND ${fulfils('r', c, p)})`;
}

function hits(c: Conditions, p: Parameters, more: readonly string[]): string {
  const where = [fulfils('s', c, p), isFirst(c, p), ...more];
  return `FROM snapshot s ${HEAD} ${visibility(c, p)}\n WHERE ${where.join('\n AND ')}`;
}

export interface PageCut {
  readonly visible: readonly Visibility[];
  /** Where the last page ended. */
  readonly after: { readonly published: string | null; readonly post: string } | undefined;
  readonly limit: number;
}

/**
 * One page of visible hits. Posts without a time of publication come last: a walk of their own, because an index that
 * serves "nulls last" both ways would be a second one.
 */
export async function searchPage(db: Queryable, c: Conditions, cut: PageCut): Promise<readonly HitRecord[]> {
  const { after, limit } = cut;
  const dated = after?.published === null ? [] : await walk(db, c, cut, true, limit);
  if (dated.length >= limit) return dated;
  // With a bound on the time of publication, what has none is no hit.
  if (c.since !== null || c.until !== null) return dated;
  return [...dated, ...(await walk(db, c, cut, false, limit - dated.length))];
}

async function walk(
  db: Queryable,
  c: Conditions,
  cut: PageCut,
  dated: boolean,
  limit: number,
): Promise<readonly HitRecord[]> {
  const p = new Parameters();
  const { after } = cut;
  const [direction, sign] = c.order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  const more = [
    `s.published_at IS ${dated ? 'NOT NULL' : 'NULL'}`,
    `v.visibility = ANY(${p.of('visible', cut.visible)}::visibility[])`,
  ];
  if (after && dated) {
    more.push(
      `(s.published_at, s.post_id) ${sign} (${p.of('published', after.published)}::timestamptz, ${p.of('post', after.post)}::uuid)`,
    );
  } else if (after && after.published === null) more.push(`s.post_id ${sign} ${p.of('post', after.post)}::uuid`);
  const order = dated ? `s.published_at ${direction}, s.post_id ${direction}` : `s.post_id ${direction}`;
  const result = await db.query<HitRecord>(
    `SELECT ${keyed('h.head')} AS head, ${keyed('s.post_id')} AS post, ${hexed('s.digest')} AS digest, s.content, v.visibility,
       to_char(s.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS published
     ${hits(c, p, more)}
     ORDER BY ${order} LIMIT ${p.of('limit', limit)}`,
    p.values,
  );
  return result.rows;
}

export interface HitCounts {
  readonly by: Readonly<Partial<Record<Visibility, number>>>;
  /** There were more rows than were looked at. */
  readonly cut: boolean;
}

/**
 * How many hits there are of each visibility, among the first `most` rows that fulfil the conditions, in no order. Set
 * by set: asking each row for its chain and its visibility, as a page does, took 250 µs a row, this takes 50.
 */
export async function countHits(db: Queryable, c: Conditions, most: number): Promise<HitCounts> {
  const p = new Parameters();
  const result = await db.query<{ visibility: Visibility; count: number; rows: number }>(
    `WITH found AS MATERIALIZED (SELECT s.post_id FROM snapshot s WHERE ${fulfils('s', c, p)} LIMIT ${p.of('most', most)}),
     head AS MATERIALIZED (
       SELECT DISTINCT coalesce(e.target, a.target, f.post_id) AS head FROM (SELECT DISTINCT post_id FROM found) f
       LEFT JOIN (${firstTarget('editOf')}) e USING (post_id) LEFT JOIN (${firstTarget('sameAs')}) a USING (post_id)),
     hit AS MATERIALIZED (
       SELECT head, head AS post_id FROM head UNION
       SELECT h.head, l.post_id FROM head h JOIN identity_link l ON l.target_id = h.head AND l.kind IN ('editOf', 'sameAs')),
     judged AS (
       SELECT m.head, coalesce(max(r.visibility) FILTER (WHERE r.visibility <> 'unknown'), 'unknown') AS visibility
       FROM hit m JOIN snapshot r USING (post_id) WHERE ${seen('r', c, p)} GROUP BY m.head)
     SELECT visibility, count(*)::float8 AS count, (SELECT count(*)::float8 FROM found) AS rows FROM judged GROUP BY visibility`,
    p.values,
  );
  const by = Object.fromEntries(result.rows.map(({ visibility, count }) => [visibility, count]));
  return { by, cut: (result.rows[0]?.rows ?? 0) >= most };
}

/** SQL: of each post that was found, the head by links of one kind. */
function firstTarget(kind: 'editOf' | 'sameAs'): string {
  return `SELECT l.post_id, min(l.target_id::text)::uuid AS target
    FROM identity_link l WHERE l.kind = '${kind}' AND l.post_id IN (SELECT post_id FROM found) GROUP BY l.post_id`;
}

/** The moment that a search reads the archive at, with microseconds: the beginning of its transaction. */
export async function currentHorizon(db: Queryable): Promise<string> {
  const result = await db.query<{ now: string }>(`SELECT ${timed('now()')} AS now`);
  return result.rows[0]!.now;
}

/**
 * Ends a statement of this transaction that runs for longer: nobody waits for it any more. Compiling these statements
 * (jit) takes longer than running them.
 */
export async function limitTime(db: Queryable, milliseconds: number): Promise<void> {
  await db.query(`SET LOCAL statement_timeout = ${Math.floor(milliseconds)}; SET LOCAL jit = off`);
}
