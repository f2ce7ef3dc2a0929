/**
 * Times as sources know them. A time never claims more than was said: it carries its precision and how its zone is
 * known. `at` is RFC 3339; a time of unknown zone is written without an offset.
 */
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
  return Date.parse(padded);
}

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
const CLASSIC = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})$/;

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
  const match = CLASSIC.exec(text);
  if (!match) return undefined;
  const month = MONTHS.indexOf(match[1]!);
  const [day, hour, minute, second, year] = [+match[2]!, +match[3]!, +match[4]!, +match[5]!, +match[7]!];
  if (month < 0 || day < 1 || day > daysIn(month, year) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (match[6] === '+0000') {
    // As X always writes it: the digits are there already.
    const number = String(month + 1).padStart(2, '0');
    return {
      at: `${match[7]}-${number}-${match[2]}T${match[3]}:${match[4]}:${match[5]}Z`,
      precision: 's',
      zone: 'utc',
    };
  }
  const minutes = minutesOf(match[6]!);
  if (minutes === undefined) return undefined;
  const local = Date.UTC(year, month, day, hour, minute, second);
  return timeFromMs(local - minutes * 60_000, 's', minutes === 0 ? 'utc' : 'stated');
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
