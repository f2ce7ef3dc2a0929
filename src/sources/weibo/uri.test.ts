import { describe, expect, it } from '@jest/globals';
import { weibo } from './index.js';
import { bidOfMid, midOfBid } from './uri.js';

describe('the short name of a status', () => {
  it('is its number in base 62', () => {
    expect(midOfBid('z0JH2lOMb')).toBe('3501756485200075');
    expect(bidOfMid('3501756485200075')).toBe('z0JH2lOMb');
  });

  it('there and back', () => {
    for (let n = 0; n < 200; n++) {
      const mid = String(3_967_953_000_000_000 + n * 7_919_000_001);
      expect(midOfBid(bidOfMid(mid))).toBe(mid);
    }
  });

  it.each(['', 'z0', 'z0JH2lOM!', 'ZZZZZZZZZ', '0000000000000'])('%s is none', (bid) => {
    expect(midOfBid(bid)).toBeUndefined();
  });
});

describe('locate', () => {
  it.each([
    'https://m.weibo.cn/detail/3501756485200075',
    'https://m.weibo.cn/status/z0JH2lOMb?jumpfrom=x',
    'http://m.weibo.cn/1000000007/3501756485200075',
    'https://weibo.com/1000000007/z0JH2lOMb',
    'https://www.weibo.com/1000000007/z0JH2lOMb#comment',
  ])('%s', (url) => {
    expect(weibo.locate!(url)).toBe('https://m.weibo.cn/detail/3501756485200075');
  });

  it.each(['https://weibo.com/u/1000000007', 'https://weibo.com/1000000007/', 'https://weibo.example/1/z0JH2lOMb'])(
    'not %s',
    (url) => {
      expect(weibo.locate!(url)).toBeUndefined();
    },
  );
});

describe('recognition', () => {
  const recognise = (text: string) => {
    const head = Buffer.from(text).subarray(0, 65_536);
    return weibo.recognise({ path: 'file.txt', size: head.length, head, paths: ['file.txt'] });
  };

  it.each([
    [
      'X',
      '{"created_at":"Wed Dec 14 03:04:11 +0000 2016","id":1,"id_str":"1","text":"x","user":{"screen_name":"x","friends_count":1},"in_reply_to_status_id":null,"truncated":false}',
    ],
    ['Mastodon', '{"statuses":[],"accounts":[],"hashtags":[]}'],
    ['anybody', '{"ok":1,"data":{"x":1}}'],
    ['a table', 'id,text,likes\n1,x,2\n'],
  ])('leaves %s alone', (_, text) => {
    expect(recognise(text)).toBeNull();
  });
});
