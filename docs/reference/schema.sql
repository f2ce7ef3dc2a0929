-- Made from the migrations by test/integration/reference.test.ts; PERDURE_UPDATE_GOLDEN=1 writes it anew.

CREATE TYPE basis AS ENUM ('record', 'manifest', 'stated', 'zip-entry', 'http', 'receipt');

CREATE TYPE hand AS ENUM ('first', 'second');

CREATE TYPE link_kind AS ENUM ('editOf', 'sameAs', 'probablySame');

CREATE TYPE outcome AS ENUM ('present', 'deleted', 'notFound', 'forbidden', 'suspended', 'deactivated', 'unreachable', 'omitted', 'notCaptured');

CREATE TYPE reference_kind AS ENUM ('reply', 'quote', 'repost', 'like', 'bookmark');

CREATE TYPE time_precision AS ENUM ('ms', 's', 'min', 'day');

CREATE TYPE time_zone AS ENUM ('utc', 'stated', 'assumed', 'unknown');

CREATE TYPE visibility AS ENUM ('public', 'unlisted', 'followers', 'group', 'direct', 'unknown');

-- One package (file or folder) as received.
CREATE TABLE accession (
  accession_id uuid NOT NULL,
  collection_id uuid NOT NULL,
  path text NOT NULL,
  packing text NOT NULL,
  digest bytea, -- SHA-256 of the file as received; of a folder: of its sorted list of (path, bytes, SHA-256).
  bytes bigint NOT NULL DEFAULT 0,
  source text,
  format text,
  status text NOT NULL,
  options jsonb NOT NULL DEFAULT '{}'::jsonb, -- What the person who handed it in said about reading it: source, observedAt, timezone, account, include.
  custody jsonb NOT NULL DEFAULT '{}'::jsonb, -- Received from whom, on what authority, with what consent (digest of the file), restrictions, note.
  surveys jsonb NOT NULL DEFAULT '{}'::jsonb, -- Source id to the digest of its survey: what it read once about the whole package.
  warnings jsonb NOT NULL DEFAULT '[]'::jsonb,
  problem text,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  CONSTRAINT accession_pkey PRIMARY KEY (accession_id),
  CONSTRAINT accession_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(collection_id),
  CONSTRAINT accession_packing_check CHECK ((packing = ANY (ARRAY['file'::text, 'folder'::text, 'zip'::text, 'tar'::text, 'tar.gz'::text, 'gzip'::text, 'zstd'::text]))),
  CONSTRAINT accession_status_check CHECK ((status = ANY (ARRAY['receiving'::text, 'received'::text, 'splitting'::text, 'ingesting'::text, 'complete'::text, 'refused'::text, 'failed'::text])))
);
CREATE INDEX accession_by_collection ON public.accession USING btree (collection_id, received_at, accession_id);
CREATE INDEX accession_open ON public.accession USING btree (status) WHERE (status = ANY (ARRAY['received'::text, 'splitting'::text, 'ingesting'::text]));

-- An account. actor_id: the first 128 bits of SHA-256 over its canonical URI.
CREATE TABLE actor (
  actor_id uuid NOT NULL,
  source text NOT NULL,
  uri text NOT NULL,
  CONSTRAINT actor_pkey PRIMARY KEY (actor_id)
);

-- Bytes as received, content-addressed; the bytes themselves are in the blob store under this digest.
CREATE TABLE capture (
  digest bytea NOT NULL,
  bytes bigint NOT NULL,
  sealed boolean NOT NULL, -- True as long as every package that brought these bytes held them to be private.
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT capture_pkey PRIMARY KEY (digest)
);

-- A named body of material with one access policy and one log.
CREATE TABLE collection (
  collection_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT collection_name_key UNIQUE (name),
  CONSTRAINT collection_pkey PRIMARY KEY (collection_id),
  CONSTRAINT collection_name_check CHECK ((name <> ''::text))
);

-- Two URIs of one thing. A fact, never a merge: readers union over editOf and sameAs.
CREATE TABLE identity_link (
  post_id uuid NOT NULL,
  kind link_kind NOT NULL,
  target_id uuid NOT NULL,
  target_uri text NOT NULL,
  place integer, -- For editOf: the place in the edit chain, the first being 0; target is the first.
  reason text,
  CONSTRAINT identity_link_pkey PRIMARY KEY (post_id, kind, target_id)
);
CREATE INDEX identity_link_by_target ON public.identity_link USING btree (target_id, kind);

-- A run of records, the unit of work. It is done when this row says so, in the transaction that wrote its rows.
CREATE TABLE ingest_range (
  accession_id uuid NOT NULL,
  member integer NOT NULL,
  byte_offset bigint NOT NULL,
  byte_length bigint NOT NULL,
  records integer NOT NULL,
  layout bytea NOT NULL, -- Where its records are: for each, gap since the last one's end and length, as unsigned LEB128.
  state text NOT NULL DEFAULT 'pending'::text,
  tries integer NOT NULL DEFAULT 0, -- How often a worker has begun it; beyond the limit it is read record by record.
  epoch integer NOT NULL DEFAULT 0, -- How often its job was put into the queue: part of the job's id.
  problem text,
  read integer,
  new integer,
  duplicate integer,
  rejected integer,
  new_posts integer,
  new_snapshots integer,
  new_actors integer,
  media_stored integer,
  media_missing integer,
  visibility jsonb,
  observed_from timestamp with time zone,
  observed_to timestamp with time zone,
  observed_basis basis,
  recorded_at timestamp with time zone,
  CONSTRAINT ingest_range_pkey PRIMARY KEY (accession_id, member, byte_offset),
  CONSTRAINT ingest_range_check CHECK (((state <> 'done'::text) OR (read = ((new + duplicate) + rejected)))),
  CONSTRAINT ingest_range_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'done'::text])))
);
CREATE INDEX ingest_range_pending ON public.ingest_range USING btree (accession_id, member, byte_offset) WHERE (state = 'pending'::text);

-- One file of an accession, in path order. A lone file is its own member 0.
CREATE TABLE member (
  accession_id uuid NOT NULL,
  member integer NOT NULL,
  path text NOT NULL,
  bytes bigint NOT NULL,
  digest bytea, -- SHA-256 of its bytes, the name of its blob; null when it could not be unpacked.
  modified text, -- The time that the package gives for it: wall-clock, without zone.
  role text, -- What becomes of it; sealed: kept and listed, neither read nor served unless asked for.
  source text,
  format text,
  confidence real,
  why text,
  refusal jsonb,
  declared integer, -- How many records the package itself says that this member holds.
  split boolean NOT NULL DEFAULT false,
  split_offset bigint NOT NULL DEFAULT 0, -- How far the splitter has come, in bytes: for progress only.
  container integer, -- The member that this one was inside (a WARC, a compressed file).
  exchange jsonb, -- Of an answer out of a WARC: its record's id, place and date, the address without secrets, the HTTP status.
  CONSTRAINT member_pkey PRIMARY KEY (accession_id, member),
  CONSTRAINT member_accession_id_fkey FOREIGN KEY (accession_id) REFERENCES accession(accession_id),
  CONSTRAINT member_container_fkey FOREIGN KEY (accession_id, container) REFERENCES member(accession_id, member),
  CONSTRAINT member_role_check CHECK ((role = ANY (ARRAY['records'::text, 'survey'::text, 'media'::text, 'sealed'::text, 'refused'::text, 'container'::text, 'unrecognised'::text])))
);
CREATE INDEX member_by_path ON public.member USING btree (accession_id, path);

CREATE TABLE migrations (
  id integer NOT NULL DEFAULT nextval('migrations_id_seq'::regclass),
  timestamp bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT PK_8c82d7f526340ab734260ea46be PRIMARY KEY (id)
);

-- At a time, through a record or a failed look, a post had an outcome. Belongs to one collection, which is part of its id.
CREATE TABLE observation (
  post_id uuid NOT NULL,
  observation_id uuid NOT NULL, -- First 128 bits of SHA-256 over collection, post, observedAt (unless a fallback), outcome, capture digest, offset, item.
  reader smallint NOT NULL, -- Number of the normaliser that read it; a newer one adds a row, timelines show the highest.
  collection_id uuid NOT NULL,
  observed_at timestamp with time zone NOT NULL,
  observed_precision time_precision NOT NULL,
  observed_zone time_zone NOT NULL,
  observed_basis basis NOT NULL,
  outcome outcome NOT NULL,
  hand hand NOT NULL,
  digest bytea, -- The snapshot that was seen; null where there was nothing to see.
  capture bytea NOT NULL, -- SHA-256 of the bytes it was read from; byte_offset and byte_length give the record, item the reading within it.
  byte_offset bigint NOT NULL,
  byte_length bigint NOT NULL,
  item integer NOT NULL,
  edition bigint, -- The platform's own order of the post's versions: epoch seconds of the edit.
  claimed_from text, -- RFC 3339, as precise as claimed: from when on, says the platform, the post stood like this.
  metrics text, -- JSON: counts at the time of seeing. Never content.
  losses text, -- JSON: what was nulled, cut or escaped in reading.
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT observation_pkey PRIMARY KEY (post_id, observation_id, reader)
);
CREATE INDEX observation_by_collection ON public.observation USING btree (collection_id, post_id);

-- The logical message. post_id: the first 128 bits of SHA-256 over its canonical URI. A post that is only named by others has no row.
CREATE TABLE post (
  post_id uuid NOT NULL,
  source text NOT NULL,
  uri text NOT NULL,
  CONSTRAINT post_pkey PRIMARY KEY (post_id)
);

-- Other URLs under which people know a post; those that its source can compute are left out.
CREATE TABLE post_alias (
  post_id uuid NOT NULL,
  alias text NOT NULL,
  CONSTRAINT post_alias_pkey PRIMARY KEY (post_id, alias)
);
CREATE INDEX post_alias_by_alias ON public.post_alias USING hash (alias);

-- Files of a post's attachments, by the name that the package or the platform gives them.
CREATE TABLE post_media (
  post_id uuid NOT NULL,
  file text NOT NULL,
  digest bytea NOT NULL, -- SHA-256 of the stored file; empty where it was named but not in the package. A file is missing when no row of its own has one.
  type text NOT NULL,
  url text,
  CONSTRAINT post_media_pkey PRIMARY KEY (post_id, file, digest)
);
CREATE INDEX post_media_by_digest ON public.post_media USING btree (digest);

-- One distinct content of an actor's profile: a snapshot, as of posts.
CREATE TABLE profile (
  actor_id uuid NOT NULL,
  digest bytea NOT NULL,
  handle text,
  name text,
  content text NOT NULL, -- Canonical JSON (RFC 8785); digest is its SHA-256.
  CONSTRAINT profile_pkey PRIMARY KEY (actor_id, digest)
);
CREATE INDEX profile_by_handle ON public.profile USING btree (lower(handle));
CREATE INDEX profile_by_name ON public.profile USING gin (lower(name) gin_trgm_ops, lower(handle) gin_trgm_ops);

CREATE TABLE profile_observation (
  actor_id uuid NOT NULL,
  observation_id uuid NOT NULL,
  reader smallint NOT NULL,
  collection_id uuid NOT NULL,
  observed_at timestamp with time zone NOT NULL,
  observed_precision time_precision NOT NULL,
  observed_zone time_zone NOT NULL,
  observed_basis basis NOT NULL,
  hand hand NOT NULL,
  digest bytea NOT NULL,
  capture bytea NOT NULL,
  byte_offset bigint NOT NULL,
  byte_length bigint NOT NULL,
  metrics text,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT profile_observation_pkey PRIMARY KEY (actor_id, observation_id, reader)
);

-- When a collection first received these bytes: the fallback of observedAt where a file says nothing.
CREATE TABLE receipt (
  collection_id uuid NOT NULL,
  digest bytea NOT NULL,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT receipt_pkey PRIMARY KEY (collection_id, digest)
);

-- One post pointing at another. The target may never have been captured: it is a stub then.
CREATE TABLE reference (
  post_id uuid NOT NULL,
  kind reference_kind NOT NULL,
  target_id uuid NOT NULL,
  by_id uuid NOT NULL, -- Who likes or bookmarks; all zeros where the post itself points.
  target_uri text NOT NULL,
  CONSTRAINT reference_pkey PRIMARY KEY (post_id, kind, target_id, by_id)
);
CREATE INDEX reference_by_target ON public.reference USING btree (target_id, kind);

-- What could not be read, why, and where its bytes are: in the member's blob, at this place.
CREATE TABLE rejected_record (
  accession_id uuid NOT NULL,
  member integer NOT NULL,
  byte_offset bigint NOT NULL,
  item integer NOT NULL,
  byte_length bigint NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  CONSTRAINT rejected_record_pkey PRIMARY KEY (accession_id, member, byte_offset, item)
);

-- One distinct content of a post, immutable. The columns beside content are drawn from it for searching.
CREATE TABLE snapshot (
  post_id uuid NOT NULL,
  digest bytea NOT NULL,
  author_id uuid,
  published_at timestamp with time zone,
  visibility visibility NOT NULL,
  language text,
  content text NOT NULL, -- Canonical JSON (RFC 8785) as text: jsonb would refuse U+0000 and lose the bytes that digest, its SHA-256, is over.
  search tsvector NOT NULL, -- Folded words of title, warning, text, alternative texts, poll options (src/core/fold.ts), made in code: no text search configuration of the server is involved.
  CONSTRAINT snapshot_pkey PRIMARY KEY (post_id, digest)
);
CREATE INDEX snapshot_by_author ON public.snapshot USING btree (author_id, published_at);
CREATE INDEX snapshot_by_time ON public.snapshot USING btree (published_at, post_id);
CREATE INDEX snapshot_search ON public.snapshot USING gin (search);
