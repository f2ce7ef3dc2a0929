/** Accessions on their way from a package to ranges: the small tables, through TypeORM where a row is a thing. */
import type { ClientBase, Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { keyOf, showKey, type Digest, type Key } from '../core/digest.js';
import type { RejectReason } from '../core/errors.js';
import type {
  AccessionRow,
  AccessionStore,
  NewAccession,
  RangePlan,
  RangeRef,
  RecognisedMember,
  UnpackedMember,
} from '../pipeline/ports.js';
import { poolOf } from './data-source.js';
import { AccessionEntity, CollectionEntity } from './entities.js';
import { addRanges } from './ingest/ranges.js';
import { inTransaction } from './transaction.js';

/** New observations. Below this, what the planner knows is still about right, or the archive is small. */
const WORTH_ANALYSING = 2_000;

export class PgAccessionStore implements AccessionStore {
  private readonly pool: Pool;

  constructor(private readonly database: DataSource) {
    this.pool = poolOf(database);
  }

  async ensureCollection(name: string): Promise<Key> {
    // From its name, so that two machines that make the same collection at once make one.
    const id = keyOf('collection', name);
    const insert = this.database.createQueryBuilder().insert().into(CollectionEntity);
    await insert
      .values({ id: showKey(id), name })
      .orIgnore()
      .execute();
    return id;
  }

  async create(accession: NewAccession): Promise<void> {
    const { id, collection, path, packing, options, custody } = accession;
    await this.database.getRepository(AccessionEntity).insert({
      id: showKey(id),
      collectionId: showKey(collection),
      path,
      packing,
      bytes: '0',
      status: 'receiving',
      // TypeORM's type of what may be inserted does not follow a mapping's depth.
      options: options as object,
      custody,
    });
  }

  async received(id: Key, digest: Digest, bytes: number, members: readonly UnpackedMember[] = []): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      await client.query(
        `UPDATE accession SET digest = $2, bytes = $3, status = 'received' WHERE accession_id = $1 AND status = 'receiving'`,
        [id, `\\x${digest}`, bytes],
      );
      await insertMembers(client, id, members);
    });
  }

  async find(id: Key): Promise<AccessionRow | undefined> {
    const row = await this.database.getRepository(AccessionEntity).findOneBy({ id: showKey(id) });
    if (!row?.digest) return undefined;
    return {
      id,
      collection: row.collectionId.replaceAll('-', '') as Key,
      path: row.path,
      packing: row.packing,
      digest: row.digest.toString('hex') as Digest,
      bytes: Number(row.bytes),
      status: row.status,
      options: { ...row.options, include: row.options.include ?? [] },
      receivedAt: row.receivedAt.toISOString(),
    };
  }

  async addMembers(id: Key, members: readonly UnpackedMember[], container?: number): Promise<void> {
    await inTransaction(this.pool, (client) => insertMembers(client, id, members, container));
  }

  async members(id: Key): Promise<readonly RecognisedMember[]> {
    const result = await this.pool.query<{
      member: number;
      path: string;
      bytes: string;
      digest: string | null;
      modified: string | null;
      container: number | null;
      split_offset: string;
      exchange: RecognisedMember['exchange'] | null;
      refusal: RecognisedMember['refusal'] | null;
    }>(
      `SELECT member, path, bytes, encode(digest, 'hex') AS digest, modified, container, split_offset, exchange, refusal
       FROM member WHERE accession_id = $1 ORDER BY member`,
      [id],
    );
    return result.rows.map((row) => ({
      member: row.member,
      path: row.path,
      bytes: Number(row.bytes),
      role: 'unrecognised',
      splitTo: Number(row.split_offset),
      ...(row.digest !== null && { digest: row.digest as Digest }),
      ...(row.modified !== null && { modified: row.modified }),
      ...(row.container !== null && { container: row.container }),
      ...(row.exchange && { exchange: row.exchange }),
      ...(row.refusal && { refusal: row.refusal }),
    }));
  }

  async recognised(
    id: Key,
    members: readonly RecognisedMember[],
    surveys: Readonly<Record<string, Digest>>,
    warnings: readonly string[],
  ): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      await client.query(
        `UPDATE member m SET role = r.role, source = r.source, format = r.format, confidence = r.confidence,
           why = r.why, refusal = r.refusal, declared = r.declared
         FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::real[], $7::text[], $8::jsonb[], $9::int[])
           AS r(member, role, source, format, confidence, why, refusal, declared)
         WHERE m.accession_id = $1 AND m.member = r.member`,
        [
          id,
          members.map((member) => member.member),
          members.map((member) => member.role),
          members.map((member) => member.source ?? null),
          members.map((member) => member.format ?? null),
          members.map((member) => member.confidence ?? null),
          members.map((member) => member.why ?? null),
          members.map((member) => (member.refusal ? JSON.stringify(member.refusal) : null)),
          members.map((member) => member.declared ?? null),
        ],
      );
      // Private in every package that brought it, or it is not sealed.
      await client.query(
        `INSERT INTO capture (digest, bytes, sealed)
         SELECT digest, max(bytes), bool_and(role = 'sealed') FROM member
         WHERE accession_id = $1 AND digest IS NOT NULL GROUP BY digest ORDER BY digest
         ON CONFLICT (digest) DO UPDATE SET sealed = capture.sealed AND excluded.sealed
         WHERE capture.sealed AND NOT excluded.sealed`,
        [id],
      );
      const main = mainFormat(members);
      await client.query(
        `UPDATE accession SET source = $2, format = $3, surveys = $4, warnings = $5, started_at = coalesce(started_at, now())
         WHERE accession_id = $1`,
        [id, main?.source, main?.format, JSON.stringify(surveys), JSON.stringify(warnings)],
      );
    });
  }

  async setStatus(id: Key, status: 'splitting'): Promise<void> {
    await this.pool.query(
      `UPDATE accession SET status = $2 WHERE accession_id = $1 AND status IN ('received', 'splitting')`,
      [id, status],
    );
  }

  async addRanges(
    plans: readonly RangePlan[],
    progress: { readonly accession: Key; readonly member: number; readonly offset: number; readonly done: boolean },
  ): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      await addRanges(client, plans);
      await client.query(
        `UPDATE member SET split_offset = greatest(split_offset, $3), split = split OR $4
         WHERE accession_id = $1 AND member = $2`,
        [progress.accession, progress.member, progress.offset, progress.done],
      );
    });
  }

  async rejectRecord(ref: RangeRef, length: number, reason: RejectReason, detail: string): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      const added = await client.query(
        `INSERT INTO ingest_range (accession_id, member, byte_offset, byte_length, records, layout, state, read, new,
           duplicate, rejected, new_posts, new_snapshots, new_actors, media_stored, media_missing, visibility, recorded_at)
         VALUES ($1, $2, $3, $4, 1, '', 'done', 1, 0, 0, 1, 0, 0, 0, 0, 0, '{}', now()) ON CONFLICT DO NOTHING`,
        [ref.accession, ref.member, ref.offset, length],
      );
      if (added.rowCount === 0) return;
      await client.query(
        `INSERT INTO rejected_record (accession_id, member, byte_offset, item, byte_length, reason, detail)
         VALUES ($1, $2, $3, 0, $4, $5, $6) ON CONFLICT DO NOTHING`,
        [ref.accession, ref.member, ref.offset, length, reason, detail.replaceAll('\u0000', '\\u0000')],
      );
    });
  }

  async pendingRanges(id: Key): Promise<number> {
    const result = await this.pool.query<{ count: string }>(
      `SELECT count(*) FROM ingest_range WHERE accession_id = $1 AND state = 'pending'`,
      [id],
    );
    return Number(result.rows[0]!.count);
  }

  async splitDone(id: Key): Promise<void> {
    await this.pool.query(
      `UPDATE accession SET status = 'ingesting', problem = NULL, tries = 0 WHERE accession_id = $1 AND status = 'splitting'`,
      [id],
    );
  }

  async completeIfDone(id: Key): Promise<boolean> {
    // A statement of its own, after the commit of the last range: whichever worker commits last sees all the others.
    const result = await this.pool.query(
      `UPDATE accession a SET status = 'complete', finished_at = now(), warnings = a.warnings || coalesce((
         SELECT jsonb_agg(w.text ORDER BY m.path)
         FROM member m CROSS JOIN LATERAL (
           SELECT coalesce(sum(records), 0) AS found FROM ingest_range i
           WHERE i.accession_id = m.accession_id AND i.member = m.member) r
         CROSS JOIN LATERAL format('%s: the package says %s records, found %s', m.path, m.declared, r.found) AS w(text)
         WHERE m.accession_id = a.accession_id AND m.role = 'records' AND m.declared <> r.found
           AND NOT a.warnings ? w.text), '[]')
       WHERE accession_id = $1 AND status = 'ingesting' AND NOT EXISTS (
         SELECT FROM ingest_range r WHERE r.accession_id = a.accession_id AND r.state = 'pending')`,
      [id],
    );
    return result.rowCount === 1;
  }

  /**
   * After a large accession the planner knows nothing of what came in until autovacuum has passed, and a command that
   * stops its own embedded server never lets it pass: a search of 100,000 fresh posts then ran into its limit of 20 s; the whole command takes 1.6 s now.
   */
  async refreshStatistics(id: Key): Promise<void> {
    const result = await this.pool.query<{ added: string | null }>(
      `SELECT sum(new) AS added FROM ingest_range WHERE accession_id = $1`,
      [id],
    );
    if (Number(result.rows[0]?.added) < WORTH_ANALYSING) return;
    await this.pool.query('ANALYZE post, snapshot, observation, reference');
  }

  async end(id: Key, status: 'sealed' | 'refused' | 'failed', problem?: string): Promise<void> {
    await this.pool.query(
      `UPDATE accession SET status = $2, problem = $3, finished_at = now() WHERE accession_id = $1 AND status <> 'complete'`,
      [id, status, problem?.replaceAll('\u0000', '\\u0000') ?? null],
    );
  }
}

/** Members are numbered in the order in which the package lists them, so that repeating this changes nothing. */
async function insertMembers(
  client: ClientBase,
  id: Key,
  members: readonly UnpackedMember[],
  container?: number,
): Promise<void> {
  if (members.length === 0) return;
  await client.query(
    `INSERT INTO member (accession_id, member, path, bytes, digest, modified, exchange, refusal, container)
     SELECT $1, coalesce((SELECT max(member) + 1 FROM member WHERE accession_id = $1), 0) + (n.place - 1), n.path, n.bytes,
       n.digest, n.modified, n.exchange, n.refusal, $8
     FROM unnest($2::text[], $3::bigint[], $4::bytea[], $5::text[], $6::jsonb[], $7::jsonb[]) WITH ORDINALITY
       AS n(path, bytes, digest, modified, exchange, refusal, place)
     WHERE NOT EXISTS (SELECT FROM member m WHERE m.accession_id = $1 AND m.path = n.path
       AND m.digest IS NOT DISTINCT FROM n.digest)
     ON CONFLICT DO NOTHING`,
    [
      id,
      members.map((member) => member.path.replaceAll('\u0000', '\\u0000')),
      members.map((member) => member.bytes),
      members.map((member) => (member.digest === undefined ? null : `\\x${member.digest}`)),
      members.map((member) => member.modified ?? null),
      members.map((member) => (member.exchange ? JSON.stringify(member.exchange) : null)),
      members.map((member) => (member.refusal ? JSON.stringify(member.refusal) : null)),
      container ?? null,
    ],
  );
  await client.query(
    `INSERT INTO receipt (collection_id, digest)
     SELECT DISTINCT a.collection_id, m.digest FROM member m JOIN accession a USING (accession_id)
     WHERE m.accession_id = $1 AND m.digest IS NOT NULL ORDER BY 2 ON CONFLICT DO NOTHING`,
    [id],
  );
}

/** The source and format of most of what is split, by bytes; where nothing is, of what is sealed. */
function mainFormat(members: readonly RecognisedMember[]): { source: string; format: string } | undefined {
  const split = members.filter(({ role }) => role === 'records' || role === 'refused');
  const bytes = new Map<string, number>();
  for (const { source, format, bytes: size } of split.length > 0
    ? split
    : members.filter(({ role }) => role === 'sealed')) {
    if (source === undefined || format === undefined) continue;
    const key = `${source}\u001f${format}`;
    bytes.set(key, (bytes.get(key) ?? 0) + size);
  }
  const [largest] = [...bytes].sort((a, b) => b[1] - a[1]);
  if (!largest) return undefined;
  const [source, format] = largest[0].split('\u001f');
  return { source: source!, format: format! };
}
