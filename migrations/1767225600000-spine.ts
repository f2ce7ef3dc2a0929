import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The spine: collections, accessions, captures, actors, posts, snapshots, observations.
 *
 * Keys of the big tables are hashes of canonical URIs (deterministic ids), and every unique key of theirs contains
 * `post_id` (`actor_id` for profiles), so that they can be hash-partitioned or distributed without a redesign. There
 * are no triggers on them and no foreign keys between them: ingest writes in any order, on any connection, twice.
 */
export class Spine1767225600000 implements MigrationInterface {
  readonly name = 'Spine1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `CREATE EXTENSION IF NOT EXISTS pg_trgm`,

  `CREATE TYPE outcome AS ENUM ('present','deleted','notFound','forbidden','suspended','deactivated','unreachable','omitted','notCaptured')`,
  `CREATE TYPE basis AS ENUM ('record','manifest','stated','zip-entry','http','receipt')`,
  `CREATE TYPE hand AS ENUM ('first','second')`,
  `CREATE TYPE visibility AS ENUM ('public','unlisted','followers','group','direct','unknown')`,
  `CREATE TYPE time_precision AS ENUM ('ms','s','min','day')`,
  `CREATE TYPE time_zone AS ENUM ('utc','stated','assumed','unknown')`,
  `CREATE TYPE reference_kind AS ENUM ('reply','quote','repost','like','bookmark')`,
  `CREATE TYPE link_kind AS ENUM ('editOf','sameAs','probablySame')`,

  `CREATE TABLE collection (
     collection_id uuid PRIMARY KEY,
     name          text NOT NULL UNIQUE CHECK (name <> ''),
     created_at    timestamptz NOT NULL DEFAULT now()
   )`,
  `COMMENT ON TABLE collection IS 'A named body of material with one access policy and one log.'`,

  `CREATE TABLE accession (
     accession_id  uuid PRIMARY KEY,
     collection_id uuid NOT NULL REFERENCES collection,
     path          text NOT NULL,
     packing       text NOT NULL CHECK (packing IN ('file','folder','zip','tar','tar.gz','gzip')),
     digest        bytea,
     bytes         bigint NOT NULL DEFAULT 0,
     source        text,
     format        text,
     status        text NOT NULL CHECK (status IN ('receiving','received','splitting','ingesting','complete','refused','failed')),
     options       jsonb NOT NULL DEFAULT '{}',
     custody       jsonb NOT NULL DEFAULT '{}',
     surveys       jsonb NOT NULL DEFAULT '{}',
     warnings      jsonb NOT NULL DEFAULT '[]',
     problem       text,
     received_at   timestamptz NOT NULL DEFAULT now(),
     started_at    timestamptz,
     finished_at   timestamptz
   )`,
  `CREATE INDEX accession_by_collection ON accession (collection_id, received_at, accession_id)`,
  `CREATE INDEX accession_open ON accession (status) WHERE status IN ('received','splitting','ingesting')`,
  `COMMENT ON TABLE accession IS 'One package (file or folder) as received.'`,
  `COMMENT ON COLUMN accession.digest IS 'SHA-256 of the file as received; of a folder: of its sorted list of (path, bytes, SHA-256).'`,
  `COMMENT ON COLUMN accession.options IS 'What the person who handed it in said about reading it: source, observedAt, timezone, account, include.'`,
  `COMMENT ON COLUMN accession.custody IS 'Received from whom, on what authority, with what consent (digest of the file), restrictions, note.'`,
  `COMMENT ON COLUMN accession.surveys IS 'Source id to the digest of its survey: what it read once about the whole package.'`,

  `CREATE TABLE member (
     accession_id uuid NOT NULL REFERENCES accession,
     member       int  NOT NULL,
     path         text NOT NULL,
     bytes        bigint NOT NULL,
     digest       bytea,
     modified     text,
     role         text CHECK (role IN ('records','survey','media','sealed','refused','unrecognised')),
     source       text,
     format       text,
     confidence   real,
     why          text,
     refusal      jsonb,
     declared     int,
     split        boolean NOT NULL DEFAULT false,
     split_offset bigint NOT NULL DEFAULT 0,
     PRIMARY KEY (accession_id, member)
   )`,
  `CREATE INDEX member_by_path ON member (accession_id, path)`,
  `COMMENT ON TABLE member IS 'One file of an accession, in path order. A lone file is its own member 0.'`,
  `COMMENT ON COLUMN member.digest IS 'SHA-256 of its bytes, the name of its blob; null when it could not be unpacked.'`,
  `COMMENT ON COLUMN member.modified IS 'The time that the package gives for it: wall-clock, without zone.'`,
  `COMMENT ON COLUMN member.role IS 'What becomes of it; sealed: kept and listed, neither read nor served unless asked for.'`,
  `COMMENT ON COLUMN member.declared IS 'How many records the package itself says that this member holds.'`,
  `COMMENT ON COLUMN member.split_offset IS 'How far the splitter has come, in bytes: for progress only.'`,

  `CREATE TABLE capture (
     digest      bytea PRIMARY KEY,
     bytes       bigint NOT NULL,
     sealed      boolean NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now()
   )`,
  `COMMENT ON TABLE capture IS 'Bytes as received, content-addressed; the bytes themselves are in the blob store under this digest.'`,
  `COMMENT ON COLUMN capture.sealed IS 'True as long as every package that brought these bytes held them to be private.'`,

  `CREATE TABLE receipt (
     collection_id uuid NOT NULL,
     digest        bytea NOT NULL,
     received_at   timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (collection_id, digest)
   )`,
  `COMMENT ON TABLE receipt IS 'When a collection first received these bytes: the fallback of observedAt where a file says nothing.'`,

  `CREATE TABLE ingest_range (
     accession_id  uuid NOT NULL,
     member        int NOT NULL,
     byte_offset   bigint NOT NULL,
     byte_length   bigint NOT NULL,
     records       int NOT NULL,
     layout        bytea NOT NULL,
     state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','done')),
     tries         int NOT NULL DEFAULT 0,
     epoch         int NOT NULL DEFAULT 0,
     problem       text,
     read          int,
     new           int,
     duplicate     int,
     rejected      int,
     new_posts     int,
     new_snapshots int,
     new_actors    int,
     media_stored  int,
     media_missing int,
     visibility    jsonb,
     observed_from timestamptz,
     observed_to   timestamptz,
     observed_basis basis,
     recorded_at   timestamptz,
     PRIMARY KEY (accession_id, member, byte_offset),
     CHECK (state <> 'done' OR read = new + duplicate + rejected)
   )`,
  `CREATE INDEX ingest_range_pending ON ingest_range (accession_id, member, byte_offset) WHERE state = 'pending'`,
  `COMMENT ON TABLE ingest_range IS 'A run of records, the unit of work. It is done when this row says so, in the transaction that wrote its rows.'`,
  `COMMENT ON COLUMN ingest_range.layout IS 'Where its records are: for each, gap since the last one''s end and length, as unsigned LEB128.'`,
  `COMMENT ON COLUMN ingest_range.tries IS 'How often a worker has begun it; beyond the limit it is read record by record.'`,
  `COMMENT ON COLUMN ingest_range.epoch IS 'How often its job was put into the queue: part of the job''s id.'`,

  `CREATE TABLE rejected_record (
     accession_id uuid NOT NULL,
     member       int NOT NULL,
     byte_offset  bigint NOT NULL,
     item         int NOT NULL,
     byte_length  bigint NOT NULL,
     reason       text NOT NULL,
     detail       text NOT NULL,
     PRIMARY KEY (accession_id, member, byte_offset, item)
   )`,
  `COMMENT ON TABLE rejected_record IS 'What could not be read, why, and where its bytes are: in the member''s blob, at this place.'`,

  `CREATE TABLE actor (
     actor_id uuid PRIMARY KEY,
     source   text NOT NULL,
     uri      text NOT NULL
   )`,
  `COMMENT ON TABLE actor IS 'An account. actor_id: the first 128 bits of SHA-256 over its canonical URI.'`,

  `CREATE TABLE profile (
     actor_id uuid NOT NULL,
     digest   bytea NOT NULL,
     handle   text,
     name     text,
     content  text NOT NULL,
     PRIMARY KEY (actor_id, digest)
   )`,
  `CREATE INDEX profile_by_handle ON profile (lower(handle))`,
  `CREATE INDEX profile_by_name ON profile USING gin (lower(name) gin_trgm_ops, lower(handle) gin_trgm_ops)`,
  `COMMENT ON TABLE profile IS 'One distinct content of an actor''s profile: a snapshot, as of posts.'`,
  `COMMENT ON COLUMN profile.content IS 'Canonical JSON (RFC 8785); digest is its SHA-256.'`,

  `CREATE TABLE profile_observation (
     actor_id           uuid NOT NULL,
     observation_id     uuid NOT NULL,
     reader             smallint NOT NULL,
     collection_id      uuid NOT NULL,
     observed_at        timestamptz NOT NULL,
     observed_precision time_precision NOT NULL,
     observed_zone      time_zone NOT NULL,
     observed_basis     basis NOT NULL,
     hand               hand NOT NULL,
     digest             bytea NOT NULL,
     capture            bytea NOT NULL,
     byte_offset        bigint NOT NULL,
     byte_length        bigint NOT NULL,
     metrics            text,
     recorded_at        timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (actor_id, observation_id, reader)
   )`,

  `CREATE TABLE post (
     post_id uuid PRIMARY KEY,
     source  text NOT NULL,
     uri     text NOT NULL
   )`,
  `COMMENT ON TABLE post IS 'The logical message. post_id: the first 128 bits of SHA-256 over its canonical URI. A post that is only named by others has no row.'`,

  `CREATE TABLE post_alias (
     post_id uuid NOT NULL,
     alias   text NOT NULL,
     PRIMARY KEY (post_id, alias)
   )`,
  `CREATE INDEX post_alias_by_alias ON post_alias USING hash (alias)`,
  `COMMENT ON TABLE post_alias IS 'Other URLs under which people know a post; those that its source can compute are left out.'`,

  `CREATE TABLE snapshot (
     post_id      uuid NOT NULL,
     digest       bytea NOT NULL,
     author_id    uuid,
     published_at timestamptz,
     visibility   visibility NOT NULL,
     language     text,
     content      text NOT NULL,
     search       tsvector NOT NULL,
     PRIMARY KEY (post_id, digest)
   )`,
  `CREATE INDEX snapshot_search ON snapshot USING gin (search)`,
  `CREATE INDEX snapshot_by_author ON snapshot (author_id, published_at)`,
  `CREATE INDEX snapshot_by_time ON snapshot (published_at, post_id)`,
  `COMMENT ON TABLE snapshot IS 'One distinct content of a post, immutable. The columns beside content are drawn from it for searching.'`,
  `COMMENT ON COLUMN snapshot.content IS 'Canonical JSON (RFC 8785) as text: jsonb would refuse U+0000 and lose the bytes that digest, its SHA-256, is over.'`,
  `COMMENT ON COLUMN snapshot.search IS 'Folded words of title, warning, text, alternative texts, poll options (src/core/fold.ts), made in code: no text search configuration of the server is involved.'`,

  `CREATE TABLE observation (
     post_id            uuid NOT NULL,
     observation_id     uuid NOT NULL,
     reader             smallint NOT NULL,
     collection_id      uuid NOT NULL,
     observed_at        timestamptz NOT NULL,
     observed_precision time_precision NOT NULL,
     observed_zone      time_zone NOT NULL,
     observed_basis     basis NOT NULL,
     outcome            outcome NOT NULL,
     hand               hand NOT NULL,
     digest             bytea,
     capture            bytea NOT NULL,
     byte_offset        bigint NOT NULL,
     byte_length        bigint NOT NULL,
     item               int NOT NULL,
     edition            bigint,
     claimed_from       text,
     metrics            text,
     losses             text,
     recorded_at        timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (post_id, observation_id, reader)
   )`,
  `CREATE INDEX observation_by_collection ON observation (collection_id, post_id)`,
  `COMMENT ON TABLE observation IS 'At a time, through a record or a failed look, a post had an outcome. Belongs to one collection, which is part of its id.'`,
  `COMMENT ON COLUMN observation.observation_id IS 'First 128 bits of SHA-256 over collection, post, observedAt (unless a fallback), outcome, capture digest, offset, item.'`,
  `COMMENT ON COLUMN observation.reader IS 'Number of the normaliser that read it; a newer one adds a row, timelines show the highest.'`,
  `COMMENT ON COLUMN observation.digest IS 'The snapshot that was seen; null where there was nothing to see.'`,
  `COMMENT ON COLUMN observation.capture IS 'SHA-256 of the bytes it was read from; byte_offset and byte_length give the record, item the reading within it.'`,
  `COMMENT ON COLUMN observation.edition IS 'The platform''s own order of the post''s versions: epoch seconds of the edit.'`,
  `COMMENT ON COLUMN observation.claimed_from IS 'RFC 3339, as precise as claimed: from when on, says the platform, the post stood like this.'`,
  `COMMENT ON COLUMN observation.metrics IS 'JSON: counts at the time of seeing. Never content.'`,
  `COMMENT ON COLUMN observation.losses IS 'JSON: what was nulled, cut or escaped in reading.'`,

  `CREATE TABLE reference (
     post_id    uuid NOT NULL,
     kind       reference_kind NOT NULL,
     target_id  uuid NOT NULL,
     by_id      uuid NOT NULL,
     target_uri text NOT NULL,
     PRIMARY KEY (post_id, kind, target_id, by_id)
   )`,
  `CREATE INDEX reference_by_target ON reference (target_id, kind)`,
  `COMMENT ON TABLE reference IS 'One post pointing at another. The target may never have been captured: it is a stub then.'`,
  `COMMENT ON COLUMN reference.by_id IS 'Who likes or bookmarks; all zeros where the post itself points.'`,

  `CREATE TABLE identity_link (
     post_id    uuid NOT NULL,
     kind       link_kind NOT NULL,
     target_id  uuid NOT NULL,
     target_uri text NOT NULL,
     place      int,
     reason     text,
     PRIMARY KEY (post_id, kind, target_id)
   )`,
  `CREATE INDEX identity_link_by_target ON identity_link (target_id, kind)`,
  `COMMENT ON TABLE identity_link IS 'Two URIs of one thing. A fact, never a merge: readers union over editOf and sameAs.'`,
  `COMMENT ON COLUMN identity_link.place IS 'For editOf: the place in the edit chain, the first being 0; target is the first.'`,

  `CREATE TABLE post_media (
     post_id   uuid NOT NULL,
     file      text NOT NULL,
     digest    bytea NOT NULL,
     type      text NOT NULL,
     url       text,
     PRIMARY KEY (post_id, file, digest)
   )`,
  `CREATE INDEX post_media_by_digest ON post_media (digest)`,
  `COMMENT ON TABLE post_media IS 'Files of a post''s attachments, by the name that the package or the platform gives them.'`,
  `COMMENT ON COLUMN post_media.digest IS 'SHA-256 of the stored file; empty where it was named but not in the package. A file is missing when no row of its own has one.'`,
];
