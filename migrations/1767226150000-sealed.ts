import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Private matter alone is an end of its own: it was recognised, and nothing is wrong with it. */
export class Sealed1767226150000 implements MigrationInterface {
  readonly name = 'Sealed1767226150000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `ALTER TABLE accession DROP CONSTRAINT accession_status_check`,
  `ALTER TABLE accession ADD CONSTRAINT accession_status_check CHECK (status IN
     ('receiving','received','splitting','ingesting','complete','sealed','refused','failed'))`,
];
