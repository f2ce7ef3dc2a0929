import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may ask the service over HTTP. */
export class ApiKeys1767226100000 implements MigrationInterface {
  readonly name = 'ApiKeys1767226100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE api_key (
     api_key_id text PRIMARY KEY CHECK (api_key_id ~ '^[0-9a-f]{12}$'),
     name       text NOT NULL,
     role       text NOT NULL CHECK (role IN ('reader','archivist','administrator')),
     digest     bytea NOT NULL CHECK (octet_length(digest) = 32),
     created_at timestamptz NOT NULL DEFAULT now(),
     created_by text NOT NULL,
     expires_at timestamptz,
     used_at    timestamptz,
     revoked_at timestamptz,
     revoked_by text,
     CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)))`,
  `COMMENT ON TABLE api_key IS 'Who may ask over HTTP. Rows stay when a key is revoked: they say who was let in, by whom, and until when.'`,
  `COMMENT ON COLUMN api_key.digest IS 'SHA-256 of the whole key. The key itself, 32 random bytes, is kept nowhere (docs/adr/0010).'`,
  `COMMENT ON COLUMN api_key.used_at IS 'The last use, to about a minute.'`,
  `CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL`,
];
