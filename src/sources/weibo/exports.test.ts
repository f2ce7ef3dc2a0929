/**
 * The real answers, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { weibo } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: string;
  readonly firstHand: { readonly items: number; readonly distinctIds: number | null };
  readonly embedded?: { readonly occurrences: number; readonly distinctIds: number; readonly onlyIds: number };
  readonly publishedAt?: { readonly earliest: string | null; readonly latest: string | null };
  readonly retweetStubs?: number;
  readonly spot?: readonly { readonly id: string; readonly publishedAt: string; readonly text60: string }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('weibo/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

const seconds = (iso: string | null | undefined): string | null => iso?.replace('.000Z', 'Z') ?? null;

describeHere(`weibo: the real answers${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(weibo, load(join(EXPORTS, path)));
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const first = readings.filter((reading) => reading.hand === 'first');
    const carried = readings.filter((reading) => reading.hand === 'second');
    const posts = new Set(first.map((reading) => reading.post));
    const times = first.map((reading) => reading.content!.published!.at).sort();
    expect({
      items: first.length,
      distinct: posts.size,
      embedded: carried.length,
      embeddedDistinct: new Set(carried.map((reading) => reading.post)).size,
      embeddedOnly: new Set(carried.map((reading) => reading.post).filter((post) => !posts.has(post))).size,
      reposts: first.filter((reading) => reading.content!.announces ?? reading.content!.quotes).length,
      earliest: times[0] ?? null,
      latest: times[times.length - 1] ?? null,
    }).toEqual({
      items: theirs.firstHand.items,
      distinct: theirs.firstHand.distinctIds ?? 0,
      embedded: theirs.embedded?.occurrences ?? 0,
      embeddedDistinct: theirs.embedded?.distinctIds ?? 0,
      embeddedOnly: theirs.embedded?.onlyIds ?? 0,
      reposts: theirs.retweetStubs ?? 0,
      earliest: seconds(theirs.publishedAt?.earliest),
      latest: seconds(theirs.publishedAt?.latest),
    });
    expect(items.filter(isRefused).map((item) => item.refused)).toEqual(
      theirs.kind === 'posts' ? [] : [theirs.kind === 'error' ? 'error-body' : 'empty'],
    );
    for (const { id, publishedAt, text60 } of theirs.spot ?? []) {
      const content = readings.find((reading) => reading.post.endsWith(`/${id}`))?.content;
      const shown = Array.from(content?.text ?? '')
        .slice(0, 60)
        .join('');
      expect([id, shown, content?.published?.at]).toEqual([id, text60, seconds(publishedAt)]);
    }
  });
});
