/**
 * Dates as feeds write them: RFC 822 with all that people make of it, W3CDTF (RFC 3339), and what PHP, Java and
 * JavaScript print. A date that is none of these is no reason to refuse the post; it is named as a loss.
 */
import { parseIso, timeFromMs, type Precision, type Time, type Zone } from '../../core/time.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Hours east of Greenwich. Those of RFC 822, and those that feeds use. */
const ZONES: Readonly<Record<string, number>> = {
  ...{
    ut: 0,
    utc: 0,
    gmt: 0,
    z: 0,
    wet: 0,
    west: 1,
    bst: 1,
    cet: 1,
    met: 1,
    cest: 2,
    mest: 2,
    eet: 2,
    eest: 3,
    msk: 3,
  },
  ...{ est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7, akst: -9, akdt: -8, hst: -10 },
  ...{ nst: -3.5, ndt: -2.5, sast: 2, hkt: 8, sgt: 8, jst: 9, kst: 9, aest: 10, aedt: 11, nzst: 12, nzdt: 13 },
};

const CLOCK = String.raw`(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?(?:\s*([APap])\.?[Mm]\.?)?`;
const ZONE = String.raw`(?:\s*\(?([+-]\d{1,2}:?\d{2}|[A-Za-z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?)\)?)?`;
/** `Tue, 13 Dec 2016 19:04:11 +0300 (EET)`, `13-Dec-16 19:04`, `Tue 13 December 2016`. */
const RFC822 = new RegExp(
  String.raw`^(?:[^\d,\s]{2,12}[,.]?\s+|[^\d,\s]{2,12},)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2,3})(?:[,T]?\s*${CLOCK}${ZONE}.*)?$`,
  's',
);
/** `December 13, 2016 19:04:11`, `Tue Dec 13 19:04:11 2016` and with a zone before the year. */
const MONTH_FIRST = new RegExp(
  String.raw`^(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:,?\s+${CLOCK}${ZONE})?$`,
);
const ASCTIME = new RegExp(
  String.raw`^(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})\s+(\d{1,2})\s+${CLOCK}${ZONE}\s+(\d{4})$`,
);

/** Undefined when it is no date that is known here. */
export function parseDate(raw: string): Time | undefined {
  const text = raw.trim();
  if (text.length < 4 || text.length > 80) return undefined;
  const first = text.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39 && /^\d{4}-?\d\d/.test(text)) {
    const time = parseIso(text) ?? parseIso(loosened(text));
    if (time) return time;
  }
  let match = RFC822.exec(text);
  if (match) return assemble(match[3]!, match[2]!, match[1]!, match.slice(4));
  match = MONTH_FIRST.exec(text);
  if (match) return assemble(match[3]!, match[1]!, match[2]!, match.slice(4));
  match = ASCTIME.exec(text);
  if (match) return assemble(match[9]!, match[1]!, match[2]!, match.slice(3, 9));
  return undefined;
}

/** `20161213T190411Z`, `2016-12-13T19:04:11 +03:00`, `2016-12-13 19:04:11 UTC`, `2016-12-13T19Z`. */
function loosened(text: string): string {
  return text
    .replace(/^(\d{4})(\d\d)(\d\d)(?=$|T)/, '$1-$2-$3')
    .replace(
      /T(\d\d)(\d\d)(\d\d)?(?=$|[Z+-])/,
      (_, h: string, m: string, s?: string) => `T${h}:${m}${s ? `:${s}` : ''}`,
    )
    .replace(/T(\d\d)(?=$|[Z+-])/, 'T$1:00')
    .replace(/[\s-]*(?:UTC|GMT|UT|Zulu)$/i, 'Z')
    .replace(/^(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)$/, '$1')
    .replace(/t(?=\d\d:)/, 'T')
    .replace(/\s*\[[^\]]*\]$/, '');
}

function assemble(year: string, month: string, day: string, clock: readonly (string | undefined)[]): Time | undefined {
  const at = monthOf(month);
  const whole = yearOf(year);
  if (at < 0) return undefined;
  const [hour, minute, second, fraction, half, zone] = clock;
  // Day 31 of a month that has thirty is no day of the next.
  const midnight = Date.UTC(whole, at, Number(day));
  if (whole < 1000 || new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  if (hour === undefined) return timeFromMs(midnight, 'day', 'unknown');
  let hours = Number(hour);
  if (half !== undefined) hours = (hours % 12) + (half === 'p' || half === 'P' ? 12 : 0);
  // A leap second is no other second's name here.
  const seconds = second === '60' ? 59 : Number(second ?? 0);
  if (hours > 24 || Number(minute) > 59 || seconds > 59) return undefined;
  const precision: Precision = fraction !== undefined ? 'ms' : second !== undefined ? 's' : 'min';
  const millis = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3));
  // Some write midnight as 24:00: the end of that day.
  const local = midnight + ((hours * 60 + Number(minute)) * 60 + seconds) * 1000 + millis;
  const { minutes, kind } = offsetOf(zone);
  return timeFromMs(local - minutes * 60_000, precision, kind);
}

function monthOf(name: string): number {
  const word = name.toLowerCase();
  return MONTHS.findIndex((month) => word.startsWith(month));
}

/** RFC 2822: two digits below 50 are this century's, three are counted from 1900. */
function yearOf(digits: string): number {
  const number = Number(digits);
  if (digits.length === 4) return number;
  return digits.length === 2 && number < 50 ? 2000 + number : 1900 + number;
}

function offsetOf(zone: string | undefined): { minutes: number; kind: Zone } {
  if (zone === undefined || /^[ap]\.?m/i.test(zone)) return { minutes: 0, kind: 'unknown' };
  const sign = zone.search(/[+-]/);
  if (sign >= 0) {
    const digits = zone.slice(sign + 1).replace(':', '');
    const hours = Number(digits.length > 2 ? digits.slice(0, -2) : digits);
    const rest = digits.length > 2 ? Number(digits.slice(-2)) : 0;
    if (hours > 23 || rest > 59) return { minutes: 0, kind: 'unknown' };
    const minutes = (hours * 60 + rest) * (zone[sign] === '-' ? -1 : 1);
    return { minutes, kind: minutes === 0 ? 'utc' : 'stated' };
  }
  const hours = ZONES[zone.toLowerCase()];
  if (hours === undefined) return { minutes: 0, kind: 'unknown' };
  return { minutes: hours * 60, kind: hours === 0 ? 'utc' : 'stated' };
}
