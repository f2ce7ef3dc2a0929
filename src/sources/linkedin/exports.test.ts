/**
 * Real tables, against what an independent reader found in them. They are somebody else's and lie outside the project;
 * where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { linkedin } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: 'posts' | 'comments';
  readonly firstHand: { readonly items: number; readonly distinctIds: number | null };
  readonly distinctTimeLinkText?: number;
  readonly emptyText?: number;
  readonly publishedAt: { readonly earliest: string; readonly latest: string };
  readonly urnNamespaces?: { readonly [name: string]: number };
  readonly spot: readonly { readonly id: string | null; readonly publishedAt: string; readonly text60: string }[];
}

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('linkedin/'));
const describeHere = cases.length > 0 ? describe : describe.skip;

describeHere(`linkedin: real tables${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const items = (await readPackage(linkedin, load(join(EXPORTS, path)))).flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const times = readings.map((reading) => reading.content!.published!.at).sort();
    const plain = (time: string): string => time.replace('T', ' ').replace('Z', '');
    expect({
      rejected: items.length - readings.length,
      items: readings.length,
      distinct: new Set(readings.map((reading) => reading.post)).size,
      earliest: plain(times[0]!),
      latest: plain(times[times.length - 1]!),
    }).toEqual({
      rejected: 0,
      items: theirs.firstHand.items,
      distinct: theirs.firstHand.distinctIds ?? theirs.distinctTimeLinkText,
      ...theirs.publishedAt,
      missing: undefined,
      zone: undefined,
    });
    if (theirs.emptyText !== undefined) {
      expect(readings.filter((reading) => reading.content!.text === '')).toHaveLength(theirs.emptyText);
    }
    for (const [name, count] of Object.entries(theirs.urnNamespaces ?? {})) {
      const within = readings.filter(({ post, content }) => (content!.context ?? post).includes(`urn:li:${name}:`));
      expect(within).toHaveLength(count);
    }
    for (const { id, publishedAt, text60 } of theirs.spot) {
      const found = readings.filter(
        ({ post, content }) => plain(content!.published!.at) === publishedAt && (id === null || post.endsWith(id)),
      );
      expect(found.map((reading) => [...reading.content!.text!].slice(0, 60).join(''))).toContain(text60);
    }
    // Shares of several rows are the same in each of them.
    const contents = new Map<string, string>();
    for (const { post, content } of readings) {
      const text = JSON.stringify(content);
      expect(contents.get(post) ?? text).toBe(text);
      contents.set(post, text);
      expect(content!.text).not.toMatch(/"\n"/);
    }
  });
});
