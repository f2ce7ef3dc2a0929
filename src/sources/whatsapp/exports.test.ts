/**
 * Real chats, against what an independent reader found in them. They are other people's and lie outside the project;
 * where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { whatsapp } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');

interface Expected {
  readonly kind: string;
  readonly firstHand: { readonly items: number };
  readonly system?: number;
  readonly senders?: number;
  readonly publishedAt?: { readonly earliest: string; readonly latest: string };
  readonly spot?: readonly { readonly publishedAt: string; readonly text60: string }[];
}

/** Where we read otherwise than the oracle, and why: notices that the phone put under somebody's name. */
const NOTICES: Readonly<Record<string, number>> = {
  'whatsapp/timelinize/_chat.txt': 1, // “Messages and calls are end-to-end encrypted”, under Person 1
  'whatsapp/whatstk/pokemon.txt': 1, // the same, under the group's name
};
const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-x.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) => path.startsWith('whatsapp/') && !path.endsWith('.zip'));
const describeHere = cases.length > 0 ? describe : describe.skip;

describeHere(`whatsapp: the real chats${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
    const theirs = expected[path]!;
    const items = (await readPackage(whatsapp, load(join(EXPORTS, path)))).flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const notices = NOTICES[path] ?? 0;
    const senders = new Set(readings.flatMap((reading) => (reading.actors ?? []).map((actor) => actor.actor)));
    expect({
      items: readings.length + notices,
      posts: new Set(readings.map((reading) => reading.post)).size + notices,
      refused: items.filter(isRefused).map((item) => item.refused),
    }).toEqual({
      items: theirs.firstHand.items,
      posts: theirs.firstHand.items,
      refused: Array.from({ length: (theirs.system ?? 0) + notices }, () => 'service-message'),
    });
    if (theirs.senders !== undefined) expect(senders.size).toBeGreaterThanOrEqual(theirs.senders - notices);
    const times = readings
      .flatMap((reading) => reading.content?.published?.at ?? [])
      .map((at) => (at.length === 16 ? `${at}:00` : at))
      .sort();
    if (theirs.publishedAt && notices === 0) {
      expect([times[0], times.at(-1)]).toEqual([theirs.publishedAt.earliest, theirs.publishedAt.latest]);
    }
    for (const { publishedAt, text60 } of theirs.spot ?? []) {
      if (text60.includes('end-to-end encrypted')) continue;
      const at = publishedAt.slice(0, times[0]!.length);
      const found = readings.filter((reading) => `${reading.content?.published?.at}:00`.startsWith(at.slice(0, 16)));
      expect(
        found.map((reading) =>
          Array.from(reading.content?.text ?? '')
            .slice(0, 60)
            .join(''),
        ),
      ).toContain(text60);
    }
  });
});
