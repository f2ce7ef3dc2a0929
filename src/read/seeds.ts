/** Seeds and harvests: what is followed, how it went, what every exchange was. */
import type { Pool } from 'pg';
import { parseKey, showDigest, showKey, type Digest, type Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import * as reader from '../store/readers/seeds.js';
import { EVERYTHING, scopeOf, type Scope } from '../store/readers/scope.js';
import { collectionOf } from './accessions.js';
import { limitOf, MOMENT, NUMBER, pageOf, readCursor, UUID, writeCursor } from './cursor.js';
import type { Page, PageOptions } from './list-types.js';
import type { ExchangeView, HarvestView, SeedView } from './seed-types.js';

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export function seedView(record: reader.SeedRecord): SeedView {
  const { id, running, accountState, accountDetail, watchedFrom, watchedTo } = record;
  return {
    id: showKey(id),
    collection: record.collection,
    connector: record.connector,
    source: record.source,
    uri: record.uri,
    name: record.name,
    state: record.state as SeedView['state'],
    every: record.every,
    interval: record.interval,
    adaptive: record.adaptive,
    backfill: record.backfill,
    credential: record.credential,
    authority: record.authority,
    nextAt: record.nextAt.toISOString(),
    nextLookAt: iso(record.lookAt),
    postsToLookAt: record.planned,
    running: running && showKey(running),
    lastHarvest: lastHarvestOf(record),
    lastNewAt: iso(record.lastNewAt),
    failures: record.failures,
    problem: record.problem,
    waitsUntil: iso(record.waitsUntil),
    account: accountState === null ? null : { state: accountState, detail: accountDetail },
    cursorAt: iso(record.cursorAt),
    backTo: record.backTo,
    watched: watchedFrom && { from: watchedFrom.toISOString(), to: watchedTo!.toISOString() },
    gaps: record.gaps,
    createdAt: record.createdAt.toISOString(),
  };
}

function lastHarvestOf(record: reader.SeedRecord): SeedView['lastHarvest'] {
  const { lastId, lastState, lastAt, lastFinishedAt, lastProblem, lastNewPosts } = record;
  if (lastId === null) return null;
  return {
    id: showKey(lastId),
    state: lastState!,
    at: lastAt!.toISOString(),
    finishedAt: iso(lastFinishedAt),
    newPosts: lastNewPosts!,
    problem: lastProblem,
  };
}

const SEED_CURSOR = { created: MOMENT, id: UUID } as const;

export interface SeedOptions extends PageOptions {
  /** Name or id. */
  readonly collection?: string;
  readonly state?: SeedView['state'];
}

/** In the order in which they were followed; those that were unfollowed only when asked for. */
export async function seeds(pool: Pool, options: SeedOptions = {}, scope: Scope = EVERYTHING): Promise<Page<SeedView>> {
  const limit = limitOf(options);
  const after = options.cursor === undefined ? undefined : readCursor('seeds', options.cursor, SEED_CURSOR);
  const collection = await collectionOf(pool, options.collection);
  const page = { collection, state: options.state, collections: scopeOf(scope), after, limit: limit + 1 };
  const { items, last } = pageOf(await reader.listSeeds(pool, page), limit);
  const next = last && writeCursor('seeds', { created: last.createdExactly, id: last.id });
  return { items: items.map(seedView), next: next ?? null };
}

/**
 * By id (or its beginning), name or URI. Undefined where there is none; throws a UsageError where several fit, of which
 * those that are followed no longer do not count beside one that is.
 */
export async function seed(pool: Pool, text: string, scope: Scope = EVERYTHING): Promise<SeedView | undefined> {
  const found = await reader.findSeeds(pool, text.trim(), scopeOf(scope), 10);
  const followed = found.filter(({ state }) => state !== 'ended');
  const fitting = followed.length > 0 ? followed : found;
  if (fitting.length <= 1) return fitting[0] && seedView(fitting[0]);
  const lines = fitting.map(
    ({ id, name, connector, collection }) => `  ${showKey(id)}  ${name}  ${connector}  in ${collection}`,
  );
  throw new UsageError(
    `${JSON.stringify(text)} fits several seeds; name one by its id, or its collection:\n${lines.join('\n')}`,
  );
}

export function harvestView(record: reader.HarvestRecord): HarvestView {
  const { id, seed: of, startedAt, startedExactly: _, finishedAt, waitsUntil, kind, state, ...rest } = record;
  return {
    ...rest,
    id: showKey(id),
    seed: showKey(of),
    kind: kind as HarvestView['kind'],
    state: state as HarvestView['state'],
    startedAt: startedAt.toISOString(),
    finishedAt: iso(finishedAt),
    waitsUntil: iso(waitsUntil),
    seconds: Math.max(0, ((finishedAt?.getTime() ?? Date.now()) - startedAt.getTime()) / 1000),
  };
}

const HARVEST_CURSOR = { started: MOMENT, id: UUID } as const;

export interface HarvestOptions extends PageOptions {
  readonly seed?: Key;
  readonly collection?: string;
  readonly state?: HarvestView['state'];
}

/** Latest first. */
export async function harvests(
  pool: Pool,
  options: HarvestOptions = {},
  scope: Scope = EVERYTHING,
): Promise<Page<HarvestView>> {
  const limit = limitOf(options);
  const after = options.cursor === undefined ? undefined : readCursor('harvests', options.cursor, HARVEST_CURSOR);
  const collection = await collectionOf(pool, options.collection);
  const rows = await reader.listHarvests(pool, {
    seed: options.seed,
    collection,
    state: options.state,
    collections: scopeOf(scope),
    after,
    limit: limit + 1,
  });
  const { items, last } = pageOf(rows, limit);
  const next = last && writeCursor('harvests', { started: last.startedExactly, id: last.id });
  return { items: items.map(harvestView), next: next ?? null };
}

/** By id, or the beginning of one. Undefined where there is none; throws a UsageError where several fit. */
export async function harvestNamed(pool: Pool, text: string): Promise<Key | undefined> {
  const found = await reader.harvestsBeginning(pool, text, 5);
  if (found.length <= 1) return found[0];
  throw new UsageError(`${text} begins several harvests: ${found.map(showKey).join(', ')}`);
}

export async function harvest(pool: Pool, id: Key): Promise<HarvestView | undefined> {
  const found = await reader.findHarvest(pool, id);
  return found && harvestView(found);
}

/** Every request of a harvest and its answer, in their order. Undefined when there is no such harvest. */
export async function exchanges(
  pool: Pool,
  harvestId: Key,
  options: PageOptions = {},
): Promise<Page<ExchangeView> | undefined> {
  const limit = limitOf(options);
  const after = options.cursor === undefined ? undefined : readCursor('exchanges', options.cursor, { seq: NUMBER });
  const rows = await reader.listExchanges(pool, harvestId, after ? Number(after.seq) : -1, limit + 1);
  if (rows.length === 0 && !(await reader.findHarvest(pool, harvestId))) return undefined;
  const { items, last } = pageOf(rows, limit);
  const next = last && writeCursor('exchanges', { seq: String(last.seq) });
  return { items: items.map(exchangeView), next: next ?? null };
}

export function exchangeView({
  startedAt,
  headAt,
  endedAt,
  digest,
  requestDigest,
  ...rest
}: reader.ExchangeRecord): ExchangeView {
  return {
    ...rest,
    digest: digest === null ? null : showDigest(digest as Digest),
    requestDigest: requestDigest === null ? null : showDigest(requestDigest as Digest),
    startedAt: startedAt.toISOString(),
    headAt: iso(headAt),
    endedAt: endedAt.toISOString(),
  };
}

export function keyOfSeed({ id }: Pick<SeedView, 'id'>): Key {
  return parseKey(id)!;
}
