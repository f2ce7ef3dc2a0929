/**
 * The real files, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isOfPost, isProfile, isRefused } from '../../core/reading.js';
import { nostr } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly posts: number;
  readonly frames: number;
  readonly kind0?: number;
  readonly kind3?: number;
  readonly refs?: Readonly<Record<string, number>>;
  readonly keysSha256?: string;
  readonly spots?: readonly (readonly [key: string, text: string, time: string])[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('nostr/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

/** The other reader's count is of kind 1; of its two kind 7 events it takes one ("+") for a like, and so do we. */
describeHere(`nostr: the real files${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const results = await readPackage(nostr, load(join(EXPORTS, path)));
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter(isOfPost);
    const posts = readings.filter((reading) => reading.content);
    const likes = readings.flatMap((reading) => reading.references ?? []);
    expect({
      frames: results.reduce((sum, result) => sum + result.ranges.length, 0),
      posts: posts.length,
      profiles: items.filter(isProfile).length,
      lists: items.filter((item) => isRefused(item) && item.refused === 'lists').length,
      likes: likes.length,
      replies: posts.filter((reading) => reading.content?.inReplyTo).length,
    }).toEqual({
      frames: theirs.frames,
      posts: theirs.posts,
      profiles: theirs.kind0 ?? 0,
      lists: theirs.kind3 ?? 0,
      likes: theirs.refs?.['like'] ?? 0,
      replies: theirs.refs?.['reply'] ?? 0,
    });
    // Every one of these is signed by whom it says.
    expect(items.filter((item) => isRefused(item) && item.refused === 'spoofed-identity')).toEqual([]);
    if (theirs.keysSha256) {
      const keys = posts.map((reading) => reading.post).sort();
      expect(createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16)).toBe(theirs.keysSha256);
    }
    for (const [key, text, time] of theirs.spots ?? []) {
      const content = readings.find((reading) => reading.post === key)?.content;
      const shown = Array.from((content?.text ?? '').replace(/\s+/g, ' '))
        .slice(0, 60)
        .join('');
      expect([key, shown, content?.published?.at]).toEqual([key, text, time]);
    }
  });
});
