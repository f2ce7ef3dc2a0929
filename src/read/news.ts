/** What is news in a post's timeline. Pure. */
import { POST_LAW, type Sighting, type Timeline, type Version } from '../core/timeline.js';
import type { Key } from '../core/digest.js';
import type { Outcome } from '../core/reading.js';
import { msOf } from '../core/time.js';
import type { EventKind } from './event-types.js';

export interface News {
  readonly kind: EventKind;
  /** The look that showed it first: as often as it is worked out, the same. All zeros for `new`. */
  readonly observation: Key;
  /** When that look was, ISO 8601. */
  readonly at: string;
}

/** In place of an observation: a post is new once, whichever look is the first. */
export const NO_OBSERVATION = '0'.repeat(32) as Key;

const AMBIGUOUS: readonly Outcome[] = ['unreachable', 'omitted', 'notCaptured'];

/**
 * Compares the last version with those before it. It is news if the first look at it was recorded since then; only
 * first-hand looks count, since a quotation may show what no longer stands.
 * @param since when the last news were told; what was recorded before is none
 */
export function newsOf(line: Timeline, since: Date): readonly News[] {
  const versions = line.versions.filter(({ outcome }) => !AMBIGUOUS.includes(outcome));
  const last = versions.at(-1);
  if (!last) return [];
  const looks = new Map(line.sightings.map((sighting) => [sighting.id, sighting]));
  const born = earliest(line.sightings.filter(isStanding));
  const news: News[] = [];
  if (born && isSince(born, since)) news.push(newsAt('new', born, NO_OBSERVATION));
  const shown = earliest(
    last.observations
      .map((id) => looks.get(id)!)
      .filter((look) => look.hand === 'first' && look.outcome === last.outcome),
  );
  if (!shown || !isSince(shown, since)) return news;
  const before = versions.slice(0, -1);
  return [...news, ...changes(last, before, isEditedSince(before, looks, shown)).map((kind) => newsAt(kind, shown))];
}

function changes(last: Version, before: readonly Version[], laterThanBefore: boolean): EventKind[] {
  const previous = before.at(-1)?.outcome;
  const stood = before.findLast(({ outcome }) => outcome === 'present');
  if (last.outcome === 'deleted') return stood && previous !== 'deleted' ? ['deleted'] : [];
  if (last.outcome !== 'present') return previous === 'present' ? ['gone'] : [];
  const kinds: EventKind[] = [];
  if (previous !== undefined && previous !== 'present') kinds.push('back');
  if (stood && laterThanBefore && isOther(stood, last)) kinds.push('edited');
  return kinds;
}

/** Versions that one answer brought together (an edit history) were not changed while we watched. */
function isEditedSince(before: readonly Version[], looks: ReadonlyMap<Key, Sighting>, shown: Sighting): boolean {
  const earlier = before.flatMap(({ observations }) => observations.map((id) => looks.get(id)!)).filter(isStanding);
  const first = earliest(earlier);
  return first !== undefined && recorded(first) < recorded(shown);
}

function isOther(a: Version, b: Version): boolean {
  return a.content === undefined || b.content === undefined || !POST_LAW.compatible(a.content, b.content);
}

const isStanding = ({ hand, outcome }: Sighting): boolean => hand === 'first' && outcome === 'present';
const recorded = ({ recordedAt }: Sighting): number => Date.parse(recordedAt ?? '');
const isSince = (look: Sighting, since: Date): boolean => recorded(look) >= since.getTime();

/** The look that was recorded first: imports that come later and tell of earlier days do not change which that is. */
function earliest(looks: readonly Sighting[]): Sighting | undefined {
  let found: Sighting | undefined;
  for (const look of looks) if (!found || recorded(look) < recorded(found)) found = look;
  return found;
}

function newsAt(kind: EventKind, look: Sighting, observation: Key = look.id): News {
  return { kind, observation, at: new Date(msOf(look.observed.at)).toISOString() };
}
