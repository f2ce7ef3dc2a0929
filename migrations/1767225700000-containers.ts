import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Packages inside packages: WARCs and compressed files are members whose content stands as members of its own. */
export class Containers1767225700000 implements MigrationInterface {
  readonly name = 'Containers1767225700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE accession
         DROP CONSTRAINT accession_packing_check,
         ADD CONSTRAINT accession_packing_check CHECK (packing IN ('file','folder','zip','tar','tar.gz','gzip','zstd'))`,
    );
    await runner.query(
      `ALTER TABLE member
         ADD COLUMN container integer,
         ADD COLUMN exchange jsonb,
         DROP CONSTRAINT member_role_check,
         ADD CONSTRAINT member_role_check CHECK (role IN
           ('records','survey','media','sealed','refused','container','unrecognised')),
         ADD CONSTRAINT member_container_fkey FOREIGN KEY (accession_id, container) REFERENCES member (accession_id, member)`,
    );
    await runner.query(
      `COMMENT ON COLUMN member.container IS 'The member that this one was inside (a WARC, a compressed file).'`,
    );
    await runner.query(
      `COMMENT ON COLUMN member.exchange IS
         'Of an answer out of a WARC: its record''s id, place and date, the address without secrets, the HTTP status.'`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
