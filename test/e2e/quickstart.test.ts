/**
 * What a new user does, as they would: the command in a process of its own, on an embedded database, in an empty folder.
 * `npm run quickstart` is this command after an install and a build.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { heard, startPerdure, type Ended, type Running } from '../support/perdure.js';
import { noneAbout } from '../support/processes.js';

const EDITED = 'https://x.com/i/status/9020230610163120000';

describe('the perdure command', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'perdure-e2e-'));
  });
  afterEach(async () => {
    await noneAbout(data);
    await rm(data, { recursive: true, force: true });
  });

  const start = (args: readonly string[], env: Record<string, string> = {}): Running => startPerdure(data, args, env);
  const run = (...args: string[]): Promise<Ended> => start(args).ended;

  it('quickstart --once archives the samples with figures that are known, and a second start adds nothing', async () => {
    const first = await run('up', '--quickstart', '--once');
    expect(first.code).toBe(0);
    expect(first.out).toContain('read 59 = new 59 + duplicate 0 + rejected 0');
    expect(first.out).toContain('57 new posts, 59 new snapshots, 1 new actors');
    expect(first.out).toContain('read 65 = new 65 + duplicate 0 + rejected 0');
    expect(first.out).toContain('7 new posts, 8 new snapshots, 0 new actors');
    expect(first.out).toContain(`history ${EDITED}`);
    for (const term of ['Post', 'Version', 'Observation']) expect(first.out).toMatch(new RegExp(`^  ${term} `, 'm'));

    const second = await run('up', '--quickstart', '--once');
    expect(second.code).toBe(0);
    expect(second.out).toContain('read 59 = new 0 + duplicate 59 + rejected 0');

    const history = await run('history', EDITED, '--json');
    expect(history.code).toBe(0);
    const shown = JSON.parse(history.out) as { post: { state: string }; versions: { outcome: string; text: string }[] };
    expect(shown.post.state).toBe('present');
    expect(shown.versions.map((version) => version.text.match(/\d+ certificates/)?.[0])).toEqual([
      '25 certificates',
      '26 certificates',
    ]);
  });

  it('history works while up holds the terminal; Ctrl-C stops everything and leaves nothing running', async () => {
    const up = start(['up', '--quickstart']);
    const url = await heard(up, /perdure is up after [\d.]+ s: (http:\S+)/);
    await heard(up, /See a post that was edited/);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    const history = await run('history', EDITED, '--json');
    expect(history.code).toBe(0);
    expect((JSON.parse(history.out) as { versions: unknown[] }).versions).toHaveLength(2);
    const again = await run('up');
    expect(again.code).toBe(1);
    expect(again.err).toContain('already up at');
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
  });

  it('Ctrl-C halfway through the start leaves nothing running, and the next start works', async () => {
    const up = start(['up']);
    await sleep(700);
    up.child.kill('SIGINT');
    await up.ended;
    await noneAbout(data);
    expect((await run('collections', '--json')).code).toBe(0);
  });

  it('exit codes: 2 wrong use, 3 some rejected, 4 not recognised, one clear line each', async () => {
    expect(await run('import')).toMatchObject({ code: 2 });
    expect(await run('imprt', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('import') });
    expect(await run('import', join(data, 'nowhere.json'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('no such file'),
    });
    expect(await run('import', data, '--observed-at', 'yesterday')).toMatchObject({ code: 2 });
    expect(await start(['collections'], { PORT: 'x' }).ended).toMatchObject({
      code: 2,
      err: expect.stringContaining('PORT'),
    });

    const files = { 'recipe.txt': 'flour, water, salt', 'empty.json': '', 'mixed.jsonl': MIXED };
    for (const [name, text] of Object.entries(files)) await writeFile(join(data, name), text);
    const unknown = await run('import', join(data, 'recipe.txt'), '--json');
    expect(unknown.code).toBe(4);
    expect(JSON.parse(unknown.out)).toMatchObject({ accessions: [{ status: 'refused', read: 0 }] });
    const empty = await run('import', join(data, 'empty.json'), '--json');
    expect(empty.code).toBe(4);
    expect(JSON.parse(empty.out)).toMatchObject({
      accessions: [{ read: 1, rejected: 1, rejectReasons: { empty: 1 } }],
    });
    const mixed = await run('import', join(data, 'mixed.jsonl'), '--json');
    expect(mixed.code).toBe(3);
    const [accession] = (
      JSON.parse(mixed.out) as { accessions: { id: string; read: number; new: number; rejected: number }[] }
    ).accessions;
    expect(accession).toMatchObject({ read: 2, new: 1, rejected: 1 });
    const rejects = await run('rejects', accession!.id, '--json');
    expect(JSON.parse(rejects.out)).toMatchObject({ items: [{ reason: 'malformed', offset: expect.any(Number) }] });
    const dry = await run('import', '--dry-run', join(data, 'mixed.jsonl'), '--json');
    expect(JSON.parse(dry.out)).toMatchObject({
      dryRun: [{ members: [{ read: 2, new: 0, duplicate: 1, rejected: 1 }] }],
    });
  });
});

const MIXED =
  '{"id":"9000000000000000001","text":"one line that is a post","author_id":"9900000000000000001","created_at":"2020-01-02T03:04:05.000Z","public_metrics":{"like_count":1}}\n' +
  '{"id":"9000000000000000002","text":"one that is cut sh\n';
