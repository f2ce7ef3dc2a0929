import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that posts and profiles name by their address: what is to be fetched, what came of it, who shows it. */
export class Media1767225900000 implements MigrationInterface {
  readonly name = 'Media1767225900000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE media_fetch (
     media_id     uuid PRIMARY KEY,
     url          text NOT NULL,
     type         text NOT NULL CHECK (type IN ('Image','Video','Audio','Document','Avatar')),
     state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','stored','missing','refused')),
     tries        integer NOT NULL DEFAULT 0,
     next_at      timestamptz DEFAULT now(),
     problem      text,
     status       smallint,
     digest       bytea,
     bytes        bigint,
     content_type text,
     width        integer,
     height       integer,
     phash        bit(64),
     fetched_at   timestamptz,
     created_at   timestamptz NOT NULL DEFAULT now(),
     CHECK (state <> 'stored' OR digest IS NOT NULL))`,
  `COMMENT ON TABLE media_fetch IS 'Files by their address, each fetched once. media_id: the first 128 bits of the address''s SHA-256.'`,
  `COMMENT ON COLUMN media_fetch.state IS 'missing: the server no longer has it, or gave up on; refused: what is there may not be asked for, or is no such file.'`,
  `COMMENT ON COLUMN media_fetch.next_at IS 'When it is to be tried next; while a worker is at it, when that one is given up. Null: no more.'`,
  `COMMENT ON COLUMN media_fetch.status IS 'The HTTP status of the last answer.'`,
  `COMMENT ON COLUMN media_fetch.digest IS 'What was stored last; kept when a later look finds nothing.'`,
  `COMMENT ON COLUMN media_fetch.content_type IS 'By the first bytes of the file, not by what the server says.'`,
  `COMMENT ON COLUMN media_fetch.phash IS 'Difference hash of the picture (first frame, 9 × 8 greys): a help in finding look-alikes, no evidence.'`,
  `CREATE INDEX media_fetch_due ON media_fetch (next_at) WHERE next_at IS NOT NULL`,
  `CREATE INDEX media_fetch_missing ON media_fetch (media_id) WHERE state <> 'stored'`,
  `CREATE INDEX media_fetch_by_digest ON media_fetch (digest) WHERE digest IS NOT NULL`,

  // The link of a post to such a file is its row in post_media, whose `file` is the address: without a digest until
  // the file is here. A hash index, because addresses may be longer than a page's third.
  `CREATE INDEX post_media_wanted ON post_media USING hash (file) WHERE digest = ''`,

  `CREATE TABLE actor_picture (
     actor_id uuid NOT NULL,
     media_id uuid NOT NULL,
     PRIMARY KEY (actor_id, media_id))`,
  `COMMENT ON TABLE actor_picture IS 'Pictures that profiles of an actor name; the address stands in the profile, the file in media_fetch.'`,
  `CREATE INDEX actor_picture_by_media ON actor_picture (media_id)`,
];
