/**
 * The Postgres connections of all queues and workers of a process, as the one pool that BullMQ is given.
 *
 * Left alone, BullMQ opens a pool of ten for every queue and every worker. Here all statements share a few connections,
 * and each worker has one more to LISTEN on, which it holds as long as it lives.
 *
 * It also waits where BullMQ does not: its first look at the schema is remembered for ever, a failure too, so a worker
 * that starts while Postgres restarts would never work. And a statement that cannot be sent comes back to its loop at
 * once, which then turns as fast as it can. So: connecting is tried again, statements are not (they may have been done).
 */
import type { PgPool, PgPoolClient } from 'bullmq';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';

/** BullMQ's own name for it; with a ready-made pool it takes no other. */
export const QUEUE_SCHEMA = 'bullmq';

/** A producer (the API, the splitter) learns after this time that the queue cannot be reached. */
const CONNECT_WITHIN = 15_000;
/** No statement of a queue takes this long; a connection that is dead without saying so does. */
const STATEMENT_WITHIN = 30_000;
/** A worker per queue, and listeners for events. */
const LISTENERS = 64;

/** Whether the connection is to blame, so that the same may work on another one. */
export function isDisconnection(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message: string };
  // Of what Postgres reports: it shuts down, it starts, it refuses connections, the connection failed.
  if (error instanceof pg.DatabaseError) return /^(57P0[123]|53300|08...)$/.test(code);
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(code) ||
    /^(Connection terminated|timeout|Query read timeout)/i.test(message)
  );
}

export class SharedPool implements PgPool {
  readonly #statements: pg.Pool;
  readonly #listeners: pg.Pool;
  readonly #complain: (error: Error) => void;
  #closing = false;

  /** BullMQ reads from here that a silently dropped connection will be noticed. */
  readonly options = { keepAlive: true };

  constructor(databaseUrl: string, size: number, complain: (error: Error) => void) {
    const common: pg.PoolConfig = {
      connectionString: databaseUrl,
      options: `-c search_path=${QUEUE_SCHEMA}`,
      application_name: 'perdure-queue',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    };
    this.#statements = new pg.Pool({ ...common, max: size, query_timeout: STATEMENT_WITHIN });
    // Every queue takes one of these for a moment, for its look at the schema: given back soon.
    this.#listeners = new pg.Pool({ ...common, max: LISTENERS, idleTimeoutMillis: 1_000 });
    this.#complain = complain;
    for (const pool of [this.#statements, this.#listeners]) {
      // An idle connection broke: the pool has dropped it already.
      pool.on('error', complain);
      // One in use broke: its statement fails as well, but without a listener the event would end the process.
      pool.on('connect', (client) => client.on('error', complain));
    }
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number | null }> {
    const client = await this.#connect(this.#statements, Date.now() + CONNECT_WITHIN);
    let broken: Error | undefined;
    try {
      const { rows, rowCount } = await client.query(text, params as unknown[] | undefined);
      return { rows: rows as R[], rowCount };
    } catch (error) {
      // An error that Postgres reports leaves the connection as it was; anything else leaves it in doubt.
      if (!(error instanceof pg.DatabaseError)) broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** For LISTEN, and for the look at the schema that must not fail for a reason that passes. */
  async connect(): Promise<PgPoolClient> {
    return (await this.#connect(this.#listeners, Number.POSITIVE_INFINITY)) as unknown as PgPoolClient;
  }

  async #connect(pool: pg.Pool, deadline: number): Promise<pg.PoolClient> {
    for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
      try {
        return await pool.connect();
      } catch (error) {
        // Wrong password, no such role, no such database: time does not heal these.
        const { code } = error as { code?: string };
        if (this.#closing || /^(28...|3D000)$/.test(code ?? '') || Date.now() + wait > deadline) throw error;
        this.#complain(error as Error);
        await sleep(wait, undefined, { ref: false });
      }
    }
  }

  /** What BullMQ asks of a pool when it closes one queue: this one serves the others too. */
  end(): Promise<void> {
    return Promise.resolve();
  }

  /** Errors are heard above, once; BullMQ would add a listener for every queue and every worker. */
  on(): this {
    return this;
  }

  removeAllListeners(): this {
    return this;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#statements.end(), this.#listeners.end()]);
  }
}
