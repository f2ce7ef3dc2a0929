/** The writer's side of the archive, over node-postgres: TypeORM's own pool, without TypeORM between it and the rows. */
import type { ClientBase, Pool } from 'pg';
import type { Digest, Key } from '../../core/digest.js';
import type {
  Batch,
  IngestStore,
  Known,
  ObservationKey,
  RangePlan,
  RangeRef,
  RangeTally,
  RangeTask,
} from '../../pipeline/ports.js';
import { wantMediaWithin } from '../media.js';
import { inTransaction } from '../transaction.js';
import { uuidArray } from './binary.js';
import { beginRange, finishRange, halveRange, type Added } from './ranges.js';
import * as tables from './tables.js';
import { absentOf, copyRows, insertFirst, insertRows } from './write.js';

export class PgIngestStore implements IngestStore {
  private writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: Pool) {}

  begin(range: RangeRef): Promise<RangeTask | undefined> {
    return beginRange(this.pool, range);
  }

  halve(range: RangeRef, halves: readonly RangePlan[]): Promise<void> {
    return inTransaction(this.pool, (client) => halveRange(client, range, halves));
  }

  /**
   * Two index probes a row would do; mostly one does: where the post is not in the archive, no observation of it is. A
   * first import then asks one table, and one that is repeated asks both.
   */
  async known(keys: readonly ObservationKey[], reader: number): Promise<Known> {
    const ofPosts = keys.filter((key) => 'post' in key);
    const profiles = await knownProfiles(
      this.pool,
      keys.filter((key) => 'actor' in key),
      reader,
    );
    const posts = await presentPosts(
      this.pool,
      ofPosts.map((key) => key.post),
    );
    if (posts.size === 0) return { observations: new Set(profiles), posts };
    const doubtful = ofPosts.filter((key) => posts.has(key.post));
    const result = await this.pool.query<[string]>({
      name: 'known-observations',
      text: `SELECT replace(k.observation_id::text, '-', '')
             FROM unnest($1::uuid[], $2::uuid[]) AS k(post_id, observation_id)
             JOIN observation o USING (post_id, observation_id) WHERE o.reader = $3`,
      values: [uuidArray(doubtful.map((key) => key.post)), uuidArray(doubtful.map((key) => key.observation)), reader],
      rowMode: 'array',
    });
    return { observations: new Set([...profiles, ...result.rows.map(([id]) => id as Key)]), posts };
  }

  async fileDigests(accession: Key, paths: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
    if (paths.length === 0) return new Map();
    const result = await this.pool.query<{ path: string; digest: string }>({
      name: 'file-digests',
      text: `SELECT path, encode(digest, 'hex') AS digest FROM member
             WHERE accession_id = $1 AND path = ANY($2) AND digest IS NOT NULL`,
      values: [accession, paths],
    });
    return new Map(result.rows.map(({ path, digest }) => [path, digest as Digest]));
  }

  /**
   * One batch at a time in each process: while it is written, the next is made. More writers than that meet on the same
   * pages of the indexes: four of them cost Postgres a tenth more than two.
   */
  commit(range: RangeRef, batch: Batch, tally: RangeTally, known?: Known): Promise<boolean> {
    const turn = this.writing.then(() => this.write(range, batch, tally, known));
    // Its caller hears of a failure; the next in line does not.
    this.writing = turn.catch(() => undefined);
    return turn;
  }

  /** The fast way, and when another worker wrote one of these keys meanwhile, the safe way. */
  private async write(range: RangeRef, batch: Batch, tally: RangeTally, known?: Known): Promise<boolean> {
    try {
      return await this.writeBy(range, tally, (client) => copyBatch(client, batch, known?.posts));
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      return this.writeBy(range, tally, (client) => insertBatch(client, batch));
    }
  }

  private writeBy(
    range: RangeRef,
    tally: RangeTally,
    writeBatch: (client: ClientBase) => Promise<Added>,
  ): Promise<boolean> {
    return inTransaction(this.pool, async (client) => {
      const open = await client.query({
        name: 'open-range',
        text: `SELECT FROM ingest_range WHERE accession_id = $1 AND member = $2 AND byte_offset = $3 AND state = 'pending' FOR UPDATE`,
        values: [range.accession, range.member, range.offset],
      });
      if (open.rowCount === 0) return false;
      await finishRange(client, range, tally, await writeBatch(client));
      return true;
    });
  }
}

const UNIQUE_VIOLATION = '23505';

/**
 * Order of tables: actor, post, snapshot, observation; rows within each by key. Two workers that meet on the same keys
 * then wait for each other in the same order. Unsorted, four connections gave 39 deadlocks in 240 batches.
 */
async function copyBatch(client: ClientBase, batch: Batch, known?: Known['posts']): Promise<Added> {
  // Few and often the same in every batch (one author's archive): a conflict is the rule here, so no COPY.
  const actors = await insertRows(client, tables.ACTOR, batch.actors);
  await insertRows(client, tables.PROFILE, batch.profiles);
  await insertFirst(client, batch.profileObservations);
  const accounts = await insertRows(client, tables.PROFILE_OBSERVATION, batch.accounts);
  const old = await oldPosts(client, batch, known);
  const posts = without(batch.posts, old);
  await copyRows(client, tables.POST, posts);
  await copyAbsent(client, tables.POST_ALIAS, batch.aliases, old);
  const snapshots = await copyAbsent(client, tables.SNAPSHOT, batch.snapshots, old);
  await copyRows(client, tables.OBSERVATION, batch.observations);
  await copyAbsent(client, tables.REFERENCE, batch.references, old);
  await copyAbsent(client, tables.IDENTITY_LINK, batch.links, old);
  await copyAbsent(client, tables.POST_MEDIA, batch.media, old);
  await wantMediaWithin(client, batch.wanted);
  return {
    actors,
    posts: posts.filter((post) => !post.laterEdit).length,
    snapshots: snapshots.length,
    observations: batch.observations.length + accounts,
  };
}

/**
 * The posts of the batch that have a row. One that was absent when `known` was asked and is not any more ends in a unique
 * violation, and then the batch goes the safe way.
 */
async function oldPosts(client: ClientBase, { posts }: Batch, known?: Known['posts']): Promise<ReadonlySet<Key>> {
  const unasked = known ? posts.filter((row) => row.onlyNamed) : posts;
  const found = await presentPosts(
    client,
    unasked.map((row) => row.post),
  );
  return known && known.size > 0 ? new Set([...known, ...found]) : found;
}

function without<Row extends { readonly post: Key }>(rows: readonly Row[], old: ReadonlySet<Key>): readonly Row[] {
  return old.size === 0 ? rows : rows.filter((row) => !old.has(row.post));
}

/** What belongs to a post that is new is new itself; only the rest is looked up. */
async function copyAbsent<Row extends { readonly post: Key }>(
  client: ClientBase,
  table: tables.Table<Row>,
  rows: readonly Row[],
  old: ReadonlySet<Key>,
): Promise<readonly Row[]> {
  const doubtful = old.size === 0 ? [] : rows.filter((row) => old.has(row.post));
  const absent = new Set(await absentOf(client, table, doubtful));
  const fresh = doubtful.length === 0 ? rows : rows.filter((row) => !old.has(row.post) || absent.has(row));
  await copyRows(client, table, fresh);
  return fresh;
}

async function knownProfiles(
  pool: Pool,
  keys: readonly { readonly actor: Key; readonly observation: Key }[],
  reader: number,
): Promise<readonly Key[]> {
  if (keys.length === 0) return [];
  const result = await pool.query<[string]>({
    name: 'known-profiles',
    text: `SELECT replace(k.observation_id::text, '-', '')
           FROM unnest($1::uuid[], $2::uuid[]) AS k(actor_id, observation_id)
           JOIN profile_observation o USING (actor_id, observation_id) WHERE o.reader = $3`,
    values: [uuidArray(keys.map((key) => key.actor)), uuidArray(keys.map((key) => key.observation)), reader],
    rowMode: 'array',
  });
  return result.rows.map(([id]) => id as Key);
}

async function presentPosts(client: ClientBase | Pool, posts: readonly Key[]): Promise<ReadonlySet<Key>> {
  if (posts.length === 0) return new Set();
  const result = await client.query<[string]>({
    name: 'present-posts',
    text: `SELECT replace(post_id::text, '-', '') FROM post WHERE post_id = ANY($1::uuid[])`,
    values: [uuidArray(posts)],
    rowMode: 'array',
  });
  return new Set(result.rows.map(([id]) => id as Key));
}

async function insertBatch(client: ClientBase, batch: Batch): Promise<Added> {
  const actors = await insertRows(client, tables.ACTOR, batch.actors);
  await insertRows(client, tables.PROFILE, batch.profiles);
  await insertFirst(client, batch.profileObservations);
  const accounts = await insertRows(client, tables.PROFILE_OBSERVATION, batch.accounts);
  // Later edits do not count as posts, so the two kinds go in by themselves. Sorting holds: the kinds never share a key.
  const posts = await insertRows(
    client,
    tables.POST,
    batch.posts.filter((post) => !post.laterEdit),
  );
  await insertRows(
    client,
    tables.POST,
    batch.posts.filter((post) => post.laterEdit),
  );
  await insertRows(client, tables.POST_ALIAS, batch.aliases);
  const snapshots = await insertRows(client, tables.SNAPSHOT, batch.snapshots);
  const observations = await insertRows(client, tables.OBSERVATION, batch.observations);
  await insertRows(client, tables.REFERENCE, batch.references);
  await insertRows(client, tables.IDENTITY_LINK, batch.links);
  await insertRows(client, tables.POST_MEDIA, batch.media);
  await wantMediaWithin(client, batch.wanted);
  return { actors, posts, snapshots, observations: observations + accounts };
}
