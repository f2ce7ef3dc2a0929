/**
 * What the browser extension Zeeschuimer saves: a line for each item that a platform's own page loaded.
 *
 *   {"nav_index":"1:4:NaN","item_id":"7…","timestamp_collected":1697110676723,"last_updated":…,
 *    "source_platform":"tiktok.com","source_platform_url":"https://www.tiktok.com/…","source_url":"https://…/api/…",
 *    "user_agent":"…","data":{ …the platform's own object… }}
 *
 * 4CAT, which researchers upload these lines to, hands them out again as its NDJSON: the platform's object itself, with
 * the rest of the line in its key `__import_meta`. Both are read here.
 *
 * The addresses hold the collector's searches and session secrets (msToken, verifyFp, access_token): no reading takes
 * anything from them. Of the line, only the platform, the item and the moment of the capture are handed on.
 */
import type { Observed } from '../../core/reading.js';
import { timeFromMs } from '../../core/time.js';
import { asNumber, asObject, asString, isObject, type JsonObject } from './json.js';

export interface Captured {
  /** As Zeeschuimer names its modules: `twitter.com`, `tiktok.com`, `tiktok-comments`, `instagram.com`. */
  readonly platform: string;
  readonly itemId?: string;
  readonly observedAt?: Observed;
  /** The platform's own object. */
  readonly data: JsonObject;
}

/**
 * What a line holds; undefined when it is no such line, or one without the platform's object. Works on a line that is
 * cut (`peekJson`) too, since `data` stands last.
 */
export function capturedOf(value: unknown): Captured | undefined {
  if (!isObject(value)) return undefined;
  if (isObject(value['data']) && isFrame(value)) return capture(value, value['data']);
  const frame = asObject(value['__import_meta']);
  return frame && isFrame(frame) ? capture(frame, value) : undefined;
}

/** Whether one of the values of a peek is such a line, of one of these platforms. */
export function isCapturedFrom(values: readonly unknown[], platforms: readonly string[]): boolean {
  return values.some((value) => {
    const captured = capturedOf(value);
    return captured !== undefined && platforms.includes(captured.platform);
  });
}

function isFrame(frame: JsonObject): boolean {
  return typeof frame['source_platform'] === 'string' && ('timestamp_collected' in frame || 'nav_index' in frame);
}

function capture(frame: JsonObject, data: JsonObject): Captured {
  const platform = (asString(frame['source_platform']) ?? '').replace(/^www\./, '');
  const item = frame['item_id'];
  const itemId = typeof item === 'number' && Number.isSafeInteger(item) ? String(item) : asString(item);
  const ms = asNumber(frame['timestamp_collected']);
  // Milliseconds since 1970: what lies outside 2001 to 2100 is another unit, and is not asserted.
  const isTime = ms !== undefined && ms > 978_307_200_000 && ms < 4_102_444_800_000;
  return {
    platform,
    ...(itemId !== undefined && itemId !== '' && { itemId }),
    ...(isTime && { observedAt: { at: timeFromMs(Math.trunc(ms), 'ms'), basis: 'record' as const } }),
    data,
  };
}
