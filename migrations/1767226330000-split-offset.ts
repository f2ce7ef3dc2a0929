import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the column says has not changed; a splitter that goes on after a crash relies on it now. */
export class SplitOffset1767226330000 implements MigrationInterface {
  readonly name = 'SplitOffset1767226330000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `COMMENT ON COLUMN member.split_offset IS 'How far the splitter has come, in bytes: records before it have their ranges, and no others. One that goes on after a crash begins here.'`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
