/**
 * The real page, against what an independent reader found in it. It is other people's and lies outside the project;
 * where it is absent, nothing here runs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import type { Reading } from '../../core/reading.js';
import { parler } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');
const PATH = 'parler/echo--parent-no-comment.html';

interface Expected {
  readonly items: number;
  readonly embedded: number;
  readonly echo: number;
  readonly noTime: number;
  readonly keysSha256: string;
  readonly bodies: readonly string[];
}

const here = existsSync(join(EXPORTS, PATH));

(here ? describe : describe.skip)(
  `parler: a real page${here ? '' : ' (skipped: no ../shared/data/exports here)'}`,
  () => {
    it('an echo without a word of its own', async () => {
      const all = JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>;
      const theirs = all[PATH]!;
      const results = await readPackage(parler, load(join(EXPORTS, PATH)));
      const readings = results.flatMap((result) => result.items.flat()) as Reading[];
      const first = readings.filter((reading) => reading.hand === 'first');
      const echoed = readings.filter((reading) => reading.hand === 'second');
      expect({
        items: first.length,
        embedded: echoed.length,
        echo: first.filter((reading) => reading.content!.type === 'Announce').length,
        noTime: first.filter((reading) => reading.content!.published === undefined).length,
        bodies: echoed.map((reading) => reading.content!.text!.slice(0, 60)),
      }).toEqual({
        items: theirs.items,
        embedded: theirs.embedded,
        echo: theirs.echo,
        noTime: theirs.noTime,
        bodies: theirs.bodies,
      });
      // The other reader writes `parler:post/<id>`.
      const keys = first.map((reading) => reading.post.replace('https://parler.com/', 'parler:'));
      expect(createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16)).toBe(theirs.keysSha256);
      expect(echoed[0]!.content!.attachment).toHaveLength(2);
    });
  },
);
