/** What a connector asks by POST is kept with the exchange, and its secrets are not. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { exchanges } from '../../src/read/index.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startTape, type Tape } from '../support/tape-server.js';

let tape: Tape;
let rig: HarvestRig;
beforeAll(async () => {
  tape = await startTape({
    'POST /api/v1/access_token': { body: { access_token: 'tok-of-this-test', expires_in: 3_600 } },
    'GET /user/nour_test/about': { body: { kind: 't2', data: { name: 'nour_test' } } },
    'GET /user/nour_test': { body: { kind: 'Listing', data: { children: [], after: null } } },
  });
  const hosts = { 'www.reddit.com': tape.url, 'oauth.reddit.com': tape.url };
  rig = await openHarvestRig(hosts, [{ name: 'app', kind: 'client', user: 'id9', secret: 'sesame-open' }]);
});
afterAll(async () => {
  await rig.close();
  await tape.close();
});

it('in a harvest', async () => {
  await rig.archive.pool.query(
    `INSERT INTO credential (name, connector, kind, sealed, wrapped_key, key_id) VALUES ('app', 'reddit', 'client', '', '', 'test')`,
  );
  const { id: seed } = await rig.follow('u/nour_test', { credential: 'app' });
  // Another process than the one that followed.
  tape.on('GET /user/nour_test', [
    { status: 401, body: { message: 'Unauthorized' } },
    { body: { kind: 'Listing', data: { children: [], after: null } } },
  ]);
  const harvest = await rig.harvest(seed);
  const { items } = (await exchanges(rig.archive.pool, harvest, {}))!;
  const [post] = items.filter(({ method }) => method === 'POST');
  expect(post).toMatchObject({ status: 200, digest: null, requestDigest: expect.stringMatching(/^sha256:/) });
  const body = await rig.archive.blobs.read(post!.requestDigest!.slice('sha256:'.length) as never, 0, 29);
  expect(body.toString()).toBe('grant_type=client_credentials');
  expect(items.filter(({ method, requestDigest }) => method === 'GET' && requestDigest !== null)).toEqual([]);
});
