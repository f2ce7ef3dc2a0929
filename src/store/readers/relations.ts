/** How posts point at each other, are linked, and which files belong to them. */
import type { Visibility } from '../../core/content.js';
import type { Digest, Key } from '../../core/digest.js';
import type { IdentityLink, ReferenceKind } from '../../core/reading.js';
import { hexed, inScope, keyed, type Queryable } from './scope.js';

export interface ReferenceRecord {
  readonly kind: ReferenceKind;
  readonly key: Key;
  readonly uri: string;
  readonly captured: boolean;
  readonly by: string | null;
}

/** What these posts point at; pointing within the family left out. */
export async function findReferences(
  db: Queryable,
  posts: readonly Key[],
  limit: number,
): Promise<readonly ReferenceRecord[]> {
  const result = await db.query<ReferenceRecord>(
    `SELECT DISTINCT r.kind, ${keyed('r.target_id')} AS key, r.target_uri AS uri, p.post_id IS NOT NULL AS captured, a.uri AS by
     FROM reference r LEFT JOIN post p ON p.post_id = r.target_id LEFT JOIN actor a ON a.actor_id = r.by_id
     WHERE r.post_id = ANY($1) AND r.target_id <> ALL($1) ORDER BY r.kind, uri, by LIMIT $2`,
    [posts, limit],
  );
  return result.rows;
}

const SEEN_IN_SCOPE = (alias: string): string =>
  `($2::uuid[] IS NULL OR EXISTS (SELECT FROM observation o WHERE o.post_id = ${alias}.post_id AND ${inScope('o', '$2')}))`;

/** SQL: nobody outside a closed circle was meant to see it, so that it is not named beside a public post. */
const OPEN = (alias: string): string =>
  `NOT EXISTS (SELECT FROM snapshot s WHERE s.post_id = ${alias}.post_id AND s.visibility IN ('followers', 'group', 'direct'))`;

/** Who points at these posts: the first of them. Only posts that were open to everybody. */
export async function findReferrers(
  db: Queryable,
  posts: readonly Key[],
  collections: readonly string[] | null,
  limit: number,
): Promise<readonly ReferenceRecord[]> {
  const result = await db.query<ReferenceRecord>(
    `SELECT r.kind, ${keyed('p.post_id')} AS key, p.uri, true AS captured, a.uri AS by
     FROM reference r JOIN post p USING (post_id) LEFT JOIN actor a ON a.actor_id = r.by_id
     WHERE r.target_id = ANY($1) AND r.post_id <> ALL($1) AND ${SEEN_IN_SCOPE('r')} AND ${OPEN('r')}
     ORDER BY r.kind, p.uri LIMIT $3`,
    [posts, collections, limit],
  );
  return result.rows;
}

/** How many open posts point at these, by kind; counting stops at `limit`. */
export async function countReferrers(
  db: Queryable,
  posts: readonly Key[],
  collections: readonly string[] | null,
  limit: number,
): Promise<Readonly<Record<string, number>>> {
  const result = await db.query<{ kind: string; count: number }>(
    `SELECT kind, count(*)::float8 AS count FROM (
       SELECT kind FROM reference r
       WHERE r.target_id = ANY($1) AND r.post_id <> ALL($1) AND ${SEEN_IN_SCOPE('r')} AND ${OPEN('r')} LIMIT $3) n
     GROUP BY kind`,
    [posts, collections, limit],
  );
  return Object.fromEntries(result.rows.map(({ kind, count }) => [kind, count]));
}

export interface LinkRecord {
  readonly kind: IdentityLink['kind'];
  readonly from: string;
  readonly to: string;
  readonly place: number | null;
  readonly reason: string | null;
}

export async function findLinks(db: Queryable, posts: readonly Key[], limit: number): Promise<readonly LinkRecord[]> {
  const result = await db.query<LinkRecord>(
    `SELECT l.kind, p.uri AS "from", l.target_uri AS "to", l.place, l.reason
     FROM identity_link l JOIN post p USING (post_id)
     WHERE l.post_id = ANY($1) OR l.target_id = ANY($1) ORDER BY l.kind, l.target_uri, l.place, p.uri LIMIT $2`,
    [posts, limit],
  );
  return result.rows;
}

export interface MediaRecord {
  readonly file: string;
  readonly digest: Digest | null;
  readonly type: string;
  readonly url: string | null;
}

/** The files of these posts; one that was in any of the packages is not missing. */
export async function findMedia(db: Queryable, posts: readonly Key[], limit: number): Promise<readonly MediaRecord[]> {
  const result = await db.query<MediaRecord>(
    `SELECT DISTINCT ON (m.file, m.digest) m.file, nullif(${hexed('m.digest')}, '') AS digest, m.type, m.url
     FROM post_media m WHERE m.post_id = ANY($1) AND (m.digest <> '' OR NOT EXISTS (
       SELECT FROM post_media kept WHERE kept.post_id = m.post_id AND kept.file = m.file AND kept.digest <> ''))
     ORDER BY m.file, m.digest, m.url LIMIT $2`,
    [posts, limit],
  );
  return result.rows;
}

export interface FileOfPost {
  readonly post: Key;
  readonly uri: string;
  readonly file: string;
  readonly type: string;
  readonly url: string | null;
  /** The narrowest that a snapshot of it states; `unknown` says nothing. */
  readonly visibility: Visibility;
}

export async function findPostsOfFile(
  db: Queryable,
  digest: Digest,
  collections: readonly string[] | null,
  limit: number,
): Promise<readonly FileOfPost[]> {
  const result = await db.query<FileOfPost>(
    `SELECT ${keyed('m.post_id')} AS post, p.uri, m.file, m.type, m.url, (
       SELECT coalesce(max(s.visibility) FILTER (WHERE s.visibility <> 'unknown'), 'unknown')
       FROM snapshot s WHERE s.post_id = m.post_id) AS visibility
     FROM post_media m JOIN post p USING (post_id)
     WHERE m.digest = $1 AND ${SEEN_IN_SCOPE('m')} ORDER BY p.uri, m.file LIMIT $3`,
    [`\\x${digest}`, collections, limit],
  );
  return result.rows;
}

export async function findCapture(
  db: Queryable,
  digest: Digest,
): Promise<{ readonly bytes: number; readonly sealed: boolean } | undefined> {
  const result = await db.query<{ bytes: number; sealed: boolean }>(
    `SELECT bytes::float8 AS bytes, sealed FROM capture WHERE digest = $1`,
    [`\\x${digest}`],
  );
  return result.rows[0];
}
