/** One harvest, here and now, with its progress: for `follow` and `harvest`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Archive } from '../app/archive.js';
import type { Network } from '../app/network.js';
import { harvest, keyOfSeed, type HarvestView, type SeedView } from '../read/index.js';
import type { Key } from '../core/digest.js';
import { CliExit, type CliIo } from './io.js';
import { bytesText, clean, count, plural } from './print.js';
import { timeText } from './times.js';

/** @returns how it ended; undefined when it did not begin, which has been said */
export async function harvestNow(
  io: CliIo,
  archive: Archive,
  network: Network,
  seed: SeedView,
  signal: AbortSignal,
): Promise<HarvestView | undefined> {
  const { startHarvest } = await import('../app/following.js');
  const { harvest: id, ended } = startHarvest(archive, network, keyOfSeed(seed), signal);
  const shown = new AbortController();
  const drawing = draw(io, archive, id, seed, shown.signal);
  let refused: string | undefined;
  try {
    refused = await ended;
  } catch (error) {
    if (!signal.aborted) throw error;
    io.err('\nStopped. What came is kept; the next harvest goes on from there.\n');
    throw new CliExit(130);
  } finally {
    shown.abort();
    await drawing;
  }
  if (refused !== undefined) {
    io.err(`  ${clean(seed.name)}: ${REFUSED[refused] ?? refused}\n`);
    return undefined;
  }
  const done = await harvest(archive.pool, id);
  if (done) io.err(`  ${harvestLine(done)}\n`);
  return done;
}

const REFUSED: Readonly<Record<string, string>> = {
  gone: 'it is not followed (perdure follow …)',
  running: 'another harvest of it is running at this moment; perdure harvests shows it',
  waiting: 'its rate budget is spent; perdure seeds shows until when',
};

/** What became of a harvest, in one line. */
export function harvestLine(view: HarvestView): string {
  const { state, newPosts, read, duplicate, rejected, looks, requests, bytes, seconds, problem, warnings } = view;
  const counts = [
    plural(newPosts, 'new post'),
    `${count(read)} read (${count(view.new)} new observations, ${count(duplicate)} known, ${count(rejected)} rejected)`,
    ...(looks > 0 ? [`${count(looks)} looked at again`] : []),
    `${plural(requests, 'request')}, ${bytesText(bytes)}, ${seconds.toFixed(1)} s`,
  ].join('; ');
  const notes = [...(problem === null ? [] : [problem]), ...warnings].map((note) => `\n    ${clean(note)}`).join('');
  return `${state}: ${counts}${notes}`;
}

const QUIET_MS = 1_000;

/** How much has come. How much there is to come, no platform says: so no percentage, but count, rate and time. */
async function draw(io: CliIo, archive: Archive, id: Key, { name }: SeedView, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  let drawn = false;
  while (!signal.aborted) {
    await sleep(io.isTty ? 300 : 5_000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || Date.now() - began < QUIET_MS) continue;
    const state = await harvest(archive.pool, id);
    if (!state) continue;
    const seconds = Math.max(1, (Date.now() - began) / 1_000);
    const line = `harvesting ${clean(name)}: ${count(state.read)} items, ${count(Math.round(state.read / seconds))}/s, ${count(state.requests)} requests, ${bytesText(state.bytes)}, since ${timeText(state.startedAt).slice(11)}`;
    io.err(io.isTty ? `\r\u001b[K${line}` : `${line}\n`);
    drawn = true;
  }
  if (drawn && io.isTty) io.err('\r\u001b[K');
}
