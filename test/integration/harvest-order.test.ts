/** S5: two workers get the same post and its edit at once and out of order: one post, two snapshots, the right order. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Key } from '../../src/core/digest.js';
import { history, locatorsOf } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';
import type { Reply } from '../support/tape-server.js';

let server: MastodonTape;
let rig: HarvestRig;
let seeds: [Key, Key];

beforeAll(async () => {
  server = await startMastodon();
  rig = await openHarvestRig({ [server.host]: server.tape.url });
  const follow = async (collection: string): Promise<Key> =>
    (await rig.follow('@nour@social.example', { collection })).id;
  seeds = [await follow('one'), await follow('two')];
  await Promise.all(seeds.map((seed) => rig.harvest(seed)));
});
afterAll(async () => {
  await rig.close();
  await server.close();
});

it.each(Array.from({ length: 12 }, (_, n) => n))('round %d', async (round) => {
  const written = new Date(Date.now() - 120_000);
  const { id, uri } = server.post(`first ${round}`, written);
  // What the server said before the edit, and after it: either may be the answer to either worker, in either order.
  let before: Reply | undefined;
  server.listing = (_, honest) => (before ??= structuredClone(honest()));
  await fetch(`${server.tape.url}/api/v1/accounts/109348/statuses?limit=40`);
  server.edit(id, `second ${round}`, new Date(written.getTime() + 60_000));
  let asked = 0;
  server.listing = ({ query }, honest) => {
    if (query.get('pinned') === 'true') return honest();
    return (asked++ + round) % 2 === 0 ? before! : honest();
  };
  const order = round % 3 === 0 ? seeds : ([seeds[1], seeds[0]] as const);
  await Promise.all(order.map((seed) => rig.harvest(seed)));
  server.listing = undefined;

  const found = await history(rig.archive.pool, locatorsOf(SOURCES), uri);
  expect(found!.versions.map(({ outcome, text }) => [outcome, text])).toEqual([
    ['present', `first ${round}`],
    ['present', `second ${round}`],
  ]);
  const counts = await rig.row<{ posts: number; contents: number }>(
    `SELECT count(DISTINCT p.post_id)::int AS posts, count(DISTINCT s.content)::int AS contents
     FROM post p JOIN snapshot s USING (post_id) WHERE p.uri = $1 AND s.content LIKE '%"text":%'`,
    uri,
  );
  expect(counts.posts).toBe(1);
  expect(counts.contents).toBeGreaterThanOrEqual(2);
});
