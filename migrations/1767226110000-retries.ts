import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often an accession could not be unpacked, and who had what failed tried again. */
export class Retries1767226110000 implements MigrationInterface {
  readonly name = 'Retries1767226110000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `ALTER TABLE accession ADD COLUMN tries integer NOT NULL DEFAULT 0, ADD COLUMN retries jsonb NOT NULL DEFAULT '[]'`,
  `COMMENT ON COLUMN accession.tries IS 'How often unpacking or splitting it failed for a reason of its own; after some it has failed. Deaths of workers, and trouble with database or disk, are not counted.'`,
  `COMMENT ON COLUMN accession.retries IS 'When somebody had what had failed tried again: at, by, and what that was.'`,
];
