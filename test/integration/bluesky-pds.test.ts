/** Following an account on a real server of the AT Protocol: what is posted, edited, deleted; renamed; deactivated. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { Digest, Key } from '../../src/core/digest.js';
import { history, locatorsOf } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { dueSeeds } from '../../src/store/seeds.js';
import { coverageOf } from '../support/coverage.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { pdsInstalled, startPds, type Pds, type PdsAccount } from '../support/pds.js';

const installed = pdsInstalled();
const declare = installed ? describe : describe.skip;

declare(`a real PDS${installed ? '' : ' (not installed: skipped)'}`, () => {
  let pds: Pds;
  let nour: PdsAccount;
  let rig: HarvestRig;
  let seed: Key;
  let first: string;

  beforeAll(async () => {
    pds = await startPds();
    nour = await pds.createAccount('nour');
    rig = await openHarvestRig({ 'plc.directory': pds.plc });
    first = await nour.post('نحن محاصرون في حلب الشرقية');
    for (let n = 0; n < 3; n++) await nour.post(`post ${n}`);
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    await pds.close();
  });

  const versionsOf = async (uri: string) => {
    const found = await history(rig.archive.pool, locatorsOf(SOURCES), uri);
    return found!.versions.map(({ outcome, text }) => (outcome === 'present' ? text : outcome));
  };
  const state = (harvest: Key): Promise<{ state: string; problem: string | null }> =>
    rig.row('SELECT state, problem FROM harvest WHERE harvest_id = $1', harvest);
  const account = (): Promise<{ state: string; name: string }> =>
    rig.row('SELECT account_state AS state, name FROM seed WHERE seed_id = $1', seed);

  const pictured = async (background: string): Promise<{ uri: string; png: Buffer }> => {
    const png = await sharp({ create: { width: 4, height: 4, channels: 3, background } })
      .png()
      .toBuffer();
    const image = await nour.upload(png, 'image/png');
    const embed = { $type: 'app.bsky.embed.images', images: [{ alt: 'شارع', image }] };
    return { uri: await nour.post('a street', { embed }), png };
  };
  const pictureOf = async (uri: string): Promise<Buffer> => {
    const { digest, bytes } = await rig.row<{ digest: Digest; bytes: number }>(
      `SELECT encode(m.digest, 'hex') AS digest, c.bytes::int FROM post_media m JOIN post p USING (post_id)
       JOIN capture c ON c.digest = m.digest WHERE p.uri = $1 AND m.digest <> ''`,
      uri,
    );
    return rig.archive.blobs.read(digest, 0, bytes);
  };
  let stream: Key;
  /** Listens until it is so, or twenty seconds have passed. */
  const listening = async (act: () => Promise<void>, isHeard: () => Promise<boolean>): Promise<void> => {
    const stopping = new AbortController();
    const running = rig.harvest(stream, 'asked', stopping.signal).catch(() => undefined);
    await sleep(500);
    await act();
    for (const deadline = Date.now() + 20_000; !(await isHeard()) && Date.now() < deadline;) await sleep(100);
    stopping.abort(new Error('heard enough'));
    await running;
  };

  it('is found by its DID, with the server that its document names', async () => {
    const { id, found } = await rig.follow(nour.did);
    seed = id;
    expect(found.seed).toMatchObject({ uri: nour.did, name: 'nour.test' });
    expect(found.connector.id).toBe('bluesky');
    const direct = await rig.follow(`${pds.url}/nour.test`);
    expect(direct.found.seed.uri).toBe(nour.did);
  });

  it('is harvested whole, Arabic byte for byte, and a second time with one small request', async () => {
    expect(await state(await rig.harvest(seed))).toEqual({ state: 'complete', problem: null });
    expect(await rig.row('SELECT count(*)::int AS n FROM post')).toEqual({ n: 4 });
    expect(await versionsOf(first)).toEqual(['نحن محاصرون في حلب الشرقية']);
    const again = await rig.harvest(seed);
    expect(await rig.row('SELECT captures, requests FROM harvest WHERE harvest_id = $1', again)).toMatchObject({
      captures: 0,
    });
    expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
  });

  it('A2: edited twice, deleted, restored, in their order', async () => {
    const uri = await nour.post('one');
    await rig.harvest(seed);
    await nour.edit(uri, 'two');
    await rig.look(seed);
    await nour.edit(uri, 'three');
    await rig.harvest(seed); // the list shows an edit as well
    await nour.delete(uri);
    await rig.look(seed);
    await rig.look(seed);
    await nour.edit(uri, 'three'); // putRecord under the same key: it is back
    await rig.look(seed);
    expect(await versionsOf(uri)).toEqual(['one', 'two', 'three', 'deleted', 'three']);
    const deletions = await rig.rows<{ capture: string }>(
      `SELECT encode(capture, 'hex') AS capture FROM observation WHERE outcome = 'deleted'`,
    );
    expect(deletions).toHaveLength(2);
    const line = await rig.archive.blobs.read(deletions[0]!.capture as never, 0, 200);
    expect(line.toString()).toContain('RecordNotFound');
  });

  it('keeps a post with a picture, and its alternative text', async () => {
    const { uri, png } = await pictured('#353');
    await rig.harvest(seed);
    const found = await history(rig.archive.pool, locatorsOf(SOURCES), uri);
    expect(JSON.stringify(found!.versions[0]!.content)).toContain('شارع');
    expect(await rig.media()).toMatchObject({ stored: 1 });
    expect(await pictureOf(uri)).toEqual(png);
  });

  it('is heard on the firehose within seconds: a post, its edit, its deletion; and nobody else', async () => {
    const stranger = await pds.createAccount('stranger');
    stream = (await rig.follow(`${pds.url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos`)).id;
    const placeOf = async (): Promise<{ at: number } | null> =>
      (await rig.row<{ cursor: { at: number } | null }>('SELECT cursor FROM seed WHERE seed_id = $1', stream)).cursor;
    let [uri, other] = ['', ''];
    await listening(
      async () => {
        uri = await nour.post('heard');
        await nour.edit(uri, 'heard again');
        await nour.delete(uri);
        other = await stranger.post('not followed');
      },
      async () => {
        const heard = await rig.rows('SELECT FROM observation JOIN post USING (post_id) WHERE uri = $1', uri);
        return heard.length === 3 && (await placeOf()) !== null;
      },
    );
    expect(await versionsOf(uri)).toEqual(['heard', 'heard again', 'deleted']);
    expect(await rig.rows('SELECT 1 FROM post WHERE uri = $1', other)).toEqual([]);
    expect((await placeOf())!.at).toBeGreaterThan(0);
  });

  it('a picture that the firehose only names is fetched from the account’s own server at once', async () => {
    await rig.rows(`UPDATE seed SET next_at = now() + interval '1 day' WHERE seed_id = $1`, seed);
    const isDue = async (): Promise<boolean> =>
      (await dueSeeds(rig.archive.pool, 10)).some((due) => due.seed === seed && due.kind === 'scheduled');
    expect(await isDue()).toBe(false);
    let made: { uri: string; png: Buffer };
    await listening(async () => {
      await nour.post('without a picture');
      made = await pictured('#a53');
    }, isDue);
    expect(await isDue()).toBe(true);
    await rig.harvest(seed);
    expect(await rig.media()).toMatchObject({ stored: 1 });
    expect(await pictureOf(made!.uri)).toEqual(made!.png);
  });

  it('S4: renamed it is the same account; deactivated, none of its posts is called deleted', async () => {
    await nour.rename('nour-aleppo.test');
    await rig.rows(`UPDATE seed SET cursor = jsonb_set(cursor, '{identityAt}', '0') WHERE seed_id = $1`, seed);
    await rig.harvest(seed);
    expect(await account()).toEqual({ state: 'renamed', name: 'nour-aleppo.test' });

    const before = await rig.rows(`SELECT 1 FROM observation WHERE outcome = 'deleted'`);
    await nour.deactivate();
    await rig.harvest(seed);
    expect((await account()).state).toBe('deactivated');
    await rig.look(seed);
    expect(await rig.rows(`SELECT 1 FROM observation WHERE outcome = 'deleted'`)).toEqual(before);
    expect((await versionsOf(first)).at(-1)).toBe('deactivated');

    await nour.activate();
    await rig.look(seed);
    expect(await versionsOf(first)).toEqual([
      'نحن محاصرون في حلب الشرقية',
      'deactivated',
      'نحن محاصرون في حلب الشرقية',
    ]);
    expect(await state(await rig.harvest(seed))).toMatchObject({ state: 'complete' });
  });
});
