/**
 * The keys that are in force, as this process knows them: read again when they are older than two seconds, so that a key
 * that is revoked anywhere stops opening anything within that time.
 *
 * Whoever has once needed a key needs one until the process ends: revoking the last key, or letting it expire, closes a
 * service and never opens it.
 */
import type { Pool } from 'pg';
import { readApiKey, sameDigest } from '../../core/api-key.js';
import { sha256, type Digest } from '../../core/digest.js';
import { messageOf } from '../../core/errors.js';
import { isLoopback } from '../../core/loopback.js';
import { keysInForce, noteUse, type KeyInForce } from '../../store/api-keys.js';
import type { Caller } from './caller.js';

/** How long a key may go on opening after it was revoked. */
const FRESH_MS = 2_000;
/** A key that is not known may be new; who tries many makes us look only so often. */
const FRESH_FOR_UNKNOWN_MS = 250;
const USE_NOTED_EVERY_MS = 60_000;

/** The key of the configuration has no row; this stands where others have their id. */
const GIVEN: NonNullable<Caller['key']> = { id: 'environment', name: 'PERDURE_API_KEY' };

export interface KeyringOptions {
  readonly pool: Pool;
  readonly log: { warn(facts: object, what: string): void };
  /** The address that is listened on. */
  readonly host: string;
  /** A key of an administrator, from the configuration. */
  readonly apiKey?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export type Refusal = 'mistyped' | 'unknown' | 'expired';

export class Keyring {
  private keys: ReadonlyMap<string, KeyInForce> = new Map();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;
  private hasBeenNeeded: boolean;
  private readonly given: Digest | undefined;
  private readonly noted = new Map<string, number>();
  private readonly writing = new Set<Promise<void>>();
  private readonly now: () => number;

  constructor(private readonly options: KeyringOptions) {
    this.now = options.now ?? Date.now;
    this.given = options.apiKey === undefined ? undefined : sha256(options.apiKey);
    this.hasBeenNeeded = this.given !== undefined || !isLoopback(options.host);
  }

  /** As far as is known without asking. */
  get wasNeeded(): boolean {
    return this.hasBeenNeeded;
  }

  /** Whether a request needs a key. */
  async isNeeded(): Promise<boolean> {
    if (!this.hasBeenNeeded) await this.refresh(FRESH_MS);
    return this.hasBeenNeeded;
  }

  async find(text: string): Promise<Caller | Refusal> {
    if (this.given !== undefined && sameDigest(sha256(text), this.given)) return { role: 'administrator', key: GIVEN };
    const read = readApiKey(text);
    if (read === 'mistyped') return 'mistyped';
    if (read === 'other') return 'unknown';
    await this.refresh(FRESH_MS);
    if (!this.keys.has(read.id)) await this.refresh(FRESH_FOR_UNKNOWN_MS);
    const known = this.keys.get(read.id);
    if (!known || !sameDigest(known.digest, read.digest)) return 'unknown';
    if (this.isExpired(known)) return 'expired';
    this.use(known.id);
    return { role: known.role, key: { id: known.id, name: known.name } };
  }

  /** Whether who was let in still would be: for answers that last. */
  async stillOpens({ key }: Caller): Promise<boolean> {
    if (!key) return !(await this.isNeeded());
    if (key.id === GIVEN.id) return true;
    await this.refresh(FRESH_MS);
    const known = this.keys.get(key.id);
    return known !== undefined && !this.isExpired(known);
  }

  /** Reads the keys, unless what is known is younger than that. Where Postgres is away, what is known holds. */
  async refresh(olderThanMs: number): Promise<void> {
    if (this.now() - this.readAt < olderThanMs) return;
    // One that began before may not see what was just written.
    if (olderThanMs === 0) await this.reading;
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    await this.reading;
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await Promise.all(this.writing);
  }

  private async read(): Promise<void> {
    const begun = this.now();
    try {
      const keys = await keysInForce(this.options.pool);
      this.keys = new Map(keys.map((key) => [key.id, key]));
      if (keys.length > 0) this.hasBeenNeeded = true;
    } catch (error) {
      // Nobody can have revoked anything where nobody reaches it, and all that is served comes from there as well.
      if (this.readAt === -Infinity) throw error;
      this.options.log.warn({ problem: messageOf(error) }, 'the API keys could not be read: those known before hold');
    }
    this.readAt = begun;
  }

  private isExpired({ expiresAt }: KeyInForce): boolean {
    return expiresAt !== null && expiresAt.getTime() <= this.now();
  }

  /** Once a minute, and nobody waits for it. */
  private use(id: string): void {
    if (this.now() - (this.noted.get(id) ?? -Infinity) < USE_NOTED_EVERY_MS) return;
    this.noted.set(id, this.now());
    const written: Promise<void> = noteUse(this.options.pool, id)
      .catch((error: unknown) => this.options.log.warn({ key: id, problem: messageOf(error) }, 'a use was not noted'))
      .finally(() => this.writing.delete(written));
    this.writing.add(written);
  }
}
