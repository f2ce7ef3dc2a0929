/**
 * The real answers, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 *
 * The other reader names posts by `uri`, which is an alias here, and keeps the line that the platform adds to a quote.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { htmlToText } from '../shared/html.js';
import { truthsocial } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: string;
  readonly items: number;
  readonly posts: number;
  readonly embedded: number;
  readonly edited: number;
  readonly deletions: number;
  readonly deletionKeys?: readonly string[];
  readonly reposts?: number;
  readonly visibility: Readonly<Record<string, number>>;
  readonly spots?: readonly (readonly [key: string, text: string, time: string | null])[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('truthsocial/'));
const describeHere = cases.length > 0 ? describe : describe.skip;
const squeeze = (text: string): string => Array.from(text.replace(/\s+/g, ' ').trim()).slice(0, 60).join('').trim();

describeHere(`truthsocial: the real answers${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(truthsocial, load(join(EXPORTS, path)));
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const first = readings.filter((reading) => reading.hand === 'first');
    const gone = readings.filter((reading) => reading.outcome === 'deleted');
    expect({
      items: first.length,
      posts: new Set(first.map((reading) => reading.post)).size,
      embedded: readings.length - first.length,
      edited: first.filter((reading) => reading.content?.updated).length,
      deletions: gone.length,
      reposts: first.filter((reading) => reading.content?.type === 'Announce').length,
    }).toEqual({
      items: theirs.items,
      posts: theirs.posts,
      embedded: theirs.embedded,
      edited: theirs.edited,
      deletions: theirs.deletions,
      reposts: theirs.reposts ?? 0,
    });
    expect(gone.map((reading) => reading.aliases![0])).toEqual(theirs.deletionKeys ?? []);
    if (theirs.kind !== 'posts') {
      expect(items.length).toBeGreaterThan(0);
      expect(readings).toEqual([]);
    }
    for (const [word, number] of Object.entries(theirs.visibility)) {
      expect([word, first.filter((reading) => reading.content!.visibility === word).length]).toEqual([word, number]);
    }
    for (const [key, text, time] of theirs.spots ?? []) {
      const content = readings.find((reading) => reading.aliases?.includes(key))?.content;
      const shown = squeeze(content?.html === undefined ? '' : htmlToText(content.html));
      expect([key, shown, content?.published?.at]).toEqual([key, squeeze(text), time]);
    }
  });
});
