/**
 * Real exports, against what an independent reader found in them. They are other people's and lie outside the project;
 * where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { facebook } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: string;
  readonly firstHand?: { readonly items: number };
  readonly withText?: number;
  readonly withTitle?: number;
  readonly messagesWithoutContent?: number;
  readonly identicalWhole?: { readonly extraItems: number };
  readonly publishedAt?: { readonly earliest: string; readonly latest: string };
  readonly spot?: readonly { readonly publishedAt: string; readonly text60: string }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('facebook/'));
const describeHere = cases.length > 0 ? describe : describe.skip;
/** The other reader writes milliseconds everywhere. */
const long = (at: string): string => (at.length === 20 ? at.replace('Z', '.000Z') : at);

describeHere(`facebook: the real exports${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(facebook, load(join(EXPORTS, path)), { include: ['direct'] });
    const items = results.flatMap((result) => result.items.flat());
    if (!theirs.firstHand) {
      // Pages saved from the mobile site, which the other reader did not look into: kept, not read.
      expect(items.map((item) => isRefused(item) && item.refused)).toEqual(['not-supported']);
      return;
    }
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const times = readings.map((reading) => long(reading.content!.published!.at)).sort();
    expect({
      items: readings.length,
      rejected: items.length - readings.length,
      posts: new Set(readings.map((reading) => reading.post)).size,
      again: readings.filter((reading) => !reading.post.endsWith(':0')).length,
      text: readings.filter((reading) => reading.content!.text !== undefined).length,
      titles: readings.filter((reading) => reading.content!.extra?.['title'] !== undefined).length,
      earliest: times[0],
      latest: times.at(-1),
    }).toEqual({
      items: theirs.firstHand.items,
      rejected: 0,
      posts: theirs.firstHand.items,
      again: theirs.identicalWhole?.extraItems ?? 0,
      text: theirs.withText ?? theirs.firstHand.items - (theirs.messagesWithoutContent ?? 0),
      titles: theirs.withTitle ?? 0,
      earliest: theirs.publishedAt!.earliest,
      latest: theirs.publishedAt!.latest,
    });
    for (const { publishedAt, text60 } of theirs.spot ?? []) {
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
