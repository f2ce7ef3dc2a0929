/**
 * Real answers of the API out of a web archive, against what an independent reader found in them. They are other
 * people's and lie outside the project; where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { tumblr } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');
const ARCHIVE = 'warc-sfm/sfm-tumblr-harvester/tumblr_demo.warc.gz';

interface Expected {
  readonly items: number;
  readonly posts: number;
  readonly earliest: string;
  readonly latest: string;
  readonly visibility: { readonly public: number };
  readonly spots: readonly (readonly [string, string, string])[];
}

const present = existsSync(join(EXPORTS, ARCHIVE));
const describeHere = present ? describe : describe.skip;

/** The bodies of the archive's responses: unchunked, unzipped. Enough for these two, and for nothing else. */
function bodiesIn(path: string): Buffer[] {
  const records = gunzipSync(readFileSync(path)).toString('latin1').split('WARC/1.0\r\n');
  return records.flatMap((record) => {
    const http = record.indexOf('HTTP/1.1 200');
    if (http < 0) return [];
    let at = record.indexOf('\r\n\r\n', http) + 4;
    let body = '';
    for (;;) {
      const end = record.indexOf('\r\n', at);
      const length = parseInt(record.slice(at, end), 16);
      if (!(length > 0)) return [gunzipSync(Buffer.from(body, 'latin1'))];
      body += record.slice(end + 2, end + 2 + length);
      at = end + 2 + length + 2;
    }
  });
}

describeHere(`tumblr: real answers${present ? '' : ' (skipped: no ../shared/data/exports here)'}`, () => {
  it(ARCHIVE, async () => {
    const all = JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>;
    const theirs = all[ARCHIVE]!;
    const members = bodiesIn(join(EXPORTS, ARCHIVE)).map((bytes, index) => ({ path: `${index}.json`, bytes }));
    const items = (await readPackage(tumblr, members)).flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const first = readings.filter((reading) => reading.hand === 'first');
    const times = first.map((reading) => reading.content!.published!.at).sort();
    expect({
      rejected: items.length - readings.length,
      items: first.length,
      posts: new Set(first.map((reading) => reading.post)).size,
      public: first.filter((reading) => reading.content!.visibility === 'public').length,
      earliest: times[0],
      latest: times[times.length - 1],
    }).toEqual({
      rejected: 0,
      items: theirs.items,
      posts: theirs.posts,
      public: theirs.visibility.public,
      earliest: theirs.earliest,
      latest: theirs.latest,
    });
    for (const [key, text, time] of theirs.spots) {
      const found = first.find((reading) => reading.post === `perdure:tumblr:post/${key.replace('tumblr:', '')}`)!;
      expect([...found.content!.text!].slice(0, 60).join('')).toBe(text);
      expect(found.content!.published!.at).toBe(time);
    }
  });
});
