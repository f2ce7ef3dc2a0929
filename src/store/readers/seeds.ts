/** Seeds and their harvests, as they stand. */
import type { Key } from '../../core/digest.js';
import { hexed, inScope, keyed, timed, type Queryable } from './scope.js';

export interface SeedRecord {
  readonly id: Key;
  readonly collection: string;
  readonly connector: string;
  readonly source: string;
  readonly uri: string;
  readonly name: string;
  readonly state: string;
  readonly every: number;
  readonly interval: number;
  readonly adaptive: boolean;
  readonly backfill: number;
  readonly credential: string | null;
  readonly authority: string | null;
  readonly nextAt: Date;
  readonly lookAt: Date | null;
  readonly running: Key | null;
  readonly failures: number;
  readonly problem: string | null;
  readonly waitsUntil: Date | null;
  readonly accountState: string | null;
  readonly accountDetail: string | null;
  readonly cursorAt: Date | null;
  readonly backTo: { readonly published?: string; readonly beginning: boolean } | null;
  readonly createdAt: Date;
  readonly createdExactly: string;
  readonly planned: number;
  readonly watchedFrom: Date | null;
  readonly watchedTo: Date | null;
  readonly gaps: number;
  readonly lastId: Key | null;
  readonly lastState: string | null;
  readonly lastAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastProblem: string | null;
  readonly lastNewPosts: number | null;
  /** When a new post of it was last found. */
  readonly lastNewAt: Date | null;
}

const SEEDS = `
  SELECT ${keyed('s.seed_id')} AS id, c.name AS collection, s.connector, s.source, s.uri, s.name, s.state,
    s.every_seconds AS every, s.interval_seconds AS interval, s.adaptive, s.backfill, s.credential, s.authority,
    s.next_at AS "nextAt", s.look_at AS "lookAt",
    CASE WHEN s.lease_until > now() THEN ${keyed('s.harvest_id')} END AS running,
    s.failures, s.problem, CASE WHEN s.waits_until > now() THEN s.waits_until END AS "waitsUntil",
    s.account_state AS "accountState", s.account_detail AS "accountDetail", s.cursor_at AS "cursorAt",
    s.back_to AS "backTo", s.created_at AS "createdAt", ${timed('s.created_at')} AS "createdExactly",
    (SELECT count(*)::float8 FROM revisit r WHERE r.seed_id = s.seed_id AND r.due_at IS NOT NULL) AS planned,
    w.from_at AS "watchedFrom", w.to_at AS "watchedTo",
    (SELECT count(*)::float8 FROM coverage g WHERE g.seed_id = s.seed_id AND g.kind = 'gap') AS gaps,
    ${keyed('h.harvest_id')} AS "lastId", h.state AS "lastState", h.started_at AS "lastAt",
    h.finished_at AS "lastFinishedAt", h.problem AS "lastProblem",
    (SELECT coalesce(sum(new_posts), 0)::float8 FROM ingest_range r WHERE r.accession_id = h.harvest_id) AS "lastNewPosts",
    (SELECT e.recorded_at FROM post_event e WHERE e.seed_id = s.seed_id AND e.kind = 'new' ORDER BY e.event_id DESC LIMIT 1) AS "lastNewAt"
  FROM seed s JOIN collection c USING (collection_id)
  LEFT JOIN LATERAL (SELECT from_at, to_at FROM coverage w WHERE w.seed_id = s.seed_id AND w.kind = 'watched'
    ORDER BY from_at DESC LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT harvest_id, state, started_at, finished_at, problem FROM harvest h WHERE h.seed_id = s.seed_id AND h.state <> 'running'
    ORDER BY started_at DESC, harvest_id LIMIT 1) h ON true`;

export interface SeedPage {
  readonly collection: Key | undefined;
  readonly state: string | undefined;
  readonly collections: readonly string[] | null;
  readonly after: { readonly created: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** In the order in which they were followed. Those that were unfollowed only when asked for. */
export async function listSeeds(db: Queryable, page: SeedPage): Promise<readonly SeedRecord[]> {
  const result = await db.query<SeedRecord>(
    `${SEEDS} WHERE ($1::uuid IS NULL OR s.collection_id = $1)
       AND (CASE WHEN $2::text IS NULL THEN s.state <> 'ended' ELSE s.state = $2 END) AND ${inScope('s', '$3')}
       AND ($4::timestamptz IS NULL OR (s.created_at, s.seed_id) > ($4, $5::uuid))
     ORDER BY s.created_at, s.seed_id LIMIT $6`,
    [
      page.collection ?? null,
      page.state ?? null,
      page.collections,
      page.after?.created ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  );
  return result.rows;
}

/** By id or the beginning of one, by name (with or without its @), by URI, or by an address that it had or has now; several where that fits several. */
export async function findSeeds(
  db: Queryable,
  text: string,
  collections: readonly string[] | null,
  limit: number,
): Promise<readonly SeedRecord[]> {
  const id = /^[0-9a-f-]{4,36}$/i.test(text) ? text.toLowerCase() : null;
  const result = await db.query<SeedRecord>(
    `${SEEDS} WHERE (s.uri = $1 OR s.settings ->> 'url' = $1 OR s.settings -> 'was' ? $1 OR lower(s.name) = lower($1) OR lower(ltrim(s.name, '@')) = lower(ltrim($1, '@'))
       OR starts_with(s.seed_id::text, $2) OR starts_with(replace(s.seed_id::text, '-', ''), $2)) AND ${inScope('s', '$3')}
     ORDER BY s.state = 'ended', s.created_at LIMIT $4`,
    [text, id, collections, limit],
  );
  return result.rows;
}

export interface HarvestRecord {
  readonly id: Key;
  readonly seed: Key;
  readonly name: string;
  readonly collection: string;
  readonly connector: string;
  readonly kind: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly startedExactly: string;
  readonly finishedAt: Date | null;
  readonly requests: number;
  readonly captures: number;
  readonly looks: number;
  readonly bytes: number;
  readonly waitsUntil: Date | null;
  readonly problem: string | null;
  readonly warnings: readonly string[];
  readonly robots: { readonly url: string; readonly status: number; readonly allowed: boolean | null } | null;
  readonly authority: string | null;
  readonly cursorBefore: unknown;
  readonly cursorAfter: unknown;
  readonly read: number;
  readonly new: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly newPosts: number;
  readonly newSnapshots: number;
}

const HARVESTS = `
  SELECT ${keyed('h.harvest_id')} AS id, ${keyed('h.seed_id')} AS seed, s.name, c.name AS collection, s.connector, h.kind,
    h.state, h.started_at AS "startedAt", ${timed('h.started_at')} AS "startedExactly", h.finished_at AS "finishedAt",
    h.requests, h.captures, h.looks, h.bytes::float8 AS bytes, h.problem, h.warnings, h.robots, s.authority,
    CASE WHEN h.state = 'running' AND s.harvest_id = h.harvest_id AND s.waits_until > now() THEN s.waits_until END AS "waitsUntil",
    h.cursor_before AS "cursorBefore", h.cursor_after AS "cursorAfter", r.*
  FROM harvest h JOIN seed s USING (seed_id) JOIN collection c USING (collection_id)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(read), 0)::float8 AS read, coalesce(sum(new), 0)::float8 AS new,
      coalesce(sum(duplicate), 0)::float8 AS duplicate, coalesce(sum(rejected), 0)::float8 AS rejected,
      coalesce(sum(new_posts), 0)::float8 AS "newPosts", coalesce(sum(new_snapshots), 0)::float8 AS "newSnapshots"
    FROM ingest_range WHERE accession_id = h.harvest_id) r`;

export interface HarvestPage {
  readonly seed: Key | undefined;
  readonly collection: Key | undefined;
  readonly state: string | undefined;
  readonly collections: readonly string[] | null;
  readonly after: { readonly started: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Latest first. The page is cut before the sums are made, so that only its own ranges are read. */
export async function listHarvests(db: Queryable, page: HarvestPage): Promise<readonly HarvestRecord[]> {
  const result = await db.query<HarvestRecord>(
    `WITH page AS MATERIALIZED (
       SELECT h.harvest_id FROM harvest h JOIN seed s USING (seed_id)
       WHERE ($1::uuid IS NULL OR h.seed_id = $1) AND ($2::uuid IS NULL OR s.collection_id = $2)
         AND ($3::text IS NULL OR h.state = $3) AND ${inScope('s', '$4')}
         AND ($5::timestamptz IS NULL OR (h.started_at, h.harvest_id) < ($5, $6::uuid))
       ORDER BY h.started_at DESC, h.harvest_id DESC LIMIT $7)
     ${HARVESTS} WHERE h.harvest_id IN (SELECT harvest_id FROM page)
     ORDER BY h.started_at DESC, h.harvest_id DESC`,
    [
      page.seed ?? null,
      page.collection ?? null,
      page.state ?? null,
      page.collections,
      page.after?.started ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  );
  return result.rows;
}

/** @param beginning of an id, with or without its dashes */
export async function harvestsBeginning(db: Queryable, beginning: string, limit: number): Promise<readonly Key[]> {
  const { rows } = await db.query<{ id: Key }>(
    `SELECT ${keyed('harvest_id')} AS id FROM harvest WHERE starts_with(${keyed('harvest_id')}, $1) LIMIT $2`,
    [beginning.toLowerCase().replaceAll('-', ''), limit],
  );
  return rows.map(({ id }) => id);
}

export async function findHarvest(db: Queryable, id: Key): Promise<HarvestRecord | undefined> {
  const result = await db.query<HarvestRecord>(`${HARVESTS} WHERE h.harvest_id = $1`, [id]);
  return result.rows[0];
}

export interface ExchangeRecord {
  readonly seq: number;
  readonly method: string;
  readonly url: string;
  readonly status: number | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly redacted: readonly string[];
  readonly digest: string | null;
  readonly requestDigest: string | null;
  readonly bytes: number;
  readonly startedAt: Date;
  readonly headAt: Date | null;
  readonly endedAt: Date;
  readonly remoteAddress: string | null;
  readonly certificate: string | null;
  readonly redirectedFrom: number | null;
  readonly problem: string | null;
}

/** In the order in which they were made. */
export async function listExchanges(
  db: Queryable,
  harvest: Key,
  after: number,
  limit: number,
): Promise<readonly ExchangeRecord[]> {
  const result = await db.query<ExchangeRecord>(
    `SELECT seq, method, url, status, request_headers AS "requestHeaders", response_headers AS "responseHeaders", redacted,
       ${hexed('digest')} AS digest, ${hexed('request_digest')} AS "requestDigest", bytes::float8 AS bytes, started_at AS "startedAt", head_at AS "headAt",
       ended_at AS "endedAt", remote_address AS "remoteAddress", certificate, redirected_from AS "redirectedFrom", problem
     FROM exchange WHERE harvest_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    [harvest, after, limit],
  );
  return result.rows;
}

export interface CoverageRecord {
  readonly kind: 'watched' | 'gap';
  readonly from: Date;
  readonly to: Date;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly harvest: Key;
}

/** Oldest first. */
export async function listCoverage(db: Queryable, seed: Key): Promise<readonly CoverageRecord[]> {
  const result = await db.query<CoverageRecord>(
    `SELECT kind, from_at AS "from", to_at AS "to", reason, detail, ${keyed('harvest_id')} AS harvest
     FROM coverage WHERE seed_id = $1 ORDER BY from_at, to_at, kind DESC`,
    [seed],
  );
  return result.rows;
}
