/** Credentials for platforms' APIs, at rest: sealed, each under a key of its own (src/core/envelope.ts). */
import type { Pool, PoolClient } from 'pg';
import { EnvelopeError, open, rewrap, seal, type Belongings, type Envelope } from '../core/envelope.js';
import { UsageError } from '../core/errors.js';
import type { Credential, CredentialKind } from '../sources/harvest.js';
import type { MasterKey } from '../core/envelope.js';
import type { MasterKeys } from './master-keys.js';
import { inTransaction } from './transaction.js';

export interface NewCredential extends Credential {
  /** The connector's id. */
  readonly connector: string;
}

/** Everything but the secret. Times RFC 3339. */
export interface CredentialView {
  readonly name: string;
  readonly connector: string;
  readonly kind: CredentialKind;
  readonly host: string | null;
  readonly user: string | null;
  readonly keyId: string;
  readonly createdAt: string;
  readonly usedAt: string | null;
}

interface Row {
  readonly name: string;
  readonly connector: string;
  readonly kind: CredentialKind;
  readonly host: string | null;
  readonly user_name: string | null;
  readonly sealed: Buffer;
  readonly wrapped_key: Buffer;
  readonly key_id: string;
}

// Any two numbers would do; these spell "perdure keys".
const KEYS_LOCK = [0x70657264, 0x6b657973] as const;
const FOREIGN_KEY = '23503';

export class PgCredentials {
  constructor(
    private readonly pool: Pool,
    private readonly keys: MasterKeys,
  ) {}

  /** @throws UsageError where the name is taken, unless it is to be replaced */
  async add(credential: NewCredential, { replace = false } = {}): Promise<void> {
    const { name, connector, kind, host, user, secret } = credential;
    const facts = [name, connector, kind, host ?? null, user ?? null];
    await this.locked(async (client) => {
      const { sealed, wrappedKey, keyId } = seal(secret, belongingsOf(credential), await this.keys.current());
      const { rowCount } = await client.query(
        `INSERT INTO credential (name, connector, kind, host, user_name, sealed, wrapped_key, key_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (name) ${
           replace
             ? `DO UPDATE SET connector = $2, kind = $3, host = $4, user_name = $5, sealed = $6, wrapped_key = $7,
                  key_id = $8, created_at = now(), used_at = NULL`
             : 'DO NOTHING'
         }`,
        [...facts, sealed, wrappedKey, keyId],
      );
      if (rowCount === 0)
        throw new UsageError(`there is a credential ${JSON.stringify(name)} already: --replace puts this in its place`);
    });
  }

  /** Opens it, and notes that it was used. @throws UsageError where it does not open here */
  async find(name: string): Promise<Credential | undefined> {
    const { rows } = await this.pool.query<Row>(`SELECT ${COLUMNS} FROM credential WHERE name = $1`, [name]);
    const row = rows[0];
    if (!row) return undefined;
    const { kind, host, user_name: user } = row;
    const secret = await this.opened(row);
    await this.pool.query('UPDATE credential SET used_at = now() WHERE name = $1', [name]);
    return { name, kind, ...(user !== null && { user }), ...(host !== null && { host }), secret };
  }

  async list(): Promise<CredentialView[]> {
    const { rows } = await this.pool.query<
      Omit<CredentialView, 'createdAt' | 'usedAt'> & { made: Date; used: Date | null }
    >(
      `SELECT name, connector, kind, host, user_name AS "user", key_id AS "keyId", created_at AS made, used_at AS used
       FROM credential ORDER BY name`,
    );
    return rows.map(({ made, used, ...row }) => ({
      ...row,
      createdAt: made.toISOString(),
      usedAt: used?.toISOString() ?? null,
    }));
  }

  /** False: there is none of that name. @throws UsageError while accounts are followed with it */
  async remove(name: string): Promise<boolean> {
    try {
      return (await this.pool.query('DELETE FROM credential WHERE name = $1', [name])).rowCount === 1;
    } catch (error) {
      if ((error as { code?: string }).code !== FOREIGN_KEY) throw error;
      throw new UsageError(
        `accounts are followed with ${JSON.stringify(name)} (perdure seeds): follow them with another, or replace its secret with --replace`,
      );
    }
  }

  /**
   * Wraps all data keys by a new master key. Taken up again where one was broken off: until the end, each row says which
   * key it is wrapped by, and both are there.
   * @throws UsageError where a row is wrapped by a key that is not here; nothing is changed then
   */
  async rotate(): Promise<{ readonly keyId: string; readonly wrapped: number }> {
    const done = await this.locked(async (client) => {
      const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM credential ORDER BY name FOR UPDATE`);
      // Before there is another key: what does not open now would not open then.
      for (const row of rows) await this.opened(row);
      const to = await this.keys.next();
      const others = rows.filter((row) => row.key_id !== to.id);
      for (const row of others) {
        const from = (await this.keys.find(row.key_id))!;
        const { wrappedKey, keyId } = rewrap(envelopeOf(row), belongingsOf(viewOf(row)), from, to);
        await client.query('UPDATE credential SET wrapped_key = $2, key_id = $3 WHERE name = $1', [
          row.name,
          wrappedKey,
          keyId,
        ]);
      }
      const webhooks = await this.rewrapWebhooks(client, to);
      if (others.length + webhooks === 0 && this.keys.isGiven) throw new UsageError(GIVEN);
      return { keyId: to.id, wrapped: others.length + webhooks };
    });
    await this.keys.settled();
    return done;
  }

  /** Webhooks are signed with secrets of the same key; each belongs to its webhook. */
  private async rewrapWebhooks(client: PoolClient, to: MasterKey): Promise<number> {
    const { rows } = await client.query<Pick<Row, 'sealed' | 'wrapped_key' | 'key_id'> & { id: string }>(
      `SELECT replace(webhook_id::text, '-', '') AS id, sealed, wrapped_key, key_id FROM webhook WHERE key_id <> $1 FOR UPDATE`,
      [to.id],
    );
    for (const { id, sealed, wrapped_key: wrappedKey, key_id: keyId } of rows) {
      const from = await this.keys.find(keyId);
      // Its deliveries fail, visibly, since the key was lost; nothing that opens is lost now.
      if (!from) continue;
      const rewrapped = rewrap({ sealed, wrappedKey, keyId }, [`webhook:${id}`], from, to);
      await client.query('UPDATE webhook SET wrapped_key = $2, key_id = $3 WHERE webhook_id = $1', [
        id,
        rewrapped.wrappedKey,
        rewrapped.keyId,
      ]);
    }
    return rows.length;
  }

  private async opened(row: Row): Promise<string> {
    const key = await this.keys.find(row.key_id);
    const name = JSON.stringify(row.name);
    if (!key)
      throw new UsageError(
        `the credential ${name} is sealed with the master key ${row.key_id}, which is not here: restore <data>/keys/master.key or PERDURE_KEY, or add it anew with --replace`,
      );
    try {
      return open(envelopeOf(row), belongingsOf(viewOf(row)), key);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      throw new UsageError(
        `the credential ${name} does not open: its row was altered in the database; add it anew with --replace`,
        { cause: error },
      );
    }
  }

  /** No secret is sealed with a key that another process is about to put away. */
  private locked<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return inTransaction(this.pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1, $2)', [...KEYS_LOCK]);
      return work(client);
    });
  }
}

const COLUMNS = 'name, connector, kind, host, user_name, sealed, wrapped_key, key_id';
const GIVEN =
  'the master key is PERDURE_KEY, and wraps all credentials: put a new one before it, with a comma between, and rotate then; after that the old one is needed no more';

/** All that a secret is used by: who can write to the table still cannot have it sent to another host. */
function belongingsOf(of: Pick<NewCredential, 'name' | 'connector' | 'kind' | 'host' | 'user'>): Belongings {
  return [of.name, of.connector, of.kind, of.host, of.user];
}

function viewOf({ name, connector, kind, host, user_name: user }: Row) {
  return { name, connector, kind, ...(host !== null && { host }), ...(user !== null && { user }) };
}

function envelopeOf({ sealed, wrapped_key: wrappedKey, key_id: keyId }: Row): Envelope {
  return { sealed, wrappedKey, keyId };
}
