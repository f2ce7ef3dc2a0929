import { describe, expect, it } from '@jest/globals';
import { tiktok } from './index.js';
import { parseExact } from '../shared/exact.js';
import { locate, videoOf } from './uri.js';

const ID = '7000000000000000001';
const recognise = (text: string) => {
  const head = Buffer.from(text);
  return tiktok.recognise({ path: 'a.bin', size: head.length, head, paths: ['a.bin'] });
};

describe('locate', () => {
  it.each([
    `https://www.tiktok.com/@nour/video/${ID}`,
    `https://www.tiktok.com/@nour/photo/${ID}?lang=en`,
    `https://www.tiktokv.com/share/video/${ID}/`,
    `https://m.tiktok.com/v/${ID}.html?u_code=1`,
    `https://www.tiktok.com/embed/v2/${ID}`,
    videoOf(ID),
  ])('%s', (url) => {
    expect(locate(url)).toBe(videoOf(ID));
  });

  it.each(['https://www.tiktok.com/@nour', 'https://vm.tiktok.com/ZM1234567/', `https://a.example/video/${ID}`])(
    '%s names nothing',
    (url) => {
      expect(locate(url)).toBeUndefined();
    },
  );
});

describe('long numbers', () => {
  it('are kept digit by digit, in lists and objects, and texts stay as they are', () => {
    const text = `{"id":${ID},"peak":0.12345678901234567,"text":"see: ${ID}, \\"${ID}\\"","ids":[${ID}],"n":12}`;
    expect(parseExact(Buffer.from(text))).toEqual({
      id: ID,
      peak: 0.12345678901234567,
      text: `see: ${ID}, "${ID}"`,
      ids: [ID],
      n: 12,
    });
  });
});

describe('recognise', () => {
  it('claims no other platform’s files', () => {
    expect(recognise('{"id":"dQw4w9WgXcQ","title":"x","extractor_key":"Youtube","formats":[]}')).toBeNull();
    expect(recognise('{"comments":[{"id":"1","text":"x"}],"total":1}')).toBeNull();
    expect(recognise('{"Profile":{"name":"x"},"Activity":{"a":{}}}')).toBeNull();
    expect(recognise('Date: yesterday\nComment: x\n')).toBeNull();
    const line = { source_platform: 'instagram.com', timestamp_collected: 1697120000123, data: { id: '1' } };
    expect(recognise(JSON.stringify(line))).toBeNull();
  });

  it('keeps older texts of likes and histories sealed, and knows older texts of own videos', () => {
    const liked = 'Date: 2020-08-12 02:16:22\nVideo Link: https://www.tiktokv.com/share/video/6850067280781446406/\n\n';
    expect(recognise(liked)).toMatchObject({ role: 'sealed', opensWith: 'account' });
    expect(recognise(`${liked.trim()}\nLike(s): 3\n`)).toMatchObject({ format: 'tiktok-export-text', role: 'records' });
  });

  it('knows an export by its first section, when the rest lies beyond the head', () => {
    const history = '{"Date":"2024-12-08 04:31:51","Link":"https://www.tiktokv.com/share/video/1/"},'.repeat(900);
    const text = `{"Activity":{"Like List":{"ItemFavoriteList":[]},"Video Browsing History":{"VideoList":[${history}`;
    expect(recognise(text.slice(0, 65_536))).toMatchObject({ format: 'tiktok-export', role: 'records' });
  });
});
