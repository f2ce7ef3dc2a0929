/**
 * What an answer says of how much may still be asked: Retry-After (RFC 9110, 10.2.3), RateLimit and RateLimit-* (the
 * IETF's drafts), and what platforms made up before them: X-RateLimit-* (GitHub: epoch seconds, Mastodon: ISO 8601,
 * Reddit: seconds from now and fractions of requests), x-rate-limit-* (X: epoch seconds).
 */
export interface Limit {
  /** The request was turned down; else it was answered, and the next would be turned down. */
  readonly refused: boolean;
  /** Milliseconds since 1970, by our clock; undefined: turned down, and nothing says for how long. */
  readonly until: number | undefined;
  /** One clause for people. */
  readonly why: string;
}

/** Whatever a server says, it is asked again the next day. */
const LONGEST_MS = 24 * 3_600_000;

type Headers = Readonly<Record<string, string>>;

/** Undefined: nothing stands in the way of the next request. */
export function limitOf(status: number, headers: Headers, now: number): Limit | undefined {
  const clock: Clock = { now, skew: skewOf(headers, now) };
  const after = retryAfter(headers, clock);
  const budget = budgetOf(headers, clock);
  const spent = budget !== undefined && budget.remaining < 1;
  const refused =
    status === 429 ||
    status === 418 ||
    (status === 503 && after !== undefined) ||
    (status === 403 && (spent || after !== undefined));
  if (refused) {
    const until = after ?? (spent || status === 429 ? budget?.reset : undefined);
    return { refused, until: bounded(until, now), why: `the platform answered ${status}` };
  }
  if (!spent || budget.reset === undefined || budget.reset <= now) return undefined;
  return { refused, until: bounded(budget.reset, now), why: 'the platform says that its limit is reached' };
}

function bounded(until: number | undefined, now: number): number | undefined {
  return until === undefined ? undefined : Math.min(Math.max(until, now), now + LONGEST_MS);
}

interface Clock {
  readonly now: number;
  /** What the server's clock is ahead of ours, in milliseconds. */
  readonly skew: number;
}

/** Below this the difference is the time on the way, and the seconds that dates are cut to. */
const SKEW_THAT_MATTERS_MS = 5_000;

function skewOf(headers: Headers, now: number): number {
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) || Math.abs(date - now) < SKEW_THAT_MATTERS_MS ? 0 : date - now;
}

function retryAfter(headers: Headers, clock: Clock): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  // One proxy and one server may both say it.
  const first = text.split(', ')[0]!;
  if (/^\d+(\.\d+)?$/.test(first)) return clock.now + Number(first) * 1_000;
  return dateIn(text, clock);
}

interface Remaining {
  readonly remaining: number;
  readonly reset: number | undefined;
}

function budgetOf(headers: Headers, clock: Clock): Remaining | undefined {
  for (const family of ['x-ratelimit', 'x-rate-limit', 'ratelimit']) {
    const remaining = numberIn(headers[`${family}-remaining`]);
    if (remaining !== undefined) return { remaining, reset: momentOf(headers[`${family}-reset`], clock) };
  }
  return structured(headers['ratelimit'], clock);
}

/** `limit=10, remaining=0, reset=5` of the older drafts, `"default";r=0;t=5` of the newer: the first policy that is spent. */
function structured(text: string | undefined, clock: Clock): Remaining | undefined {
  if (text === undefined) return undefined;
  const policies = text.includes('remaining=') ? [text] : text.split(',');
  const read = policies.flatMap((policy) => {
    const remaining = numberIn(/(?:^|[;,\s])(?:remaining|r)=(\d+)/.exec(policy)?.[1]);
    if (remaining === undefined) return [];
    return [{ remaining, reset: momentOf(/(?:^|[;,\s])(?:reset|t)=(\d+)/.exec(policy)?.[1], clock) }];
  });
  return read.find(({ remaining }) => remaining < 1) ?? read[0];
}

function numberIn(text: string | undefined): number | undefined {
  const match = /^\s*(-?\d+(?:\.\d+)?)/.exec(text ?? '');
  return match ? Number(match[1]) : undefined;
}

/** Seconds from now, seconds or milliseconds since 1970, or a date. */
function momentOf(text: string | undefined, clock: Clock): number | undefined {
  if (text === undefined) return undefined;
  const first = text.split(', ')[0]!.trim();
  if (/^\d+(\.\d+)?$/.test(first)) {
    const number = Number(first);
    if (number >= 1e12) return number - clock.skew;
    if (number >= 1e9) return number * 1_000 - clock.skew;
    return clock.now + number * 1_000;
  }
  return dateIn(text, clock);
}

/** An HTTP date or ISO 8601. `Date.parse` takes more for a date: `-1` is in 2001. */
function dateIn(text: string, clock: Clock): number | undefined {
  if (!/^(?:[A-Za-z]{3,9},? |\d{4}-\d\d-\d\d)/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - clock.skew;
}
