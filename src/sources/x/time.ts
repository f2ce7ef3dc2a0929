/** Times as X writes them, and the time that an id holds. */
import { msOf, parseClassic, parseIso, timeFromMs, type Time } from '../../core/time.js';

/** Until then the oldest archives know the day alone and write midnight. */
const CLOCK_IN_GRAILBIRD = Date.UTC(2010, 10, 5);

/**
 * `Wed Mar 22 07:41:49 +0000 2017`, `2017-03-22T07:41:49.000Z` or `2015-08-18 14:56:30 +0000`. X speaks UTC; its zeros
 * after the seconds are padding. Undefined when it is no time.
 */
export function timeOf(value: unknown): Time | undefined {
  if (typeof value !== 'string') return undefined;
  const first = value.charCodeAt(0);
  if (first > 0x39 || first < 0x30) return parseClassic(value);
  const time = parseIso(value);
  if (!time) return undefined;
  const ms = msOf(time);
  if (Number.isNaN(ms)) return undefined;
  if (value.charAt(10) === ' ' && ms % 86_400_000 === 0 && ms < CLOCK_IN_GRAILBIRD) return timeFromMs(ms, 'day');
  if (time.precision === 'ms' && ms % 1_000 === 0) return timeFromMs(ms, 's');
  return time.zone === 'unknown' ? timeFromMs(ms, time.precision) : time;
}

/** Epoch milliseconds, as streams give them: a string of digits or a number. */
export function timeFromEpoch(value: unknown): Time | undefined {
  const ms = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof ms === 'number' && Number.isSafeInteger(ms) && ms > 0 && ms < 8.64e15
    ? timeFromMs(ms, 'ms')
    : undefined;
}

const TWITTER_EPOCH = 1_288_834_974_657n;
/** Ids below were counted up, one by one, until 4 November 2010. */
const FIRST_SNOWFLAKE = 29_700_859_247n;

/** The millisecond in which the id was minted; undefined for an id that is older than snowflakes. */
export function snowflakeMs(id: string): number | undefined {
  const value = BigInt(id);
  return value < FIRST_SNOWFLAKE ? undefined : Number((value >> 22n) + TWITTER_EPOCH);
}
