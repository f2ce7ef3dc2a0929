import type { Observed } from '../../core/reading.js';
import { assumeZone, msOf, parseIso, timeFromMs, type Time } from '../../core/time.js';
import { asNumber, asObject, type JsonObject } from '../shared/json.js';

/** The years 1990 to 2100, in seconds: what lies outside is another unit, and no time of Reddit's. */
const EARLIEST = 631_152_000;
const LATEST = 4_102_444_800;

/** Seconds since 1970, as a whole number, a fraction, or digits. */
export function epochOf(value: unknown): Time | undefined {
  const seconds = typeof value === 'number' ? value : asNumber(value);
  if (seconds === undefined || seconds < EARLIEST || seconds > LATEST) return undefined;
  return timeFromMs(Math.floor(seconds) * 1000, 's');
}

/** The same, or a written date. Columns that are called UTC are that. */
export function timeOf(value: unknown, name: string, losses: string[], timezone?: string): Time | undefined {
  if (value === undefined || value === null || value === '' || value === false) return undefined;
  const epoch = epochOf(value);
  if (epoch) return epoch;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const time = parseIso(text.replace(/ UTC$/, 'Z'));
  if (!time) {
    losses.push(`${name}: no time: ${JSON.stringify(text.slice(0, 60))}`);
    return undefined;
  }
  if (time.zone !== 'unknown' || time.precision === 'day') return time;
  if (name.endsWith('_utc')) return timeFromMs(msOf(time), time.precision);
  return timezone === undefined ? time : assumeZone(time, timezone);
}

/** When a dump's collector looked, and looked again (Arctic Shift, after some 36 hours). */
export interface Looks {
  readonly first?: Time;
  readonly second?: Time;
}

export function looksOf(thing: JsonObject): Looks {
  const first = epochOf(thing['retrieved_on'] ?? thing['retrieved_utc']);
  const second = epochOf(asObject(thing['_meta'])?.['retrieved_2nd_on']);
  return { ...(first && { first }), ...(second && { second }) };
}

/** Words that were edited after the first look were seen at the second. */
export function seenAt({ first, second }: Looks, edited: Time | undefined): Observed | undefined {
  const late = first && second && edited && msOf(edited) > msOf(first);
  const at = late ? second : (first ?? second);
  return at && { at, basis: 'record' };
}
