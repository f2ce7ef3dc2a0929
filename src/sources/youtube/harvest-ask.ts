/** Asking the Data API v3. The key goes into a header, so that no address holds it. */
import type { Exchange, HarvestIo } from '../harvest.js';
import { RateLimited } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export interface ApiAnswer {
  readonly exchange: Exchange;
  /** Undefined where the API answered with an error. */
  readonly body: JsonObject | undefined;
  /** `commentsDisabled`, `quotaExceeded`, `channelNotFound` … */
  readonly reason: string | undefined;
  readonly said: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** @throws RateLimited where the day's quota is spent: it is filled up at midnight in California */
export async function askApi(io: HarvestIo, list: string, query: Readonly<Record<string, string>>): Promise<ApiAnswer> {
  const url = `https://www.googleapis.com/youtube/v3/${list}?${new URLSearchParams(query).toString()}`;
  const exchange = await io.request(url, {
    headers: { accept: 'application/json', 'x-goog-api-key': io.credential?.secret ?? '' },
  });
  const answer = asObject(await exchange.json());
  const error = asObject(answer?.['error']);
  const reason = asString(asArray(error?.['errors']).filter(isObject)[0]?.['reason']);
  if (reason === 'quotaExceeded' || reason === 'dailyLimitExceeded') {
    // Winter time; in summer the quota is there an hour earlier.
    const until = Math.ceil((io.now() - 8 * HOUR_MS) / DAY_MS) * DAY_MS + 8 * HOUR_MS;
    throw new RateLimited(`credential:${io.credential?.name ?? 'none'}`, until, 'the key’s quota of today is spent');
  }
  const message = asString(error?.['message'])?.replace(/<[^>]*>/g, '') ?? '';
  const said = `status ${exchange.status}${reason === undefined ? '' : ` ${reason}`}${message === '' ? '' : `: ${message.slice(0, 160)}`}`;
  return { exchange, body: exchange.status === 200 ? answer : undefined, reason, said };
}
