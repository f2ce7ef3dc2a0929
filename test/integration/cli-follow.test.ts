/** Following as a person does it, command by command. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCliArchive, type CliArchive } from '../support/cli-archive.js';
import type { Said } from '../support/cli.js';

let archive: CliArchive;

const perdure = (...argv: string[]): Promise<Said> => archive.perdure(...argv);

beforeAll(async () => {
  archive = await openCliArchive();
  for (let n = 0; n < 3; n++) archive.server.post(`حلب ${n}`);
});
afterAll(() => archive.close());

describe('perdure follow', () => {
  it('follows, harvests at once, and says what came', async () => {
    const { code, out, err } = await perdure(
      'follow',
      '@nour@social.example',
      '--every',
      '15m',
      '--collection',
      'aleppo',
    );
    expect(err).toContain('following @nour@social.example');
    expect(err).toContain('complete: 3 new posts');
    expect([code, out]).toEqual([0, '']);
  });

  it('is harmless when it is said again', async () => {
    const { code, out } = await perdure('follow', 'nour@social.example', '--collection', 'aleppo', '--json');
    expect(code).toBe(0);
    const { seeds } = JSON.parse(out) as { seeds: { uri: string; gaps: number; every: number }[] };
    expect(seeds).toMatchObject([{ uri: archive.server.actor, gaps: 0, every: 900 }]);
  });

  it.each([
    [['follow'], /missing required argument/],
    [['follow', 'nonsense'], /nothing that can be followed[^]*mastodon/],
    [['follow', '@nour@social.example', '--every', 'often'], /--every often: write it like 90s, 15m, 6h or 1d/],
    [['follow', '@nour@social.example', '--credential', 'none'], /no credential "none"/],
    [['follow', '@nour@social.example', '--connector', 'myspace'], /no connector "myspace"; there are: /],
    [['follow', '@nobody@social.example'], /could not be followed/],
    [['seeds', '--state', 'asleep'], /--state asleep: must be/],
    [['harvests', 'abc'], /no harvest id/],
  ])('%p is wrong use: exit 2, one clear message', async (argv, message) => {
    const { code, err } = await perdure(...argv);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('what is followed', () => {
  it('is listed, and shown one by one', async () => {
    expect((await perdure('seeds')).out).toMatch(/@nour@social\.example +mastodon +15m +ok/);
    const { out } = await perdure('seeds', 'nour@social.example');
    expect(out).toContain(archive.server.actor);
    expect(out).toContain('the latest harvests');
    const json = JSON.parse((await perdure('seeds', '--json')).out) as { items: unknown[]; next: null };
    expect(json.items).toHaveLength(1);
  });

  it('is paused, and goes on', async () => {
    expect((await perdure('pause', '@nour@social.example')).err).toContain('paused');
    expect((await perdure('seeds')).out).toContain('paused');
    expect((await perdure('coverage', '@nour@social.example')).out).toContain('it is paused');
    expect((await perdure('resume', '@nour@social.example')).err).toContain('goes on');
    expect((await perdure('pause', '@stranger@social.example')).code).toBe(1);
  });

  it('is harvested when asked, and each request is shown', async () => {
    archive.server.post('one more');
    const { code, out } = await perdure('harvest', '@nour@social.example', '--json');
    expect(code).toBe(0);
    const { harvests } = JSON.parse(out) as { harvests: { id: string; state: string; newPosts: number }[] };
    expect(harvests).toMatchObject([{ state: 'complete', newPosts: 1 }]);
    const detail = await perdure('harvests', harvests[0]!.id.slice(0, 8));
    expect(detail.out).toMatch(/200 .*GET https:\/\/social\.example\/api\/v1\/accounts/);
    expect(detail.out).toContain('robots.txt');
    expect((await perdure('harvests', '--seed', '@nour@social.example')).out.match(/complete/g)).toHaveLength(3);
  });

  it('is told from the same account in another collection', async () => {
    expect((await perdure('follow', '@nour@social.example', '--collection', 'damascus', '--no-now')).code).toBe(0);
    const several = await perdure('pause', '@nour@social.example');
    expect(several.err).toMatch(
      /fits several seeds; name one by its id, or its collection:[^]*in aleppo[^]*in damascus/,
    );
    expect(several.code).toBe(2);
    const paused = await perdure('pause', '@nour@social.example', '--collection', 'damascus', '--json');
    expect(JSON.parse(paused.out)).toMatchObject({ seeds: [{ collection: 'damascus', state: 'paused' }] });
    expect((await perdure('seeds', '@nour@social.example', '--collection', 'aleppo')).out).toMatch(/state +ok/);
    expect((await perdure('coverage', '@nour@social.example', '--collection', 'damascus')).out).toContain(
      'not been harvested',
    );
    const harvest = await perdure('harvest', '@nour@social.example', '--collection', 'aleppo');
    expect([harvest.code, harvest.err]).toEqual([0, expect.stringContaining('complete')]);
    const elsewhere = await perdure('pause', '@nour@social.example', '--collection', 'homs');
    expect([elsewhere.code, elsewhere.err]).toEqual([2, expect.stringContaining('there is no collection "homs"')]);
    expect((await perdure('unfollow', '@nour@social.example', '--collection', 'damascus')).code).toBe(0);
  });

  it('answers whether we were looking', async () => {
    const before = await perdure('coverage', '@nour@social.example', '--at', '2016-12-13T00:00:00Z');
    expect(before.out).toContain('not watched');
    const { out } = await perdure(
      'coverage',
      '@nour@social.example',
      '--at',
      new Date(Date.now() - 100).toISOString(),
      '--json',
    );
    const answer = JSON.parse(out) as { at: { watched: string }; intervals: { kind: string }[] };
    expect(answer.intervals.map(({ kind }) => kind)).toEqual(['watched', 'since']);
  });

  it('does not stand among what was handed in', async () => {
    const { out } = await perdure('accessions', '--json');
    expect((JSON.parse(out) as { items: unknown[] }).items).toEqual([]);
    const search = await perdure('search', 'حلب', '--json');
    expect((JSON.parse(search.out) as { total: number }).total).toBe(3);
  });

  it('is unfollowed, and what was archived stays', async () => {
    expect((await perdure('unfollow', '@nour@social.example')).err).toContain('no longer followed');
    expect((await perdure('seeds')).out).toContain('Nothing is followed yet');
    expect((await perdure('search', 'حلب', '--json')).out).toContain('حلب 2');
  });
});
