/** From the core's timeline to what is printed. Pure. */
import type { Content } from '../core/content.js';
import { showDigest, showKey, type Key } from '../core/digest.js';
import { parseIso } from '../core/time.js';
import type { Timeline, Version } from '../core/timeline.js';
import type { LabelRecord } from '../store/readers/actors.js';
import type { ObservationRecord } from '../store/readers/posts.js';
import type { Family } from './family.js';
import { printTimes, timeOf } from './times.js';
import type { ActorLabel, ObservationView, PostView, VersionView } from './types.js';

/** What both kinds of version, of posts and of profiles, begin with. */
export function versionHead<C>(version: Version<C>, at: { readonly from: string | null; readonly to: string | null }) {
  const snapshot = version.snapshot === undefined ? null : showDigest(version.snapshot);
  return { outcome: version.outcome, snapshot, from: at.from, to: at.to, observations: version.observations.length };
}

/** And what they end with: claims, witnesses, conflicts. */
export function versionTail<C>(
  version: Version<C>,
  at: { readonly claimedFrom: string | null; readonly claimedTo: string | null },
) {
  const { editions, conflicting, disputedBy } = version;
  return {
    ...(at.claimedFrom !== null && { claimedFrom: at.claimedFrom }),
    ...(at.claimedTo !== null && { claimedTo: at.claimedTo }),
    snapshots: version.snapshots.map(showDigest),
    witnesses: version.observations.map(showKey),
    ...(editions.length > 0 && { editions }),
    conflict: version.conflict,
    ...(conflicting.length > 0 && { conflicting }),
    ...(disputedBy.length > 0 && { disputedBy: disputedBy.map(showKey) }),
  };
}

export function versionView(version: Version): VersionView {
  const { from, to, claimedFrom, claimedTo, content } = version;
  const { at, times } = printTimes({
    from,
    to,
    publishedAt: content?.published,
    updatedAt: content?.updated,
    claimedFrom,
    claimedTo,
  });
  return {
    ...versionHead(version, at),
    name: content?.name ?? null,
    text: content?.text ?? null,
    publishedAt: at.publishedAt,
    updatedAt: at.updatedAt,
    ...versionTail(version, at),
    ...(content && { visibility: content.visibility ?? 'unknown', content }),
    times,
  };
}

export function observationView(row: ObservationRecord, collection: string, family: Family): ObservationView {
  const claimed = row.claimedFrom === null ? undefined : parseIso(row.claimedFrom);
  const { at, times } = printTimes({
    observedAt: timeOf(row.observedAt, row.precision, row.zone),
    claimedFrom: claimed,
  });
  const post = family.members.length > 1 ? family.members.find((member) => member.key === row.post) : undefined;
  return {
    id: showKey(row.id),
    observedAt: at.observedAt!,
    basis: row.basis,
    recordedAt: row.recordedAt.toISOString(),
    outcome: row.outcome,
    snapshot: row.digest === null ? null : showDigest(row.digest),
    capture: showDigest(row.capture),
    offset: row.offset,
    length: row.length,
    method: row.harvest === null ? 'import' : 'harvest',
    ...(row.harvest !== null && { harvest: showKey(row.harvest) }),
    hand: row.hand,
    collection,
    item: row.item,
    reader: row.reader,
    ...(post && { post: post.uri }),
    ...(row.edition !== null && { edition: row.edition }),
    ...(row.claimedFrom !== null && { claimedFrom: row.claimedFrom }),
    ...(row.metrics !== null && { metrics: JSON.parse(row.metrics) as Record<string, number> }),
    ...(row.losses !== null && { losses: JSON.parse(row.losses) as string[] }),
    times,
  };
}

export function postView(
  family: Family,
  line: Timeline,
  author: ActorLabel | null,
  aliases: readonly string[],
  collections: readonly string[],
): PostView {
  const { at, times } = printTimes({ firstObservedAt: line.firstObservedAt, lastObservedAt: line.lastObservedAt });
  return {
    uri: family.uri,
    perdureUri: family.perdureUri,
    id: family.id,
    source: family.source,
    author,
    firstObservedAt: at.firstObservedAt,
    lastObservedAt: at.lastObservedAt,
    state: line.state ?? null,
    visibility: family.visibility,
    aliases,
    collections,
    times,
  };
}

/** Who wrote it, as far as a content says: the actor, else the handle alone. */
export function authorLabel(
  content: Content | undefined,
  label: LabelRecord | undefined,
  key: Key | undefined,
): ActorLabel | null {
  const handle = content?.extra?.['screenName'];
  if (content?.attributedTo === undefined) return typeof handle === 'string' ? { name: null, handle, uri: null } : null;
  return {
    name: label?.name ?? null,
    handle: label?.handle ?? null,
    uri: content.attributedTo,
    ...(key !== undefined && { id: showKey(key) }),
  };
}

/** The last content that is known of a timeline: who wrote it stands there. */
export function lastContent(line: Timeline): Content | undefined {
  return line.versions.findLast((version) => version.content !== undefined)?.content;
}
