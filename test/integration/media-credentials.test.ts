/** With whose credential a file may be asked for: that of the seed that found it, at the origin of that seed's API. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { credentialOf } from '../../src/app/media-credentials.js';
import type { Key } from '../../src/core/digest.js';
import { connectorsOf } from '../../src/pipeline/follow.js';
import { mediaKey } from '../../src/pipeline/media-wants.js';
import type { Credential } from '../../src/sources/harvest.js';
import { SOURCES } from '../../src/sources/index.js';
import { wantMedia } from '../../src/store/media.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';

const TOKEN: Credential = { name: 'main', kind: 'bearer', secret: 'tok_s3cret_a1b2c3' };

let server: MastodonTape;
let rig: HarvestRig;
let seed: Key;
let post: Key;

beforeAll(async () => {
  server = await startMastodon();
  rig = await openHarvestRig({ [server.host]: server.tape.url }, [TOKEN]);
  await rig.rows(
    `INSERT INTO credential (name, connector, kind, sealed, wrapped_key, key_id) VALUES ('main', 'mastodon', 'bearer', '', '', 'test')`,
  );
  seed = (await rig.follow('@nour@social.example', { credential: 'main' })).id;
  server.post('with a picture', new Date(Date.now() - 3_600_000));
  await rig.harvest(seed);
  ({ post } = await rig.row<{ post: Key }>(`SELECT replace(post_id::text, '-', '') AS post FROM post`));
});
afterAll(async () => {
  await rig.close();
  await server.close();
});

async function asked(url: string, owner = post, credentials: readonly Credential[] = [TOKEN]) {
  await wantMedia(rig.archive.pool, [{ url, type: 'Image', post: owner }]);
  const connectors = connectorsOf(SOURCES).map(({ connector }) => connector);
  const find = (name: string) => Promise.resolve(credentials.find((each) => each.name === name));
  return credentialOf(rig.archive.pool, connectors, find, { key: mediaKey(url), url, tries: 1 });
}

it('is that of the seed that found the post', async () => {
  const answer = await asked('https://social.example/files/1.png');
  expect(answer).toEqual({ origin: 'https://social.example', credential: TOKEN });
});

it('is none at any other origin', async () => {
  for (const url of ['https://files.example/1.png', 'http://social.example/1.png', 'https://social.example:8443/1.png'])
    expect(await asked(url)).toBeUndefined();
});

it('is none for a post that the seed did not find', async () => {
  expect(await asked('https://social.example/files/2.png', 'f'.repeat(32) as Key)).toBeUndefined();
});

it('is none that is bound to another host', async () => {
  const bound = [{ ...TOKEN, host: 'other.example' }];
  expect(await asked('https://social.example/files/1.png', post, bound)).toBeUndefined();
});

it('is none once the seed has ended', async () => {
  await rig.rows(`UPDATE seed SET state = 'ended' WHERE seed_id = $1`, seed);
  expect(await asked('https://social.example/files/1.png')).toBeUndefined();
});
