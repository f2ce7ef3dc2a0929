import { describe, expect, it, test } from '@jest/globals';
import { UsageError } from '../core/errors.js';
import { checkTime, spanText, timeText } from './times.js';

const zoned = (zone: 'utc' | 'unknown' | 'assumed') => ({ at: { precision: 's' as const, zone } });

describe('times for people', () => {
  it('keeps the precision, drops zeros that say nothing', () => {
    expect(timeText('2016-12-12T19:02:05Z')).toBe('2016-12-12 19:02:05Z');
    expect(timeText('2023-06-10T17:02:33.418Z')).toBe('2023-06-10 17:02:33.418Z');
    expect(timeText('2023-06-10T17:02:33.000Z')).toBe('2023-06-10 17:02:33Z');
    expect(timeText('2016-12-12')).toBe('2016-12-12');
  });

  it('says when the zone is not known, or was assumed', () => {
    expect(timeText('2016-12-12T21:04', zoned('unknown'), 'at')).toBe('2016-12-12 21:04 (zone unknown)');
    expect(timeText('2016-12-12T19:04Z', zoned('assumed'), 'at')).toBe('2016-12-12 19:04Z (zone assumed)');
    expect(timeText('2016-12-12T19:04Z', zoned('utc'), 'at')).toBe('2016-12-12 19:04Z');
  });

  it('says equal times once', () => {
    const names = ['from', 'to'] as const;
    expect(spanText('2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z', {}, names)).toBe('2020-01-01 00:00:00Z');
    expect(spanText('2020-01-01', '2021-01-01', {}, names)).toBe('2020-01-01 … 2021-01-01');
    expect(spanText(null, null, {}, names)).toBe('');
  });
});

describe('times that people type', () => {
  test.each(['2016-12-13', '2016-12-13T08:00:00Z', '2016-12-13 08:00+02:00'])('takes %s', (text) =>
    expect(checkTime('--as-of', text)).toBe(text),
  );

  test.each([
    ['yesterday', '--as-of "yesterday": no such time; write 2016-12-13 or 2016-12-13T08:00:00Z'],
    ['2023-02-31', '--as-of "2023-02-31": no such time; write 2016-12-13 or 2016-12-13T08:00:00Z'],
    ['2016-12-13T08:00', '--as-of 2016-12-13T08:00: which zone? Add Z for UTC, or an offset like +02:00'],
  ])('refuses %s', (text, message) => expect(() => checkTime('--as-of', text)).toThrow(new UsageError(message)));
});
