/**
 * The total order in which sightings tell a post's history: the same for every order of arrival.
 *
 * A sighting stands at its own observed time, unless a higher edition had already been seen by then: it is then a
 * later look at a superseded version, and stands where this edition or a higher one was first seen. Within one
 * position the order is: edition (none last: a look without a number sees the latest), outcome (present first),
 * observed time, basis, hand (first before second), id.
 *
 * Editions rank contents only. A look that found nothing is about the post, not about an edition of it, and stands at
 * its own time.
 */
import type { Digest, Key } from './digest.js';
import type { Law } from './laws.js';
import { OUTCOMES, type Basis, type Observed, type Outcome } from './reading.js';
import type { Content } from './content.js';
import { msOf, type Time } from './time.js';

/** An observation, or a profile's, as a timeline needs it. */
export interface Sighting<C = Content> {
  /** Of the observation; a sighting that comes twice counts once. */
  readonly id: Key;
  /** Which post of an edit chain, or of a union over `sameAs`. */
  readonly post: Key;
  readonly observed: Observed;
  /** Only displayed. */
  readonly recordedAt?: string;
  readonly outcome: Outcome;
  readonly hand: 'first' | 'second';
  readonly snapshot?: Digest;
  readonly content?: C;
  /** From when on, by the platform's claim, it stood like this, or was gone. */
  readonly claimedFrom?: Time;
  /** The platform's own order: epoch seconds of the edit, or the place in the edit chain, from 0. One scale for a post. */
  readonly edition?: number;
  /** How many editions the platform listed at that look; editions are then places in a chain. */
  readonly editions?: number;
}

/** A sighting at its place; one of a removal that still hands out the content makes two. */
export interface Placed<C> {
  readonly sighting: Sighting<C>;
  readonly outcome: Outcome;
  readonly content?: C;
  readonly edition?: number;
  /** Milliseconds since 1970 of the observed time's digits. */
  readonly observed: number;
  readonly position: number;
  /** The content came with the news that it is gone: it witnesses what stood before, and was not seen standing. */
  readonly relayed: boolean;
}

const AMBIGUOUS: readonly Outcome[] = ['unreachable', 'omitted', 'notCaptured'];

/** Outcomes that say nothing about the post: never the beginning nor the end of a version. */
export function isAmbiguous(outcome: Outcome): boolean {
  return AMBIGUOUS.includes(outcome);
}

export function isGone(outcome: Outcome): boolean {
  return outcome !== 'present' && !isAmbiguous(outcome);
}

const BASIS_RANK: Readonly<Record<Basis, number>> = {
  record: 0,
  http: 1,
  manifest: 2,
  stated: 3,
  'zip-entry': 4,
  receipt: 5,
};
const OUTCOME_RANK = new Map(OUTCOMES.map((outcome, rank) => [outcome, rank]));

/** Sightings in their order, each once; contents that came with a removal stand before the run of looks that found it gone. */
export function place<C>(sightings: readonly Sighting<C>[], law: Law<C>): Placed<C>[] {
  const unique = [...new Map(sightings.map((sighting) => [sighting.id, sighting])).values()];
  const editions = new Editions(unique, law);
  const looks = unique.map((sighting) => placed(sighting, editions)).sort(compare);
  const relayed = relayedContents(looks, editions);
  return relayed.length === 0 ? looks : [...looks, ...relayed].sort(compare);
}

function placed<C>(sighting: Sighting<C>, editions: Editions<C>): Placed<C> {
  const observed = msOf(sighting.observed.at);
  const base = { sighting, outcome: sighting.outcome, observed, relayed: false };
  if (sighting.outcome !== 'present') return { ...base, position: observed };
  return {
    ...base,
    ...(sighting.content !== undefined && { content: sighting.content }),
    ...(sighting.edition !== undefined && { edition: sighting.edition }),
    position: editions.position(observed, sighting.edition),
  };
}

function relayedContents<C>(looks: readonly Placed<C>[], editions: Editions<C>): Placed<C>[] {
  const out: Placed<C>[] = [];
  let goneSince: number | undefined;
  for (const { outcome, sighting, observed, position } of looks) {
    if (isAmbiguous(outcome)) continue;
    goneSince = isGone(outcome) ? (goneSince ?? position) : undefined;
    if (goneSince === undefined || sighting.content === undefined) continue;
    const { content, edition } = sighting;
    const at = Math.min(goneSince, editions.position(observed, edition));
    out.push({
      sighting,
      outcome: 'present',
      content,
      ...(edition !== undefined && { edition }),
      observed,
      position: at,
      relayed: true,
    });
  }
  return out;
}

function compare<C>(a: Placed<C>, b: Placed<C>): number {
  return (
    a.position - b.position ||
    compareEditions(a.edition, b.edition) ||
    OUTCOME_RANK.get(a.outcome)! - OUTCOME_RANK.get(b.outcome)! ||
    a.observed - b.observed ||
    BASIS_RANK[a.sighting.observed.basis] - BASIS_RANK[b.sighting.observed.basis] ||
    Number(a.sighting.hand === 'second') - Number(b.sighting.hand === 'second') ||
    (a.sighting.id < b.sighting.id ? -1 : a.sighting.id > b.sighting.id ? 1 : 0)
  );
}

function compareEditions(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  return a === undefined ? 1 : b === undefined ? -1 : a - b;
}

/** When each edition, or a higher one, was first seen. */
class Editions<C> {
  private readonly numbers: readonly number[];
  /** Parallel to `numbers`: the earliest look at this edition or a higher one, in milliseconds. */
  private readonly firstSeen: readonly number[];

  constructor(sightings: readonly Sighting<C>[], law: Law<C>) {
    const earliest = new Map<number, number>();
    const seen = (edition: number, at: number) =>
      earliest.set(edition, Math.min(at, earliest.get(edition) ?? Infinity));
    for (const { edition, content, outcome, observed } of sightings) {
      if (edition !== undefined && showsEdition(outcome, content)) seen(edition, msOf(observed.at));
    }
    if (earliest.size > 1) {
      for (const [edition, at] of unnumberedLooks(sightings, law)) seen(edition, at);
    }
    this.numbers = [...earliest.keys()].sort((a, b) => a - b);
    const firstSeen = this.numbers.map((edition) => earliest.get(edition)!);
    for (let i = firstSeen.length - 2; i >= 0; i--) firstSeen[i] = Math.min(firstSeen[i]!, firstSeen[i + 1]!);
    this.firstSeen = firstSeen;
  }

  position(observed: number, edition: number | undefined): number {
    if (edition === undefined) return observed;
    const at = lastAtMost(this.numbers, edition);
    const higherSeen = this.firstSeen[at + 1] ?? Infinity;
    return observed <= higherSeen ? observed : (this.firstSeen[at] ?? higherSeen);
  }
}

function showsEdition(outcome: Outcome, content: unknown): boolean {
  return outcome === 'present' || (isGone(outcome) && content !== undefined);
}

/**
 * A look without a number (a feed, a page) that shows what the platform claims for that very time is a look at that
 * edition: else a feed's early copy of the second edition, met by a history that was imported later, would be told
 * as an edit, a reversion and the same edit again. It moves others, never itself.
 */
function* unnumberedLooks<C>(sightings: readonly Sighting<C>[], law: Law<C>): Generator<readonly [number, number]> {
  if (!law.likeness) return;
  const claims = new Map<number, { from: number; likenesses: Set<string> }>();
  for (const { edition, content, outcome, claimedFrom } of sightings) {
    if (edition === undefined || content === undefined || outcome !== 'present') continue;
    const claim = claims.get(edition) ?? { from: Infinity, likenesses: new Set() };
    if (claimedFrom) claim.from = Math.min(claim.from, msOf(claimedFrom));
    const likeness = law.likeness(content);
    if (likeness !== undefined) claim.likenesses.add(likeness);
    claims.set(edition, claim);
  }
  const claimed = [...claims].filter(([, { from }]) => from < Infinity).sort(([a], [b]) => a - b);
  // Claims that contradict the editions' order place nothing.
  if (claimed.some(([, { from }], i) => i > 0 && from < claimed[i - 1]![1].from)) return;
  const starts = claimed.map(([, { from }]) => from);
  for (const { edition, content, outcome, observed } of sightings) {
    if (edition !== undefined || content === undefined || outcome !== 'present') continue;
    const at = msOf(observed.at);
    const inForce = claimed[lastAtMost(starts, at)];
    const likeness = law.likeness(content);
    if (inForce && likeness !== undefined && inForce[1].likenesses.has(likeness)) yield [inForce[0], at];
  }
}

/** Index of the last number that is not above `limit` in an ascending list; -1 when all are. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
