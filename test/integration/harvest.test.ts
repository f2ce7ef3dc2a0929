/** The journeys of following, over the real network client and a real database; the platform is played. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { sha256, showKey, type Key } from '../../src/core/digest.js';
import { coverageOf } from '../support/coverage.js';
import { actorHistory, coverage, history, locatorsOf, seed as seedNamed } from '../../src/read/index.js';
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

interface Named {
  acct: string;
  id: string;
  uri: string;
  suspended?: boolean;
}

describe('S4: renamed, then suspended', () => {
  const profiles = async (): Promise<readonly (readonly unknown[])[]> =>
    (await actorHistory(rig.archive.pool, server.actor))!.versions.map(({ content }) => [
      content?.handle,
      content?.status,
    ]);
  // In between its list was empty, and it was asked after itself.
  const FIRST = ['nour@social.example', 'active'];
  const SECOND = ['nour_aleppo@social.example', undefined];

  it('is the same actor with one more profile, though nothing was posted', async () => {
    expect(await profiles()).toEqual([FIRST]);
    server.rename('nour_aleppo');
    await rig.harvest(seed);
    expect(await profiles()).toEqual([FIRST, SECOND]);
    expect(await rig.rows('SELECT uri FROM actor')).toHaveLength(1);
  });

  it('is suspended in one more, said once, and no post is called deleted', async () => {
    const before = await rig.rows(`SELECT 1 FROM observation WHERE outcome = 'deleted'`);
    server.suspend();
    await rig.harvest(seed);
    const { n } = await rig.row<{ n: number }>('SELECT count(*)::int AS n FROM profile_observation');
    await rig.harvest(seed);
    await rig.harvest(seed);
    expect(await rig.row('SELECT account_state AS state FROM seed WHERE seed_id = $1', seed)).toEqual({
      state: 'suspended',
    });
    expect(await rig.rows(`SELECT 1 FROM observation WHERE outcome = 'deleted'`)).toEqual(before);
    expect(await profiles()).toEqual([FIRST, SECOND, ['nour_aleppo@social.example', 'suspended']]);
    // Asked after at each harvest, written down each time, and taken in once.
    expect(await rig.row('SELECT count(*)::int AS n FROM profile_observation')).toEqual({ n });
  });

  it('names the bytes that say so', async () => {
    const { observations } = (await actorHistory(rig.archive.pool, server.actor))!;
    const records = await Promise.all(
      observations.map(async ({ capture, offset, length }): Promise<Named> => {
        const bytes = await rig.archive.blobs.read(capture.slice('sha256:'.length) as never, offset, length);
        return JSON.parse(bytes.toString()) as Named;
      }),
    );
    const { acct, id } = records.find(({ uri, suspended }) => uri === server.actor && suspended === true)!;
    expect([acct, id]).toEqual(['nour_aleppo', '109348']);
  });

  it('stands again when it does', async () => {
    server.suspend(false);
    server.post('I am back');
    await rig.harvest(seed);
    expect(await profiles()).toEqual([
      FIRST,
      SECOND,
      ['nour_aleppo@social.example', 'suspended'],
      ['nour_aleppo@social.example', 'active'],
    ]);
    const sums = await rig.rows('SELECT accession_id FROM ingest_range WHERE read <> new + duplicate + rejected');
    expect(sums).toEqual([]);
  });

  it('is told in a line of its own where the platform shows nothing of it', async () => {
    const gone = () => ({ status: 410, body: { error: 'Gone' } });
    server.listing = gone;
    server.tape.on('GET /api/v1/accounts/109348', gone());
    await rig.harvest(seed);
    await rig.harvest(seed);
    const { versions, observations } = (await actorHistory(rig.archive.pool, server.actor))!;
    // The tape goes on showing the posts themselves, as no server does.
    const told = versions.filter(({ content }) => content?.status === 'suspended').at(-1)!;
    expect([told.content, told.observations]).toEqual([{ status: 'suspended' }, 1]);
    const { capture, offset, length } = observations.find(({ snapshot }) => snapshot === told.snapshot)!;
    const bytes = await rig.archive.blobs.read(capture.slice('sha256:'.length) as never, offset, length);
    const look = { perdure: 'look', actor: server.actor, exchange: { status: 410 } };
    expect(JSON.parse(bytes.toString())).toMatchObject(look);

    server.listing = undefined;
    await rig.harvest(seed);
    expect((await profiles()).at(-1)).toEqual(['nour_aleppo@social.example', 'active']);
  });
});
