/** Files that posts and profiles name by their address, and files of packages that were not in them. */
import type { Digest, Key } from '../../core/digest.js';
import type { ExchangeRecord } from './seeds.js';
import { hexed, inScope, keyed, type Queryable } from './scope.js';

/**
 * SQL: the name in post_media of a file that is known by its address (columns `url` and `media_id`): the address
 * itself, unless it is longer than an index takes.
 */
export const FILE_OF = (alias: string): string =>
  `(CASE WHEN octet_length(${alias}.url) <= 1000 THEN ${alias}.url ELSE 'media:' || ${keyed(`${alias}.media_id`)} END)`;

export interface FetchRecord {
  readonly url: string;
  readonly type: string;
  readonly state: string;
  readonly tries: number;
  readonly nextAt: Date | null;
  readonly problem: string | null;
  readonly status: number | null;
  readonly digest: Digest | null;
  readonly bytes: number | null;
  readonly contentType: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** 64 characters 0 and 1. */
  readonly phash: string | null;
  readonly fetchedAt: Date | null;
}

/** What became of these addresses. */
export async function findFetches(db: Queryable, keys: readonly Key[]): Promise<readonly FetchRecord[]> {
  const { rows } = await db.query<FetchRecord>(
    `SELECT url, type, state, tries, next_at AS "nextAt", problem, status, ${hexed('digest')} AS digest,
       bytes::float8 AS bytes, content_type AS "contentType", width, height, phash::text AS phash, fetched_at AS "fetchedAt"
     FROM media_fetch WHERE media_id = ANY($1)`,
    [keys],
  );
  return rows;
}

export interface MissingRecord {
  /** Of the post or, for pictures of profiles, of the actor. */
  readonly owner: Key;
  readonly uri: string;
  readonly file: string;
  readonly url: string | null;
  readonly type: string;
  readonly state: string | null;
  readonly tries: number | null;
  readonly nextAt: Date | null;
  readonly problem: string | null;
  readonly status: number | null;
}

interface Page {
  readonly collections: readonly string[] | null;
  readonly limit: number;
  readonly after: { readonly owner: string; readonly file: string } | undefined;
}

const SEEN_BY = (table: string, owner: string): string =>
  `($1::uuid[] IS NULL OR EXISTS (SELECT FROM ${table} o WHERE o.${owner} = m.${owner} AND ${inScope('o', '$1')}))`;

const FETCH = `f.state, f.tries, f.next_at AS "nextAt", f.problem, f.status`;

/** Files of posts without a digest, by post and file. Without a fetch: a package named it and did not bring it. */
export async function listMissingOfPosts(
  db: Queryable,
  { collections, limit, after }: Page,
): Promise<readonly MissingRecord[]> {
  const { rows } = await db.query<MissingRecord>(
    `SELECT ${keyed('m.post_id')} AS owner, p.uri, m.file, m.url, m.type, ${FETCH}
     FROM post_media m JOIN post p USING (post_id)
     LEFT JOIN media_fetch f ON f.media_id = substr(encode(sha256(convert_to(m.url, 'UTF8')), 'hex'), 1, 32)::uuid AND m.file = ${FILE_OF('f')}
     WHERE m.digest = '' AND (m.post_id, m.file) > ($2::uuid, $3::text) AND ${SEEN_BY('observation', 'post_id')}
       AND NOT EXISTS (SELECT FROM post_media k WHERE k.post_id = m.post_id AND k.file = m.file AND k.digest <> '')
     ORDER BY m.post_id, m.file LIMIT $4`,
    [collections, after?.owner ?? NOBODY, after?.file ?? '', limit],
  );
  return rows;
}

/** Pictures of profiles that are not here, by actor and address. */
export async function listMissingOfActors(
  db: Queryable,
  { collections, limit, after }: Page,
): Promise<readonly MissingRecord[]> {
  const { rows } = await db.query<MissingRecord>(
    `SELECT ${keyed('m.actor_id')} AS owner, a.uri, ${keyed('m.media_id')} AS file, f.url, f.type, ${FETCH}
     FROM actor_picture m JOIN media_fetch f USING (media_id) JOIN actor a USING (actor_id)
     WHERE f.digest IS NULL AND (m.actor_id, m.media_id) > ($2::uuid, $3::uuid) AND ${SEEN_BY('profile_observation', 'actor_id')}
     ORDER BY m.actor_id, m.media_id LIMIT $4`,
    [collections, after?.owner ?? NOBODY, after?.file ?? NOBODY, limit],
  );
  return rows;
}

const NOBODY = '0'.repeat(32);

export interface CountRecord {
  readonly type: string;
  readonly state: string;
  readonly count: number;
  readonly bytes: number;
}

/** Files by address, by kind and state; `bytes` of the distinct ones that are stored. */
export async function countFetches(
  db: Queryable,
  collections: readonly string[] | null,
): Promise<readonly CountRecord[]> {
  const { rows } = await db.query<CountRecord>(
    `SELECT type, state, count(*)::float8 AS count, coalesce(sum(bytes) FILTER (WHERE first), 0)::float8 AS bytes FROM (
       SELECT f.type, f.state, f.bytes, f.digest IS NOT NULL AND row_number() OVER (PARTITION BY f.digest ORDER BY f.media_id) = 1 AS first
       FROM media_fetch f WHERE $1::uuid[] IS NULL
         OR EXISTS (SELECT FROM post_media m JOIN observation o USING (post_id)
           WHERE m.file = ${FILE_OF('f')} AND m.digest = '' AND ${inScope('o', '$1')})
         OR EXISTS (SELECT FROM actor_picture a JOIN profile_observation o USING (actor_id)
           WHERE a.media_id = f.media_id AND ${inScope('o', '$1')})) n
     GROUP BY type, state ORDER BY type, state`,
    [collections],
  );
  return rows;
}

export interface PictureOwner {
  readonly actor: Key;
  readonly uri: string;
  readonly url: string;
}

/** Actors whose profiles have named an address at which this file was. */
export async function findActorsOfFile(
  db: Queryable,
  digest: Digest,
  collections: readonly string[] | null,
  limit: number,
): Promise<readonly PictureOwner[]> {
  const { rows } = await db.query<PictureOwner>(
    `SELECT ${keyed('m.actor_id')} AS actor, a.uri, f.url
     FROM media_fetch f JOIN actor_picture m USING (media_id) JOIN actor a USING (actor_id)
     WHERE f.digest = $2 AND ${SEEN_BY('profile_observation', 'actor_id')} ORDER BY a.uri, f.url LIMIT $3`,
    [collections, `\\x${digest}`, limit],
  );
  return rows;
}

export type MediaExchangeRecord = Omit<ExchangeRecord, 'requestDigest'> & {
  readonly media: Key;
  /** The address that was wanted; `url` is the one that was asked. */
  readonly file: string;
};

/** Which file, by its address or by what was found there. */
export type WhichFile = { readonly media: Key } | { readonly digest: Digest };

const OF_FILE = (which: WhichFile): { readonly sql: string; readonly value: string } =>
  'media' in which
    ? { sql: `SELECT media_id FROM media_fetch WHERE media_id = $1`, value: which.media }
    : {
        sql: `SELECT media_id FROM media_fetch WHERE digest = $1 UNION SELECT media_id FROM media_exchange WHERE digest = $1`,
        value: `\\x${which.digest}`,
      };

/** By address, in the order in which they were made. */
export async function listMediaExchanges(
  db: Queryable,
  which: WhichFile,
  after: { readonly media: string; readonly seq: number } | undefined,
  limit: number,
): Promise<readonly MediaExchangeRecord[]> {
  const { sql, value } = OF_FILE(which);
  const { rows } = await db.query<MediaExchangeRecord>(
    `SELECT ${keyed('e.media_id')} AS media, f.url AS file, e.seq, e.method, e.url, e.status,
       e.request_headers AS "requestHeaders", e.response_headers AS "responseHeaders", e.redacted,
       ${hexed('e.digest')} AS digest, e.bytes::float8 AS bytes, e.started_at AS "startedAt", e.head_at AS "headAt",
       e.ended_at AS "endedAt", e.remote_address AS "remoteAddress", e.certificate,
       e.redirected_from AS "redirectedFrom", e.problem
     FROM media_exchange e JOIN media_fetch f USING (media_id)
     WHERE e.media_id IN (${sql}) AND (e.media_id, e.seq) > ($2::uuid, $3::int)
     ORDER BY e.media_id, e.seq LIMIT $4`,
    [value, after?.media ?? NOBODY, after?.seq ?? -1, limit],
  );
  return rows;
}

export async function isFileWanted(db: Queryable, which: WhichFile): Promise<boolean> {
  const { sql, value } = OF_FILE(which);
  const { rows } = await db.query<{ wanted: boolean }>(`SELECT EXISTS (${sql}) AS wanted`, [value]);
  return rows[0]!.wanted;
}
