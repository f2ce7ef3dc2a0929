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
  digest bytea, -- SHA-256 of the file as received; of a folder: of its sorted list of (path, bytes, SHA-256); of a harvest: of its seed's URI, the scope of names that mean something only within it.
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
  tries integer NOT NULL DEFAULT 0, -- How often unpacking or splitting it failed for a reason of its own; after some it has failed. Deaths of workers, and trouble with database or disk, are not counted.
  retries jsonb NOT NULL DEFAULT '[]'::jsonb, -- When somebody had what had failed tried again: at, by, and what that was.
  CONSTRAINT accession_pkey PRIMARY KEY (accession_id),
  CONSTRAINT accession_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(collection_id),
  CONSTRAINT accession_packing_check CHECK ((packing = ANY (ARRAY['file'::text, 'folder'::text, 'zip'::text, 'tar'::text, 'tar.gz'::text, 'gzip'::text, 'zstd'::text, 'harvest'::text]))),
  CONSTRAINT accession_status_check CHECK ((status = ANY (ARRAY['receiving'::text, 'received'::text, 'splitting'::text, 'ingesting'::text, 'complete'::text, 'sealed'::text, 'refused'::text, 'failed'::text])))
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

-- Pictures that profiles of an actor name; the address stands in the profile, the file in media_fetch.
CREATE TABLE actor_picture (
  actor_id uuid NOT NULL,
  media_id uuid NOT NULL,
  CONSTRAINT actor_picture_pkey PRIMARY KEY (actor_id, media_id)
);
CREATE INDEX actor_picture_by_media ON public.actor_picture USING btree (media_id);

-- Who may ask over HTTP. Rows stay when a key is revoked: they say who was let in, by whom, and until when.
CREATE TABLE api_key (
  api_key_id text NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  digest bytea NOT NULL, -- SHA-256 of the whole key. The key itself, 32 random bytes, is kept nowhere (docs/adr/0010).
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamp with time zone,
  used_at timestamp with time zone, -- The last use, to about a minute.
  revoked_at timestamp with time zone,
  revoked_by text,
  CONSTRAINT api_key_pkey PRIMARY KEY (api_key_id),
  CONSTRAINT api_key_api_key_id_check CHECK ((api_key_id ~ '^[0-9a-f]{12}$'::text)),
  CONSTRAINT api_key_check CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
  CONSTRAINT api_key_digest_check CHECK ((octet_length(digest) = 32)),
  CONSTRAINT api_key_role_check CHECK ((role = ANY (ARRAY['reader'::text, 'archivist'::text, 'administrator'::text])))
);
CREATE UNIQUE INDEX api_key_name ON public.api_key USING btree (name) WHERE (revoked_at IS NULL);

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

-- When a seed was watched without a break in what the platform lists, and where posts may have been missed, and why.
CREATE TABLE coverage (
  seed_id uuid NOT NULL,
  kind text NOT NULL,
  from_at timestamp with time zone NOT NULL,
  to_at timestamp with time zone NOT NULL,
  reason text,
  detail text,
  harvest_id uuid NOT NULL,
  CONSTRAINT coverage_pkey PRIMARY KEY (seed_id, from_at, kind),
  CONSTRAINT coverage_seed_id_fkey FOREIGN KEY (seed_id) REFERENCES seed(seed_id),
  CONSTRAINT coverage_check CHECK ((to_at >= from_at)),
  CONSTRAINT coverage_kind_check CHECK ((kind = ANY (ARRAY['watched'::text, 'gap'::text])))
);

-- Keys for a platform's API, sealed with AES-256-GCM under a data key of their own (src/core/envelope.ts).
CREATE TABLE credential (
  name text NOT NULL,
  connector text NOT NULL,
  kind text NOT NULL,
  host text,
  user_name text,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  key_id text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  used_at timestamp with time zone,
  CONSTRAINT credential_pkey PRIMARY KEY (name)
);

-- Every request of a harvest and its answer: the evidence of what was asked and what came. digest: the body as kept.
CREATE TABLE exchange (
  harvest_id uuid NOT NULL,
  seq integer NOT NULL,
  method text NOT NULL,
  url text NOT NULL,
  status smallint,
  request_headers jsonb NOT NULL,
  response_headers jsonb NOT NULL,
  redacted text[] NOT NULL, -- What was taken out before anything was stored: names of headers and parameters.
  digest bytea,
  bytes bigint NOT NULL,
  started_at timestamp with time zone NOT NULL,
  head_at timestamp with time zone,
  ended_at timestamp with time zone NOT NULL,
  remote_address text,
  certificate text, -- sha256:<hex> of the server's certificate (DER).
  redirected_from integer,
  budget text NOT NULL,
  problem text,
  request_digest bytea, -- Of what was sent with a POST, as kept: secrets taken out.
  CONSTRAINT exchange_pkey PRIMARY KEY (harvest_id, seq),
  CONSTRAINT exchange_harvest_id_fkey FOREIGN KEY (harvest_id) REFERENCES harvest(harvest_id)
);

-- One run for one seed. Its captures are the members of the accession of the same id, which exists where there are any.
CREATE TABLE harvest (
  harvest_id uuid NOT NULL,
  seed_id uuid NOT NULL,
  kind text NOT NULL,
  state text NOT NULL, -- complete: all that the platform lists since the cursor; partial: more is to come; waiting: a rate budget is spent; skipped: another one was running, or the budget was spent before it began.
  started_at timestamp with time zone NOT NULL DEFAULT now(),
  finished_at timestamp with time zone,
  requests integer NOT NULL DEFAULT 0,
  captures integer NOT NULL DEFAULT 0,
  looks integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  problem text,
  warnings jsonb NOT NULL DEFAULT '[]'::jsonb,
  robots jsonb,
  cursor_before jsonb,
  cursor_after jsonb,
  CONSTRAINT harvest_pkey PRIMARY KEY (harvest_id),
  CONSTRAINT harvest_seed_id_fkey FOREIGN KEY (seed_id) REFERENCES seed(seed_id),
  CONSTRAINT harvest_kind_check CHECK ((kind = ANY (ARRAY['scheduled'::text, 'asked'::text, 'revisit'::text]))),
  CONSTRAINT harvest_state_check CHECK ((state = ANY (ARRAY['running'::text, 'complete'::text, 'partial'::text, 'failed'::text, 'waiting'::text, 'skipped'::text, 'interrupted'::text])))
);
CREATE INDEX harvest_by_seed ON public.harvest USING btree (seed_id, started_at DESC, harvest_id);
CREATE INDEX harvest_by_time ON public.harvest USING btree (started_at DESC, harvest_id);

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

-- Every request for a file by its address and its answer, failed ones too: the evidence of a file, and of its absence.
CREATE TABLE media_exchange (
  media_id uuid NOT NULL,
  seq integer NOT NULL, -- Counts the requests for this address from 0, over all tries.
  method text NOT NULL,
  url text NOT NULL,
  status smallint,
  request_headers jsonb NOT NULL,
  response_headers jsonb NOT NULL,
  redacted text[] NOT NULL, -- What was taken out before anything was stored: names of headers and parameters.
  digest bytea, -- The body as kept. Null where it was not kept: it broke off, was not wanted, was too long, or is a part of a file that came in several.
  bytes bigint NOT NULL,
  started_at timestamp with time zone NOT NULL,
  head_at timestamp with time zone,
  ended_at timestamp with time zone NOT NULL,
  remote_address text,
  certificate text, -- sha256:<hex> of the server's certificate (DER).
  redirected_from integer,
  problem text,
  CONSTRAINT media_exchange_pkey PRIMARY KEY (media_id, seq),
  CONSTRAINT media_exchange_media_id_fkey FOREIGN KEY (media_id) REFERENCES media_fetch(media_id)
);
CREATE INDEX media_exchange_by_digest ON public.media_exchange USING btree (digest) WHERE (digest IS NOT NULL);

-- Files by their address, each fetched once. media_id: the first 128 bits of the address's SHA-256.
CREATE TABLE media_fetch (
  media_id uuid NOT NULL,
  url text NOT NULL,
  type text NOT NULL,
  state text NOT NULL DEFAULT 'waiting'::text, -- missing: the server no longer has it, or gave up on; refused: what is there may not be asked for, or is no such file.
  tries integer NOT NULL DEFAULT 0,
  next_at timestamp with time zone DEFAULT now(), -- When it is to be tried next; while a worker is at it, when that one is given up. Null: no more.
  problem text,
  status smallint, -- The HTTP status of the last answer.
  digest bytea, -- What was stored last; kept when a later look finds nothing.
  bytes bigint,
  content_type text, -- By the first bytes of the file, not by what the server says.
  width integer,
  height integer,
  phash bit(64), -- Difference hash of the picture (first frame, 9 × 8 greys): a help in finding look-alikes, no evidence.
  fetched_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT media_fetch_pkey PRIMARY KEY (media_id),
  CONSTRAINT media_fetch_check CHECK (((state <> 'stored'::text) OR (digest IS NOT NULL))),
  CONSTRAINT media_fetch_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'stored'::text, 'missing'::text, 'refused'::text]))),
  CONSTRAINT media_fetch_type_check CHECK ((type = ANY (ARRAY['Image'::text, 'Video'::text, 'Audio'::text, 'Document'::text, 'Avatar'::text])))
);
CREATE INDEX media_fetch_by_digest ON public.media_fetch USING btree (digest) WHERE (digest IS NOT NULL);
CREATE INDEX media_fetch_due ON public.media_fetch USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX media_fetch_missing ON public.media_fetch USING btree (media_id) WHERE (state <> 'stored'::text);

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
  split_offset bigint NOT NULL DEFAULT 0, -- How far the splitter has come, in bytes: records before it have their ranges, and no others. One that goes on after a crash begins here.
  container integer, -- The member that this one was inside (a WARC, a compressed file).
  exchange jsonb, -- Of an answer out of a WARC or a harvest: its record's id or number, place and date, the address without secrets, the HTTP status, the post that it is about.
  CONSTRAINT member_pkey PRIMARY KEY (accession_id, member),
  CONSTRAINT member_accession_id_fkey FOREIGN KEY (accession_id) REFERENCES accession(accession_id),
  CONSTRAINT member_container_fkey FOREIGN KEY (accession_id, container) REFERENCES member(accession_id, member),
  CONSTRAINT member_role_check CHECK ((role = ANY (ARRAY['records'::text, 'survey'::text, 'media'::text, 'sealed'::text, 'refused'::text, 'container'::text, 'unrecognised'::text])))
);
CREATE INDEX member_by_path ON public.member USING btree (accession_id, path);
CREATE INDEX member_live ON public.member USING btree (digest) WHERE (exchange ? 'live'::text);

CREATE TABLE migrations (
  id integer NOT NULL DEFAULT nextval('migrations_id_seq'::regclass),
  timestamp bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT PK_8c82d7f526340ab734260ea46be PRIMARY KEY (id)
);

-- At a time, through a record or a failed look, a post had an outcome. Belongs to one collection, which is part of its id.
CREATE TABLE observation (
  post_id uuid NOT NULL,
  observation_id uuid NOT NULL, -- First 128 bits of SHA-256 over collection, post (by the first 128 bits of its URI's SHA-256), observedAt (unless a fallback), outcome, capture digest, offset, item.
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

-- The logical message. post_id: the first 128 bits of SHA-256 over its canonical URI, the first 16 of them replaced by those of its neighbourhood (src/core/uri.ts). A post that is only named by others has no row.
CREATE TABLE post (
  post_id uuid NOT NULL,
  source text NOT NULL,
  uri text NOT NULL,
  CONSTRAINT post_pkey PRIMARY KEY (post_id)
);

-- Other URLs under which people know a post; those that its source can compute are left out. perdure:post:<uuid>: the name that it had here before keys had neighbourhoods.
CREATE TABLE post_alias (
  post_id uuid NOT NULL,
  alias text NOT NULL,
  CONSTRAINT post_alias_pkey PRIMARY KEY (post_id, alias)
);
CREATE INDEX post_alias_by_alias ON public.post_alias USING hash (alias);

-- What following found out about a post. Ids are given out and committed in one order, so that whoever has seen one has seen all before it.
CREATE TABLE post_event (
  event_id bigint NOT NULL,
  seed_id uuid NOT NULL,
  collection_id uuid NOT NULL,
  harvest_id uuid NOT NULL,
  post_id uuid NOT NULL,
  uri text NOT NULL,
  kind text NOT NULL,
  observation_id uuid NOT NULL, -- The first look that showed it, so that nothing is told twice; all zeros for new: a post is new once.
  at timestamp with time zone NOT NULL, -- When that look was.
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT post_event_collection_id_post_id_kind_observation_id_key UNIQUE (collection_id, post_id, kind, observation_id),
  CONSTRAINT post_event_pkey PRIMARY KEY (event_id),
  CONSTRAINT post_event_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(collection_id),
  CONSTRAINT post_event_seed_id_fkey FOREIGN KEY (seed_id) REFERENCES seed(seed_id),
  CONSTRAINT post_event_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'edited'::text, 'deleted'::text, 'gone'::text, 'back'::text])))
);
CREATE INDEX post_event_by_collection ON public.post_event USING btree (collection_id, event_id);
CREATE INDEX post_event_by_seed ON public.post_event USING btree (seed_id, event_id);

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
CREATE INDEX post_media_wanted ON public.post_media USING hash (file) WHERE (digest = '\x'::bytea);

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
  edition bigint, -- The platform's own order of the profile's versions: epoch seconds of the change.
  claimed_from text, -- RFC 3339: from when on, says the platform, the profile was like this.
  losses text, -- JSON: what was nulled, cut or escaped in reading.
  CONSTRAINT profile_observation_pkey PRIMARY KEY (actor_id, observation_id, reader)
);

-- What has been spent of the budget of a host or credential, shared by all workers where there is no Redis. May be emptied.
CREATE TABLE rate_budget (
  key character varying(255) NOT NULL,
  points integer NOT NULL DEFAULT 0,
  expire bigint,
  CONSTRAINT rate_budget_pkey PRIMARY KEY (key)
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

-- Posts of a seed, and when each is to be looked at again. What was found stands in observation; this is the plan only.
CREATE TABLE revisit (
  seed_id uuid NOT NULL,
  post_id uuid NOT NULL,
  uri text NOT NULL,
  ref text NOT NULL,
  published_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  looks integer NOT NULL DEFAULT 0,
  outcome outcome NOT NULL,
  outcome_at timestamp with time zone NOT NULL,
  gone_at timestamp with time zone, -- When a look first found it gone; a second look confirms it.
  CONSTRAINT revisit_pkey PRIMARY KEY (seed_id, post_id),
  CONSTRAINT revisit_seed_id_fkey FOREIGN KEY (seed_id) REFERENCES seed(seed_id)
);
CREATE INDEX revisit_due ON public.revisit USING btree (seed_id, due_at) WHERE (due_at IS NOT NULL);

-- An account, feed or stream that a collection follows. seed_id: from collection, connector and URI.
CREATE TABLE seed (
  seed_id uuid NOT NULL,
  collection_id uuid NOT NULL,
  connector text NOT NULL,
  source text NOT NULL,
  uri text NOT NULL, -- What stays when a handle changes: the actor's canonical URI, or the address of the feed.
  name text NOT NULL,
  settings jsonb NOT NULL,
  credential text,
  authority text,
  trusted text[] NOT NULL DEFAULT '{}'::text[], -- Hosts that may be private addresses: only what the person who follows has named.
  every_seconds integer NOT NULL,
  adaptive boolean NOT NULL,
  interval_seconds integer NOT NULL, -- What is kept now; moves between bounds around every_seconds where adaptive.
  backfill integer NOT NULL,
  state text NOT NULL DEFAULT 'active'::text,
  cursor jsonb, -- Where the connector goes on. Moves only after the records before it are committed.
  cursor_at timestamp with time zone,
  back_to jsonb,
  account_state text,
  account_detail text,
  next_at timestamp with time zone NOT NULL DEFAULT now(),
  look_at timestamp with time zone, -- When the next of its posts is due to be looked at again.
  harvest_id uuid, -- The harvest that runs now; it holds the seed until lease_until, and renews that while it lives.
  claims integer NOT NULL DEFAULT 0, -- How often it has been claimed: whoever holds an earlier claim, of the same harvest even, writes nothing more.
  lease_until timestamp with time zone,
  failures integer NOT NULL DEFAULT 0,
  problem text,
  waits_until timestamp with time zone, -- A spent rate budget: not asked before.
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  account_stated jsonb NOT NULL DEFAULT '{}'::jsonb, -- Of each address that answered about the account: the digest of what it stated when that was taken in last, and when. The same again within a day is not taken in again.
  backfilled integer, -- The backfill that harvests have gone back for, or are going back for; below backfill: it was raised since.
  look_place jsonb, -- What a look at known posts left for the next one, in the connector's own terms: a job that the platform has not finished.
  CONSTRAINT seed_collection_id_connector_uri_key UNIQUE (collection_id, connector, uri),
  CONSTRAINT seed_pkey PRIMARY KEY (seed_id),
  CONSTRAINT seed_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(collection_id),
  CONSTRAINT seed_credential_fkey FOREIGN KEY (credential) REFERENCES credential(name),
  CONSTRAINT seed_every_seconds_check CHECK ((every_seconds > 0)),
  CONSTRAINT seed_interval_seconds_check CHECK ((interval_seconds > 0)),
  CONSTRAINT seed_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'ended'::text])))
);
CREATE INDEX seed_due ON public.seed USING btree (next_at) WHERE (state = 'active'::text);
CREATE INDEX seed_look_due ON public.seed USING btree (look_at) WHERE ((state = 'active'::text) AND (look_at IS NOT NULL));

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

-- Who is told of events, and how far they have been told. The secret that signs is sealed like a credential.
CREATE TABLE webhook (
  webhook_id uuid NOT NULL,
  url text NOT NULL,
  collection_id uuid, -- Null: all of them.
  kinds text[] NOT NULL,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  key_id text NOT NULL,
  state text NOT NULL DEFAULT 'active'::text,
  event_id bigint NOT NULL, -- Everything up to here has been delivered, or is not asked for.
  next_at timestamp with time zone NOT NULL DEFAULT now(), -- Not tried before; while a worker delivers, when that one is given up.
  failures integer NOT NULL DEFAULT 0,
  failing_since timestamp with time zone,
  problem text,
  delivered_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT webhook_pkey PRIMARY KEY (webhook_id),
  CONSTRAINT webhook_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(collection_id),
  CONSTRAINT webhook_state_check CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))
);
CREATE INDEX webhook_due ON public.webhook USING btree (next_at) WHERE (state = 'active'::text);
