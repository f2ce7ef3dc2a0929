import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Following accounts: seeds, their harvests and exchanges, what was watched when, and posts to be looked at again. */
export class Harvest1767225800000 implements MigrationInterface {
  readonly name = 'Harvest1767225800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  // What a harvest captures hangs on an accession of the same id: members are its exchanges, and everything that reads
  // records, counts or rejects works as for a file that was handed in.
  `ALTER TABLE accession
     DROP CONSTRAINT accession_packing_check,
     ADD CONSTRAINT accession_packing_check CHECK
       (packing IN ('file','folder','zip','tar','tar.gz','gzip','zstd','harvest'))`,
  `COMMENT ON COLUMN accession.digest IS
     'SHA-256 of the file as received; of a folder: of its sorted list of (path, bytes, SHA-256); of a harvest: of its seed''s URI, the scope of names that mean something only within it.'`,
  `COMMENT ON COLUMN member.exchange IS
     'Of an answer out of a WARC or a harvest: its record''s id or number, place and date, the address without secrets, the HTTP status, the post that it is about.'`,

  `CREATE INDEX member_live ON member (digest) WHERE exchange ? 'live'`,

  `CREATE TABLE credential (
     name text PRIMARY KEY,
     connector text NOT NULL,
     kind text NOT NULL,
     host text,
     user_name text,
     sealed bytea NOT NULL,
     wrapped_key bytea NOT NULL,
     key_id text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     used_at timestamptz)`,
  `COMMENT ON TABLE credential IS 'Keys for a platform''s API, sealed with AES-256-GCM under a data key of their own (src/core/envelope.ts).'`,

  `CREATE TABLE rate_budget (
     key varchar(255) PRIMARY KEY,
     points integer NOT NULL DEFAULT 0,
     expire bigint)`,
  `COMMENT ON TABLE rate_budget IS 'What has been spent of the budget of a host or credential, shared by all workers where there is no Redis. May be emptied.'`,

  `CREATE TABLE seed (
     seed_id uuid PRIMARY KEY,
     collection_id uuid NOT NULL REFERENCES collection,
     connector text NOT NULL,
     source text NOT NULL,
     uri text NOT NULL,
     name text NOT NULL,
     settings jsonb NOT NULL,
     credential text REFERENCES credential (name),
     authority text,
     trusted text[] NOT NULL DEFAULT '{}',
     every_seconds integer NOT NULL CHECK (every_seconds > 0),
     adaptive boolean NOT NULL,
     interval_seconds integer NOT NULL CHECK (interval_seconds > 0),
     backfill integer NOT NULL,
     state text NOT NULL DEFAULT 'active' CHECK (state IN ('active','paused','ended')),
     cursor jsonb,
     cursor_at timestamptz,
     back_to jsonb,
     account_state text,
     account_detail text,
     next_at timestamptz NOT NULL DEFAULT now(),
     look_at timestamptz,
     harvest_id uuid,
     claims integer NOT NULL DEFAULT 0,
     lease_until timestamptz,
     failures integer NOT NULL DEFAULT 0,
     problem text,
     waits_until timestamptz,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (collection_id, connector, uri))`,
  `COMMENT ON TABLE seed IS 'An account, feed or stream that a collection follows. seed_id: from collection, connector and URI.'`,
  `COMMENT ON COLUMN seed.uri IS 'What stays when a handle changes: the actor''s canonical URI, or the address of the feed.'`,
  `COMMENT ON COLUMN seed.trusted IS 'Hosts that may be private addresses: only what the person who follows has named.'`,
  `COMMENT ON COLUMN seed.interval_seconds IS 'What is kept now; moves between bounds around every_seconds where adaptive.'`,
  `COMMENT ON COLUMN seed.cursor IS 'Where the connector goes on. Moves only after the records before it are committed.'`,
  `COMMENT ON COLUMN seed.look_at IS 'When the next of its posts is due to be looked at again.'`,
  `COMMENT ON COLUMN seed.harvest_id IS 'The harvest that runs now; it holds the seed until lease_until, and renews that while it lives.'`,
  `COMMENT ON COLUMN seed.claims IS 'How often it has been claimed: whoever holds an earlier claim, of the same harvest even, writes nothing more.'`,
  `COMMENT ON COLUMN seed.waits_until IS 'A spent rate budget: not asked before.'`,
  `CREATE INDEX seed_due ON seed (next_at) WHERE state = 'active'`,
  `CREATE INDEX seed_look_due ON seed (look_at) WHERE state = 'active' AND look_at IS NOT NULL`,

  `CREATE TABLE harvest (
     harvest_id uuid PRIMARY KEY,
     seed_id uuid NOT NULL REFERENCES seed,
     kind text NOT NULL CHECK (kind IN ('scheduled','asked','revisit')),
     state text NOT NULL CHECK (state IN ('running','complete','partial','failed','waiting','skipped','interrupted')),
     started_at timestamptz NOT NULL DEFAULT now(),
     finished_at timestamptz,
     requests integer NOT NULL DEFAULT 0,
     captures integer NOT NULL DEFAULT 0,
     looks integer NOT NULL DEFAULT 0,
     bytes bigint NOT NULL DEFAULT 0,
     problem text,
     warnings jsonb NOT NULL DEFAULT '[]',
     robots jsonb,
     cursor_before jsonb,
     cursor_after jsonb)`,
  `COMMENT ON TABLE harvest IS 'One run for one seed. Its captures are the members of the accession of the same id, which exists where there are any.'`,
  `COMMENT ON COLUMN harvest.state IS 'complete: all that the platform lists since the cursor; partial: more is to come; waiting: a rate budget is spent; skipped: another one was running, or the budget was spent before it began.'`,
  `CREATE INDEX harvest_by_seed ON harvest (seed_id, started_at DESC, harvest_id)`,
  `CREATE INDEX harvest_by_time ON harvest (started_at DESC, harvest_id)`,

  `CREATE TABLE exchange (
     harvest_id uuid NOT NULL REFERENCES harvest,
     seq integer NOT NULL,
     method text NOT NULL,
     url text NOT NULL,
     status smallint,
     request_headers jsonb NOT NULL,
     response_headers jsonb NOT NULL,
     redacted text[] NOT NULL,
     digest bytea,
     bytes bigint NOT NULL,
     started_at timestamptz NOT NULL,
     head_at timestamptz,
     ended_at timestamptz NOT NULL,
     remote_address text,
     certificate text,
     redirected_from integer,
     budget text NOT NULL,
     problem text,
     PRIMARY KEY (harvest_id, seq))`,
  `COMMENT ON TABLE exchange IS 'Every request of a harvest and its answer: the evidence of what was asked and what came. digest: the body as kept.'`,
  `COMMENT ON COLUMN exchange.redacted IS 'What was taken out before anything was stored: names of headers and parameters.'`,
  `COMMENT ON COLUMN exchange.certificate IS 'sha256:<hex> of the server''s certificate (DER).'`,

  `CREATE TABLE coverage (
     seed_id uuid NOT NULL REFERENCES seed,
     kind text NOT NULL CHECK (kind IN ('watched','gap')),
     from_at timestamptz NOT NULL,
     to_at timestamptz NOT NULL,
     reason text,
     detail text,
     harvest_id uuid NOT NULL,
     PRIMARY KEY (seed_id, from_at, kind),
     CHECK (to_at >= from_at))`,
  `COMMENT ON TABLE coverage IS 'When a seed was watched without a break in what the platform lists, and where posts may have been missed, and why.'`,

  `CREATE TABLE revisit (
     seed_id uuid NOT NULL REFERENCES seed,
     post_id uuid NOT NULL,
     uri text NOT NULL,
     ref text NOT NULL,
     published_at timestamptz NOT NULL,
     due_at timestamptz,
     looks integer NOT NULL DEFAULT 0,
     outcome outcome NOT NULL,
     outcome_at timestamptz NOT NULL,
     gone_at timestamptz,
     PRIMARY KEY (seed_id, post_id))`,
  `COMMENT ON TABLE revisit IS 'Posts of a seed, and when each is to be looked at again. What was found stands in observation; this is the plan only.'`,
  `COMMENT ON COLUMN revisit.gone_at IS 'When a look first found it gone; a second look confirms it.'`,
  `CREATE INDEX revisit_due ON revisit (seed_id, due_at) WHERE due_at IS NOT NULL`,
];
