import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accessions may be packed with Zstandard (`.zst`, `.tar.zst`). */
export class Zstd1767225700000 implements MigrationInterface {
  readonly name = 'Zstd1767225700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE accession
         DROP CONSTRAINT accession_packing_check,
         ADD CONSTRAINT accession_packing_check CHECK (packing IN ('file','folder','zip','tar','tar.gz','gzip','zstd'))`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
