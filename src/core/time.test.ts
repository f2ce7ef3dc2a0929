import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertZone,
  assumeZone,
  boundsOf,
  epochMs,
  isPlausible,
  msOf,
  parseClassic,
  parseIso,
  timeFromMs,
  type Precision,
  type Zone,
} from './time.js';

const moment = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 11, 31) });
const precision = fc.constantFrom<Precision>('ms', 's', 'min', 'day');
const zone = fc.constantFrom<Zone>('utc', 'stated', 'assumed', 'unknown');
const WIDTH: Record<Precision, number> = { ms: 1, s: 1_000, min: 60_000, day: 86_400_000 };

describe('a time', () => {
  it('is its first moment, whatever its precision and zone', () => {
    fc.assert(
      fc.property(moment, precision, zone, (ms, p, z) => {
        const time = timeFromMs(ms, p, z);
        expect(msOf(time)).toBe(Math.floor(ms / WIDTH[p]) * WIDTH[p]);
        expect(time.at.endsWith('Z')).toBe(z !== 'unknown' && p !== 'day');
        expect(parseIso(time.at)).toEqual({ ...time, zone: time.at.endsWith('Z') ? 'utc' : 'unknown' });
      }),
    );
  });

  it('has bounds that hold the moment it was made of, in any zone on earth', () => {
    const offset = fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 900_000);
    fc.assert(
      fc.property(moment, precision, offset, (ms, p, shift) => {
        for (const { earliest, latest } of [
          boundsOf(timeFromMs(ms, p)),
          boundsOf(timeFromMs(ms + shift, p, 'unknown')),
        ]) {
          expect(earliest).toBeLessThanOrEqual(ms);
          expect(latest).toBeGreaterThanOrEqual(ms);
        }
      }),
    );
  });

  it('is counted as Date.parse counts it', () => {
    const instant = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const spelling = fc.constantFrom<(iso: string) => string>(
      (iso) => iso,
      (iso) => iso.replace(/\.\d+/, ''),
      (iso) => iso.slice(0, 10),
      (iso) => iso.slice(0, -1),
      (iso) => iso.replace('Z', '+02:00'),
    );
    fc.assert(
      fc.property(instant, spelling, (at, spell) => {
        const text = spell(at.toISOString());
        expect(epochMs(text)).toBe(Date.parse(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['2017-02-30T00:00:00Z', '2016-02-29T24:00:00Z', '2017-13-01T00:00:00Z', '2017-00-01T00:00:00Z'])(
    'is counted as Date.parse counts it, be there such a day or not: %s',
    (text) => expect(epochMs(text)).toBe(Date.parse(text)),
  );

  it('is counted as Date.parse counts it, whatever stands at any place of it', () => {
    for (const text of ['2017-03-22T07:41:49.123Z', '2017-03-22T07:41:49Z'])
      for (let i = 0; i < text.length; i++)
        for (const char of ['x', '/', ':', ' ', 'é', '']) {
          const wrong = text.slice(0, i) + char + text.slice(i + 1);
          expect([wrong, epochMs(wrong)]).toEqual([wrong, Date.parse(wrong)]);
        }
  });

  it('is refused where there is none', () => {
    expect(() => timeFromMs(Number.NaN, 's')).toThrow(RangeError);
    expect(() => timeFromMs(9e15, 's')).toThrow(RangeError);
  });
});

describe('ISO times', () => {
  it.each([
    ['2016-12-13T07:41:49Z', '2016-12-13T07:41:49Z', 's', 'utc'],
    ['2016-12-13 07:41:49', '2016-12-13T07:41:49', 's', 'unknown'],
    ['2016-12-13T07:41:49.1234567Z', '2016-12-13T07:41:49.123Z', 'ms', 'utc'],
    ['2016-12-13T09:41:49+02:00', '2016-12-13T07:41:49Z', 's', 'stated'],
    ['2016-12-13T09:41:49+0200', '2016-12-13T07:41:49Z', 's', 'stated'],
    ['2016-12-13 09:41:49.5+02', '2016-12-13T07:41:49.500Z', 'ms', 'stated'],
    ['2016-12-12T22:11-09:30', '2016-12-13T07:41Z', 'min', 'stated'],
    ['2016-12-13T07:41:49-00:00', '2016-12-13T07:41:49Z', 's', 'utc'],
    ['2016-12-13T07:41', '2016-12-13T07:41', 'min', 'unknown'],
    ['2016-02-29', '2016-02-29', 'day', 'unknown'],
  ])('%s', (text, at, precision, zone) => expect(parseIso(text)).toEqual({ at, precision, zone }));

  it.each([
    '',
    'yesterday',
    '2016',
    '2016-13-01',
    '2015-02-29',
    '2015-02-29T00:00:00Z',
    '2016-12-13T24:00:00Z',
    '2016-12-13T07:61:00Z',
    '2016-12-13T07:41:49+25:00',
    '2016-12-13T07:41:49+02:75',
    '1481614909',
  ])('are not: %s', (text) => expect(parseIso(text)).toBeUndefined());
});

describe('classic times', () => {
  it('mean what Node takes them for', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -720, max: 840 }), (ms, minutes) => {
        const [weekday, day, month, year, clock] = new Date(ms + minutes * 60_000)
          .toUTCString()
          .replace(',', '')
          .split(' ');
        const size = Math.abs(minutes);
        const offset =
          (minutes < 0 ? '-' : '+') +
          String(Math.floor(size / 60)).padStart(2, '0') +
          String(size % 60).padStart(2, '0');
        const text = `${weekday} ${month} ${day} ${clock} ${offset} ${year}`;
        expect(parseClassic(text)).toEqual(
          timeFromMs(Math.floor(ms / 1000) * 1000, 's', minutes === 0 ? 'utc' : 'stated'),
        );
      }),
    );
  });

  it.each([
    'Wed Mar 22 07:41:49 2017',
    'Wed anF 22 07:41:49 +0000 2017',
    'Wed Feb 30 07:41:49 +0000 2017',
    'Wed Mar 22 25:41:49 +0000 2017',
    'Wed Mar 22 07:61:49 +0000 2017',
    'Wed Mar 22 07:41:49 +9900 2017',
  ])('are not: %s', (text) => expect(parseClassic(text)).toBeUndefined());
});

describe('an assumed zone', () => {
  const wall = (text: string) => parseIso(text)!;

  it('turns wall-clock time into UTC, summer and winter', () => {
    expect(assumeZone(wall('2016-12-13T09:41:49'), 'Asia/Damascus')).toEqual({
      at: '2016-12-13T07:41:49Z',
      precision: 's',
      zone: 'assumed',
    });
    expect(assumeZone(wall('2016-07-13T09:41'), 'Asia/Damascus')).toEqual({
      at: '2016-07-13T06:41Z',
      precision: 'min',
      zone: 'assumed',
    });
    expect(assumeZone(wall('2016-07-13T09:41:49'), 'Asia/Kathmandu').at).toBe('2016-07-13T03:56:49Z');
  });

  it('shows the same clock again in that zone, but for the hours that a change of clocks skips', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Asia/Tehran', 'Pacific/Kiritimati', 'UTC');
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) }), zones, (ms, name) => {
        const utc = Math.floor(ms / 1000) * 1000;
        const shown = new Date(utc).toLocaleString('sv-SE', { timeZone: name });
        const back = assumeZone(wall(shown), name);
        expect(new Date(msOf(back)).toLocaleString('sv-SE', { timeZone: name })).toBe(shown);
      }),
    );
  });

  it('changes nothing that has a zone, nor a mere day', () => {
    for (const text of ['2016-12-13T09:41:49Z', '2016-12-13'])
      expect(assumeZone(wall(text), 'Asia/Damascus')).toEqual(wall(text));
    expect(() => assertZone('Asia/Damascus')).not.toThrow();
    expect(() => assertZone('Asia/Atlantis')).toThrow(RangeError);
  });
});

describe('plausibility', () => {
  it('is from 1990 to a day after now', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(isPlausible(timeFromMs(0, 's'), now)).toBe(false);
    expect(isPlausible(timeFromMs(now + 3_600_000, 's'), now)).toBe(true);
    expect(isPlausible(timeFromMs(now + 2 * 86_400_000, 's'), now)).toBe(false);
  });
});
