/** API keys: who may ask over HTTP. Rows are never deleted; they are the record of who was let in, and by whom. */
import type { Pool } from 'pg';
import type { NewApiKey, Role } from '../core/api-key.js';
import type { Digest } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import { hexed } from './readers/scope.js';

export interface ApiKeyFacts {
  readonly name: string;
  readonly role: Role;
  /** RFC 3339; undefined: it does not expire. */
  readonly expiresAt: string | undefined;
  /** For people: an account and machine, or another key. */
  readonly createdBy: string;
}

/** Everything but the secret, which is not here. Times RFC 3339. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly state: 'active' | 'expired' | 'revoked';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly usedAt: string | null;
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
}

/** More are a mistake: every process holds those that are in force. */
const MOST_KEYS = 1_000;

/** @returns false where a key that is in force has this name. @throws UsageError where there are too many */
export async function addApiKey(pool: Pool, { id, digest }: NewApiKey, facts: ApiKeyFacts): Promise<boolean> {
  const { name, role, expiresAt, createdBy } = facts;
  if ((await keysInForce(pool)).length >= MOST_KEYS)
    throw new UsageError(`there are ${MOST_KEYS} API keys already: revoke those that are needed no more`);
  const { rowCount } = await pool.query(
    `INSERT INTO api_key (api_key_id, name, role, digest, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING`,
    [id, name, role, Buffer.from(digest, 'hex'), createdBy, expiresAt ?? null],
  );
  return rowCount === 1;
}

interface Row extends Pick<ApiKeyView, 'id' | 'name' | 'role' | 'state' | 'createdBy' | 'revokedBy'> {
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
}

const KEYS = `
  SELECT api_key_id AS id, name, role,
    CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END AS state,
    created_at AS "createdAt", created_by AS "createdBy", expires_at AS "expiresAt", used_at AS "usedAt",
    revoked_at AS "revokedAt", revoked_by AS "revokedBy"
  FROM api_key`;

/** In the order in which they were made. */
export async function listApiKeys(pool: Pool): Promise<readonly ApiKeyView[]> {
  const { rows } = await pool.query<Row>(`${KEYS} ORDER BY created_at, api_key_id`);
  return rows.map(viewOf);
}

export async function findApiKey(pool: Pool, id: string): Promise<ApiKeyView | undefined> {
  const { rows } = await pool.query<Row>(`${KEYS} WHERE api_key_id = $1`, [id]);
  return rows.map(viewOf)[0];
}

/** The first revocation is the one that is kept. @returns false where there is no such key, or it is revoked already */
export async function revokeApiKey(pool: Pool, id: string, by: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'UPDATE api_key SET revoked_at = now(), revoked_by = $2 WHERE api_key_id = $1 AND revoked_at IS NULL',
    [id, by],
  );
  return rowCount === 1;
}

// ── letting in ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface KeyInForce {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly digest: Digest;
  readonly expiresAt: Date | null;
}

/** Those that are not revoked; expired ones among them, so that who shows one can be told why it does not open. */
export async function keysInForce(pool: Pool): Promise<readonly KeyInForce[]> {
  const { rows } = await pool.query<KeyInForce>(
    `SELECT api_key_id AS id, name, role, ${hexed('digest')} AS digest, expires_at AS "expiresAt"
     FROM api_key WHERE revoked_at IS NULL`,
  );
  return rows;
}

/** Written by one of several processes that saw it used within the minute. */
export async function noteUse(pool: Pool, id: string): Promise<void> {
  await pool.query(
    `UPDATE api_key SET used_at = now()
     WHERE api_key_id = $1 AND (used_at IS NULL OR used_at < now() - interval '1 minute')`,
    [id],
  );
}

function viewOf(row: Row): ApiKeyView {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    usedAt: row.usedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
