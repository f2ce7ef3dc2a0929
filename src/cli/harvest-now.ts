/** One harvest, now, with its progress: here, or the one that runs already. For `follow` and `harvest`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Archive } from '../app/archive.js';
import type { Network } from '../app/network.js';
import { harvest, keyOfSeed, seed as seedById, type HarvestView, type SeedView } from '../read/index.js';
import { parseKey, type Key } from '../core/digest.js';
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
  for (;;) {
    const running = await runningOf(archive, seed);
    const answer = running
      ? await waitFor(io, archive, running, seed, signal)
      : await harvestHere(io, archive, network, seed, signal);
    if (answer !== 'again') return answer;
  }
}

async function runningOf(archive: Archive, { id }: SeedView): Promise<HarvestView | undefined> {
  const running = (await seedById(archive.pool, id))?.running ?? null;
  return running === null ? undefined : harvest(archive.pool, parseKey(running)!);
}

/** @returns `again`: another one began at the same moment */
async function harvestHere(
  io: CliIo,
  archive: Archive,
  network: Network,
  seed: SeedView,
  signal: AbortSignal,
): Promise<HarvestView | 'again' | undefined> {
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
  if (refused === 'running') return 'again';
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
  waiting: 'its rate budget is spent; perdure seeds shows until when',
};

/**
 * Shows a harvest that a worker runs, until it ends.
 * @returns `again`: it ended without having asked what is new
 */
async function waitFor(
  io: CliIo,
  archive: Archive,
  { id, kind, startedAt }: HarvestView,
  seed: SeedView,
  signal: AbortSignal,
): Promise<HarvestView | 'again' | undefined> {
  const name = clean(seed.name);
  if (isStream(archive, seed)) {
    io.err(`  ${name}: one long connection, open since ${timeText(startedAt)}: perdure harvests shows how it goes\n`);
    return harvest(archive.pool, parseKey(id)!);
  }
  const what = kind === 'revisit' ? 'known posts of it are being looked at' : 'a harvest of it is running';
  io.err(`  ${name}: ${what}, since ${timeText(startedAt)}; waiting for its end (Ctrl-C leaves it running)\n`);
  const shown = new AbortController();
  const drawing = draw(io, archive, parseKey(id)!, seed, shown.signal);
  let ended: HarvestView | undefined;
  try {
    ended = await endOf(archive, id, seed, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    io.err('\nNo longer waiting. The harvest goes on: perdure harvests shows it.\n');
    throw new CliExit(130);
  } finally {
    shown.abort();
    await drawing;
  }
  io.err(ended ? `  ${harvestLine(ended)}\n` : '  its worker ended without a word; harvested here now\n');
  // Looks ask for no new posts, and one that was cut off has not come to them.
  const isDone = ended !== undefined && ended.kind !== 'revisit' && ended.state !== 'interrupted';
  return isDone ? ended : 'again';
}

/** Undefined: nobody holds the seed any more, and it never came to an end. */
async function endOf(
  archive: Archive,
  id: string,
  seed: SeedView,
  signal: AbortSignal,
): Promise<HarvestView | undefined> {
  for (;;) {
    const held = (await seedById(archive.pool, seed.id))?.running === id;
    // Asked after that: its end and the seed's release are one.
    const view = await harvest(archive.pool, parseKey(id)!);
    if (view?.state !== 'running') return view;
    if (!held) return undefined;
    await sleep(POLL_MS, undefined, { signal });
  }
}

function isStream({ sources }: Archive, { connector }: SeedView): boolean {
  return sources.some(({ connectors = [] }) => connectors.some(({ id, streams }) => id === connector && streams));
}

const POLL_MS = 300;

/** What became of a harvest, in one line. */
export function harvestLine(view: HarvestView): string {
  const { state, newPosts, read, duplicate, rejected, looks, requests, bytes, seconds, problem, warnings } = view;
  const waits = view.waitsUntil === null ? '' : `, ${waitText(view.waitsUntil)}`;
  const counts = [
    plural(newPosts, 'new post'),
    `${count(read)} read (${count(view.new)} new observations, ${count(duplicate)} known, ${count(rejected)} rejected)`,
    ...(looks > 0 ? [`${count(looks)} looked at again`] : []),
    `${plural(requests, 'request')}, ${bytesText(bytes)}, ${seconds.toFixed(1)} s`,
  ].join('; ');
  const notes = [...(problem === null ? [] : [problem]), ...warnings].map((note) => `\n    ${clean(note)}`).join('');
  return `${state}${waits}: ${counts}${notes}`;
}

/** The platform has said for how long. */
function waitText(until: string): string {
  return `waits until ${timeText(until).slice(11)} (rate limit)`;
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
    const seconds = Math.max(1, state.seconds);
    const line = `harvesting ${clean(name)}: ${count(state.read)} items, ${count(Math.round(state.read / seconds))}/s, ${count(state.requests)} requests, ${bytesText(state.bytes)}, since ${timeText(state.startedAt).slice(11)}${state.waitsUntil === null ? '' : `; ${waitText(state.waitsUntil)}`}`;
    io.err(io.isTty ? `\r\u001b[K${line}` : `${line}\n`);
    drawn = true;
  }
  if (drawn && io.isTty) io.err('\r\u001b[K');
}
