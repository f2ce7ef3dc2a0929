/**
 * The tables that ingest writes, each with its columns, its key and the way from a row to values, on one page.
 * `write.ts` turns them into COPY and INSERT.
 */
import type { Key } from '../../core/digest.js';
import type { Observed } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import type {
  ActorRow,
  LinkRow,
  MediaRow,
  ObservationRow,
  PostRow,
  ProfileObservationRow,
  ProfileRow,
  ReferenceRow,
  SnapshotRow,
} from '../../pipeline/ports.js';

/**
 * Undefined is NULL. Bytes and uuids are hex; times RFC 3339 or milliseconds since 1970; enums their labels; a tsvector
 * is the text whose words it holds. Text is a string or its UTF-8.
 */
export type Value = string | number | Uint8Array | undefined;

export interface Table<Row> {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** The leading columns that are its key. */
  readonly key: number;
  readonly values: (row: Row) => readonly Value[];
}

const NOBODY = '0'.repeat(32) as Key;

/** A whole package is mostly seen at one time, and then by one object: it is worked out once. */
let lastSeen: { readonly observed: Observed; readonly values: readonly Value[] } | undefined;

function seen(observed: Observed): readonly Value[] {
  if (lastSeen?.observed === observed) return lastSeen.values;
  const { at, basis } = observed;
  const values = [msOf(at), at.precision, at.zone, basis];
  lastSeen = { observed, values };
  return values;
}

const SEEN = [
  ['observed_at', 'timestamptz'],
  ['observed_precision', 'time_precision'],
  ['observed_zone', 'time_zone'],
  ['observed_basis', 'basis'],
] as const;

export const ACTOR: Table<ActorRow> = {
  name: 'actor',
  columns: [
    ['actor_id', 'uuid'],
    ['source', 'text'],
    ['uri', 'text'],
  ],
  key: 1,
  values: (row) => [row.actor, row.source, row.uri],
};

export const PROFILE: Table<ProfileRow> = {
  name: 'profile',
  columns: [
    ['actor_id', 'uuid'],
    ['digest', 'bytea'],
    ['handle', 'text'],
    ['name', 'text'],
    ['content', 'text'],
  ],
  key: 2,
  values: (row) => [row.actor, row.digest, row.handle, row.name, row.content],
};

export const PROFILE_OBSERVATION: Table<ProfileObservationRow> = {
  name: 'profile_observation',
  columns: [
    ['actor_id', 'uuid'],
    ['observation_id', 'uuid'],
    ['reader', 'smallint'],
    ['collection_id', 'uuid'],
    ...SEEN,
    ['hand', 'hand'],
    ['digest', 'bytea'],
    ['capture', 'bytea'],
    ['byte_offset', 'bigint'],
    ['byte_length', 'bigint'],
    ['metrics', 'text'],
    ['edition', 'bigint'],
    ['claimed_from', 'text'],
    ['losses', 'text'],
  ],
  key: 3,
  values: (row) => [
    row.actor,
    row.observation,
    row.reader,
    row.collection,
    ...seen(row.observed),
    row.hand,
    row.digest,
    row.capture,
    row.offset,
    row.length,
    row.metrics,
    row.edition,
    row.claimedFrom,
    row.losses,
  ],
};

export const POST: Table<PostRow> = {
  name: 'post',
  columns: [
    ['post_id', 'uuid'],
    ['source', 'text'],
    ['uri', 'text'],
  ],
  key: 1,
  values: (row) => [row.post, row.source, row.uri],
};

export const POST_ALIAS: Table<{ readonly post: Key; readonly alias: string }> = {
  name: 'post_alias',
  columns: [
    ['post_id', 'uuid'],
    ['alias', 'text'],
  ],
  key: 2,
  values: (row) => [row.post, row.alias],
};

export const SNAPSHOT: Table<SnapshotRow> = {
  name: 'snapshot',
  columns: [
    ['post_id', 'uuid'],
    ['digest', 'bytea'],
    ['author_id', 'uuid'],
    ['published_at', 'timestamptz'],
    ['visibility', 'visibility'],
    ['language', 'text'],
    ['content', 'text'],
    ['search', 'tsvector'],
  ],
  key: 2,
  values: (row) => [
    row.post,
    row.digest,
    row.author,
    row.publishedAt,
    row.visibility,
    row.language,
    row.content,
    row.search,
  ],
};

export const OBSERVATION: Table<ObservationRow> = {
  name: 'observation',
  columns: [
    ['post_id', 'uuid'],
    ['observation_id', 'uuid'],
    ['reader', 'smallint'],
    ['collection_id', 'uuid'],
    ...SEEN,
    ['outcome', 'outcome'],
    ['hand', 'hand'],
    ['digest', 'bytea'],
    ['capture', 'bytea'],
    ['byte_offset', 'bigint'],
    ['byte_length', 'bigint'],
    ['item', 'int'],
    ['edition', 'bigint'],
    ['claimed_from', 'text'],
    ['metrics', 'text'],
    ['losses', 'text'],
  ],
  key: 3,
  values: (row) => [
    row.post,
    row.observation,
    row.reader,
    row.collection,
    ...seen(row.observed),
    row.outcome,
    row.hand,
    row.digest,
    row.capture,
    row.offset,
    row.length,
    row.item,
    row.edition,
    row.claimedFrom,
    row.metrics,
    row.losses,
  ],
};

export const REFERENCE: Table<ReferenceRow> = {
  name: 'reference',
  columns: [
    ['post_id', 'uuid'],
    ['kind', 'reference_kind'],
    ['target_id', 'uuid'],
    ['by_id', 'uuid'],
    ['target_uri', 'text'],
  ],
  key: 4,
  values: (row) => [row.post, row.kind, row.target, row.by ?? NOBODY, row.targetUri],
};

export const IDENTITY_LINK: Table<LinkRow> = {
  name: 'identity_link',
  columns: [
    ['post_id', 'uuid'],
    ['kind', 'link_kind'],
    ['target_id', 'uuid'],
    ['target_uri', 'text'],
    ['place', 'int'],
    ['reason', 'text'],
  ],
  key: 3,
  values: (row) => [row.post, row.kind, row.target, row.targetUri, row.place, row.reason],
};

export const POST_MEDIA: Table<MediaRow> = {
  name: 'post_media',
  columns: [
    ['post_id', 'uuid'],
    ['file', 'text'],
    ['digest', 'bytea'],
    ['type', 'text'],
    ['url', 'text'],
  ],
  key: 3,
  values: (row) => [row.post, row.file, row.digest ?? '', row.type, row.url],
};
