/**
 * Rows into tables, many at a time.
 *
 * `copyRows` is the fast way: COPY, for rows whose keys are known to be absent. `insertRows` is the safe way: one
 * INSERT … ON CONFLICT DO NOTHING over arrays. Measured on two cores with a tsvector index: COPY 10–12 thousand rows a
 * second, INSERT over arrays 6.7, an INSERT a row 3.8; so the writer looks the keys up first (`absentOf`, one index
 * probe a row) and keeps the safe way for the race in which another worker writes the same key meanwhile.
 */
import { once } from 'node:events';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ProfileObservationRow } from '../../pipeline/ports.js';
import { lexemesOf, tsvectorOf } from '../../core/words.js';
import { formOf, withBinaryRows } from './binary.js';
import { PROFILE_OBSERVATION, type Table, type Value } from './tables.js';

/** Writes rows whose keys are absent. Throws Postgres' unique violation (23505) when one is not, after all. */
export async function copyRows<Row>(client: ClientBase, table: Table<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = table.columns.map(([name]) => name).join(', ');
  const forms = table.columns.map(([, type]) => formOf(type));
  await withBinaryRows(async (binary) => {
    for (const row of rows) binary.row(table.values(row), forms);
    const stream = client.query(copyFrom(`COPY ${table.name} (${columns}) FROM STDIN (FORMAT binary)`));
    stream.end(binary.end());
    await once(stream, 'finish');
  });
}

/** Writes the rows whose keys are absent and returns how many those were. */
export function insertRows<Row>(client: ClientBase, table: Table<Row>, rows: readonly Row[]): Promise<number> {
  return insert(client, table, rows, { conflict: 'DO NOTHING' });
}

/**
 * Profiles stand in many ranges of a capture; the place that is kept is the first, whichever range is written first.
 * Rows that would change nothing are left out by the SELECT: ON CONFLICT DO UPDATE locks the row that it meets even where
 * its WHERE says no, and then all workers on one author's archive wait for each other: 26.6 s for 100,000 posts instead of 19.2.
 */
export async function insertFirst(client: ClientBase, rows: readonly ProfileObservationRow[]): Promise<void> {
  await insert(client, PROFILE_OBSERVATION, rows, {
    name: 'insert-first',
    where: `NOT EXISTS (SELECT FROM profile_observation p WHERE p.actor_id = n.actor_id
      AND p.observation_id = n.observation_id AND p.reader = n.reader AND p.byte_offset <= n.byte_offset)`,
    conflict: `(actor_id, observation_id, reader) DO UPDATE SET byte_offset = excluded.byte_offset,
      byte_length = excluded.byte_length, hand = excluded.hand, metrics = excluded.metrics
      WHERE excluded.byte_offset < profile_observation.byte_offset`,
  });
}

async function insert<Row>(
  client: ClientBase,
  table: Table<Row>,
  rows: readonly Row[],
  {
    name = `insert-${table.name}`,
    where = 'true',
    conflict,
  }: { readonly name?: string; readonly where?: string; readonly conflict: string },
): Promise<number> {
  if (rows.length === 0) return 0;
  const arrays: (string | number | null)[][] = table.columns.map(() => []);
  for (const row of rows) {
    table.values(row).forEach((value, i) => arrays[i]!.push(textOf(value, table.columns[i]![1])));
  }
  const columns = table.columns.map(([name]) => name).join(', ');
  const result = await client.query({
    name,
    text:
      `INSERT INTO ${table.name} (${columns})\n` +
      `SELECT * FROM unnest(${table.columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')}) AS n(${columns})\n` +
      `WHERE ${where}\nON CONFLICT ${conflict}`,
    values: arrays,
  });
  return result.rowCount ?? 0;
}

/** The rows whose keys are not in the table yet. */
export async function absentOf<Row>(
  client: ClientBase,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  if (rows.length === 0) return rows;
  const keys = table.columns.slice(0, table.key);
  const arrays: (string | number | null)[][] = keys.map(() => []);
  for (const row of rows) {
    const values = table.values(row);
    for (let i = 0; i < keys.length; i++) arrays[i]!.push(textOf(values[i], keys[i]![1]));
  }
  const on = keys.map(([name]) => `t.${name} = k.${name}`).join(' AND ');
  const result = await client.query<[string]>({
    name: `absent-${table.name}`,
    text:
      `SELECT k.place FROM unnest(${keys.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})\n` +
      `WITH ORDINALITY AS k(${keys.map(([name]) => name).join(', ')}, place)\n` +
      `WHERE EXISTS (SELECT FROM ${table.name} t WHERE ${on})`,
    values: arrays,
    rowMode: 'array',
  });
  if (result.rows.length === 0) return rows;
  const present = new Set(result.rows.map(([place]) => Number(place) - 1));
  return rows.filter((_, i) => !present.has(i));
}

/** As Postgres reads it from text. */
function textOf(value: Value, type: string): string | number | null {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (type === 'tsvector') return tsvectorOf(lexemesOf(value as string));
  if (type === 'timestamptz') return typeof value === 'number' ? new Date(value).toISOString() : value;
  return type === 'bytea' ? '\\x' + value : value;
}
