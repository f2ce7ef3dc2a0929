import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Profiles that are stated by themselves, without a post; and how far back a seed was read. */
export class Profiles1767226200000 implements MigrationInterface {
  readonly name = 'Profiles1767226200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `ALTER TABLE profile_observation
     ADD COLUMN edition bigint,
     ADD COLUMN claimed_from text,
     ADD COLUMN losses text`,
  `COMMENT ON COLUMN profile_observation.edition IS 'The platform''s own order of the profile''s versions: epoch seconds of the change.'`,
  `COMMENT ON COLUMN profile_observation.claimed_from IS 'RFC 3339: from when on, says the platform, the profile was like this.'`,
  `COMMENT ON COLUMN profile_observation.losses IS 'JSON: what was nulled, cut or escaped in reading.'`,

  `ALTER TABLE seed ADD COLUMN account_stated jsonb NOT NULL DEFAULT '{}'`,
  `COMMENT ON COLUMN seed.account_stated IS
     'Of each address that answered about the account: the digest of what it stated when that was taken in last, and when. The same again within a day is not taken in again.'`,

  `ALTER TABLE seed ADD COLUMN backfilled integer`,
  `UPDATE seed SET backfilled = backfill WHERE cursor IS NOT NULL`,
  `COMMENT ON COLUMN seed.backfilled IS 'The backfill that harvests have gone back for, or are going back for; below backfill: it was raised since.'`,

  `ALTER TABLE exchange ADD COLUMN request_digest bytea`,
  `COMMENT ON COLUMN exchange.request_digest IS 'Of what was sent with a POST, as kept: secrets taken out.'`,
];
