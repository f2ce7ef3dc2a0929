/** Times as they are printed, and as people write them in questions. */
import { UsageError } from '../core/errors.js';
import { boundsOf, parseIso, timeFromMs, type Precision, type Time, type Zone } from '../core/time.js';
import type { TimeNote, TimeNotes } from './types.js';

/** The string of each time that there is, and beside them, in `times`, what a string cannot tell. */
export function printTimes<Name extends string>(
  fields: Readonly<Record<Name, Time | undefined>>,
): { readonly at: Readonly<Record<Name, string | null>>; readonly times: TimeNotes } {
  const at: Partial<Record<Name, string | null>> = {};
  const times: Record<string, TimeNote> = {};
  for (const [name, time] of Object.entries(fields) as [Name, Time | undefined][]) {
    at[name] = time?.at ?? null;
    if (time) times[name] = noteOf(time);
  }
  return { at: at as Record<Name, string | null>, times };
}

export function noteOf(time: Time): TimeNote {
  const { precision, zone } = time;
  if (zone !== 'unknown') return { precision, zone };
  const { earliest, latest } = boundsOf(time);
  return { precision, zone, earliest: new Date(earliest).toISOString(), latest: new Date(latest).toISOString() };
}

/** The columns of an observed time, as a time. */
export function timeOf(at: Date, precision: Precision, zone: Zone): Time {
  return timeFromMs(at.getTime(), precision, zone);
}

function asked(text: string, name: string): Time {
  const time = parseIso(text);
  if (!time)
    throw new UsageError(`${name} ${JSON.stringify(text)}: must be a time like 2016-12-13T07:41:49Z, or a day`);
  return time;
}

/** Milliseconds since 1970 of the first moment that is meant; without a zone, UTC is. Throws a UsageError. */
export function startOf(text: string, name: string): number {
  return boundsOf(inUtc(asked(text, name))).earliest;
}

/** Milliseconds since 1970 of the last moment that is meant: the end of that second, minute or day, in UTC. */
export function endOf(text: string, name: string): number {
  return boundsOf(inUtc(asked(text, name))).latest;
}

function inUtc(time: Time): Time {
  return time.zone === 'unknown' ? { ...time, zone: 'utc' } : time;
}
