import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What one look at known posts leaves for the next. */
export class LookPlace1767226310000 implements MigrationInterface {
  readonly name = 'LookPlace1767226310000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `ALTER TABLE seed ADD COLUMN look_place jsonb`,
  `COMMENT ON COLUMN seed.look_place IS
     'What a look at known posts left for the next one, in the connector''s own terms: a job that the platform has not finished.'`,
];
