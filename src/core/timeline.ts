/**
 * Observations → versions. Pure; the same for every order of arrival.
 *
 * A version is a run of compatible sightings in the order of timeline-order.ts, shown as their join, with every
 * witness listed. Two kinds of time are never mixed: `from` and `to` are when somebody saw it, `claimedFrom` and
 * `claimedTo` what the platform says. Sorting costs O(n log n), all else is linear in the number of sightings.
 */
import type { Content } from './content.js';
import type { Law } from './laws.js';
import type { Outcome } from './reading.js';
import { msOf, type Time } from './time.js';
import { foldLooks } from './timeline-fold.js';
import { isAmbiguous, place, type Sighting } from './timeline-order.js';
import { NOTHING, span, versionsOf, type Version } from './version.js';

export { POST_LAW, PROFILE_LAW, type Law } from './laws.js';
export type { Sighting } from './timeline-order.js';
export type { Version } from './version.js';

export interface Timeline<C = Content> {
  readonly versions: readonly Version<C>[];
  /** The outcome of the last version; ambiguous ones count only when there is nothing else. */
  readonly state: Outcome | undefined;
  /** Over all looks that found out something; over all looks when none did. */
  readonly firstObservedAt?: Time;
  readonly lastObservedAt?: Time;
  /** All of them, the ambiguous ones too, each once, in the timeline's order. */
  readonly sightings: readonly Sighting<C>[];
}

/** Says that editions are places in an edit chain, from 0, and how many there are, if that is known. */
export interface Chain {
  readonly length?: number;
}

/**
 * The versions of a post (law: POST_LAW) or of an actor's profile (PROFILE_LAW), oldest first.
 * Every sighting of a definite outcome is in `observations` or `disputedBy` of one version; one that tells of a removal
 * and still carries the content is in two: it witnesses what stood before, and that it is gone.
 */
export function timeline<C>(sightings: readonly Sighting<C>[], law: Law<C>, chain?: Chain): Timeline<C> {
  const placed = place(sightings, law);
  const length = chainLength(sightings, chain);
  const drafts = foldLooks(placed, law, length !== undefined);
  const closed = versionsOf(drafts, law, length);
  const ordered = placed.filter((look) => !look.relayed).map((look) => look.sighting);
  const definite = ordered.filter((sighting) => !isAmbiguous(sighting.outcome));
  const versions = definite.length > 0 ? closed : ambiguousOnly(ordered);
  return {
    versions,
    state: stateOf(versions),
    ...span(definite.length > 0 ? definite : ordered, 'firstObservedAt', 'lastObservedAt'),
    sightings: ordered,
  };
}

/** No platform allows so many edits; epoch seconds, taken for places, are far beyond. */
const LONGEST_CHAIN = 10_000;

/** 0 where editions are places but the length is unknown; undefined where they are no places. */
function chainLength<C>(sightings: readonly Sighting<C>[], chain: Chain | undefined): number | undefined {
  let length = chain ? (chain.length ?? 0) : undefined;
  for (const { edition = 0, editions } of sightings) {
    if (edition >= LONGEST_CHAIN) return undefined;
    if (editions !== undefined) length = Math.max(length ?? 0, editions);
  }
  return length === undefined ? undefined : Math.min(length, LONGEST_CHAIN);
}

function stateOf<C>(versions: readonly Version<C>[]): Outcome | undefined {
  return (lastDefinite(versions) ?? versions.at(-1))?.outcome;
}

function lastDefinite<C>(versions: readonly Version<C>[]): Version<C> | undefined {
  return versions.findLast((version) => !isAmbiguous(version.outcome));
}

function ambiguousOnly<C>(ordered: readonly Sighting<C>[]): Version<C>[] {
  const last = ordered.at(-1);
  if (!last) return [];
  return [
    { ...NOTHING, outcome: last.outcome, ...span(ordered, 'from', 'to'), observations: ordered.map(({ id }) => id) },
  ];
}

// --- reading at a time -----------------------------------------------------------------------------------------------

export interface AsOf<C = Content> {
  /** What had been seen by then, and nothing else. */
  readonly timeline: Timeline<C>;
  /** The version in force: the last one that is not ambiguous. Undefined: nothing had been seen. */
  readonly version?: Version<C>;
}

/**
 * What had been seen by a moment (milliseconds since 1970). A sighting counts as seen by then when the digits of its
 * observed time, read as UTC and filled up with zeros, are not later. The chain's length is taken from what these
 * sightings say (`editions`): what became known later is not known then.
 */
export function asOf<C>(sightings: readonly Sighting<C>[], ms: number, law: Law<C>, chain?: Chain): AsOf<C> {
  const seen = sightings.filter((sighting) => msOf(sighting.observed.at) <= ms);
  const then = timeline(seen, law, chain && {});
  const version = lastDefinite(then.versions) ?? then.versions.at(-1);
  return { timeline: then, ...(version && { version }) };
}

export interface ClaimedAt<C = Content> {
  /** Undefined: by the platform's claims there was nothing yet. */
  readonly version?: Version<C>;
  /** `claimed`: the platform says that it stood then. `observed`: it makes no claim, but by then it had been seen. */
  readonly basis?: 'claimed' | 'observed';
  /** Whether anything had been seen by then. If not: "not yet seen; the platform claims …". */
  readonly seen: boolean;
}

/**
 * What the platform says was there at a moment (milliseconds since 1970): the last version that it claims to begin by
 * then. A version without a claim begins at the latest when it was first seen.
 */
export function claimedAt<C>(history: Timeline<C>, ms: number): ClaimedAt<C> {
  const seen = history.firstObservedAt !== undefined && msOf(history.firstObservedAt) <= ms;
  const version = history.versions.findLast((candidate) => {
    const start = candidate.claimedFrom ?? candidate.from;
    return start !== undefined && msOf(start) <= ms;
  });
  return { seen, ...(version && { version, basis: version.claimedFrom ? 'claimed' : 'observed' }) };
}
