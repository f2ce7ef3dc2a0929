/** Commands that share the embedded database: whoever began it may end, the others go on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { heard, startPerdure, type Ended, type Running } from '../support/perdure.js';
import { noneAbout, processesAbout } from '../support/processes.js';
import { until } from '../support/up.js';

describe('commands that share the embedded database', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'perdure-shared-'));
  });
  afterEach(async () => {
    await noneAbout(data, 30_000);
    await rm(data, { recursive: true, force: true });
  });

  const start = (...args: string[]): Running => startPerdure(data, args);
  const run = (...args: string[]): Promise<Ended> => start(...args).ended;

  it.each(['SIGINT', 'SIGKILL', 'end'] as const)(
    'import begins it, up joins, and the import ends by %s: up goes on, and Ctrl-C on it ends everything',
    async (how) => {
      const file = join(data, 'posts.jsonl');
      await writeFile(file, posts(1, how === 'end' ? 6_000 : 60_000));
      const first = start('import', file);
      await until('the import to run', () =>
        processesAbout(data).some((line) => line.includes('reaper.mjs')) ? true : undefined,
      );
      const up = start('up');
      const url = await heard(up, /perdure is up after [\d.]+ s: (http:\S+).*embedded, found running/);
      const { exitCode } = first.child;
      // Otherwise it would have ended before up came, and proved nothing.
      if (how !== 'end') {
        expect(exitCode).toBeNull();
        first.child.kill(how);
      }
      const ended = await first.ended;
      if (how === 'end') expect(ended).toMatchObject({ code: 0 });

      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      await writeFile(join(data, 'more.jsonl'), posts(100_001, 3));
      const more = await run('import', join(data, 'more.jsonl'), '--json');
      expect(JSON.parse(more.out)).toMatchObject({ accessions: [{ read: 3, new: 3, rejected: 0 }] });
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      expect(up.said()).not.toMatch(/ECONNREFUSED|ended unasked|"level":50/);

      up.child.kill('SIGINT');
      expect((await up.ended).code).toBe(0);
      await noneAbout(data);
      const again = await run('collections', '--json');
      expect(again.code).toBe(0);
    },
    120_000,
  );
});

function posts(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      id: String(9_000_000_000_000_000_000n + BigInt(first + index)),
      text: `post ${first + index}`,
      author_id: '9900000000000000001',
      created_at: '2020-01-02T03:04:05.000Z',
      public_metrics: { like_count: 1 },
    }),
  ).join('\n');
}
