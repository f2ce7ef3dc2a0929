/**
 * A real export, against what an independent reader found in it. It is somebody else's and lies outside the project;
 * where it is absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { tiktok } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly comments: number;
  readonly ownVideos: number;
  readonly rejects: readonly unknown[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('tiktok/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

describeHere(`tiktok: a real export${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const items = (await readPackage(tiktok, load(join(EXPORTS, path)))).flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    expect({
      comments: readings.filter((reading) => reading.content?.type === 'Note').length,
      ownVideos: readings.filter((reading) => reading.content?.type === 'Video').length,
      rejects: items.filter(isRefused),
    }).toEqual({ comments: theirs.comments, ownVideos: theirs.ownVideos, rejects: theirs.rejects });
    expect(new Set(readings.map((reading) => reading.post)).size).toBe(readings.length);
  });
});
