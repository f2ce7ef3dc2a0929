/** The same channel, exported by somebody and seen on t.me by somebody else: one post with two witnesses, no edit. */
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { disagreements } from '../../core/rendering.js';
import { telegram } from './index.js';

async function read(path: string): Promise<Map<string, Reading>> {
  const results = await readPackage(telegram, load(`src/sources/telegram/fixtures/${path}`));
  const readings = results.flatMap((result) => result.items.flat()).filter((item): item is Reading => !isRefused(item));
  return new Map(readings.map((reading) => [reading.post, reading]));
}

describe('one channel in JSON and on t.me', () => {
  it('is the same posts, and in nothing do the two contradict each other', async () => {
    const [exported, seen] = [await read('channel'), await read('channel-page.html')];
    const both = [...seen.keys()].filter((post) => exported.has(post));
    expect(both).toHaveLength(10);
    for (const post of both) {
      const [one, other] = [exported.get(post)!.content!, seen.get(post)!.content!];
      expect({ post, contradicts: disagreements(one, other) }).toEqual({ post, contradicts: [] });
    }
  });

  it('has an edit that only the export can date: the page ranks its own look neither first nor last', async () => {
    const [exported, seen] = [await read('channel'), await read('channel-page.html')];
    const post = 'https://t.me/c/999900000001/4';
    expect(exported.get(post)).toMatchObject({
      edition: 1481618465,
      content: { updated: { at: '2016-12-13T08:41:05Z' } },
    });
    expect(seen.get(post)?.edition).toBeUndefined();
    expect(seen.get(post)?.content?.extra).toEqual({ edited: true });
  });
});
