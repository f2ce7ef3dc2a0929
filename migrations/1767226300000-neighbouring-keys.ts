import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Neighbouring posts get neighbouring keys (docs/adr/0012). Every key of a post is made again from its URI; the name that
 * it gave the post before is kept as an address of it, because people may have written that down. One transaction.
 */
export class NeighbouringKeys1767226300000 implements MigrationInterface {
  readonly name = 'NeighbouringKeys1767226300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE ${Object.keys(COLUMNS).join(', ')} IN ACCESS EXCLUSIVE MODE`);
    await runner.query(MOVED);
    await runner.query('ALTER TABLE moved ADD PRIMARY KEY (post_id)');
    await runner.query('ANALYZE moved');
    for (const [table, columns] of Object.entries(COLUMNS))
      await withoutIndexes(runner, table, () => rekey(runner, table, columns));
    await runner.query(FORMER_NAMES);
    for (const statement of COMMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}

/**
 * What src/core/uri.ts made of a post's URI when this migration was written, as SQL. Read from its end, a URI begins
 * with what is neither letter nor digit, then the run.
 */
export function keyOfUri(uri: string): string {
  return `(SELECT (left(${sha256(`CASE WHEN run IS NULL THEN ${uri}
      ELSE left(${uri}, length(${uri}) - tail - run + least(4, greatest(0, run - 3))) END`)}, 4)
    || substring(${sha256(`'post' || chr(31) || ${uri}`)} FROM 5 FOR 28))::uuid
  FROM (SELECT length(substring(backwards FROM '^[^A-Za-z0-9]*')) AS tail,
      length(substring(backwards FROM '^[^A-Za-z0-9]*([A-Za-z0-9]+)')) AS run
    FROM (SELECT reverse(${uri}) COLLATE "C" AS backwards) turned) measured)`;
}

function sha256(text: string): string {
  return `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
}

/** Every column that holds a key of a post. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  post: ['post_id'],
  post_alias: ['post_id'],
  snapshot: ['post_id'],
  observation: ['post_id'],
  reference: ['post_id', 'target_id'],
  identity_link: ['post_id', 'target_id'],
  post_media: ['post_id'],
  revisit: ['post_id'],
  post_event: ['post_id'],
};

/** Where a key stands beside its URI: posts, and what was only named, looked for or told of. */
const NAMED = [
  'SELECT post_id, uri FROM post',
  'SELECT target_id, target_uri FROM reference',
  'SELECT target_id, target_uri FROM identity_link',
  'SELECT post_id, uri FROM revisit',
  'SELECT post_id, uri FROM post_event',
];

const MOVED = `
  CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
  SELECT post_id, ${keyOfUri('uri')} AS new_id
  FROM (SELECT DISTINCT ON (post_id) post_id, uri FROM (${NAMED.join(' UNION ALL ')}) named ORDER BY post_id) known`;

const FORMER_NAMES = `
  INSERT INTO post_alias (post_id, alias) SELECT new_id, 'perdure:post:' || post_id FROM moved WHERE post_id <> new_id
  ON CONFLICT DO NOTHING`;

const COMMENTS = [
  `COMMENT ON TABLE post IS
     'The logical message. post_id: the first 128 bits of SHA-256 over its canonical URI, the first 16 of them replaced by those of its neighbourhood (src/core/uri.ts). A post that is only named by others has no row.'`,
  `COMMENT ON TABLE post_alias IS
     'Other URLs under which people know a post; those that its source can compute are left out. perdure:post:<uuid>: the name that it had here before keys had neighbourhoods.'`,
  `COMMENT ON COLUMN observation.observation_id IS
     'First 128 bits of SHA-256 over collection, post (by the first 128 bits of its URI''s SHA-256), observedAt (unless a fallback), outcome, capture digest, offset, item.'`,
];

interface Index {
  readonly name: string;
  readonly definition: string;
  /** Of the constraint that it serves, if any. */
  readonly constraint: string | null;
  readonly rule: string | null;
}

/** Each row would move in every index, even those that have no key, and leave them twice their size. */
async function withoutIndexes(runner: QueryRunner, table: string, work: () => Promise<void>): Promise<void> {
  const indexes = (await runner.query(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition,
       quote_ident(c.conname) AS constraint, pg_get_constraintdef(c.oid) AS rule
     FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
     WHERE i.indrelid = $1::regclass ORDER BY 1`,
    [table],
  )) as readonly Index[];
  for (const { name, constraint } of indexes)
    await runner.query(
      constraint === null ? `DROP INDEX ${name}` : `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`,
    );
  await work();
  for (const { definition, constraint, rule } of indexes)
    await runner.query(constraint === null ? definition : `ALTER TABLE ${table} ADD CONSTRAINT ${constraint} ${rule}`);
}

/** Every row of it, or nothing at all: what kept an old key would be found by nobody. */
async function rekey(runner: QueryRunner, table: string, columns: readonly string[]): Promise<void> {
  const [, changed] = (await runner.query(
    `UPDATE ${table} t SET ${columns.map((column, i) => `${column} = m${i}.new_id`).join(', ')}
     FROM ${columns.map((_, i) => `moved m${i}`).join(', ')}
     WHERE ${columns.map((column, i) => `t.${column} = m${i}.post_id`).join(' AND ')}`,
  )) as [unknown, number];
  const [{ rows }] = (await runner.query(`SELECT count(*)::float8 AS rows FROM ${table}`)) as [{ rows: number }];
  if (changed === rows) return;
  const [{ example }] = (await runner.query(
    `SELECT min(post_id::text) AS example FROM ${table} t
     WHERE NOT EXISTS (SELECT FROM moved m WHERE t.post_id IN (m.post_id, m.new_id))`,
  )) as [{ example: string | null }];
  throw new Error(
    `${rows - changed} rows of the table ${table} belong to posts whose URI stands nowhere in the database` +
      `${example === null ? '' : ` (one has the key ${example})`}: their new keys cannot be made. Nothing was changed. ` +
      `Bring back the missing rows of the table post from a backup, or remove these, then run \`perdure migrate\` again.`,
  );
}
