/**
 * One harvest, run twice at once: the queue took its worker for lost (a machine that slept, a database that was away for
 * longer than the job's lock), and gave the job to another, while the first goes on. What either of them was shown is kept.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { harvestIdOf } from '../../src/app/harvesting.js';
import type { Key } from '../../src/core/digest.js';
import { harvestSeed, type HarvestDeps } from '../../src/pipeline/harvest.js';
import type { HarvestStep } from '../../src/sources/harvest.js';
import { coverageOf } from '../support/coverage.js';
import { openHarvestRig, type HarvestRig } from '../support/harvest-rig.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';

let server: MastodonTape;
let rig: HarvestRig;
let seed: Key;

beforeAll(async () => {
  server = await startMastodon();
  rig = await openHarvestRig({ [server.host]: server.tape.url });
  seed = (await rig.follow('@nour@social.example')).id;
  for (let n = 0; n < 5; n++) server.post(`post ${n}`, new Date(Date.now() - 3_600_000 + n * 1_000));
  await rig.harvest(seed);
});
afterAll(async () => {
  await rig.close();
  await server.close();
});

it('loses nothing that the slower of the two was shown', async () => {
  const harvest = harvestIdOf(seed, 'scheduled', 1_700_000_000_000);
  const first = heldBefore('asking');
  const second = heldBefore('bookmark');
  const slept = run(first.deps, harvest);
  await first.reached;
  const early = server.post('seen by both').uri;
  const taken = run(second.deps, harvest);
  await second.reached;
  // More than the next harvest would list once more for the sake of continuity.
  const late = Array.from({ length: 10 }, (_, n) => server.post(`seen by the first alone ${n}`).uri);
  first.release();
  await slept.catch(() => undefined);
  second.release();
  await taken.catch(() => undefined);

  await rig.harvest(seed);
  const known = await rig.rows<{ uri: string }>('SELECT uri FROM post WHERE uri = ANY($1)', [early, ...late]);
  expect(known.map(({ uri }) => uri).toSorted()).toEqual([early, ...late].toSorted());
  expect(await coverageOf(rig, seed)).toEqual([{ kind: 'watched', reason: null }]);
});

const run = (deps: HarvestDeps, harvest: Key) =>
  harvestSeed(deps, { seed, harvest, kind: 'scheduled', dueMs: Date.now() }, new AbortController().signal);

interface Held {
  readonly deps: HarvestDeps;
  /** It stands there. */
  readonly reached: Promise<void>;
  release(): void;
}

/** A harvest that stands still before it asks for anything, or before its first bookmark. */
function heldBefore(where: 'asking' | HarvestStep['kind']): Held {
  let [arrive, release] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const gate = new Promise<void>((resolve) => (release = resolve));
  const hold = (): Promise<void> => {
    arrive();
    return gate;
  };
  async function* steps(of: AsyncIterable<HarvestStep>): AsyncGenerator<HarvestStep> {
    if (where === 'asking') await hold();
    for await (const step of of) {
      if (step.kind === where) await hold();
      yield step;
    }
  }
  const connectorOf: HarvestDeps['connectorOf'] = (id) => {
    const { connector, source } = rig.deps.connectorOf(id)!;
    return { source, connector: { ...connector, harvest: (...args) => steps(connector.harvest(...args)) } };
  };
  return { deps: { ...rig.deps, connectorOf }, reached, release };
}
