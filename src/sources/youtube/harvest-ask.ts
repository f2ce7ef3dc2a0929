/** Asking the Data API v3. The key goes into a header, so that no address holds it. */
import { NetworkError, RateLimited, type Exchange, type HarvestIo } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { kindOf } from './api.js';

/** The format that its answers are read as. */
export const API = 'youtube-api';

export interface ApiAnswer {
  readonly exchange: Exchange;
  /** Undefined where the API answered with an error. */
  readonly body: JsonObject | undefined;
  /** `commentsDisabled`, `playlistNotFound`, `channelNotFound` … */
  readonly reason: string | undefined;
  readonly said: string;
}

const DAY_SECONDS = 86_400;
const MINUTE_MS = 60_000;

/**
 * @throws RateLimited where the day's quota is spent (it is filled up at midnight in California), or the minute's
 * @throws NetworkError where the answer is not of the API
 */
export async function askApi(io: HarvestIo, list: string, query: Readonly<Record<string, string>>): Promise<ApiAnswer> {
  const url = `https://www.googleapis.com/youtube/v3/${list}?${new URLSearchParams(query).toString()}`;
  const exchange = await io.request(url, {
    headers: { accept: 'application/json', 'x-goog-api-key': io.credential?.secret ?? '' },
  });
  const answer = asObject(await exchange.json());
  const error = asObject(answer?.['error']);
  const reason = asString(asArray(error?.['errors']).filter(isObject)[0]?.['reason']);
  const waits = waitsFor(reason, io.now());
  if (waits) throw new RateLimited(`credential:${io.credential?.name ?? 'none'}`, waits.until, waits.why);
  const message = asString(error?.['message'])?.replace(/<[^>]*>/g, '') ?? '';
  const said = `status ${exchange.status}${reason === undefined ? '' : ` ${reason}`}${message === '' ? '' : `: ${message.slice(0, 160)}`}`;
  if (exchange.status !== 200) return { exchange, body: undefined, reason, said };
  if (!answer || kindOf(answer)?.endsWith('ListResponse') !== true)
    throw new NetworkError('broken', `${exchange.url} answers, but not with a list of the API`, exchange);
  return { exchange, body: answer, reason, said };
}

/** A spent quota is no word on any channel or post (https://developers.google.com/youtube/v3/docs/errors). */
function waitsFor(reason: string | undefined, now: number): { until: number; why: string } | undefined {
  switch (reason) {
    case 'quotaExceeded':
    case 'dailyLimitExceeded':
      return { until: nextMidnight(now), why: 'the key’s quota of today is spent' };
    case 'rateLimitExceeded':
    case 'userRateLimitExceeded':
      return { until: now + MINUTE_MS, why: 'the key asks more often than it may' };
    default:
      return undefined;
  }
}

const CLOCK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/** In California. On the two days on which clocks are changed an hour off, after which it is asked once more. */
function nextMidnight(now: number): number {
  const parts = CLOCK.formatToParts(now);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const passed = of('hour') * 3_600 + of('minute') * 60 + of('second');
  return now - (now % 1_000) + (DAY_SECONDS - passed) * 1_000;
}
