import { describe, expect, it } from '@jest/globals';
import { meant, meantIn, metaTime, parseMeta } from './meta.js';
import { fileKey, fileOf } from './meta-media.js';
import { entriesOf, secondsOf } from './meta-maps.js';
import { codeOf, plainCode } from './meta-web.js';

describe('strings of Meta’s exports', () => {
  const garbled = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

  it.each(['plain', '', 'حلب', 'café', '🕊 سلام', 'a\u0000b', '\u00a0', '\ufeffx'])('%j is what was meant', (text) => {
    expect(meant(garbled(text))).toBe(text);
  });

  it.each(['café', 'حلب', '\u00c3', '\u00d8', '\u00ed\u00a0\u00bd', 'x\ud83d'])(
    '%j was not garbled, and stays',
    (text) => {
      expect(meant(text)).toBe(text);
    },
  );

  it('are decoded in every place, names of fields too', () => {
    const value = { [garbled('الوقت')]: [garbled('حلب'), 1, null, { x: garbled('é') }] };
    expect(meantIn(value)).toEqual({ الوقت: ['حلب', 1, null, { x: 'é' }] });
    expect(parseMeta(Buffer.from('{"a":"\\u00d8\\u00ad","b":"x"}'))).toEqual({ a: 'ح', b: 'x' });
    expect(parseMeta(Buffer.from('\ufeff{"a":"x"}'))).toEqual({ a: 'x' });
    expect(Object.getPrototypeOf(meantIn(JSON.parse('{"__proto__":{"a":1}}')))).toBe(Object.prototype);
  });
});

it('times are seconds, or thousandths', () => {
  expect(metaTime(1_481_655_851)).toEqual({ at: '2016-12-13T19:04:11Z', precision: 's', zone: 'utc' });
  expect(metaTime(1_481_655_851_042)).toEqual({ at: '2016-12-13T19:04:11.042Z', precision: 'ms', zone: 'utc' });
  for (const none of [0, -1, undefined, 'x', 1e20]) expect(metaTime(none)).toBeUndefined();
});

describe('files', () => {
  it('are known by the last number of their names', () => {
    expect(fileKey('posts/media/x_yDeg/1_2_3_n_10205722626290684.jpg')).toBe('10205722626290684');
    expect(fileKey('media/posts/201612/17900000000000001.heic')).toBe('17900000000000001');
    expect(fileKey('photos/201804/0a1b2c.jpg')).toBeUndefined();
    expect(fileKey('messages/x/clip1234567890.mp4')).toBeUndefined();
  });

  it.each([
    ['your_posts_1.json', 'posts/media/1.jpg', 'posts/media/1.jpg'],
    ['facebook-nour/posts/your_posts_1.json', 'posts/media/1.jpg', 'facebook-nour/posts/media/1.jpg'],
    [
      'a/your_facebook_activity/posts/b.json',
      'your_facebook_activity/posts/media/1.jpg',
      'a/your_facebook_activity/posts/media/1.jpg',
    ],
    ['a/your_instagram_activity/content/b.json', 'media/posts/1.jpg', 'a/media/posts/1.jpg'],
    ['Sami_3.json', './media/1.jpg', './media/1.jpg'.slice(2)],
  ])('of %s lie where %s says', (path, uri, lies) => {
    expect(fileOf({ uri }, path)!.file).toBe(lies);
  });

  it('on the web lie nowhere', () => {
    expect(fileOf({ uri: 'https://x.example/1.jpg' }, 'a.json')).toEqual({
      attachment: { type: 'Image' },
      file: undefined,
    });
  });
});

it('tables give their entries in order, whatever they are called', () => {
  const table = { string_map_data: { تعليق: { value: 'x' }, الوقت: { timestamp: 5 }, ج: { value: '', timestamp: 0 } } };
  expect(entriesOf(table)).toEqual([
    { label: 'تعليق', value: 'x' },
    { label: 'الوقت', timestamp: 5 },
    { label: 'ج', value: '' },
  ]);
  expect(secondsOf(table)).toBe(5);
  const labels = {
    label_values: [
      { label: 'a', href: 'https://x' },
      { title: 'b', dict: [{ dict: [{ label: 'c', value: 'd' }] }] },
    ],
  };
  expect(entriesOf(labels)).toEqual([
    { label: 'a', href: 'https://x' },
    { label: 'c', value: 'd' },
  ]);
});

it('codes are numbers in digits of 64', () => {
  expect(codeOf({ pk: '1404000000000000001' })).toBe('BN8Ao-wpgAB');
  expect(codeOf({ id: '1404000000000000001_7' })).toBe('BN8Ao-wpgAB');
  expect(codeOf({ code: 'BN8Ao-wpgAB' })).toBe('BN8Ao-wpgAB');
  expect(codeOf({ pk: 1.404e18 })).toBeUndefined();
  expect(plainCode(`BN8Ao-wpgAB${'x'.repeat(28)}`)).toBe('BN8Ao-wpgAB');
});
