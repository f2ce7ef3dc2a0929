/** What strangers send, as Postgres takes it. */
import { storable } from '../core/canonical.js';

/** Text columns refuse U+0000. */
export function withoutNul(text: string): string {
  return text.replaceAll('\u0000', '\\u0000');
}

/** jsonb refuses U+0000 and lone surrogates. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'string' ? withoutNul(storable(each).text) : each,
  );
}

/** A time that a platform claims, where it is one. */
export function validTime(text: string | undefined): string | null {
  const ms = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
