import { describe, expect, it } from '@jest/globals';
import { seconds, titleTime, unixTime, wallTime } from './when.js';

describe('telegram times', () => {
  it('reads seconds since 1970 as UTC', () => {
    expect(unixTime('1481655851')).toEqual({ at: '2016-12-13T19:04:11Z', precision: 's', zone: 'utc' });
    for (const value of ['', 'never', '-1', 0, 1.5, '99999999999999', null, {}])
      expect(unixTime(value)).toBeUndefined();
  });

  it('leaves the zone of a wall clock open unless the user names it', () => {
    expect(wallTime('2016-12-13T21:04:11', undefined)).toEqual({
      at: '2016-12-13T21:04:11',
      precision: 's',
      zone: 'unknown',
    });
    expect(wallTime('2016-12-13T21:04:11', 'Asia/Damascus')?.at).toBe('2016-12-13T19:04:11Z');
    expect(wallTime(5, undefined)).toBeUndefined();
  });

  it.each([
    ['13.12.2016 21:04:11 UTC+02:00', '2016-12-13T19:04:11Z', 'stated'],
    ['13.12.2016 14:34:11 UTC-04:30', '2016-12-13T19:04:11Z', 'stated'],
    ['13.12.2016 19:04:11 UTC', '2016-12-13T19:04:11Z', 'utc'],
    ['13.12.2016 21:04:11', '2016-12-13T21:04:11', 'unknown'],
  ])('reads the title %s', (title, at, zone) => {
    expect(titleTime(title, undefined)).toEqual({ at, precision: 's', zone });
  });

  it('reads no time out of what is none', () => {
    for (const title of [undefined, '', '13/12/2016 21:04:11', '45.19.2016 21:04:11'])
      expect(titleTime(title, undefined)).toBeUndefined();
    expect(titleTime('13.12.2016 21:04:11', 'Asia/Damascus')?.at).toBe('2016-12-13T19:04:11Z');
  });

  it('reads how long something plays', () => {
    expect(['0:27', '01:13, 240.1 KB', '1:02:03', 'Voice', undefined].map(seconds)).toEqual([
      27,
      73,
      3_723,
      undefined,
      undefined,
    ]);
  });
});
