import { describe, expect, it } from '@jest/globals';
import { splitJson } from './split-json.js';

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

async function records(text: string, lists?: readonly string[], size = 5): Promise<string[]> {
  const out: string[] = [];
  const within = lists && (() => new Set(lists));
  for await (const { offset, length, refused } of splitJson(chunks(text, size), within)) {
    out.push(
      refused
        ? refused.reason
        : Buffer.from(text)
            .subarray(offset, offset + length)
            .toString(),
    );
  }
  return out;
}

describe('records of an answer', () => {
  it.each([
    ['lines', '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ['a list', '[{"a":1},{"a":2}]', ['{"a":1}', '{"a":2}']],
    ['a list, and a value after it', '[{"a":1}]\n{"a":2}', ['{"a":1}', '{"a":2}']],
    ['an object', ' {"items":[1]} ', ['{"items":[1]}']],
    ['a list that is cut', '[{"a":1},{"a"', ['{"a":1}', 'truncated']],
  ])('%s', async (_, text, expected) => {
    expect(await records(text)).toEqual(expected);
    expect(await records(text, undefined, 1_000)).toEqual(expected);
  });

  it('the lists of the first object, where they are named; a later object is one record', async () => {
    const text = '{"x":[0],"items":[{"a":1},{"a":2}],"in":{"list":[3]}}\n{"items":[{"a":4}]}';
    expect(await records(text, ['$.items', '$.in.list'])).toEqual(['{"a":1}', '{"a":2}', '3', '{"items":[{"a":4}]}']);
  });
});
