/**
 * Times as sources know them. A time never claims more than was said: it carries its precision and how its zone is
 * known. `at` is RFC 3339; a time of unknown zone is written without an offset.
 */
import { unitAt } from './char.js';

export type Precision = 'ms' | 's' | 'min' | 'day';
export type Zone = 'utc' | 'stated' | 'assumed' | 'unknown';

export interface Time {
  /** `2016-12-13T07:41:49.000Z`; without the milliseconds, seconds or clock time that are not known; no Z for an unknown zone. */
  readonly at: string;
  readonly precision: Precision;
  /** utc: the source speaks UTC. stated: it gave an offset. assumed: the user named a zone. unknown: wall-clock time. */
  readonly zone: Zone;
}

const CUT: Readonly<Record<Precision, number>> = { ms: 23, s: 19, min: 16, day: 10 };
/** UTC−12 … UTC+14 are in use: a wall-clock time lies within these bounds of the same digits in UTC. */
const LATEST_OFFSET_MS = 12 * 3_600_000;
const EARLIEST_OFFSET_MS = 14 * 3_600_000;

export function timeFromMs(ms: number, precision: Precision, zone: Zone = 'utc'): Time {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw new RangeError(`not a time: ${ms} ms`);
  const iso = new Date(ms).toISOString();
  const digits = iso.slice(0, iso.length - 24 + CUT[precision]);
  return { at: zone === 'unknown' || precision === 'day' ? digits : digits + 'Z', precision, zone };
}

/** Milliseconds since 1970 of the time's first moment; the digits of an unknown zone are read as UTC. */
export function msOf(time: Time): number {
  const text = time.at.endsWith('Z') ? time.at : time.precision === 'day' ? time.at : time.at + 'Z';
  const padded = time.precision === 'min' ? text.replace('Z', ':00Z') : text;
  return epochMs(padded);
}

/** The days of a common year before each month. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
/** The days from 1 January of the year 0 to that of 1970. */
const DAYS_BEFORE_1970 = 719_528;

/**
 * Milliseconds since 1970, as Date.parse gives them. Of `2017-03-22T07:41:49Z`, with or without milliseconds, the digits
 * are read here, in a quarter of the time: each post's time is asked for more than once.
 */
export function epochMs(text: string): number {
  const { length } = text;
  if ((length !== 20 && length !== 24) || !hasInstantShape(text)) return Date.parse(text);
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const ms = length === 20 ? 0 : 10 * twoDigits(text, 20) + digit(text, 22);
  // What is no digit is less than 0. The last days of months, and what no clock shows, are left to Date.parse.
  const isPlain = year > 0 && month > 0 && month < 13 && day > 0 && day < 29;
  if (!isPlain || (hour | minute | second | ms) < 0 || hour > 23 || minute > 59 || second > 59) return Date.parse(text);
  const leapYears = month < 3 ? year - 1 : year;
  const leapDays = (leapYears >> 2) - Math.floor(leapYears / 100) + Math.floor(leapYears / 400);
  const days = 365 * year + leapDays + DAYS_BEFORE[month - 1]! + day - DAYS_BEFORE_1970;
  return (days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000 + ms;
}

const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

function hasInstantShape(text: string): boolean {
  const { length } = text;
  if (unitAt(text, 4) !== DASH || unitAt(text, 7) !== DASH || unitAt(text, 10) !== LETTER_T) return false;
  if (unitAt(text, 13) !== COLON || unitAt(text, 16) !== COLON || unitAt(text, length - 1) !== LETTER_Z) return false;
  return length === 20 || unitAt(text, 19) === POINT;
}

/** The two digits at a place, as a number; less than 0 where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens < 0 || ones < 0 ? NOT_DIGITS : 10 * tens + ones;
}

function digit(text: string, at: number): number {
  const value = unitAt(text, at) - 0x30;
  return value >= 0 && value <= 9 ? value : NOT_DIGITS;
}

/** Low enough to stay below 0 whatever stands beside it. */
const NOT_DIGITS = -1_000_000;

/** The bounds within which the moment must lie, in milliseconds. */
export function boundsOf(time: Time): { earliest: number; latest: number } {
  const start = msOf(time);
  const width = { ms: 0, s: 999, min: 59_999, day: 86_399_999 }[time.precision];
  if (time.zone !== 'unknown') return { earliest: start, latest: start + width };
  return { earliest: start - EARLIEST_OFFSET_MS, latest: start + width + LATEST_OFFSET_MS };
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Parses RFC 3339 and its looser relatives (no offset, no seconds, date alone). Undefined when it is no such time. */
export function parseIso(text: string): Time | undefined {
  const match = RFC3339.exec(text.trim());
  if (!match) return undefined;
  const [, date, clock, seconds, fraction, offset] = match;
  if (clock === undefined)
    return isDay(date!, Date.parse(date!)) ? { at: date!, precision: 'day', zone: 'unknown' } : undefined;
  const precision: Precision = fraction !== undefined ? 'ms' : seconds !== undefined ? 's' : 'min';
  const millis = (fraction ?? '').padEnd(3, '0').slice(0, 3);
  const local = Date.parse(`${date}T${clock}:${seconds ?? '00'}.${millis}Z`);
  if (!isDay(date!, local)) return undefined;
  if (offset === undefined) return timeFromMs(local, precision, 'unknown');
  if (offset === 'Z' || offset === 'z') return timeFromMs(local, precision, 'utc');
  const minutes = minutesOf(offset);
  if (minutes === undefined) return undefined;
  return timeFromMs(local - minutes * 60_000, precision, minutes === 0 ? 'utc' : 'stated');
}

/** Date.parse takes February 30 for March 1, and 24:00 for the next day: neither is what was said. */
function isDay(date: string, ms: number): boolean {
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

/** Minutes east of Greenwich of `+0530`, `+05:30` or `+05`; undefined for what no clock shows. */
function minutesOf(offset: string): number | undefined {
  const hours = Number(offset.slice(1, 3));
  const minutes = offset.length > 3 ? Number(offset.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) return undefined;
  return (hours * 60 + minutes) * (offset.startsWith('-') ? -1 : 1);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const CLASSIC = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d [+-]\d{4} \d{4}$/;

/** `Wed Mar 22 07:41:49 +0000 2017`, as X and Weibo write it. */
export function parseClassic(text: string): Time | undefined {
  if (text === lastClassic.text) return lastClassic.time;
  const time = readClassic(text);
  lastClassic = { text, time };
  return time;
}

/** A record's time is asked for more than once. */
let lastClassic: { readonly text: string; readonly time: Time | undefined } = { text: '', time: undefined };

function readClassic(text: string): Time | undefined {
  // Each part has its place, so nothing need be taken out of the expression.
  if (!CLASSIC.test(text)) return undefined;
  const month = MONTHS.indexOf(text.slice(4, 7));
  const year = 100 * twoDigits(text, 26) + twoDigits(text, 28);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (month < 0 || day < 1 || day > daysIn(month, year) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = text.slice(20, 25);
  if (offset === '+0000') return { at: isoOfClassic(text, month), precision: 's', zone: 'utc' };
  const minutes = minutesOf(offset);
  if (minutes === undefined) return undefined;
  const local = Date.UTC(year, month, day, hour, minute, second);
  return timeFromMs(local - minutes * 60_000, 's', minutes === 0 ? 'utc' : 'stated');
}

/**
 * Of a classic time in UTC, as X always writes it: the digits are there already. Made character by character, because
 * what is joined is kept in pieces, and compared, parsed and written at a third of the speed.
 */
function isoOfClassic(text: string, month: number): string {
  const unit = (at: number): number => unitAt(text, at);
  const tens = month < 9 ? 0x30 : 0x31;
  const ones = month < 9 ? 0x31 + month : 0x30 + month - 9;
  // A line for the date, a line for the clock.
  // prettier-ignore
  return String.fromCharCode(
    unit(26), unit(27), unit(28), unit(29), DASH, tens, ones, DASH, unit(8), unit(9),
    LETTER_T, unit(11), unit(12), COLON, unit(14), unit(15), COLON, unit(17), unit(18), LETTER_Z,
  );
}

function daysIn(month: number, year: number): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

const FIRST_PLAUSIBLE = Date.UTC(1990, 0, 1);

/** Whether a platform's time can be true: from 1990 to a day after `now`. */
export function isPlausible(time: Time, now: number): boolean {
  const ms = msOf(time);
  return ms >= FIRST_PLAUSIBLE && ms <= now + 86_400_000;
}

/** Converts a wall-clock time to UTC with an IANA zone that the user named (`--timezone`). */
export function assumeZone(time: Time, zone: string): Time {
  if (time.zone !== 'unknown' || time.precision === 'day') return time;
  const wall = msOf(time);
  // Two rounds settle every offset but those inside a daylight-saving gap, where either answer is as good.
  let utc = wall - offsetAt(wall, zone);
  utc = wall - offsetAt(utc, zone);
  return timeFromMs(utc, time.precision, 'assumed');
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(ms: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const wall = Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute'], part['second']);
  return wall - Math.floor(ms / 1000) * 1000;
}

/** Throws a RangeError for a zone that this Node does not know. */
export function assertZone(zone: string): void {
  offsetAt(0, zone);
}
