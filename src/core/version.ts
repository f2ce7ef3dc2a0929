/**
 * From the fold's drafts to versions: witnesses, conflicts, the platform's claims, and what nobody captured.
 */
import type { Content } from './content.js';
import type { Digest, Key } from './digest.js';
import type { Law, Marks } from './laws.js';
import type { Outcome } from './reading.js';
import { earlierTime, laterTime } from './rendering-fields.js';
import { smallest } from './rendering-values.js';
import { msOf, type Time } from './time.js';
import type { Draft } from './timeline-fold.js';
import type { Placed, Sighting } from './timeline-order.js';

/** A run of equal sightings; derived, never stored. */
export interface Version<C = Content> {
  /** `notCaptured`: an edition that the platform claims and that nobody saw; it has no observations. */
  readonly outcome: Outcome;
  /** The observed times of the earliest and the latest look at it; absent where it was never seen standing. */
  readonly from?: Time;
  readonly to?: Time;
  /** By the platform's claim: from when on it stood like this, and when the next version took its place. */
  readonly claimedFrom?: Time;
  readonly claimedTo?: Time;
  /** The join of all witnesses: a derived view, without a digest. */
  readonly content?: C;
  /** The richest single witness: most asserted fields, then lowest digest. */
  readonly snapshot?: Digest;
  /** The snapshots of all witnesses, sorted. */
  readonly snapshots: readonly Digest[];
  /** All witnesses, in the timeline's order. */
  readonly observations: readonly Key[];
  /** The platform's numbers of the editions that it shows; for `notCaptured`, of those missing, where they are known. */
  readonly editions: readonly number[];
  /**
   * It disagrees with the version before it although nothing orders the two (one moment, or one known first-hand and
   * the other only second-hand), or `disputedBy` is not empty.
   */
  readonly conflict: boolean;
  /** The fields in conflict; `outcome` where presence itself is. */
  readonly conflicting: readonly string[];
  /** Second-hand or cut readings that contradict this version, alone between looks that confirm it. */
  readonly disputedBy: readonly Key[];
}

export const NOTHING = {
  snapshots: [],
  observations: [],
  editions: [],
  conflict: false,
  conflicting: [],
  disputedBy: [],
} as const;

/** The earliest and the latest observed time, under two names. */
export function span<C, First extends string, Last extends string>(
  sightings: readonly Sighting<C>[],
  first: First,
  last: Last,
): Partial<Record<First | Last, Time>> {
  if (sightings.length === 0) return {};
  const times = sightings.map((sighting) => sighting.observed.at);
  return { [first]: times.reduce(earlierTime), [last]: times.reduce(laterTime) } as Record<First | Last, Time>;
}

/** A version, and what is still needed to place the platform's claims. */
interface Closed<C> {
  readonly version: Version<C>;
  readonly claims: readonly Time[];
  /** Used when nothing precedes the version: what stands from the beginning stands from its publication on. */
  readonly published?: Time;
}

/** The versions that the fold found, with what the platform claims of them and the ones that only it speaks of. */
export function versionsOf<C>(drafts: readonly Draft<C>[], law: Law<C>, chainLength: number | undefined): Version<C>[] {
  const closed = drafts.map((draft, i) => close(draft, drafts[i - 1], law));
  return withClaims(withMissing(closed, drafts, law, chainLength));
}

function close<C>(draft: Draft<C>, before: Draft<C> | undefined, law: Law<C>): Closed<C> {
  const fields = new Set(draft.conflicting);
  const unordered = before !== undefined && isUnordered(before, draft);
  if (unordered) for (const field of law.disagreements(before.content!, draft.content!)) fields.add(field);
  const snapshot = richest(draft, law);
  const version: Version<C> = {
    outcome: draft.outcome,
    ...span(
      draft.witnesses.filter((look) => !look.relayed).map((look) => look.sighting),
      'from',
      'to',
    ),
    ...(draft.content !== undefined && { content: draft.content }),
    ...(snapshot !== undefined && { snapshot }),
    snapshots: [...draft.snapshots].sort(),
    observations: draft.witnesses.map((look) => look.sighting.id),
    editions: [...draft.editions].sort((a, b) => a - b),
    conflict: unordered || draft.disputedBy.length > 0,
    conflicting: [...fields],
    disputedBy: draft.disputedBy,
  };
  const claims = draft.witnesses.map((look) => claimOf(look, law)).filter((claim) => claim !== undefined);
  const published = publishedIn(draft, law);
  return { version, claims, ...(published && { published }) };
}

/** Whether two neighbouring versions contradict each other without anything that says which came first. */
function isUnordered<C>(before: Draft<C>, draft: Draft<C>): boolean {
  if (before.content === undefined || draft.content === undefined) return false;
  if (before.highest < draft.lowest) return false;
  if (before.hasFirstHand !== draft.hasFirstHand) return true;
  for (const [moment, editions] of draft.moments) {
    for (const other of before.moments.get(moment) ?? []) {
      if (other === undefined || [...editions].some((edition) => edition === undefined || edition === other))
        return true;
    }
  }
  return false;
}

function richest<C>(draft: Draft<C>, law: Law<C>): Digest | undefined {
  const points = new Map<Digest, number>();
  for (const { sighting, content } of draft.witnesses) {
    if (sighting.snapshot === undefined || content === undefined || points.has(sighting.snapshot)) continue;
    points.set(sighting.snapshot, law.richness(content));
  }
  let best: Digest | undefined;
  for (const [snapshot, richness] of points) {
    const lead = best === undefined ? 1 : richness - points.get(best)!;
    best = lead > 0 ? snapshot : lead < 0 ? best : smallest(best!, snapshot);
  }
  return best;
}

// --- what the platform claims ----------------------------------------------------------------------------------------

const UNMARKED: Marks = { edited: false };

function marksOf<C>(look: Placed<C>, law: Law<C>): Marks {
  return look.content === undefined ? UNMARKED : (law.marks?.(look.content) ?? UNMARKED);
}

/** A removal's own claim is about the removal: the content that came with it has only the marks on itself. */
function claimOf<C>(look: Placed<C>, law: Law<C>): Time | undefined {
  if (look.sighting.claimedFrom && !look.relayed) return look.sighting.claimedFrom;
  return marksOf(look, law).editedAt;
}

function publishedIn<C>(draft: Draft<C>, law: Law<C>): Time | undefined {
  return draft.content === undefined ? undefined : law.marks?.(draft.content).published;
}

/**
 * Each version stands from the earliest of its claims that is later than what is claimed for the versions before it:
 * a rendering that does not know of an edit still claims the publication's time.
 */
function withClaims<C>(closed: readonly Closed<C>[]): Version<C>[] {
  let latest: Time | undefined;
  const starts = closed.map(({ claims, published }, i) => {
    const possible = claims.filter((claim) => latest === undefined || msOf(claim) > msOf(latest));
    const start = possible.length > 0 ? possible.reduce(earlierTime) : i === 0 ? published : undefined;
    latest = start ?? latest;
    return start;
  });
  return closed.map(({ version }, i) => {
    const [claimedFrom, claimedTo] = [starts[i], starts[i + 1]];
    return { ...version, ...(claimedFrom && { claimedFrom }), ...(claimedTo && { claimedTo }) };
  });
}

// --- what was not captured -------------------------------------------------------------------------------------------

function notCaptured<C>(editions: readonly number[], published?: Time): Closed<C> {
  return { version: { ...NOTHING, outcome: 'notCaptured', editions }, claims: [], ...(published && { published }) };
}

/** Puts a version `notCaptured` where the platform says that there was one and nobody saw it: one for each run. */
function withMissing<C>(
  closed: readonly Closed<C>[],
  drafts: readonly Draft<C>[],
  law: Law<C>,
  length: number | undefined,
): Closed<C>[] {
  const out = length === undefined ? [...closed] : withMissingLinks(closed, length);
  const first = drafts.findIndex((draft) => draft.content !== undefined);
  if (first < 0 || out[0]?.version.outcome === 'notCaptured' || !isEditedFirst(drafts[first]!, law)) return out;
  return [notCaptured([], publishedIn(drafts[first]!, law)), ...out];
}

/** Whether the first version was already edited, and none of its witnesses saw it before that. */
function isEditedFirst<C>(draft: Draft<C>, law: Law<C>): boolean {
  const looks = draft.witnesses
    .filter((look) => look.content !== undefined)
    .map((look) => ({ look, marks: marksOf(look, law) }));
  const edited = looks.filter(({ marks }) => marks.edited);
  if (edited.length === 0) return false;
  const editions = edited.flatMap(({ look }) => look.edition ?? []);
  if (looks.some(({ look }) => look.edition !== undefined && look.edition < Math.min(...editions))) return false;
  const times = edited.flatMap(({ marks }) => marks.editedAt ?? []);
  if (times.length === 0) return looks[0]!.marks.edited;
  const editedAt = msOf(times.reduce(earlierTime));
  return !looks.some(({ look, marks }) => !marks.edited && !look.relayed && look.observed < editedAt);
}

function withMissingLinks<C>(closed: readonly Closed<C>[], length: number): Closed<C>[] {
  const out: Closed<C>[] = [];
  let [next, unnumbered, lastNumbered] = [0, false, -1];
  for (const item of closed) {
    const { editions, outcome, content } = item.version;
    const lowest = editions[0];
    // A version without a number that stands here may be the missing one: then nothing is said to be missing.
    if (lowest !== undefined && lowest > next && !unnumbered)
      out.push(notCaptured(range(next, lowest), next === 0 ? item.published : undefined));
    out.push(item);
    if (lowest !== undefined) {
      [next, unnumbered, lastNumbered] = [Math.max(next, editions.at(-1)! + 1), false, out.length - 1];
    } else if (outcome === 'present' && content !== undefined) unnumbered = true;
  }
  if (lastNumbered >= 0 && next < length && !unnumbered)
    out.splice(lastNumbered + 1, 0, notCaptured(range(next, length)));
  return out;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
