/** Many posts of X are due at once: X is asked by a compliance job which of them are gone. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Key } from '../../src/core/digest.js';
import { history, locatorsOf } from '../../src/read/index.js';
import { SOURCES } from '../../src/sources/index.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startTape, type Tape, type TapeRequest } from '../support/tape-server.js';

const POSTS = 520;
const START = Date.now() - 3_600_000 - POSTS * 1_000;
const id = (n: number): string => String((BigInt(START + n * 1_000) - 1_288_834_974_657n) << 22n);
const created = (n: number): string => new Date(START + n * 1_000).toISOString();
const uri = (n: number): string => `https://x.com/i/status/${id(n)}`;
const numbers = new Map(Array.from({ length: POSTS }, (_, n) => [id(n), n]));
const gone = new Set<string>();
const tweet = (each: string): object => ({
  id: each,
  text: `post ${numbers.get(each)}`,
  author_id: '900000000000000001',
  created_at: created(numbers.get(each)!),
});
const users = { users: [{ id: '900000000000000001', username: 'nour_test', name: 'نور' }] };

let tape: Tape;
let rig: HarvestRig;
let seed: Key;
beforeAll(async () => {
  const all = [...numbers.keys()].reverse();
  const job = { id: '77', type: 'tweets', upload_url: 'https://storage.googleapis.com/in?X-Goog-Signature=open' };
  const done = { ...job, status: 'complete', download_url: 'https://storage.googleapis.com/out?X-Goog-Signature=open' };
  tape = await startTape({
    'GET /2/users/by/username/nour_test': { body: { data: users.users[0] } },
    'GET /2/users/900000000000000001/tweets': ({ query }) => {
      const from = Number(query.get('pagination_token') ?? 0);
      const page = all.slice(from, from + Number(query.get('max_results')));
      const next = from + page.length < all.length ? { next_token: String(from + page.length) } : {};
      return { body: { data: page.map(tweet), includes: users, meta: { result_count: page.length, ...next } } };
    },
    'GET /2/tweets': ({ query }: TapeRequest) => {
      const asked = query.get('ids')!.split(',');
      const errors = asked
        .filter((each) => gone.has(each))
        .map((each) => ({ title: 'Not Found Error', resource_type: 'tweet', resource_id: each, value: each }));
      return { body: { data: asked.filter((each) => !gone.has(each)).map(tweet), includes: users, errors } };
    },
    'POST /2/compliance/jobs': { body: { data: { ...job, status: 'created' } } },
    'PUT /in': {},
    'GET /2/compliance/jobs/77': { body: { data: done } },
    'GET /out': () => ({
      body: [...gone]
        .map((each) => ({ id: each, action: 'delete', created_at: created(numbers.get(each)!), reason: 'deleted' }))
        .map((line) => JSON.stringify(line))
        .join('\n'),
    }),
  });
  rig = await openHarvestRig({ 'api.x.com': tape.url, 'storage.googleapis.com': tape.url }, [
    { name: 'x', kind: 'bearer', secret: 'sesame-open' },
  ]);
  await rig.archive.pool.query(
    `INSERT INTO credential (name, connector, kind, sealed, wrapped_key, key_id) VALUES ('x', 'x', 'bearer', '', '', 'test')`,
  );
  seed = (await rig.follow('https://x.com/nour_test', { credential: 'x' })).id;
  await rig.harvest(seed);
});
afterAll(async () => {
  await rig.close();
  await tape.close();
});

interface Due {
  uri: string;
  outcome: string;
  looks: number;
  minutes: number | null;
}
const due = (n: number): Promise<Due> =>
  rig.row(
    'SELECT uri, outcome, looks, round(extract(epoch FROM due_at - now()) / 60)::int AS minutes FROM revisit WHERE uri = $1',
    uri(n),
  );
const outcomes = async (n: number): Promise<readonly string[]> =>
  (await history(rig.archive.pool, locatorsOf(SOURCES), uri(n)))!.versions.map(({ outcome }) => outcome);

it('what it names is gone, and looked at again soon; what it does not name was looked at', async () => {
  gone.add(id(3));
  const harvest = await rig.look(seed);
  expect(await rig.row('SELECT state, looks, warnings FROM harvest WHERE harvest_id = $1', harvest)).toEqual({
    state: 'complete',
    looks: POSTS,
    warnings: [],
  });
  expect(await due(3)).toMatchObject({ outcome: 'deleted', looks: 1, minutes: 10 });
  expect(await due(4)).toMatchObject({ outcome: 'present', looks: 1 });
  expect(await outcomes(3)).toEqual(['present', 'deleted']);
  const place = await rig.row<{ place: object }>('SELECT look_place AS place FROM seed WHERE seed_id = $1', seed);
  expect(place.place).toEqual({ notBefore: expect.any(Number) });
});

it('the second look is no job, and finds it still gone', async () => {
  const asked = tape.requests.length;
  await rig.look(seed);
  expect(tape.requests.slice(asked).map(({ path }) => path)).not.toContain('/2/compliance/jobs');
  expect(await due(3)).toMatchObject({ outcome: 'notFound', looks: 2 });
  // Each of them is X's own word, in its place.
  expect(await outcomes(3)).toEqual(['present', 'deleted', 'notFound']);
  expect(
    (await rig.row<{ gone: Date | null }>('SELECT gone_at AS gone FROM revisit WHERE uri = $1', uri(3))).gone,
  ).not.toBeNull();
});

it('holds nothing that opens the storage', async () => {
  const rows = await rig.rows<{ line: string }>('SELECT e::text AS line FROM exchange e');
  expect(rows.filter(({ line }) => line.includes('storage.googleapis.com'))).toHaveLength(2);
  expect(rows.filter(({ line }) => /Signature=open|sesame/.test(line))).toEqual([]);
  const jobs = await rig.rows(`SELECT 1 FROM exchange WHERE url LIKE '%/compliance/jobs%' AND digest IS NOT NULL`);
  expect(jobs).toEqual([]);
});
