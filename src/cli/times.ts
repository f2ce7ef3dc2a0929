/** Times as people read and type them: UTC, and never more precise than they are known. */
import { UsageError } from '../core/errors.js';
import { parseIso } from '../core/time.js';
import type { TimeNotes } from '../read/index.js';

/** `2016-12-12 19:02:05Z`; a time whose zone is not known says so. `name` finds its note beside it. */
export function timeText(iso: string, notes: TimeNotes = {}, name = ''): string {
  const text = iso.replace('T', ' ').replace(/\.000(?=Z?$)/, '');
  const zone = notes[name]?.zone;
  return zone === 'unknown' || zone === 'assumed' ? `${text} (zone ${zone})` : text;
}

/** `a`, or `a … b`; what is equal is said once. */
export function spanText(
  from: string | null | undefined,
  to: string | null | undefined,
  notes: TimeNotes,
  names: readonly [string, string],
): string {
  const a = from ? timeText(from, notes, names[0]) : '';
  const b = to ? timeText(to, notes, names[1]) : '';
  return a === b || b === '' ? a : a === '' ? b : `${a} … ${b}`;
}

/**
 * Checks a time that somebody typed. A date is that whole day in UTC. A clock time must say its zone: this is evidence,
 * and where this machine happens to stand has nothing to do with it.
 */
export function checkTime(option: string, text: string): string {
  const time = parseIso(text);
  if (!time || !isOnCalendar(text)) {
    throw new UsageError(`${option} ${JSON.stringify(text)}: no such time; write 2016-12-13 or 2016-12-13T08:00:00Z`);
  }
  if (time.zone === 'unknown' && time.precision !== 'day') {
    throw new UsageError(`${option} ${text}: which zone? Add Z for UTC, or an offset like +02:00`);
  }
  return text.trim();
}

/** Date.parse takes 31 February for 3 March. */
function isOnCalendar(text: string): boolean {
  const date = text.trim().slice(0, 10);
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
