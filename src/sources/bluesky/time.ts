/** Times: what clients claim, what servers say, and what stands in the ids of commits. */
import { assumeZone, parseIso, timeFromMs, type Time } from '../../core/time.js';

/** ISO as JavaScript writes it, which is what nearly every client sends: the digits are there already. */
const USUAL = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** What was not understood is added to `losses`. */
export function timeOf(
  value: unknown,
  field: string,
  losses: string[],
  timezone: string | undefined,
): Time | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length === 24 && USUAL.test(value)) return { at: value, precision: 'ms', zone: 'utc' };
  const time = parseIso(value);
  if (!time) {
    losses.push(`${field}: ${JSON.stringify(value.slice(0, 40))} is no time that can be read`);
    return undefined;
  }
  return timezone === undefined ? time : assumeZone(time, timezone);
}

const DIGITS = '234567abcdefghijklmnopqrstuvwxyz';
const TID = /^[2-7a-j][2-7a-z]{12}$/;
/** https://atproto.com/specs/tid */
export function isTid(text: unknown): text is string {
  return typeof text === 'string' && TID.test(text);
}

const FIRST_MS = Date.UTC(2022, 0, 1);

/**
 * The moment in a TID (a commit’s `rev`): microseconds since 1970, set by the account’s server when it made the commit.
 * Undefined for what is none, or lies before there was anything to commit to.
 */
export function timeOfTid(tid: unknown): Time | undefined {
  if (!isTid(tid)) return undefined;
  let upper = 0;
  for (let i = 0; i < 11; i++) upper = upper * 32 + DIGITS.indexOf(tid.charAt(i));
  // Eleven digits are 55 bits: 53 of time after two that are nothing; the last two digits are the clock’s.
  const ms = Math.floor(upper / 1000);
  return ms >= FIRST_MS && ms < 8.64e15 ? timeFromMs(ms, 'ms') : undefined;
}

/** Microseconds since 1970, as Jetstream counts. */
export function timeOfMicros(value: unknown): Time | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < FIRST_MS * 1000) return undefined;
  return timeFromMs(Math.floor(value / 1000), 'ms');
}
