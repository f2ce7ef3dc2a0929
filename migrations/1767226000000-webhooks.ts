import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of followed posts, as events, and who is told of them. */
export class Webhooks1767226000000 implements MigrationInterface {
  readonly name = 'Webhooks1767226000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE post_event (
     event_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     seed_id        uuid NOT NULL REFERENCES seed,
     collection_id  uuid NOT NULL REFERENCES collection,
     harvest_id     uuid NOT NULL,
     post_id        uuid NOT NULL,
     uri            text NOT NULL,
     kind           text NOT NULL CHECK (kind IN ('new','edited','deleted','gone','back')),
     observation_id uuid NOT NULL,
     at             timestamptz NOT NULL,
     recorded_at    timestamptz NOT NULL DEFAULT now(),
     UNIQUE (collection_id, post_id, kind, observation_id))`,
  `COMMENT ON TABLE post_event IS 'What following found out about a post. Ids are given out and committed in one order, so that whoever has seen one has seen all before it.'`,
  `COMMENT ON COLUMN post_event.observation_id IS 'The first look that showed it, so that nothing is told twice; all zeros for new: a post is new once.'`,
  `COMMENT ON COLUMN post_event.at IS 'When that look was.'`,
  `CREATE INDEX post_event_by_collection ON post_event (collection_id, event_id)`,
  `CREATE INDEX post_event_by_seed ON post_event (seed_id, event_id)`,

  `CREATE TABLE webhook (
     webhook_id    uuid PRIMARY KEY,
     url           text NOT NULL,
     collection_id uuid REFERENCES collection,
     kinds         text[] NOT NULL,
     sealed        bytea NOT NULL,
     wrapped_key   bytea NOT NULL,
     key_id        text NOT NULL,
     state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active','disabled')),
     event_id      bigint NOT NULL,
     next_at       timestamptz NOT NULL DEFAULT now(),
     failures      integer NOT NULL DEFAULT 0,
     failing_since timestamptz,
     problem       text,
     delivered_at  timestamptz,
     created_at    timestamptz NOT NULL DEFAULT now())`,
  `COMMENT ON TABLE webhook IS 'Who is told of events, and how far they have been told. The secret that signs is sealed like a credential.'`,
  `COMMENT ON COLUMN webhook.collection_id IS 'Null: all of them.'`,
  `COMMENT ON COLUMN webhook.event_id IS 'Everything up to here has been delivered, or is not asked for.'`,
  `COMMENT ON COLUMN webhook.next_at IS 'Not tried before; while a worker delivers, when that one is given up.'`,
  `CREATE INDEX webhook_due ON webhook (next_at) WHERE state = 'active'`,
];
