import { describe, expect, it } from '@jest/globals';
import { limitOf } from './limits.js';

const NOW = Date.parse('2026-11-28T12:00:00.000Z');
const inSeconds = (seconds: number): number => NOW + seconds * 1_000;

describe('a refusal', () => {
  it.each<[string, number, Record<string, string>, number | undefined]>([
    ['seconds', 429, { 'retry-after': '30' }, 30],
    ['a date', 429, { 'retry-after': 'Sat, 28 Nov 2026 12:01:00 GMT' }, 60],
    ['seconds, said twice', 429, { 'retry-after': '30, 30' }, 30],
    ['seconds already over', 429, { 'retry-after': '0' }, 0],
    ['a date already over', 429, { 'retry-after': 'Sat, 28 Nov 2026 11:00:00 GMT' }, 0],
    ['nothing', 429, {}, undefined],
    ['what cannot be read', 429, { 'retry-after': 'soon' }, undefined],
    ['a negative number', 429, { 'retry-after': '-1' }, undefined],
    [
      'an ISO date (Mastodon)',
      429,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2026-11-28T12:05:00.123456Z' },
      300.123,
    ],
    [
      'epoch seconds (X)',
      429,
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(inSeconds(900) / 1_000) },
      900,
    ],
    ['epoch milliseconds', 429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inSeconds(5)) }, 5],
    ['seconds from now (Reddit)', 429, { 'x-ratelimit-remaining': '0.0', 'x-ratelimit-reset': '236' }, 236],
    ['a reset, though some are left', 429, { 'ratelimit-remaining': '3', 'ratelimit-reset': '17' }, 17],
    [
      'Retry-After before a reset',
      429,
      { 'retry-after': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '17' },
      10,
    ],
    ['a year', 429, { 'retry-after': '31536000' }, 86_400],
    ['418', 418, {}, undefined],
    ['503 with a time', 503, { 'retry-after': '120' }, 120],
    [
      '403 with nothing left (GitHub)',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inSeconds(60) / 1_000) },
      60,
    ],
    ['403 with a time (GitHub, secondary)', 403, { 'retry-after': '60' }, 60],
  ])('until %s', (_what, status, headers, seconds) => {
    const until = seconds === undefined ? undefined : inSeconds(seconds);
    expect(limitOf(status, headers, NOW)).toMatchObject({ refused: true, until });
  });

  it.each<[number, Record<string, string>]>([
    [403, {}],
    [403, { 'x-ratelimit-remaining': '12' }],
    [401, {}],
    [503, {}],
    [200, { 'retry-after': '120' }],
  ])('is not %s with %p', (status, headers) => {
    expect(limitOf(status, headers, NOW)).toBeUndefined();
  });

  it('by a clock that is an hour ahead ends by ours', () => {
    const headers = { date: 'Sat, 28 Nov 2026 13:00:00 GMT', 'retry-after': 'Sat, 28 Nov 2026 13:00:30 GMT' };
    expect(limitOf(429, headers, NOW)).toMatchObject({ until: inSeconds(30) });
  });
});

describe('the last request of a budget', () => {
  it.each<[string, Record<string, string>, number]>([
    ['X-RateLimit', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2026-11-28T12:05:00Z' }, 300],
    ['Reddit, with less than one left', { 'x-ratelimit-remaining': '0.4', 'x-ratelimit-reset': '100' }, 100],
    ['RateLimit-*', { 'ratelimit-limit': '100', 'ratelimit-remaining': '0', 'ratelimit-reset': '50' }, 50],
    ['RateLimit-* of Bluesky', { 'ratelimit-remaining': '0', 'ratelimit-reset': String(inSeconds(50) / 1_000) }, 50],
    ['RateLimit of the older drafts', { ratelimit: 'limit=100, remaining=0, reset=50' }, 50],
    ['RateLimit of the newer drafts', { ratelimit: '"burst";r=20;t=5, "daily";r=0;t=9000' }, 9_000],
  ])('%s', (_what, headers, seconds) => {
    expect(limitOf(200, headers, NOW)).toMatchObject({ refused: false, until: inSeconds(seconds) });
  });

  it.each<[string, Record<string, string>]>([
    ['some are left', { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '100' }],
    ['nothing says until when', { 'x-ratelimit-remaining': '0' }],
    ['the time is over', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2026-11-28T11:00:00Z' }],
    ['it is no number', { 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': '100' }],
    ['some are left of every policy', { ratelimit: '"burst";r=20;t=5, "daily";r=1;t=9000' }],
  ])('is not where %s', (_what, headers) => {
    expect(limitOf(200, headers, NOW)).toBeUndefined();
  });
});
