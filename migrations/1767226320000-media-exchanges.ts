import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every request for a file by its address, and its answer, as harvests keep theirs. */
export class MediaExchanges1767226320000 implements MigrationInterface {
  readonly name = 'MediaExchanges1767226320000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE media_exchange (
     media_id uuid NOT NULL REFERENCES media_fetch,
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
     problem text,
     PRIMARY KEY (media_id, seq))`,
  `CREATE INDEX media_exchange_by_digest ON media_exchange (digest) WHERE digest IS NOT NULL`,
  `COMMENT ON TABLE media_exchange IS 'Every request for a file by its address and its answer, failed ones too: the evidence of a file, and of its absence.'`,
  `COMMENT ON COLUMN media_exchange.seq IS 'Counts the requests for this address from 0, over all tries.'`,
  `COMMENT ON COLUMN media_exchange.digest IS 'The body as kept. Null where it was not kept: it broke off, was not wanted, was too long, or is a part of a file that came in several.'`,
  `COMMENT ON COLUMN media_exchange.redacted IS 'What was taken out before anything was stored: names of headers and parameters.'`,
  `COMMENT ON COLUMN media_exchange.certificate IS 'sha256:<hex> of the server''s certificate (DER).'`,
];
