/** How often a seed is asked. Pure. */
import type { Pace } from '../sources/harvest.js';

export interface Cadence {
  /** What was asked for, seconds. */
  readonly every: number;
  readonly adaptive: boolean;
  /** What is kept now, seconds. */
  readonly interval: number;
}

/** Lively accounts are asked up to three times as often as said, quiet ones up to eight times less, once a day at least. */
const FASTEST = 1 / 3;
const SLOWEST = 8;
const DAY_SECONDS = 86_400;
const HOUR_MS = 3_600_000;
/** So many new posts in one harvest are more than one wants to find at once. */
const LIVELY = 10;

/** @param newPosts that the last harvest brought */
export function nextInterval({ every, adaptive, interval }: Cadence, newPosts: number): number {
  if (!adaptive) return every;
  const factor = newPosts === 0 ? 1.25 : newPosts > LIVELY ? 0.5 : 0.8;
  const slowest = Math.max(every, Math.min(every * SLOWEST, DAY_SECONDS));
  return Math.round(Math.min(slowest, Math.max(every * FASTEST, interval * factor)));
}

/** When an interval ends, milliseconds since 1970, if the platform's wishes are heeded: a day later at most. */
export function heedPace(nowMs: number, seconds: number, { leastSeconds = 0, skipHours = [] }: Pace): number {
  let at = nowMs + Math.max(seconds, Math.min(leastSeconds, DAY_SECONDS)) * 1_000;
  for (let skipped = 0; skipped < 24 && skipHours.includes(new Date(at).getUTCHours()); skipped++)
    at = (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;
  return at;
}

/** After failures in a row: twice as long each time, six hours at most, so that a server that is down is not besieged. */
export function afterFailure(interval: number, failures: number): number {
  const patience = Math.max(interval, 6 * 3_600);
  return Math.min(patience, interval * 2 ** Math.min(failures, 16));
}

/** Spread by up to a tenth, so that seeds which began together do not stay together. @param random 0 to 1 */
export function spread(seconds: number, random: number): number {
  return seconds * (0.95 + random * 0.1);
}

/**
 * Times of a schedule that passed while one harvest ran: each is a harvest that did not happen, and is shown as such.
 * At most 100, the latest.
 */
export function missedTimes(dueMs: number, intervalMs: number, endMs: number): number[] {
  const count = Math.floor((endMs - dueMs) / intervalMs);
  const most = Math.min(count, 100);
  return Array.from({ length: Math.max(most, 0) }, (_, place) => dueMs + (count - most + place + 1) * intervalMs);
}
