import { describe, expect, it } from '@jest/globals';
import { describeSource } from '../../../test/contract/describe-source.js';
import { headOf } from './head.js';
import { whatsapp } from './index.js';
import { filesIn, isDeleted } from './marks.js';

describeSource(whatsapp, {
  folder: 'src/sources/whatsapp/fixtures',
  fixtures: [
    { path: 'ios', format: 'whatsapp-chat', records: 8, read: 8, rejected: 1 },
    {
      path: 'WhatsApp Chat with Neighbours.txt',
      format: 'whatsapp-chat',
      records: 6,
      read: 6,
      rejected: 2,
      options: { timezone: 'Asia/Damascus' },
    },
    { path: 'arabic.txt', format: 'whatsapp-chat', records: 2, read: 2, rejected: 0 },
  ],
});

describe('heads', () => {
  it.each([
    ['[15-01-20 02:22:56] Mary: x', ['15', '01', '20'], 2, 56],
    ['[2020/05/01, 12:00:05] P: x', ['2020', '05', '01'], 12, 5],
    ['[01/01/19 11:25] John Doe: x', ['01', '01', '19'], 11, undefined],
    ['4/15/16, 3:04 PM - H: x', ['4', '15', '16'], 15, undefined],
    ['4/15/16, 12:04 a. m. - H: x', ['4', '15', '16'], 0, undefined],
    ['4/15/16, 3:04\u202fp.m. - H: x', ['4', '15', '16'], 15, undefined],
    ['15/04/2016 à 15:04 - H: x', ['15', '04', '2016'], 15, undefined],
    ['2016/4/15 下午3:04 - H: x', ['2016', '4', '15'], 15, undefined],
    ['2016. 4. 15. 오후 3:04 - H: x', ['2016', '4', '15'], 15, undefined],
    ['15. 04. 2016, 15.04 - H: x', ['15', '04', '2016'], 15, undefined],
    ['09/12/2012 17:02:35: UsernameOne: x', ['09', '12', '2012'], 17, 35],
    ['\u200e[13.12.16, 07:04:11] H: x', ['13', '12', '16'], 7, 11],
  ])('%s', (line, date, hour, second) => {
    expect(headOf(line)).toMatchObject({ date, hour, second });
  });

  it.each([
    'hello',
    '10:30 - meet me',
    '12/12 - no year: x',
    '[1] a footnote: x',
    '2016-12-13T07:00:00Z log: x',
    '99:99 x',
  ])('are not %s', (line) => {
    expect(headOf(line)).toBeUndefined();
  });
});

describe('marks', () => {
  it('knows a deletion by what WhatsApp writes, alone and in whole', () => {
    expect(isDeleted('\u200eYou deleted this message.')).toBe(true);
    expect(isDeleted('He said: This message was deleted')).toBe(false);
  });

  it('finds the files', () => {
    expect(filesIn('A PDF.pdf • \u200e1 page \u200e<attached: some-doc.pdf>')).toEqual(['some-doc.pdf']);
    expect(filesIn('VID-20161213-WA0002.mp4 (ملف مرفق)\ncaption')).toEqual(['VID-20161213-WA0002.mp4']);
    expect(filesIn('see a.b (not a file)')).toEqual([]);
  });
});
