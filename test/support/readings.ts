/** Readings straight into the archive, without a package around them: for tests of what is read back. */
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Content } from '../../src/core/content.js';
import { keyOf, sha256, type Digest, type Key } from '../../src/core/digest.js';
import type { Observed, Reading } from '../../src/core/reading.js';
import { parseIso, type Time } from '../../src/core/time.js';
import { postUri } from '../../src/core/uri.js';
import { rowsOf } from '../../src/pipeline/batch.js';
import { place } from '../../src/pipeline/place.js';
import { encodeLayout } from '../../src/pipeline/layout.js';
import { migrate, openDatabase, poolOf } from '../../src/store/data-source.js';
import { addRanges } from '../../src/store/ingest/ranges.js';
import { PgIngestStore } from '../../src/store/ingest/store.js';
import { PgAccessionStore } from '../../src/store/accessions.js';
import { createDatabase, type TestDatabase } from './databases.js';

export interface Written {
  readonly accession: Key;
  readonly capture: Digest;
}

export interface WriteOptions {
  /** `default` unless told. */
  readonly collection?: string;
  /** Where a reading does not say itself when it was seen. */
  readonly seen?: string;
  readonly basis?: Observed['basis'];
  readonly source?: string;
  readonly reader?: number;
  /** Its digest names the capture; the same text is the same capture. */
  readonly capture?: string;
}

export class ReadingsArchive {
  private ranges = 0;

  private constructor(
    private readonly created: TestDatabase,
    readonly database: DataSource,
    readonly pool: Pool,
  ) {}

  static async open(): Promise<ReadingsArchive> {
    const created = await createDatabase();
    const database = await openDatabase({ url: created.url, poolSize: 4, name: 'perdure-test-read' });
    await migrate(database);
    return new ReadingsArchive(created, database, poolOf(database));
  }

  async write(readings: readonly Reading[], options: WriteOptions = {}): Promise<Written> {
    const {
      collection: name = 'default',
      seen = '2017-01-01T00:00:00Z',
      basis = 'stated',
      source = 'example',
      reader = 1,
    } = options;
    const serial = ++this.ranges;
    const capture = sha256(options.capture ?? `capture ${serial}`);
    const accessions = new PgAccessionStore(this.database);
    const collection = await accessions.ensureCollection(name);
    const accession = keyOf('accession', String(serial));
    await accessions.create({
      id: accession,
      collection,
      path: `file-${serial}.jsonl`,
      packing: 'file',
      options: { include: [] },
      custody: {},
    });
    const range = { accession, member: 0, offset: 0 };
    const layout = encodeLayout(readings.map((_, i) => ({ offset: i * 10, length: 10 })));
    const client = await this.pool.connect();
    try {
      await addRanges(client, [{ ...range, length: readings.length * 10, records: readings.length, layout }]);
    } finally {
      client.release();
    }
    const observed: Observed = { at: time(seen), basis };
    const setting = { source, reader, collection, capture, observed, locatable: () => false };
    const placed = readings.map((reading, i) => place(reading, i * 10, 10, 0, setting));
    const tally = {
      read: readings.length,
      rejected: [],
      visibility: {},
      observedFrom: undefined,
      observedTo: undefined,
      observedBasis: undefined,
      mediaStored: 0,
      mediaMissing: 0,
    };
    await new PgIngestStore(this.pool).commit(range, rowsOf(placed, setting, new Map()), tally);
    return { accession, capture };
  }

  /** Empties every table; cheaper than another database. */
  async clear(): Promise<void> {
    const tables = await this.pool.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );
    await this.pool.query(`TRUNCATE ${tables.rows.map(({ name }) => name).join(', ')}`);
  }

  async close(): Promise<void> {
    await this.database.destroy();
    await this.created.drop();
  }
}

export function time(text: string): Time {
  const parsed = parseIso(text);
  if (!parsed) throw new Error(`not a time: ${text}`);
  return parsed;
}

export const noteUri = (name: string) => postUri(`https://notes.example/n/${name}`);

/** A public note that was there. */
export function note(name: string, content: Partial<Content>, more: Partial<Reading> = {}): Reading {
  return {
    post: noteUri(name),
    outcome: 'present',
    hand: 'first',
    content: { type: 'Note', visibility: 'public', ...content },
    ...more,
  };
}

export function seenAt(text: string): { readonly observedAt: Observed } {
  return { observedAt: { at: time(text), basis: 'record' } };
}
