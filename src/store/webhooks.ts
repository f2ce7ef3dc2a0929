/** Webhooks: who is told of events, how far they have been told, and how that goes. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Envelope } from '../core/envelope.js';
import { parseKey, showKey, type Key } from '../core/digest.js';
import { latestEvent, listEvents, type EventRecord } from './readers/events.js';
import { keyed } from './readers/scope.js';

export interface NewWebhook {
  readonly id: Key;
  readonly url: string;
  /** Undefined: all. */
  readonly collection: Key | undefined;
  readonly kinds: readonly string[];
  readonly secret: Envelope;
  /** The id of the event after which it is told; undefined: from now on. */
  readonly after: string | undefined;
}

export function newWebhookId(): Key {
  return parseKey(randomUUID())!;
}

export async function addWebhook(pool: Pool, webhook: NewWebhook): Promise<void> {
  const { id, url, collection, kinds, secret, after } = webhook;
  await pool.query(
    `INSERT INTO webhook (webhook_id, url, collection_id, kinds, sealed, wrapped_key, key_id, event_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, (SELECT max(event_id) FROM post_event), 0))`,
    [id, url, collection ?? null, kinds, secret.sealed, secret.wrappedKey, secret.keyId, after ?? null],
  );
}

export interface WebhookRecord {
  readonly id: Key;
  readonly url: string;
  readonly collection: string | null;
  readonly kinds: readonly string[];
  readonly state: 'active' | 'disabled';
  readonly eventId: string;
  readonly nextAt: Date;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly problem: string | null;
  readonly deliveredAt: Date | null;
  readonly createdAt: Date;
}

const WEBHOOKS = `
  SELECT ${keyed('w.webhook_id')} AS id, w.url, c.name AS collection, w.kinds, w.state, w.event_id::text AS "eventId",
    w.next_at AS "nextAt", w.failures, w.failing_since AS "failingSince", w.problem, w.delivered_at AS "deliveredAt",
    w.created_at AS "createdAt"
  FROM webhook w LEFT JOIN collection c USING (collection_id)`;

/** In the order in which they were made. */
export async function listWebhooks(pool: Pool): Promise<readonly WebhookRecord[]> {
  const { rows } = await pool.query<WebhookRecord>(`${WEBHOOKS} ORDER BY w.created_at, w.webhook_id`);
  return rows;
}

export async function findWebhook(pool: Pool, id: Key): Promise<WebhookRecord | undefined> {
  const { rows } = await pool.query<WebhookRecord>(`${WEBHOOKS} WHERE w.webhook_id = $1`, [id]);
  return rows[0];
}

/** @returns whether there was one */
export async function removeWebhook(pool: Pool, id: Key): Promise<boolean> {
  const { rowCount } = await pool.query('DELETE FROM webhook WHERE webhook_id = $1', [id]);
  return rowCount === 1;
}

/**
 * One that was given up, or waits for its next try, is told at once, and has its whole patience again. The last problem
 * stands until a delivery shows that it is over.
 */
export async function retryWebhook(pool: Pool, id: Key): Promise<void> {
  await pool.query(
    `UPDATE webhook SET state = 'active', next_at = clock_timestamp(), failures = 0, failing_since = NULL
     WHERE webhook_id = $1 AND (state = 'disabled' OR failures > 0)`,
    [id],
  );
}

// ── delivery ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Due {
  readonly id: Key;
  readonly shownId: string;
  readonly url: string;
  readonly sealed: Envelope;
  readonly after: string;
  readonly failures: number;
  readonly failingSince: string | null;
  readonly events: readonly Told[];
  readonly upTo: string;
}

/** An event in a delivery: as `GET /events` tells it. */
interface Told {
  readonly id: string;
  readonly kind: string;
  readonly uri: string;
  readonly post: string;
  readonly collection: string;
  readonly seed: string;
  readonly harvest: string;
  readonly at: string;
}

interface ClaimedRow {
  readonly id: Key;
  readonly url: string;
  readonly collection: Key | null;
  readonly kinds: readonly string[];
  readonly sealed: Buffer;
  readonly wrappedKey: Buffer;
  readonly keyId: string;
  readonly after: string;
  readonly failures: number;
  readonly failingSince: Date | null;
}

/** What pipeline/webhooks.ts asks of the store. */
export class PgWebhooks {
  constructor(private readonly pool: Pool) {}

  /**
   * The one that has waited longest. While it is held its `next_at` lies ahead, so that nobody else delivers the same,
   * and a worker that dies gives it back by itself.
   */
  async claim(holdMs: number, batch: number): Promise<Due | undefined> {
    const newest = await latestEvent(this.pool);
    const { rows } = await this.pool.query<ClaimedRow>(
      `UPDATE webhook w SET next_at = clock_timestamp() + $1 * interval '1 millisecond'
       WHERE webhook_id = (
         SELECT webhook_id FROM webhook WHERE state = 'active' AND next_at <= clock_timestamp() AND event_id < $2::bigint
         ORDER BY next_at, webhook_id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${keyed('w.webhook_id')} AS id, w.url, ${keyed('w.collection_id')} AS collection, w.kinds, w.sealed,
         w.wrapped_key AS "wrappedKey", w.key_id AS "keyId", w.event_id::text AS after, w.failures,
         w.failing_since AS "failingSince"`,
      [holdMs, newest],
    );
    const row = rows[0];
    if (!row) return undefined;
    const { id, url, collection, kinds, sealed, wrappedKey, keyId, after, failures, failingSince } = row;
    const page = { collection: collection ?? undefined, kinds, collections: null, after, upTo: newest, limit: batch };
    const events = (await listEvents(this.pool, page)).map(toldOf);
    return {
      id,
      shownId: showKey(id),
      url,
      sealed: { sealed, wrappedKey, keyId },
      after,
      failures,
      failingSince: failingSince?.toISOString() ?? null,
      events,
      // What it does not ask for is passed over for good, or it would be read again each time.
      upTo: events.length < batch ? newest : events.at(-1)!.id,
    };
  }

  /** Only where nobody else has got further meanwhile. */
  async delivered({ id, after, upTo, events }: Due): Promise<void> {
    await this.pool.query(
      `UPDATE webhook SET event_id = $3::bigint, next_at = clock_timestamp(),
         failures = CASE WHEN $4 THEN 0 ELSE failures END, failing_since = CASE WHEN $4 THEN NULL ELSE failing_since END,
         problem = CASE WHEN $4 THEN NULL ELSE problem END, delivered_at = CASE WHEN $4 THEN now() ELSE delivered_at END
       WHERE webhook_id = $1 AND event_id = $2::bigint`,
      [id, after, upTo, events.length > 0],
    );
  }

  async failed(
    { id, after }: Due,
    { problem, nextAt, disabled }: { readonly problem: string; readonly nextAt: string; readonly disabled: boolean },
  ): Promise<void> {
    await this.pool.query(
      `UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, now()), problem = $3,
         next_at = $4, state = CASE WHEN $5 THEN 'disabled' ELSE state END
       WHERE webhook_id = $1 AND event_id = $2::bigint`,
      [id, after, problem.replaceAll('\u0000', '').slice(0, MOST_PROBLEM), nextAt, disabled],
    );
  }
}

const MOST_PROBLEM = 1_000;

function toldOf({ id, kind, uri, post, collection, seed, harvest, at }: EventRecord): Told {
  return {
    id,
    kind,
    uri,
    post: showKey(post),
    collection,
    seed: showKey(seed),
    harvest: showKey(harvest),
    at: at.toISOString(),
  };
}
