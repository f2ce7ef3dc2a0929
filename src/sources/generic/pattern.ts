/** Times in patterns: the letters of Unicode's date fields, as spreadsheets and most languages know them. */
import { timeFromMs, type Precision, type Time } from '../../core/time.js';

export type ReadTime = (text: string) => Time | undefined;

type Part = 'year' | 'month' | 'day' | 'hour' | 'half' | 'minute' | 'second' | 'fraction';

const LETTERS: Readonly<Record<string, readonly [part: Part, expression: string]>> = {
  yyyy: ['year', '(\\d{4})'],
  yy: ['year', '(\\d{2})'],
  MM: ['month', '(\\d{2})'],
  M: ['month', '(\\d{1,2})'],
  dd: ['day', '(\\d{2})'],
  d: ['day', '(\\d{1,2})'],
  HH: ['hour', '(\\d{2})'],
  H: ['hour', '(\\d{1,2})'],
  hh: ['hour', '(\\d{2})'],
  h: ['hour', '(\\d{1,2})'],
  mm: ['minute', '(\\d{2})'],
  ss: ['second', '(\\d{2})'],
  SSS: ['fraction', '(\\d{3})'],
  a: ['half', '([AaPp])\\.?[Mm]\\.?'],
};

/** Undefined where the pattern has a letter that means nothing here, a part twice, or no whole date. */
export function compilePattern(pattern: string): ReadTime | undefined {
  const parts: Part[] = [];
  let expression = '';
  for (const [run] of pattern.matchAll(/([A-Za-z])\1*|[^A-Za-z]+/g)) {
    const letter = LETTERS[run];
    if (letter) {
      if (parts.includes(letter[0])) return undefined;
      parts.push(letter[0]);
      expression += letter[1];
    } else if (/[A-Za-z]/.test(run) && run !== 'T' && run !== 'Z') return undefined;
    else expression += run.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+');
  }
  if (!(['year', 'month', 'day'] as const).every((part) => parts.includes(part))) return undefined;
  if (parts.includes('half') !== /h/.test(pattern)) return undefined;
  const utc = pattern.endsWith('Z');
  const whole = new RegExp(`^\\s*${expression}\\s*$`);
  return (text) => {
    const match = whole.exec(text);
    return match ? timeOf(new Map(parts.map((part, i) => [part, match[i + 1]!])), utc) : undefined;
  };
}

function timeOf(parts: ReadonlyMap<Part, string>, utc: boolean): Time | undefined {
  const number = (part: Part): number => Number(parts.get(part) ?? 0);
  const short = parts.get('year')!.length === 2;
  const year = short ? number('year') + (number('year') < 70 ? 2000 : 1900) : number('year');
  const half = parts.get('half')?.toLowerCase();
  if (half !== undefined && (number('hour') < 1 || number('hour') > 12)) return undefined;
  const hour = half === undefined ? number('hour') : (number('hour') % 12) + (half === 'p' ? 12 : 0);
  const ms = Date.UTC(
    year,
    number('month') - 1,
    number('day'),
    hour,
    number('minute'),
    number('second'),
    number('fraction'),
  );
  const date = new Date(ms);
  // Date.UTC takes February 30 for March 1: that is not what was said.
  if (date.getUTCMonth() !== number('month') - 1 || date.getUTCDate() !== number('day') || hour > 23) return undefined;
  if (number('minute') > 59 || number('second') > 59) return undefined;
  return timeFromMs(ms, precisionOf(parts), utc ? 'utc' : 'unknown');
}

function precisionOf(parts: ReadonlyMap<Part, string>): Precision {
  if (parts.has('fraction')) return 'ms';
  if (parts.has('second')) return 's';
  return parts.has('hour') ? 'min' : 'day';
}
