/**
 * The left fold from ordered sightings to versions, still open for more witnesses. timeline.ts closes them.
 */
import type { Digest, Key } from './digest.js';
import type { Law } from './laws.js';
import type { Outcome } from './reading.js';
import { isAmbiguous, isGone, type Placed } from './timeline-order.js';

/** A version while it grows. */
export class Draft<C> {
  content: C | undefined;
  readonly witnesses: Placed<C>[] = [];
  readonly disputedBy: Key[] = [];
  readonly conflicting = new Set<string>();
  readonly snapshots = new Set<Digest>();
  readonly editions = new Set<number>();
  /** The editions that stand at each observed moment (ms); undefined for a look without a number. */
  readonly moments = new Map<number, Set<number | undefined>>();
  hasFirstHand = false;
  /** Of `editions`; without any they compare as neither below nor above. */
  lowest = NaN;
  highest = NaN;

  constructor(
    readonly outcome: Outcome,
    private readonly law: Law<C>,
    private readonly chained: boolean,
  ) {}

  /** Whether the look can be a witness of this version. */
  takes(look: Placed<C>): boolean {
    if (look.outcome !== this.outcome) return false;
    const { content, edition } = look;
    const another = edition !== undefined && this.editions.size > 0 && !this.editions.has(edition);
    // In a chain, an edition that nobody saw stands between: what it said cannot be taken for what its neighbours say.
    if (another && this.chained && edition > this.highest + 1) return false;
    if (content === undefined || this.content === undefined) return true;
    const known = look.sighting.snapshot !== undefined && this.snapshots.has(look.sighting.snapshot);
    if (!known && !this.law.compatible(this.content, content)) return false;
    // Two editions are one version only when they are surely alike; a cut text could hide what the edit changed.
    return !another || (this.law.surelyAlike?.(this.content, content) ?? true);
  }

  add(look: Placed<C>): void {
    const { content, edition, observed, sighting } = look;
    this.witnesses.push(look);
    if (edition !== undefined) {
      this.editions.add(edition);
      this.lowest = this.lowest < edition ? this.lowest : edition;
      this.highest = this.highest > edition ? this.highest : edition;
    }
    if (sighting.hand === 'first') this.hasFirstHand = true;
    if (!look.relayed) this.moments.set(observed, (this.moments.get(observed) ?? new Set()).add(edition));
    if (content === undefined) return;
    const { snapshot } = sighting;
    if (snapshot !== undefined && this.snapshots.has(snapshot)) return;
    if (snapshot !== undefined) this.snapshots.add(snapshot);
    this.content = this.content === undefined ? content : this.law.join(this.content, content);
  }

  /** Keeps a reading that contradicts this version, yet is too weak to open one of its own. */
  dispute(look: Placed<C>): void {
    this.disputedBy.push(look.sighting.id);
    if (look.outcome !== this.outcome) this.conflicting.add('outcome');
    else if (look.content !== undefined && this.content !== undefined) {
      for (const field of this.law.disagreements(this.content, look.content)) this.conflicting.add(field);
    }
  }
}

/** More versions than this at one moment are not searched for a home: a bound on nonsense. */
const MOST_AT_ONCE = 32;

/** Looks in their order → versions. Ambiguous looks are passed over. Linear, but for conflicts at one moment. */
export function foldLooks<C>(placed: readonly Placed<C>[], law: Law<C>, chained: boolean): Draft<C>[] {
  const looks = placed.filter((look) => !isAmbiguous(look.outcome));
  const ahead = new Ahead(looks, law);
  const drafts: Draft<C>[] = [];
  for (let start = 0, end; start < looks.length; start = end) {
    end = endOfMoment(looks, start);
    foldMoment(looks, start, end);
  }
  return drafts;

  /** What nothing orders within itself: first what continues the current version, then the rest, whole before weak. */
  function foldMoment(all: readonly Placed<C>[], start: number, end: number): void {
    const current = drafts.at(-1);
    const rest: Placed<C>[] = [];
    for (let i = start; i < end; i++) {
      if (current?.takes(all[i]!)) current.add(all[i]!);
      else rest.push(all[i]!);
    }
    if (rest.length > 1) rest.sort((a, b) => Number(isWeak(a, law)) - Number(isWeak(b, law)));
    const opened: Draft<C>[] = [];
    for (const look of rest) {
      const last = drafts.at(-1);
      const home = opened.find((draft) => draft.takes(look));
      if (home) home.add(look);
      else if (last && ahead.standsAlone(look, last, end)) last.dispute(look);
      else {
        const draft = new Draft(look.outcome, law, chained);
        draft.add(look);
        drafts.push(draft);
        if (opened.length < MOST_AT_ONCE) opened.push(draft);
      }
    }
  }
}

/** Looks of one position, edition and kind of outcome form a moment: only their ids order them further. */
function endOfMoment<C>(looks: readonly Placed<C>[], start: number): number {
  const first = looks[start]!;
  let end = start + 1;
  while (end < looks.length) {
    const look = looks[end]!;
    if (look.position !== first.position || look.edition !== first.edition || look.outcome !== first.outcome) break;
    end++;
  }
  return end;
}

/** Second-hand or cut: what it shows differently may be its own fault. */
function isWeak<C>(look: Placed<C>, law: Law<C>): boolean {
  return look.sighting.hand === 'second' || (look.content !== undefined && (law.isPartial?.(look.content) ?? false));
}

/** Looks ahead for the next reading that can be relied on. */
class Ahead<C> {
  /** For each index: the first look from there on that is first-hand; and that is, besides, whole or gone. */
  private readonly firstHand: readonly (Placed<C> | undefined)[];
  private readonly whole: readonly (Placed<C> | undefined)[];

  constructor(
    looks: readonly Placed<C>[],
    private readonly law: Law<C>,
  ) {
    const firstHand = new Array<Placed<C> | undefined>(looks.length + 1);
    const whole = new Array<Placed<C> | undefined>(looks.length + 1);
    for (let i = looks.length - 1; i >= 0; i--) {
      const look = looks[i]!;
      const reliable = look.sighting.hand === 'first';
      firstHand[i] = reliable ? look : firstHand[i + 1];
      whole[i] =
        reliable && (isGone(look.outcome) || (look.content !== undefined && !isWeak(look, law))) ? look : whole[i + 1];
    }
    this.firstHand = firstHand;
    this.whole = whole;
  }

  /**
   * Whether a look that the version before it does not take is a weak one between equal neighbours: then it opens no
   * version. Only a second-hand look is weak about the outcome; about the content a cut one is too. What the platform
   * numbers as an edition of its own is no such thing.
   */
  standsAlone(look: Placed<C>, before: Draft<C>, next: number): boolean {
    const sameKind = look.outcome === before.outcome;
    if (sameKind ? !isWeak(look, this.law) : look.sighting.hand !== 'second') return false;
    const after = (sameKind ? this.whole : this.firstHand)[next];
    if (!after || !before.takes(after)) return false;
    const { edition } = look;
    return (
      edition === undefined || look.outcome !== 'present' || before.editions.has(edition) || edition === after.edition
    );
  }
}
