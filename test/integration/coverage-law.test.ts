/** S6, the law: whatever harvests find in whatever order, no time within a gap is ever called watched. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyOf, showKey, type Key } from '../../src/core/digest.js';
import { coverage, seed as readSeed, type CoverageView } from '../../src/read/index.js';
import { extendWatched, noteGap } from '../../src/store/coverage.js';
import { inTransaction } from '../../src/store/transaction.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';

const START = Date.UTC(2026, 2, 1);
const QUARTER = 900_000;

let server: MastodonTape;
let rig: HarvestRig;
let seed: Key;

beforeAll(async () => {
  server = await startMastodon();
  rig = await openHarvestRig({ [server.host]: server.tape.url });
  seed = (await rig.follow('@nour@social.example')).id;
});
afterAll(async () => {
  await rig.close();
  await server.close();
});

/** What one harvest found. */
interface Found {
  /** How many quarters of an hour it came after the one before. */
  readonly after: number;
  /** Nothing is missing up to now, as far as the list says. */
  readonly whole: boolean;
  /** Posts may be missing; since some share of the time after the harvest before, where that is known. */
  readonly gap: { readonly since?: number | undefined } | undefined;
}

const found: fc.Arbitrary<Found> = fc.record({
  after: fc.integer({ min: 1, max: 8 }),
  whole: fc.boolean(),
  gap: fc.option(
    fc.record(
      { since: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }) },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  ),
});

type Span = readonly [from: number, to: number];

/** Harvests as the pipeline writes them down, beside what is true of them. */
async function harvestAll(all: readonly Found[]): Promise<{ now: number; missing: Span[]; watched: Span[] }> {
  await rig.rows('DELETE FROM coverage WHERE seed_id = $1', seed);
  const [missing, watched]: [Span[], Span[]] = [[], []];
  let now = START;
  let lastWhole: number | undefined;
  let broken = false;
  for (const { after, whole, gap } of all) {
    const before = now;
    now += after * QUARTER;
    const moment = { seed, harvest: keyOf('harvest', String(now)), at: new Date(now).toISOString() };
    const since = gap?.since === undefined ? undefined : Math.round(before + gap.since * (now - before));
    await inTransaction(rig.archive.pool, async (client) => {
      const from = since === undefined ? {} : { from: new Date(since).toISOString() };
      if (gap)
        await noteGap(client, moment, { kind: 'gap', reason: 'platform', detail: 'posts may be missing', ...from });
      if (whole) await extendWatched(client, moment);
    });
    if (gap && lastWhole !== undefined) {
      missing.push([Math.max(lastWhole, since ?? 0), now]);
      broken = true;
    }
    if (!whole) continue;
    if (lastWhole !== undefined && !broken) watched.push([lastWhole, now]);
    [lastWhole, broken] = [now, false];
  }
  return { now, missing, watched };
}

async function view(nowMs: number, atMs: number): Promise<CoverageView> {
  const followed = (await readSeed(rig.archive.pool, showKey(seed)))!;
  return coverage(rig.archive.pool, followed, new Date(atMs).toISOString(), new Date(nowMs));
}

it('calls no time within a gap watched, and every time between two harvests that met', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(found, { maxLength: 12 }), async (all) => {
      const { now, missing, watched } = await harvestAll(all);
      const said = async ([from, to]: Span): Promise<string> => (await view(now + 1, (from + to) / 2)).at!.watched;
      for (const span of missing) if (span[1] - span[0] > 2) expect([span, await said(span)]).toEqual([span, 'no']);
      for (const span of watched) expect([span, await said(span)]).toEqual([span, 'yes']);
      // Stretches that were watched have no part in any other.
      const { intervals } = await view(now + 1, START);
      for (const one of intervals.filter(({ kind }) => kind === 'watched'))
        for (const other of intervals) expect(other === one || other.to <= one.from || other.from >= one.to).toBe(true);
    }),
    { numRuns: 100 },
  );
}, 60_000);
