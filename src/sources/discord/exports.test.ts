/**
 * Real exports, against what an independent reader found in them. They are other people's and lie outside the project;
 * where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { discord } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly firstHand: { readonly items: number; readonly distinctIds: number };
  readonly replies: number;
  readonly edited: number;
  readonly types: Readonly<Record<string, number>>;
  readonly spot: readonly { readonly id: string; readonly publishedAt: string; readonly text60: string }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('discord/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

describeHere(`discord: the real exports${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(discord, load(join(EXPORTS, path)), { include: ['direct'] });
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    // Calls and changes of a channel's name are counted there and refused here: nobody wrote them.
    const told = Object.entries(theirs.types).reduce(
      (sum, [type, n]) => (type === 'Default' || type === 'Reply' ? sum : sum + n),
      0,
    );
    expect(items.filter((item) => isRefused(item) && item.refused === 'service-message')).toHaveLength(told);
    expect({
      items: readings.length + told,
      distinct: new Set(readings.map((reading) => reading.post)).size + told,
      replies: readings.filter((reading) => reading.content?.inReplyTo).length,
      edited: readings.filter((reading) => reading.content?.updated).length,
      visibility: [...new Set(readings.map((reading) => reading.content?.visibility))],
    }).toEqual({
      items: theirs.firstHand.items,
      distinct: theirs.firstHand.distinctIds,
      replies: theirs.replies,
      edited: theirs.edited,
      visibility: ['direct'],
    });
    for (const { id, publishedAt, text60 } of theirs.spot) {
      const found = readings.find((reading) => reading.post.endsWith(`:${id}`));
      if (found)
        expect([found.content?.published?.at, found.content?.text?.slice(0, 60)]).toEqual([publishedAt, text60]);
    }
  });
});
