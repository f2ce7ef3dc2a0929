/**
 * Real exports, against what an independent reader found in them. They are other people's and lie outside the project;
 * where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { slack } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly firstHand: { readonly items: number; readonly distinctIds: number };
  readonly edited?: number;
  readonly threadReplies?: number;
  readonly subtypes?: Readonly<Record<string, number>>;
  readonly spot?: readonly { readonly id: string; readonly publishedAt: string; readonly text60: string }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
// The ZIP is the folder once more; the pipeline's own test unpacks it.
const cases = Object.keys(expected).filter((path) => path.startsWith('slack/') && !path.endsWith('.zip'));
const describeHere = cases.length > 0 ? describe : describe.skip;

/** The oracle keeps the escapes; a deleted message's sentence is no text here. */
const undone = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describeHere(`slack: the real exports${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const items = (await readPackage(slack, load(join(EXPORTS, path)))).flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const { channel_join: joins = 0, tombstone = 0 } = theirs.subtypes ?? {};
    expect({
      // A join is counted there and refused here: nobody wrote it.
      items: readings.length + joins,
      distinct: new Set(readings.map((reading) => reading.post)).size + joins,
      service: items.filter((item) => isRefused(item) && item.refused === 'service-message').length,
      edited: readings.filter((reading) => reading.content?.updated).length,
      replies: readings.filter((reading) => reading.content?.inReplyTo).length,
      deleted: readings.filter((reading) => reading.outcome === 'deleted').length,
    }).toEqual({
      items: theirs.firstHand.items,
      distinct: theirs.firstHand.distinctIds,
      service: joins,
      edited: theirs.edited ?? 0,
      replies: theirs.threadReplies ?? 0,
      deleted: tombstone,
    });
    for (const { id, publishedAt, text60 } of theirs.spot ?? []) {
      const name = id.replace('/', ':');
      const found = readings.find((reading) => reading.post.endsWith(`:${name}`));
      if (!found) expect(joins).toBeGreaterThan(0);
      else if (found.outcome === 'present') {
        expect([found.content?.published?.at, found.content?.text?.slice(0, 30)]).toEqual([
          publishedAt,
          undone(text60).slice(0, 30),
        ]);
      }
    }
  });
});
