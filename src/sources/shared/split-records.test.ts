import { describe, expect, it } from '@jest/globals';
import { splitRecords } from './split-records.js';

async function records(text: string, chunk = 5): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* member(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += chunk) yield await Promise.resolve(bytes.subarray(i, i + chunk));
  }
  const found: string[] = [];
  const within = (first: object) => ('items' in first ? new Set(['$.items']) : undefined);
  for await (const { offset, length, refused } of splitRecords(member(), within)) {
    found.push((refused ? `${refused.reason}: ` : '') + bytes.toString('utf8', offset, offset + length));
  }
  return found;
}

describe('splitRecords', () => {
  it('takes lines for records, so that a broken one fails alone', async () => {
    expect(await records('{"a":1}\n{"b":"\n{"c":3}\n')).toEqual(['{"a":1}', '{"b":"', '{"c":3}']);
    expect(await records('{"a":\n{"b":2}\n{"c":3}')).toEqual(['{"a":', '{"b":2}', '{"c":3}']);
  });

  it('takes the elements of a list, and those of a lone object’s lists', async () => {
    expect(await records('[{"a":1},\n{"b":2}]')).toEqual(['{"a":1}', '{"b":2}']);
    expect(await records('{"items":[{"a":1},{"b":2}]}\n')).toEqual(['{"a":1}', '{"b":2}']);
    expect(await records('{\n"items": [\n{"a":1}\n]}')).toEqual(['{"a":1}']);
  });

  it('takes lists on lines as they are, and values that are indented', async () => {
    expect(await records('{"items":[1]}\n{"items":[2]}\n')).toEqual(['{"items":[1]}', '{"items":[2]}']);
    expect(await records('{\n "a": 1\n}\n{\n "b": 2\n}')).toEqual(['{\n "a": 1\n}', '{\n "b": 2\n}']);
  });

  it('tells a long first line by what it holds', async () => {
    const long = 'x'.repeat(70_000);
    expect(await records(`{"text":"${long}"}\n{"b":"\n{"c":3}`, 4_096)).toHaveLength(3);
    expect(await records(`{"items":[{"text":"${long}"},{"b":2}]}`, 4_096)).toHaveLength(2);
  });
});
