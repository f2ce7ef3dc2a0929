/**
 * The head of a message: date, time, and what follows. Phones write it by their own language and region:
 *
 *   [15/04/2016, 15:04:07] Hanna: …      15.04.16, 15:04 - Hanna: …      4/15/16, 3:04 PM - Hanna: …
 *   [٢٠١٦/١٢/١٣ ٩:٠٥:١٢ ص] سليم: …       2016/4/15 下午3:04 - …          15/04/2016 à 15:04 - …      09/12/2012 17:02:35: …
 */
export interface Head {
  /** The three numbers of the date, as they stand. */
  readonly date: readonly [string, string, string];
  /** 0 to 23. */
  readonly hour: number;
  readonly minute: number;
  readonly second: number | undefined;
  /** Where the sender, or the notice, begins. */
  readonly end: number;
}

/** What phones put around it, invisible: marks of direction, a byte order mark. */
export const INVISIBLE = '\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff';
const GAP = `[\\s${INVISIBLE}]`;
const DIGIT = '[0-9\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f]';
const PART = `${GAP}?[./-]${GAP}?`;
const DATE = `(${DIGIT}{1,4})${PART}(${DIGIT}{1,2})${PART}(${DIGIT}{1,4})\\.?`;
const HALF = `\\p{L}[\\p{L}.]{0,5}(?:${GAP}\\p{L}\\.?)?`;
const CLOCK = `(?:(${HALF})${GAP}?)?(${DIGIT}{1,2})[:.\\u2236h](${DIGIT}{2})(?:[:.](${DIGIT}{2}))?(?:${GAP}?(${HALF}))?`;
const BETWEEN = `[,\\u060c]?${GAP}{1,3}`;
const HEAD = new RegExp(
  `^[${INVISIBLE}]*(?:\\[${DATE}${BETWEEN}${CLOCK}\\]${GAP}?|${DATE}${BETWEEN}${CLOCK}(?:${GAP}[-\\u2013]${GAP}|:${GAP}))`,
  'u',
);
/** Longer heads there are none. */
export const HEAD_CHARS = 64;

const AFTERNOON = /^(?:p|م|μ|下午|午後|晚上|오후|ch|oday|du|после|вечера|дня|pop|odp|ban|gece|akş)/iu;
const MORNING = /^(?:a|ص|π|上午|午前|凌晨|早上|오전|sa|ö|до|утра|ночи|dop|rano|bab)/iu;

export function headOf(text: string): Head | undefined {
  const found = HEAD.exec(text.length > HEAD_CHARS ? text.slice(0, HEAD_CHARS) : text);
  if (!found) return undefined;
  const g = found[1] === undefined ? 8 : 0;
  const date = [plain(found[g + 1]!), plain(found[g + 2]!), plain(found[g + 3]!)] as const;
  const half = found[g + 4] ?? found[g + 8];
  let hour = Number(plain(found[g + 5]!));
  const minute = Number(plain(found[g + 6]!));
  const second = found[g + 7] === undefined ? undefined : Number(plain(found[g + 7]!));
  if (half !== undefined && hour <= 12) {
    if (AFTERNOON.test(half)) hour = (hour % 12) + 12;
    else if (MORNING.test(half)) hour %= 12;
  }
  if (hour > 23 || minute > 59 || (second ?? 0) > 59) return undefined;
  return { date, hour, minute, second, end: found[0].length };
}

/** Arabic, Persian and Devanagari digits as those of ASCII. */
function plain(digits: string): string {
  return digits.replace(/[^0-9]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660));
  });
}

export type Order = 'dmy' | 'mdy' | 'ymd';
export const ORDERS: readonly Order[] = ['dmy', 'mdy', 'ymd'];

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Whether a date says by itself what its numbers are: the year is written out, and comes first. */
export function isPlainDate([year]: Head['date']): boolean {
  return year.length === 4;
}

/** The day that a date means in this order; undefined where it means none. */
export function dayOf(date: Head['date'], asked: Order): Day | undefined {
  const [a, b, c] = date;
  const order = isPlainDate(date) ? 'ymd' : asked;
  const [y, m, d] = order === 'dmy' ? [c, b, a] : order === 'mdy' ? [c, a, b] : [a, b, c];
  // A year has two digits or four, a day and a month one or two.
  if (y.length === 1 || y.length === 3 || m.length > 2 || d.length > 2) return undefined;
  const [month, day] = [Number(m), Number(d)];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const written = Number(y);
  const year = y.length === 2 ? 2000 + written : written;
  return { year, month, day };
}
