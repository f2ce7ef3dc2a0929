import { describe, expect, it } from '@jest/globals';
import { parseDate } from './date.js';

describe('feed: dates', () => {
  it.each([
    ['Tue, 13 Dec 2016 19:04:11 GMT', '2016-12-13T19:04:11Z', 's', 'utc'],
    ['Tue, 13 Dec 2016 19:04:11 +0200', '2016-12-13T17:04:11Z', 's', 'stated'],
    ['Tue, 13 Dec 2016 19:04:11 +02:00', '2016-12-13T17:04:11Z', 's', 'stated'],
    ['Tue, 13 Dec 2016 19:04:11 +0300 (EET)', '2016-12-13T16:04:11Z', 's', 'stated'],
    ['13 Dec 16 19:04 EST', '2016-12-14T00:04Z', 'min', 'stated'],
    ['Thu, 13 Dec 96 19:04:11 Z', '1996-12-13T19:04:11Z', 's', 'utc'],
    ['Tues, 13 December 2016 19:04:11 PST', '2016-12-14T03:04:11Z', 's', 'stated'],
    ['Tue,13 Dec 2016 7:04:11 PM GMT', '2016-12-13T19:04:11Z', 's', 'utc'],
    ['Tue, 13-Dec-2016 19:04:11', '2016-12-13T19:04:11', 's', 'unknown'],
    ['Tue, 13 Dec 2016 19:04:11 GMT+0200', '2016-12-13T17:04:11Z', 's', 'stated'],
    // A zone that several countries call theirs, and one that is no zone.
    ['Tue, 13 Dec 2016 19:04:11 IST', '2016-12-13T19:04:11', 's', 'unknown'],
    ['Tue, 13 Dec 2016 24:00:00 GMT', '2016-12-14T00:00:00Z', 's', 'utc'],
    ['Tue, 13 Dec 2016', '2016-12-13', 'day', 'unknown'],
    ['December 13, 2016 19:04:11', '2016-12-13T19:04:11', 's', 'unknown'],
    ['Tue Dec 13 19:04:11 2016', '2016-12-13T19:04:11', 's', 'unknown'],
    ['Tue Dec 13 19:04:11 UTC 2016', '2016-12-13T19:04:11Z', 's', 'utc'],
    ['2016-12-13T19:04:11.25+02:00', '2016-12-13T17:04:11.250Z', 'ms', 'stated'],
    ['2016-12-13T19:04Z', '2016-12-13T19:04Z', 'min', 'utc'],
    ['2016-12-13T19:04:11', '2016-12-13T19:04:11', 's', 'unknown'],
    ['2016-12-13 19:04:11 UTC', '2016-12-13T19:04:11Z', 's', 'utc'],
    ['20161213T190411Z', '2016-12-13T19:04:11Z', 's', 'utc'],
    ['2016-12-13Z', '2016-12-13', 'day', 'unknown'],
    ['2016-12-13', '2016-12-13', 'day', 'unknown'],
  ])('%s', (text, at, precision, zone) => {
    expect(parseDate(text)).toEqual({ at, precision, zone });
  });

  it.each([
    '',
    'yesterday',
    '2016',
    'Tue, 31 Feb 2016 19:04:11 GMT',
    'mar. 13 déc. 2016',
    '١٣ كانون الأول ٢٠١٦',
    '13/12/2016',
  ])('knows no date in %j', (text) => expect(parseDate(text)).toBeUndefined());
});
