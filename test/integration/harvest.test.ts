/** The journeys of following, over the real network client and a real database; the platform is played. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { sha256, showKey, type Key } from '../../src/core/digest.js';
import { coverageOf } from '../support/coverage.js';
import { coverage, history, locatorsOf, seed as seedNamed } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';

let server: MastodonTape;
let rig: HarvestRig;
let seed: Key;

beforeAll(async () => {
  server = await startMastodon();
  rig = await openHarvestRig({ [server.host]: server.tape.url });
  for (let n = 0; n < 45; n++) server.post(`حلب ${n}`, new Date(Date.UTC(2016, 11, 13, 0, n)));
  seed = (await rig.follow('@nour@social.example')).id;
});
afterAll(async () => {
  await rig.close();
  await server.close();
});

interface HarvestLine {
  state: string;
  requests: number;
  captures: number;
  problem: string | null;
}
const line = (id: Key): Promise<HarvestLine> =>
  rig.row('SELECT state, requests, captures, problem FROM harvest WHERE harvest_id = $1', id);
const posts = async (): Promise<number> => (await rig.row<{ n: number }>('SELECT count(*)::int AS n FROM post')).n;
const versionsOf = async (uri: string) => {
  const found = await history(rig.archive.pool, locatorsOf(SOURCES), uri);
  return found!.versions.map(({ outcome, text }) => (outcome === 'present' ? text : outcome));
};

describe('a first harvest', () => {
  it('goes back through all pages, and says that it was whole', async () => {
    const id = await rig.harvest(seed);
    expect(await line(id)).toMatchObject({ state: 'complete', problem: null });
    expect(await posts()).toBe(45);
    expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
  });

  it('keeps every exchange with what was asked and answered', async () => {
    const rows = await rig.rows<{ url: string; status: number; agent: string; digest: string | null }>(
      `SELECT url, status, request_headers ->> 'user-agent' AS agent, encode(digest, 'hex') AS digest FROM exchange ORDER BY seq`,
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { agent } of rows) expect(agent).toMatch(/^Perdure\//);
    for (const { digest } of rows) if (digest !== null) expect(await rig.archive.blobs.has(digest as never)).toBe(true);
  });

  it('adds nothing when it is repeated, and a quiet account has no gap', async () => {
    const id = await rig.harvest(seed);
    expect(await line(id)).toMatchObject({ state: 'complete' });
    expect(await posts()).toBe(45);
    expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
  });
});

describe('S3: a list that is cut, reordered or empty', () => {
  it.each([
    ['empty', () => ({ body: [] })],
    ['HTML', () => ({ headers: { 'content-type': 'text/html' }, body: '<html>we are busy</html>' })],
  ])('infers no deletion from %s', async (_, reply) => {
    server.listing = reply;
    await rig.harvest(seed);
    server.listing = undefined;
    const gone = await rig.rows(`SELECT 1 FROM observation WHERE outcome <> 'present'`);
    expect(gone).toEqual([]);
    expect(await posts()).toBe(45);
  });

  it('goes on where it was afterwards', async () => {
    const { uri } = server.post('نحن ما زلنا هنا');
    const id = await rig.harvest(seed);
    expect(await line(id)).toMatchObject({ state: 'complete' });
    expect(await versionsOf(uri)).toEqual(['نحن ما زلنا هنا']);
    expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
  });
});

describe('A2: edited twice, deleted, restored', () => {
  it('shows the states in their order', async () => {
    const minutes = (n: number): Date => new Date(Date.now() - 600_000 + n * 60_000);
    const { id, uri } = server.post('one', minutes(0));
    await rig.harvest(seed);
    server.edit(id, 'two', minutes(1));
    await rig.look(seed);
    server.edit(id, 'three', minutes(2));
    await rig.look(seed);
    server.delete(id);
    await rig.look(seed);
    await rig.look(seed); // a second look confirms it
    server.restore(id);
    await rig.look(seed);
    expect(await versionsOf(uri)).toEqual(['one', 'two', 'three', 'deleted', 'three']);
    const looks = await rig.row<{ looks: number; outcome: string; gone: Date | null }>(
      'SELECT looks, outcome, gone_at AS gone FROM revisit WHERE uri = $1',
      uri,
    );
    expect(looks).toEqual({ looks: 5, outcome: 'present', gone: null });
  });
});

describe('pictures of what is harvested', () => {
  it('are fetched once, kept under their digest, and what is missing is told with its reason', async () => {
    const png = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#822' } })
      .png()
      .toBuffer();
    server.tape.on('GET /media/street.png', { body: png, headers: { 'content-type': 'image/png' } });
    const { uri } = server.post('a street', new Date(), '/media/street.png');
    server.post('the same street', new Date(), '/media/street.png');
    server.post('a picture that is gone', new Date(), '/media/gone.png');
    await rig.harvest(seed);
    expect(await rig.media()).toMatchObject({ stored: 1 });
    const asked = server.tape.requests.filter(({ path }) => path === '/media/street.png');
    expect(asked).toHaveLength(1);
    const kept = await rig.rows<{ digest: string }>(
      `SELECT encode(m.digest, 'hex') AS digest FROM post_media m JOIN post p USING (post_id)
       WHERE p.uri = $1 AND length(m.digest) > 0`,
      uri,
    );
    expect(kept).toEqual([{ digest: sha256(png) }]);
    const gone = await rig.row<{ status: number; state: string }>(
      `SELECT status, state FROM media_fetch WHERE url LIKE '%gone.png'`,
    );
    expect(gone).toEqual({ status: 404, state: 'missing' });
  });
});

describe('S2: a spent rate budget', () => {
  it('pauses this seed, visibly, and no other', async () => {
    const other = await startMastodon('other.example');
    other.post('elsewhere');
    const both = await openHarvestRig({ [server.host]: server.tape.url, [other.host]: other.tape.url });
    try {
      const first = (await both.follow('@nour@social.example')).id;
      const second = (await both.follow('@nour@other.example')).id;
      await both.harvest(first, 'scheduled');
      server.listing = () => ({ status: 429, headers: { 'retry-after': '600' }, body: { error: 'Too many requests' } });
      const limited = await both.harvest(first, 'scheduled');
      server.listing = undefined;
      const row = await both.row<{ state: string; problem: string }>(
        'SELECT state, problem FROM harvest WHERE harvest_id = $1',
        limited,
      );
      expect(row.state).toBe('waiting');
      expect(row.problem).toContain('social.example');
      // Also when its time is over, as long as nobody has asked again.
      const view = (await seedNamed(both.archive.pool, showKey(first)))!;
      const over = await coverage(both.archive.pool, { ...view, waitsUntil: null });
      expect(over.intervals.at(-1)).toMatchObject({ kind: 'since', reason: 'rate-limit' });
      const next = await both.harvest(first, 'scheduled');
      expect(await both.row('SELECT state, problem FROM harvest WHERE harvest_id = $1', next)).toMatchObject({
        state: 'skipped',
        problem: expect.stringContaining('budget'),
      });
      const free = await both.harvest(second, 'scheduled');
      expect(await both.row('SELECT state FROM harvest WHERE harvest_id = $1', free)).toEqual({ state: 'complete' });
    } finally {
      await both.close();
      await other.close();
    }
  });
});

describe('S4: renamed, then suspended', () => {
  it('is the same actor with one more profile, and no post is called deleted', async () => {
    const actors = () => rig.rows<{ uri: string }>('SELECT uri FROM actor');
    const profiles = () => rig.rows<{ handle: string }>('SELECT DISTINCT handle FROM profile ORDER BY handle');
    expect(await profiles()).toHaveLength(1);
    server.rename('nour_aleppo');
    server.post('under another name');
    await rig.harvest(seed);
    expect(await actors()).toHaveLength(1);
    expect(await profiles()).toHaveLength(2);

    const before = await rig.rows(`SELECT 1 FROM observation WHERE outcome = 'deleted'`);
    server.suspend();
    await rig.harvest(seed);
    const account = await rig.row<{ state: string }>(
      'SELECT account_state AS state FROM seed WHERE seed_id = $1',
      seed,
    );
    expect(account.state).toBe('suspended');
    expect(await rig.rows(`SELECT 1 FROM observation WHERE outcome = 'deleted'`)).toEqual(before);
  });
});
