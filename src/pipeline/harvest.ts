/**
 * One harvest of one seed: what a worker does for a job of the queue `harvest`. The connector says what came; each
 * answer is kept, ingested at once, and only then does the cursor move. A worker that dies leaves its captures, its
 * ranges (the reconciler finishes them) and the cursor where it was; the next harvest begins there.
 */
import { messageOf, SourceError, UsageError } from '../core/errors.js';
import type { Key } from '../core/digest.js';
import {
  RateLimited,
  type Bookmark,
  type Connector,
  type Cursor,
  type ExchangeRecord,
  type HarvestIo,
  type HarvestStep,
  type Pace,
} from '../sources/harvest.js';
import type { Source } from '../sources/source.js';
import { afterFailure, heedPace, missedTimes, nextInterval, spread } from './cadence.js';
import { HarvestTake, type TakeDeps } from './harvest-take.js';
import type { Claim, ClaimAnswer, Ending, HarvestKind, NetworkPort, SeedRow } from './harvest-ports.js';
import { lookAgain } from './harvest-look.js';

export interface HarvestDeps extends TakeDeps {
  readonly network: NetworkPort;
  readonly connectorOf: (id: string) => { readonly connector: Connector; readonly source: Source } | undefined;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface HarvestOrder {
  readonly seed: Key;
  readonly harvest: Key;
  readonly kind: HarvestKind;
  /** When it was due, milliseconds since 1970. */
  readonly dueMs: number;
}

/**
 * The job of a killed worker is run again after 25 s at most, under the same id, and need not wait for this. Where the queue
 * has lost the job as well, the lease must run out first: what was begun goes on within a minute all the same.
 */
export const LEASE_MS = 45_000;
const RENEW_MS = 10_000;

/** @returns why it did not begin; undefined when it ran, however it ended */
export async function harvestSeed(
  deps: HarvestDeps,
  order: HarvestOrder,
  signal: AbortSignal,
): Promise<Extract<ClaimAnswer, { refused: string }>['refused'] | undefined> {
  const answer = await deps.store.claim(order.seed, order.harvest, order.kind, LEASE_MS);
  if ('refused' in answer) return answer.refused;
  const { claim } = answer;
  const lost = new AbortController();
  const either = AbortSignal.any([signal, lost.signal]);
  const renewal = setInterval(() => {
    deps.store.renew(claim, LEASE_MS).then(
      (held) => held || lost.abort(new Error('another harvest has taken this seed')),
      // The database is away for a moment: the lease outlives it, or the next one finds the cursor where it was.
      () => undefined,
    );
  }, RENEW_MS);
  try {
    const ending = await run(deps, claim, order, either);
    if (lost.signal.aborted) return undefined;
    await deps.store.end(claim, ending);
    if (ending.state === 'interrupted') signal.throwIfAborted();
    return undefined;
  } finally {
    clearInterval(renewal);
  }
}

/** Everything that can go wrong on the platform's side is an ending; trouble with the archive itself is thrown. */
async function run(deps: HarvestDeps, claim: Claim, order: HarvestOrder, signal: AbortSignal): Promise<Ending> {
  const warnings: string[] = [];
  const warn = (text: string): void => {
    if (warnings.length < MOST_WARNINGS && !warnings.includes(text)) warnings.push(text);
  };
  const pair = deps.connectorOf(claim.seed.connector);
  let take: HarvestTake | undefined;
  let io: HarvestIo | undefined;
  let pace: Pace | undefined;
  const ended = async (state: Ending['state'], extra: Partial<Ending> = {}): Promise<Ending> => ({
    state,
    looks: take?.looks ?? 0,
    missed: missedBy(claim, order, deps.now()),
    ...(await nextOf(deps, claim, pair?.connector, state, extra.waitsUntil, pace)),
    ...extra,
    warnings,
  });
  if (!pair)
    return ended('failed', { problem: `the connector ${claim.seed.connector} is not part of this build of Perdure` });
  try {
    const record = (exchange: ExchangeRecord): Promise<void> => take!.exchanged(exchange);
    const onWait = (untilMs: number): Promise<void> => deps.store.waits(claim, new Date(untilMs).toISOString());
    io = await deps.network.open(claim, pair.connector, { signal, record, warn, onWait });
    take = new HarvestTake(deps, claim, pair.source, signal, !pair.connector.streams);
    const robots = await deps.network.robots(io, claim);
    let reach: 'whole' | 'partial' | undefined;
    if (claim.kind !== 'revisit') {
      const view = pair.connector.streams ? { ...claim.seed, followed: await deps.store.followed(claim) } : claim.seed;
      const last = await takeAll(take, pair.connector.harvest(view, claim.seed.cursor, io), signal);
      reach = last?.reach;
      pace = last?.pace;
      if (reach === 'whole' && mayGoDeeper(claim.seed, pair.connector)) {
        take.backfilled = claim.seed.backfill;
        const from = deeperFrom(claim.seed, pair.connector, last!.cursor);
        reach = (await takeAll(take, pair.connector.harvest(view, from, io), signal))?.reach ?? reach;
      }
    }
    await lookAgain(deps, claim, pair.connector, take, io);
    await take.settle();
    for (const { reason, detail } of take.openGaps()) warn(`${reason}: ${detail}`);
    if (reach === undefined && claim.kind !== 'revisit')
      return await ended('failed', {
        problem: take.trouble ?? 'the platform showed nothing of it',
        ...(robots && { robots }),
      });
    return await ended(reach === 'partial' ? 'partial' : 'complete', robots && { robots });
  } catch (error) {
    if (signal.aborted) return ended('interrupted', { problem: 'the worker was stopped' });
    if (error instanceof RateLimited) {
      await take?.settle();
      const until = new Date(error.until).toISOString();
      return ended('waiting', { problem: error.message, waitsUntil: until });
    }
    if (!(error instanceof SourceError || error instanceof UsageError)) throw error;
    await take?.settle();
    return ended('failed', { problem: messageOf(error) });
  }
}

const MOST_WARNINGS = 50;

/** @returns the last bookmark */
async function takeAll(
  take: HarvestTake,
  steps: AsyncIterable<HarvestStep>,
  signal: AbortSignal,
): Promise<Bookmark | undefined> {
  let last: Bookmark | undefined;
  for await (const step of steps) {
    signal.throwIfAborted();
    await take.step(step);
    if (step.kind === 'bookmark') last = step;
  }
  return last;
}

/** More was asked for since the first harvest than it had gone back for, and it did not come to the beginning. */
function mayGoDeeper({ cursor, backfill, backfilled, fromBeginning }: SeedRow, { streams }: Connector): boolean {
  return !streams && cursor !== null && backfilled !== null && backfill > backfilled && !fromBeginning;
}

/** From where the first harvest ended, else from the newest once more: what comes again is a duplicate. */
function deeperFrom({ backfill, backfilled }: SeedRow, connector: Connector, cursor: Cursor): Cursor | null {
  return connector.deeper?.(cursor, { had: backfilled!, wanted: backfill }) ?? null;
}

async function nextOf(
  deps: HarvestDeps,
  { seed, kind, harvest }: Claim,
  connector: Connector | undefined,
  state: Ending['state'],
  waitsUntil: string | undefined,
  pace: Pace | undefined,
): Promise<Pick<Ending, 'next'>> {
  const now = deps.now();
  const at = (ms: number, intervalSeconds: number): Pick<Ending, 'next'> => ({
    next: { at: new Date(ms).toISOString(), intervalSeconds },
  });
  if (state === 'interrupted') return kind === 'revisit' ? {} : at(now, seed.intervalSeconds);
  if (waitsUntil !== undefined) return at(Date.parse(waitsUntil) + deps.random() * 5_000, seed.intervalSeconds);
  if (kind === 'revisit') return {};
  if (state === 'failed') {
    const interval = connector?.streams ? STREAM_RETRY_SECONDS : seed.intervalSeconds;
    return at(now + spread(afterFailure(interval, seed.failures), deps.random()) * 1_000, seed.intervalSeconds);
  }
  // A stream is one long look: the next begins where this one ended. So does what is left of a list.
  if (connector?.streams || state === 'partial') return at(now, seed.intervalSeconds);
  if (!seed.adaptive) return at(now + spread(seed.everySeconds, deps.random()) * 1_000, seed.everySeconds);
  const cadence = { every: seed.everySeconds, adaptive: seed.adaptive, interval: seed.intervalSeconds };
  // A backfill says nothing of how lively the account is.
  const first = seed.cursor === null;
  const interval = first ? seed.everySeconds : nextInterval(cadence, await deps.store.newPosts(harvest));
  return at(heedPace(now, spread(interval, deps.random()), pace ?? {}), interval);
}

const STREAM_RETRY_SECONDS = 5;

function missedBy({ kind, seed }: Claim, { dueMs }: HarvestOrder, nowMs: number): string[] {
  if (kind !== 'scheduled') return [];
  return missedTimes(dueMs, seed.intervalSeconds * 1_000, nowMs).map((ms) => new Date(ms).toISOString());
}
