/**
 * How often a feed says that it is worth asking: `ttl` in minutes and `skipHours` in GMT (https://www.rssboard.org/rss-specification),
 * `sy:updatePeriod` and `sy:updateFrequency` (https://web.resource.org/rss/1.0/modules/syndication/).
 */
import { Parser } from 'htmlparser2';
import type { Json } from '../../core/canonical.js';
import type { Pace } from '../harvest.js';
import { asArray, asNumber, asObject } from '../shared/json.js';
import { decodeLoosely, encodingOf } from './encoding.js';

const DAY_SECONDS = 86_400;
const PERIODS: ReadonlyMap<string, number> = new Map([
  ['hourly', 3_600],
  ['daily', DAY_SECONDS],
  ['weekly', 7 * DAY_SECONDS],
  ['monthly', 30 * DAY_SECONDS],
  ['yearly', 365 * DAY_SECONDS],
]);

/** @param head the feed's first bytes; what stands in its items is none of the feed's own words */
export function paceIn(head: Uint8Array): Pace | undefined {
  const said = new Map<string, string[]>();
  const open: string[] = [];
  let inItems = false;
  const parser = new Parser(
    {
      onopentagname(name) {
        open.push(name.toLowerCase());
        inItems ||= ['item', 'entry'].includes(name.toLowerCase());
      },
      ontext(text) {
        const name = open.at(-1);
        if (inItems || name === undefined) return;
        const within = name === 'hour' ? `${open.at(-2) ?? ''} hour` : name;
        if (WORDS.has(within)) said.set(within, [...(said.get(within) ?? []), text.trim()]);
      },
      onclosetag: () => void open.pop(),
    },
    { xmlMode: true },
  );
  parser.write(decodeLoosely(head, encodingOf(head).label));
  parser.end();
  return paceOf(said);
}

const WORDS = new Set(['ttl', 'sy:updateperiod', 'sy:updatefrequency', 'skiphours hour']);

function paceOf(said: ReadonlyMap<string, readonly string[]>): Pace | undefined {
  const number = (name: string): number => {
    const text = said.get(name)?.[0] ?? '';
    return /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  };
  const period = PERIODS.get(said.get('sy:updateperiod')?.[0]?.toLowerCase() ?? '') ?? NaN;
  const frequency = said.has('sy:updatefrequency') ? number('sy:updatefrequency') : 1;
  const spans = [number('ttl') * 60, period / frequency].filter((span) => span > 0 && span < Infinity);
  // A feed that is said to change once a year is looked at once a day all the same.
  const least = spans.length === 0 ? undefined : Math.min(DAY_SECONDS, Math.round(Math.max(...spans)));
  const hours = (said.get('skiphours hour') ?? [])
    .filter((text) => /^\d{1,2}$/.test(text))
    .map((text) => Number(text) % 24);
  const skipHours = [...new Set(hours)].sort((a, b) => a - b);
  // All day long is never, and nobody means that.
  const skips = skipHours.length > 0 && skipHours.length < 24;
  if (least === undefined && !skips) return undefined;
  return { ...(least !== undefined && { leastSeconds: least }), ...(skips && { skipHours }) };
}

/** As a cursor keeps it, for answers that say only that nothing has changed. */
export function storedPace({ leastSeconds, skipHours }: Pace): Json {
  return { ...(leastSeconds !== undefined && { leastSeconds }), ...(skipHours && { skipHours: [...skipHours] }) };
}

export function paceOfCursor(cursor: unknown): Pace | undefined {
  const stored = asObject(asObject(cursor)?.['pace']);
  if (!stored) return undefined;
  const leastSeconds = asNumber(stored['leastSeconds']);
  const skipHours = asArray(stored['skipHours']).filter((hour): hour is number => typeof hour === 'number');
  return { ...(leastSeconds !== undefined && { leastSeconds }), ...(skipHours.length > 0 && { skipHours }) };
}
