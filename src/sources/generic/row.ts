/** A record's fields by the names that a mapping uses, whatever the file is. */
import { Rejection } from '../../core/errors.js';
import { requireWidth, rowReader } from '../shared/csv.js';
import { isObject, parseObject } from '../shared/json.js';

/** The value of a field: text as it stands, JSON's numbers and so on as they are; undefined where there is none. */
export type Get = (field: string) => unknown;

export function readRow(record: Uint8Array, format: string, head: Uint8Array): Get {
  if (format === 'json') {
    const object = parseObject(record);
    return (field) => (field in object ? object[field] : within(object, field));
  }
  const row = rowReader(head)(record);
  requireWidth(row);
  return (field) => {
    const value = row.of[field];
    if (value !== undefined) return value;
    throw new Rejection(
      'malformed',
      `the mapping names the column "${field}"; the table has ${row.columns.join(', ')}`,
    );
  };
}

function within(object: Readonly<Record<string, unknown>>, field: string): unknown {
  let value: unknown = object;
  for (const key of field.split('.')) {
    if (Array.isArray(value)) value = (value as unknown[])[Number(key)];
    else if (isObject(value)) value = value[key];
    else return undefined;
  }
  return value ?? undefined;
}

/** As text; an empty cell says nothing. */
export function textAt(get: Get, field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const value = get(field);
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)) {
    throw new Rejection('malformed', `"${field}" is a number of too many digits to be read exactly: write it as text`);
  }
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
