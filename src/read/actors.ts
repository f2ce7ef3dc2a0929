/** An account: what its profile said when, by the same mechanism as posts. */
import type { Pool } from 'pg';
import type { Profile } from '../core/content.js';
import { showDigest, showKey, type Digest, type Key } from '../core/digest.js';
import { parseIso } from '../core/time.js';
import { PROFILE_LAW, timeline, type Sighting, type Timeline, type Version } from '../core/timeline.js';
import * as reader from '../store/readers/actors.js';
import { namesOfCollections } from '../store/readers/posts.js';
import { EVERYTHING, reading, scopeOf, type Queryable, type Scope } from '../store/readers/scope.js';
import { locateActors } from './locate.js';
import { printTimes, timeOf } from './times.js';
import type { ActorHistory, ActorView, ObservationView, ProfileVersionView } from './types.js';
import { versionHead, versionTail } from './views.js';

const MAX_OBSERVATIONS = 20_000;
const MAX_COUNTED = 10_000;

/** Undefined when the actor is not known. */
export async function actor(pool: Pool, key: Key, scope: Scope = EVERYTHING): Promise<ActorView | undefined> {
  return (await historyOfActor(pool, key, scope))?.actor;
}

/** The history of the actor that `text` names; of several the likeliest, the others in `alternatives`. */
export function actorHistory(pool: Pool, text: string, scope: Scope = EVERYTHING): Promise<ActorHistory | undefined> {
  return reading(pool, async (client) => {
    const [first, ...others] = await locateActors(client, text);
    const found = first && (await readHistory(client, first, scope));
    return (
      found && { ...found, alternatives: [...new Set(others.map(({ uri }) => uri))].filter((uri) => uri !== first.uri) }
    );
  });
}

export function historyOfActor(pool: Pool, key: Key, scope: Scope = EVERYTHING): Promise<ActorHistory | undefined> {
  return reading(pool, async (client) => {
    const [found] = await reader.findActors(client, [key]);
    return found && readHistory(client, found, scope);
  });
}

async function readHistory(db: Queryable, record: reader.ActorRecord, scope: Scope): Promise<ActorHistory | undefined> {
  const rows = await reader.findProfileObservations(db, record.key, scopeOf(scope), MAX_OBSERVATIONS);
  const posts = await reader.countPosts(db, record.key, scopeOf(scope), MAX_COUNTED);
  if (rows.length === 0 && posts === 0 && scope.collections !== undefined) return undefined;
  const profiles = await reader.findProfiles(db, record.key);
  const parsed = new Map([...profiles].map(([digest, content]) => [digest, JSON.parse(content) as Profile]));
  const line = timeline(
    rows.map((row) => sightingOf(row, record.key, parsed.get(row.digest))),
    PROFILE_LAW,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const names = await namesOfCollections(db, [...new Set(rows.map((row) => row.collection))]);
  const recordsOf = (id: Key): number => byId.get(id)!.records;
  return {
    actor: actorView(record, line, posts),
    versions: line.versions.map((version) => versionView(version, recordsOf)),
    observations: line.sightings.map(({ id }) => {
      const row = byId.get(id)!;
      return observationView(row, names.get(row.collection) ?? row.collection);
    }),
    alternatives: [],
    ...(rows.length >= MAX_OBSERVATIONS && { incomplete: true }),
  };
}

function sightingOf(row: reader.ProfileObservationRecord, actor: Key, content: Profile | undefined): Sighting<Profile> {
  const claimed = row.claimedFrom === null ? undefined : parseIso(row.claimedFrom);
  return {
    id: row.id,
    post: actor,
    observed: { at: timeOf(row.observedAt, row.precision, row.zone), basis: row.basis },
    outcome: 'present',
    hand: row.hand,
    snapshot: row.digest,
    ...(content && { content }),
    ...(claimed && { claimedFrom: claimed }),
    ...(row.edition !== null && { edition: row.edition }),
  };
}

function actorView(record: reader.ActorRecord, line: Timeline<Profile>, posts: number): ActorView {
  const { at, times } = printTimes({ firstObservedAt: line.firstObservedAt, lastObservedAt: line.lastObservedAt });
  const latest = (name: 'handle' | 'name'): string | null =>
    line.versions.findLast((version) => version.content?.[name] !== undefined)?.content?.[name] ?? null;
  return {
    id: showKey(record.key),
    uri: record.uri,
    source: record.source,
    handle: latest('handle'),
    name: latest('name'),
    firstObservedAt: at.firstObservedAt,
    lastObservedAt: at.lastObservedAt,
    state: line.state ?? null,
    posts,
    postsIsLowerBound: posts >= MAX_COUNTED,
    times,
  };
}

function versionView(version: Version<Profile>, recordsOf: (id: Key) => number): ProfileVersionView {
  const { from, to, claimedFrom, claimedTo, content } = version;
  const { at, times } = printTimes({ from, to, claimedFrom, claimedTo });
  return {
    ...versionHead(version, at),
    observations: version.observations.reduce((sum, id) => sum + recordsOf(id), 0),
    handle: content?.handle ?? null,
    name: content?.name ?? null,
    ...versionTail(version, at),
    ...(content && { content }),
    times,
  };
}

function observationView(row: reader.ProfileObservationRecord, collection: string): ObservationView {
  const claimedFrom = row.claimedFrom === null ? undefined : parseIso(row.claimedFrom);
  const { at, times } = printTimes({ observedAt: timeOf(row.observedAt, row.precision, row.zone), claimedFrom });
  return {
    id: showKey(row.id),
    observedAt: at.observedAt!,
    basis: row.basis,
    recordedAt: row.recordedAt.toISOString(),
    outcome: 'present',
    snapshot: showDigest(row.digest satisfies Digest),
    capture: showDigest(row.capture),
    offset: row.offset,
    length: row.length,
    method: row.harvest === null ? 'import' : 'harvest',
    ...(row.harvest !== null && { harvest: showKey(row.harvest) }),
    hand: row.hand,
    collection,
    reader: row.reader,
    records: row.records,
    ...(row.edition !== null && { edition: row.edition }),
    ...(row.claimedFrom !== null && { claimedFrom: row.claimedFrom }),
    ...(row.losses !== null && { losses: JSON.parse(row.losses) as string[] }),
    ...(row.metrics !== null && { metrics: JSON.parse(row.metrics) as Record<string, number> }),
    times,
  };
}
