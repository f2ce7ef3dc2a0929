import { describe, expect, it } from '@jest/globals';
import { describeSource, load } from '../../../test/contract/describe-source.js';
import { vk } from './index.js';

const FIXTURES = 'src/sources/vk/fixtures';

describeSource(vk, {
  folder: FIXTURES,
  fixtures: [
    // One answer of eight posts; three of them repost four.
    { path: 'wall.json', format: 'vk-api', records: 1, read: 12, rejected: 1 },
    { path: 'posts.jsonl', format: 'vk-api', records: 8, read: 9, rejected: 5 },
    { path: 'comments.json', format: 'vk-api', records: 1, read: 4, rejected: 1 },
    // The messages are sealed, the wall is refused.
    { path: 'archive', format: 'vk-archive', records: 1, read: 1, rejected: 1 },
  ],
});

describe('vk: what is told from what', () => {
  const recognise = (text: string) => {
    const head = Buffer.from(text).subarray(0, 65_536);
    return vk.recognise({ path: 'file.txt', size: head.length, head, paths: ['file.txt'] });
  };

  it.each([
    ['Telegram', '{"messages":[{"id":1,"date":"2020-01-01T00:00:00","from_id":"user1","text":"x","type":"message"}]}'],
    ['anybody’s list', '{"response":{"items":[{"id":1,"text":"x","date":1481655851}]}}'],
    ['anybody’s error', '{"error":{"code":1,"message":"x"}}'],
    ['anybody’s page', '<meta charset=windows-1251><title>x</title>'],
  ])('leaves %s alone', (_, text) => {
    expect(recognise(text)).toBeNull();
  });

  it('seals private messages', () => {
    const message = { id: 1, date: 1, peer_id: 2, from_id: 2, text: 'x', conversation_message_id: 3, out: 0 };
    expect(recognise(JSON.stringify({ response: { count: 1, items: [message] } }))).toMatchObject({ role: 'sealed' });
    const [page] = load(`${FIXTURES}/archive`).filter((member) => member.path.startsWith('messages'));
    const head = { path: 'x.html', size: page!.bytes.length, head: page!.bytes, paths: ['x.html'] };
    expect(vk.recognise(head)).toMatchObject({ role: 'sealed', format: 'vk-archive' });
  });

  it('copies no key and no signature', () => {
    for (const name of ['wall.json', 'posts.jsonl']) {
      const [member] = load(`${FIXTURES}/${name}`);
      for (const line of member!.bytes.toString('utf8').trim().split('\n')) {
        const items = vk.normalise(Buffer.from(line), { format: 'vk-api' } as never);
        expect(JSON.stringify(items)).not.toMatch(/SECRET/);
      }
    }
  });
});

describe('vk: locate', () => {
  it.each([
    ['https://vk.com/wall-7_101', 'https://vk.com/wall-7_101'],
    ['https://m.vk.com/wall7_101?x=1', 'https://vk.com/wall7_101'],
    ['https://vk.com/aleppo?w=wall-7_101', 'https://vk.com/wall-7_101'],
    ['https://vk.com/wall-7_101?reply=202', 'https://vk.com/wall-7_r202'],
    ['https://vk.ru/wall-7_101', 'https://vk.com/wall-7_101'],
  ])('%s', (url, uri) => {
    expect(vk.locate!(url)).toBe(uri);
  });

  it.each(['https://vk.com/id7', 'https://vk.com/wall-7', 'https://vk.example/wall-7_101'])('not %s', (url) => {
    expect(vk.locate!(url)).toBeUndefined();
  });
});
