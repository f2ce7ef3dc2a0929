/**
 * The real files, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { youtube } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly firstHand: { readonly items: number; readonly distinctIds: number | null };
  readonly publishedAt: { readonly earliest: string | null; readonly latest: string | null };
  readonly repliesByDotInId?: number;
  readonly uploadDate?: string;
  readonly spot: readonly {
    readonly id: string;
    readonly publishedAt: string | null;
    readonly text60: string | null;
  }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('youtube/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

/** What we read otherwise than the independent reader, and why. */
const EXPLAINED: Record<string, Record<string, string>> = {
  // Its pieces leave the author's quotes unescaped; there is one piece, so its end is certain.
  'youtube/takeout/live_chat.csv': { UgwsSD8yrDW7_h6F5vZ4AaABDqgB5OC1kgI: '"think the right thing" jeez' },
};

describeHere(`youtube: the real files${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(youtube, load(join(EXPORTS, path)));
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const exact = readings.map((reading) => reading.content!.published).filter((time) => time?.precision !== 'day');
    const times = exact.flatMap((time) => (time ? [time.at] : [])).sort();
    expect({
      items: readings.length,
      distinct: new Set(readings.map((reading) => reading.post)).size,
      replies: readings.filter((reading) => reading.content!.inReplyTo?.startsWith('perdure:')).length,
      earliest: times[0] ?? null,
      latest: times[times.length - 1] ?? null,
    }).toEqual({
      items: theirs.firstHand.items,
      distinct: theirs.firstHand.distinctIds ?? 0,
      replies: theirs.repliesByDotInId ?? 0,
      earliest: theirs.publishedAt.earliest,
      latest: theirs.publishedAt.latest,
    });
    for (const { id, text60 } of theirs.spot) {
      const content = readings.find((reading) => reading.post.endsWith(id))!.content!;
      const shown = (content.name ?? content.text)!.slice(0, 60);
      expect(shown).toBe(text60 ?? EXPLAINED[path]![id]);
    }
    if (theirs.uploadDate !== undefined) {
      expect(readings[0]!.content!.published!.at.replaceAll('-', '')).toBe(theirs.uploadDate);
    }
    const reasons = theirs.firstHand.items === 0 ? ['users'] : [];
    expect(items.filter(isRefused).map((item) => item.refused)).toEqual(reasons);
  });
});
