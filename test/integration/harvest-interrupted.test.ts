/**
 * S1: a harvest that dies between what it captured and the bookmark that covers it. The cursor is where it was, the next
 * harvest is whole, and nothing is double. It dies at every one of its words to the database, one after the other.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { harvestIdOf } from '../../src/app/harvesting.js';
import type { Json } from '../../src/core/canonical.js';
import type { Key } from '../../src/core/digest.js';
import { harvestSeed, type HarvestDeps } from '../../src/pipeline/harvest.js';
import type { RangeRef } from '../../src/pipeline/ports.js';
import { history, locatorsOf } from '../../src/read/index.js';
import type { HarvestStep } from '../../src/sources/harvest.js';
import { SOURCES } from '../../src/sources/index.js';
import { markOf, placeOf, WINDOW } from '../../src/sources/mastodon/harvest-place.js';
import { coverageOf } from '../support/coverage.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape, type Written } from '../support/mastodon-tape.js';
import { dyingAt } from '../support/mortal.js';

/** One for each death; a harvest of two pages has fewer words to say than these. */
const SERVERS = 160;
const TWO_PAGES = 45;

let rig: HarvestRig;
let servers: MastodonTape[];
let used = 0;
let due = 1_600_000_000_000;

beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: SERVERS }, (_, n) => startMastodon(`s${n}.example`)));
  rig = await openHarvestRig(Object.fromEntries(servers.map(({ host, tape }) => [host, tape.url])));
});
afterAll(async () => {
  await rig.close();
  await Promise.all(servers.map((server) => server.close()));
});

interface Account {
  readonly server: MastodonTape;
  readonly seed: Key;
  readonly written: Written[];
}

async function followNew(posts: number): Promise<Account> {
  const server = servers[used++]!;
  const account = { server, seed: (await rig.follow(`@nour@${server.host}`)).id, written: [] };
  write(account, posts);
  return account;
}

/** Some minutes ago: the first look at each of them is over, the second in an hour. */
function write({ server, written }: Account, count: number): void {
  for (let n = 0; n < count; n++)
    written.push(server.post(`post ${written.length}`, new Date(Date.now() - 3_000_000 + written.length * 1_000)));
}

interface Stage {
  readonly what: string;
  readonly prepare: () => Promise<Account>;
  /** Of the first post. */
  readonly versions: readonly string[];
}

const STAGES: readonly Stage[] = [
  { what: 'a first harvest of two pages', prepare: () => followNew(TWO_PAGES), versions: ['post 0'] },
  {
    what: 'a later harvest of two pages, and a look at a post that was edited',
    async prepare() {
      const account = await followNew(5);
      const { server, seed, written } = account;
      await rig.harvest(seed);
      write(account, TWO_PAGES);
      const { id, uri } = written[0]!;
      server.edit(id, 'post 0, edited');
      await rig.rows('UPDATE revisit SET due_at = now() WHERE seed_id = $1 AND uri = $2', seed, uri);
      return account;
    },
    versions: ['post 0', 'post 0, edited'],
  },
];

const run = (deps: HarvestDeps, seed: Key, harvest: Key, signal = new AbortController().signal) =>
  harvestSeed(deps, { seed, harvest, kind: 'scheduled', dueMs: Date.now() }, signal);
const newId = (seed: Key): Key => harvestIdOf(seed, 'scheduled', due++);
const cursorOf = async (seed: Key): Promise<Json> =>
  (await rig.row<{ cursor: Json }>('SELECT cursor FROM seed WHERE seed_id = $1', seed)).cursor;

/** As the reconciler does. */
async function readWhatIsLeft(): Promise<void> {
  const left = await rig.rows<{ id: string; member: number; offset: string }>(
    `SELECT replace(accession_id::text, '-', '') AS id, member, byte_offset AS offset FROM ingest_range WHERE state <> 'done'`,
  );
  await rig.archive.ingest(
    left.map(({ id, member, offset }): RangeRef => ({ accession: id as Key, member, offset: Number(offset) })),
  );
}

async function stateOf({ server, seed, written }: Account) {
  const like = `https://${server.host}/%`;
  const uris = await rig.rows<{ uri: string }>('SELECT uri FROM post WHERE uri LIKE $1', like);
  const first = await history(rig.archive.pool, locatorsOf(SOURCES), written[0]!.uri);
  const { cursor, lease } = await rig.row<{ cursor: Json; lease: Date | null }>(
    'SELECT cursor, lease_until AS lease FROM seed WHERE seed_id = $1',
    seed,
  );
  const { known, walk } = placeOf(cursor);
  return {
    posts: uris.map(({ uri }) => uri).toSorted(),
    versions: first?.versions.map(({ outcome, text }) => (outcome === 'present' ? text : outcome)),
    planned: (await rig.rows('SELECT 1 FROM revisit WHERE seed_id = $1', seed)).length,
    known: known.map(([mark]) => mark).toSorted(),
    walk,
    lease,
    coverage: await coverageOf(rig, seed),
    unbalanced: await rig.rows(
      `SELECT r.* FROM ingest_range r JOIN harvest h ON h.harvest_id = r.accession_id
       WHERE h.seed_id = $1 AND (r.state <> 'done' OR r.read <> r.new + r.duplicate + r.rejected OR r.rejected > 0)`,
      seed,
    ),
  };
}

function whole({ written }: Account, { versions }: Stage): Awaited<ReturnType<typeof stateOf>> {
  const uris = written.map(({ uri }) => uri);
  return {
    posts: uris.toSorted(),
    versions: [...versions],
    planned: uris.length,
    known: uris.slice(-WINDOW).map(markOf).toSorted(),
    walk: undefined,
    lease: null,
    coverage: [{ kind: 'watched', reason: null }],
    unbalanced: [],
  };
}

describe.each(STAGES)('$what', (stage) => {
  let words = 0;

  it('is whole when nothing happens', async () => {
    const account = await stage.prepare();
    const mortal = dyingAt(rig.deps, Infinity);
    await run(mortal.deps, account.seed, newId(account.seed));
    words = mortal.said.length;
    expect(words).toBeGreaterThan(15);
    expect(await stateOf(account)).toEqual(whole(account, stage));
  });

  it('is whole after its worker died, at whichever word', async () => {
    for (let word = 0; word < words; word++) {
      const account = await stage.prepare();
      const { seed } = account;
      const [first, before] = [newId(seed), await cursorOf(seed)];
      const mortal = dyingAt(rig.deps, word);
      await expect(run(mortal.deps, seed, first)).rejects.toThrow('the worker died');
      const at = { word, said: mortal.said };
      if (!mortal.said.includes('bookmarked'))
        expect({ ...at, cursor: await cursorOf(seed) }).toEqual({ ...at, cursor: before });

      // Its job is run again; or it was lost with the queue, and the lease runs out.
      const again = word % 2 === 0;
      if (!again) await rig.rows(`UPDATE seed SET lease_until = now() - interval '1 s' WHERE seed_id = $1`, seed);
      expect(await run(rig.deps, seed, again ? first : newId(seed))).toBeUndefined();
      await readWhatIsLeft();
      // Nobody who looks later takes it for running.
      const begun = await rig.rows('SELECT state FROM harvest WHERE harvest_id = $1', first);
      expect({ ...at, begun }).toEqual({
        ...at,
        begun: again ? [{ state: 'complete' }] : [{ state: 'interrupted' }],
      });
      expect({ ...at, ...(await stateOf(account)) }).toEqual({ ...at, ...whole(account, stage) });

      const last = newId(seed);
      await run(rig.deps, seed, last);
      expect({ ...at, brought: await rig.deps.store.newPosts(last) }).toEqual({ ...at, brought: 0 });
    }
  }, 120_000);

  it('is whole after it was stopped, at whichever step', async () => {
    for (let step = 0, stopped = true; stopped; step++) {
      const account = await stage.prepare();
      const stop = new AbortController();
      const id = newId(account.seed);
      const deps = watched(step, () => stop.abort(new Error('the worker is stopping')));
      stopped = await run(deps, account.seed, id, stop.signal).then(
        () => false,
        () => true,
      );
      const { state } = await rig.row<{ state: string }>('SELECT state FROM harvest WHERE harvest_id = $1', id);
      expect({ step, state }).toEqual({ step, state: stopped ? 'interrupted' : 'complete' });
      if (stopped) await run(rig.deps, account.seed, newId(account.seed));
      else expect(step).toBeGreaterThan(3);
      expect({ step, ...(await stateOf(account)) }).toEqual({ step, ...whole(account, stage) });
    }
  }, 60_000);
});

describe('a gap', () => {
  /** What was known is not listed any more, and the account counts more posts than the list has. */
  async function withGap(): Promise<Account> {
    const account = await followNew(5);
    await rig.harvest(account.seed);
    for (const { id } of account.written) account.server.delete(id);
    write(account, 3);
    return account;
  }

  it('is told together with the bookmark that passes over it, or not at all', async () => {
    const told = await withGap();
    const alive = dyingAt(rig.deps, Infinity);
    await run(alive.deps, told.seed, newId(told.seed));
    expect(await coverageOf(rig, told.seed)).toContainEqual({ kind: 'gap', reason: 'ceiling' });

    const account = await withGap();
    const { seed, server, written } = account;
    const mortal = dyingAt(rig.deps, alive.said.indexOf('bookmarked'));
    const harvest = newId(seed);
    await expect(run(mortal.deps, seed, harvest)).rejects.toThrow('the worker died');
    expect(mortal.said).toContain('captured');
    for (const { id } of written) server.restore(id);
    await run(rig.deps, seed, harvest);
    expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
  });
});

/** Tells when the connector is about to hand over a step, counted from 0 over harvest and look. */
function watched(step: number, reached: () => void): HarvestDeps {
  let count = 0;
  async function* steps(of: AsyncIterable<HarvestStep>): AsyncGenerator<HarvestStep> {
    for await (const each of of) {
      if (count++ === step) reached();
      yield each;
    }
  }
  return {
    ...rig.deps,
    connectorOf(id) {
      const { connector, source } = rig.deps.connectorOf(id)!;
      const { harvest, look } = connector;
      return {
        source,
        connector: {
          ...connector,
          harvest: (...args) => steps(harvest(...args)),
          ...(look && { look: (...args) => steps(look(...args)) }),
        },
      };
    },
  };
}
