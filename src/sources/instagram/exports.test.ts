/**
 * Real exports, against what an independent reader found in them. They are other people's and lie outside the project;
 * where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { instagram } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly firstHand: { readonly items: number };
  readonly emptyCaption?: number;
  readonly media?: number;
  readonly severalMedia?: number;
  readonly publishedAt: { readonly earliest: string; readonly latest: string };
  readonly spot: readonly { readonly publishedAt: string; readonly text60: string }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('instagram/'));
const describeHere = cases.length > 0 ? describe : describe.skip;
/** The other reader writes milliseconds everywhere. */
const long = (at: string): string => (at.length === 20 ? at.replace('Z', '.000Z') : at);

describeHere(`instagram: the real exports${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(instagram, load(join(EXPORTS, path)), { include: ['direct'] });
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const times = readings.map((reading) => long(reading.content!.published!.at)).sort();
    const files = readings.map((reading) => reading.content!.attachment?.length ?? 0);
    expect({
      items: readings.length,
      rejected: items.length - readings.length,
      posts: new Set(readings.map((reading) => reading.post)).size,
      again: readings.filter((reading) => !reading.post.endsWith(':0')).length,
      empty: readings.filter((reading) => reading.content!.text === '').length,
      files: files.reduce((sum, number) => sum + number, 0),
      several: files.filter((number) => number > 1).length,
      earliest: times[0],
      latest: times.at(-1),
    }).toEqual({
      items: theirs.firstHand.items,
      rejected: 0,
      posts: theirs.firstHand.items,
      again: 0,
      empty: theirs.emptyCaption ?? 0,
      files: theirs.media ?? 0,
      several: theirs.severalMedia ?? 0,
      earliest: theirs.publishedAt.earliest,
      latest: theirs.publishedAt.latest,
    });
    for (const { publishedAt, text60 } of theirs.spot) {
      const there = readings.filter((reading) => long(reading.content!.published!.at) === publishedAt);
      expect(
        there.map(({ content }) =>
          Array.from(content!.text ?? '')
            .slice(0, 60)
            .join(''),
        ),
      ).toContain(text60);
    }
  });
});
