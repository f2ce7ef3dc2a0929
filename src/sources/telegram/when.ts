/** The three ways in which Telegram's files tell a time. */
import { assumeZone, parseIso, timeFromMs, type Time } from '../../core/time.js';
import { asNumber } from '../shared/json.js';

const LATEST_SECONDS = 253_402_300_800; // the year 10000

/** `date_unixtime`: seconds since 1970, a string of digits. */
export function unixTime(value: unknown): Time | undefined {
  const seconds = asNumber(value);
  if (seconds === undefined || !Number.isInteger(seconds) || seconds <= 0 || seconds >= LATEST_SECONDS)
    return undefined;
  return timeFromMs(seconds * 1000, 's', 'utc');
}

/** `date`: the clock on the exporter's wall, without a zone. `zone` is what the user says it was. */
export function wallTime(value: unknown, zone: string | undefined): Time | undefined {
  const time = typeof value === 'string' ? parseIso(value) : undefined;
  return time && zone !== undefined ? assumeZone(time, zone) : time;
}

const TITLE = /^\s*(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC(?:([+-]\d\d):?(\d\d))?)?\s*$/;

/** `14.05.2021 23:28:11 UTC+03:00`, as HTML exports have it; before 2021 without the zone. */
export function titleTime(value: string | undefined, zone: string | undefined): Time | undefined {
  const match = TITLE.exec(value ?? '');
  if (!match) return undefined;
  const [whole, day, month, year, clock, hours, minutes] = match;
  const offset = hours !== undefined ? `${hours}:${minutes}` : whole.includes('UTC') ? 'Z' : '';
  const time = parseIso(`${year}-${month}-${day}T${clock}${offset}`);
  return time && zone !== undefined ? assumeZone(time, zone) : time;
}

/** `0:27`, `1:02:03`, as players show it. */
export function seconds(text: string | undefined): number | undefined {
  const match = /(?:(\d+):)?(\d{1,2}):(\d\d)/.exec((text ?? '').slice(0, 80));
  if (!match) return undefined;
  return Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}
