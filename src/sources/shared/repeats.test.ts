import { describe, expect, it } from '@jest/globals';
import { Rejection } from '../../core/errors.js';
import { splitLines } from './lines.js';
import { repeatsIn } from './repeats.js';

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  await Promise.resolve();
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

describe('repeatsIn', () => {
  it.each([1, 3, 64])('numbers what says the same, by where it lies (chunks of %d)', async (size) => {
    const key = (record: Buffer): string | undefined => {
      const text = record.toString();
      if (text === 'x') throw new Rejection('not-a-post', 'x');
      return text === '-' ? undefined : text;
    };
    expect(await repeatsIn(chunked('a\nb\na\n-\n-\nx\nx\na\n', size), splitLines, key)).toEqual({ 4: 1, 14: 2 });
  });
});
