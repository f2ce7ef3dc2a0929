/** What stands in the columns beside the keys: content in its canonical form, the words to be found by, times, doubts. Pure. */
import { canonicalBytes, canonicalise, storable, type Json } from '../core/canonical.js';
import type { Content, Profile } from '../core/content.js';
import { sha256, type Digest } from '../core/digest.js';
import type { Observed, Reading } from '../core/reading.js';
import { msOf, type Time } from '../core/time.js';

/** The name of a profile's snapshot. */
export function profileDigest(profile: Profile): Digest {
  return sha256(canonical(profile as unknown as Json).bytes);
}

export function countsOf(metrics: Reading['metrics']): string | undefined {
  if (metrics === undefined) return undefined;
  const text = canonicalise(metrics);
  return text === '{}' ? undefined : text;
}

/** What a search looks through. */
export function searchable(content: Content): string {
  let out = content.text ?? '';
  if (content.name !== undefined) out = content.name + '\n' + out;
  if (content.summary !== undefined) out = content.summary + '\n' + out;
  for (const attachment of content.attachment ?? []) if (attachment.name !== undefined) out += '\n' + attachment.name;
  for (const option of content.poll?.options ?? []) out += '\n' + option;
  return out;
}

/** The canonical form; strings that have none (lone surrogates) are written as visible escapes, and that is told. */
export function canonical(value: Json): { bytes: Uint8Array; lossy: boolean } {
  try {
    return { bytes: canonicalBytes(value), lossy: false };
  } catch {
    return { bytes: canonicalBytes(escaped(value)), lossy: true };
  }
}

function escaped(value: Json): Json {
  if (typeof value === 'string') return storable(value).text;
  if (Array.isArray(value)) return value.map((item) => escaped(item as Json));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[storable(key).text, escaped(item)]])),
    );
  }
  return value;
}

/** Postgres' text holds no U+0000; the snapshot's content keeps it as an escape. */
export function nonNul(text: string | undefined): string | undefined {
  return text?.includes('\u0000') ? text.replaceAll('\u0000', '\\u0000') : text;
}

const NONE: readonly string[] = [];
const FIRST_PLAUSIBLE = '1990';
const DAY_MS = 86_400_000;

/** A time that cannot be right stays as it was said, and is named: clocks and exporters err, and so do forgers. */
export function doubtful({ content }: Reading, observed: Observed): readonly string[] {
  const at = content?.published?.at;
  if (at === undefined) return NONE;
  if (at < FIRST_PLAUSIBLE) return [`published: ${at} is before there was anything to publish on`];
  // Texts of the same form: an hour more or less is no matter here.
  if (at < observed.at.at) return NONE;
  return msOf(content!.published!) > msOf(observed.at) + DAY_MS
    ? [`published: ${at} is after it was seen (${observed.at.at})`]
    : NONE;
}

/** For the columns that are searched by time: what both JavaScript and Postgres read alike, years 1 to 9999. */
export function calendarTime({ at, precision, zone }: Time): string | undefined {
  if (!/^\d{4}-/.test(at) || at.startsWith('0000')) return undefined;
  if (precision === 'day') return `${at}T00:00:00Z`;
  return zone === 'unknown' ? `${at}Z` : at;
}
