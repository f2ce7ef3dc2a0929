import { describe, expect, it } from '@jest/globals';
import { recordBytes } from '../shared/records.js';
import { select, splitRecords } from './split.js';

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

async function split(text: string, size = 5): Promise<string[]> {
  const out: string[] = [];
  for await (const { offset, length, refused } of splitRecords(chunked(text, size))) {
    out.push(
      (refused ? `${refused.reason}: ` : '') +
        Buffer.from(text)
          .subarray(offset, offset + length)
          .toString(),
    );
  }
  return out;
}

describe('splitRecords', () => {
  it.each([
    ['lines', '{"a":1}\n\n{"a":2}\r\n', ['{"a":1}', '{"a":2}\r']],
    ['one line', '{"a":1}', ['{"a":1}']],
    ['an array', '[{"a":1},\n {"a":2}]', ['{"a":1}', '{"a":2}']],
    ['arrays in an array', '[[{"a":1}],[{"a":2}]]', ['{"a":1}', '{"a":2}']],
    ['a script', 'window.YTD.tweets.part0 = [\n {"a":[1]}, ]', ['{"a":[1]}']],
    ['indented objects', '{\n "a":1\n}\n{\n "a":2\n}', ['{\n "a":1\n}', '{\n "a":2\n}']],
    ['a broken line among good ones', '{"a":1}\n{"a":"\n{"a":3}', ['{"a":1}', '{"a":"', '{"a":3}']],
    ['a broken first line', '{"a":"\n{"a":2}\n', ['{"a":"', '{"a":2}']],
    ['nothing', '', []],
  ])('reads %s', async (_what, text, records) => expect(await split(text)).toEqual(records));
});

describe('recordBytes', () => {
  it.each([1, 3, 1_000])('gives the same bytes whatever the chunks (%i)', async (size) => {
    const text = 'x = [{"a":"é, long enough to span"}, {"b":[1,2]}, {"c":3}]';
    const out: string[] = [];
    for await (const bytes of recordBytes(chunked(text, size), select)) out.push(bytes.toString());
    expect(out).toEqual(['{"a":"é, long enough to span"}', '{"b":[1,2]}', '{"c":3}']);
  });
});
