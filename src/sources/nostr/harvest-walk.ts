/**
 * A walk through what one relay lists, from the newest event backwards. A relay gives the newest events first, and at
 * most as many as it likes: so it is asked again for what is not newer than the oldest that came, until nothing new comes.
 */
import type { Gap, HarvestStep } from '../harvest.js';
import type { JsonObject } from '../shared/json.js';
import { isOf, isoOf, postOf } from './harvest-events.js';
import { freshWalk, knownOf, markOf, type RelayPlace, type Walk } from './harvest-place.js';
import type { Answer, Filter, Frame, Relay } from './harvest-relay.js';
import { FOLLOWED_KINDS } from './kinds.js';

/** Shared by the walks of one harvest. */
export interface Walking {
  readonly pubkey: string;
  readonly backfill: number;
  /** Pages that this harvest may still ask for. */
  pages: number;
  /** Seconds since 1970. */
  now(): number;
  /** Hands over what an answer holds. `fresh`: what of it was not seen before. */
  hand(relay: Relay, answer: Answer, fresh: readonly Frame[]): AsyncIterable<HarvestStep>;
  /** After a page that is not the last of its walk. */
  bookmark(place: RelayPlace): Iterable<HarvestStep>;
}

export interface WalkEnd {
  readonly place: RelayPlace;
  /** `done`: until what was seen before, the beginning, or far enough; `paused`: more is to come; `trouble`: ask later. */
  readonly how: 'done' | 'paused' | 'trouble';
  readonly said?: string;
}

/** Relays that allow more at once are few. */
const PAGE = 500;
/** Of one walk, over all harvests that it takes: a million events. */
const MOST_PAGES = 2_000;

/** Of one half of the kinds. */
export async function* walkRelay(
  relay: Relay,
  start: RelayPlace,
  walking: Walking,
): AsyncGenerator<HarvestStep, WalkEnd> {
  let place = start;
  // A walk that was broken off ends where it began; what came meanwhile is another one's.
  if (place.walk) {
    const end = yield* walkBack(relay, place, place.walk, walking);
    if (end.how !== 'done') return end;
    place = end.place;
  }
  return yield* walkBack(relay, place, freshWalk(place, walking.backfill), walking);
}

async function* walkBack(
  relay: Relay,
  place: RelayPlace,
  start: Walk,
  walking: Walking,
): AsyncGenerator<HarvestStep, WalkEnd> {
  const known = new Set(place.known);
  const seen = new Map<string, Frame>();
  let walk = start;
  let most = 0;
  /** The relay gave as many as it ever does, all of one second: if anything is older, more of that second may be. */
  let isCrowded = false;
  let isCut = false;
  const isOwn = isOf(walking.pubkey, FOLLOWED_KINDS[place.half]);
  const broken = (): RelayPlace => (walk.pages > 0 ? { ...place, walk } : place);
  for (;;) {
    if (walking.pages <= 0) return { place: broken(), how: 'paused' };
    walking.pages -= 1;
    const answer = await relay.ask(
      [filterOf(place, walk, walking.pubkey)],
      (event) => isOwn(event) && isAfter(event, walk),
    );
    const { frames, end } = answer;
    const fresh = frames.filter(({ key }) => !seen.has(key));
    for (const frame of frames) seen.set(frame.key, frame);
    const news = fresh.filter((frame) => !known.has(markOf(frame)));
    yield* walking.hand(relay, answer, news);
    if (end === 'flood' && !isDescending(frames)) return yield* stuck('it sends without end, and in no order');
    if (end !== 'whole' && end !== 'flood') return { place: broken(), how: 'trouble', said: answer.said };
    const { until } = walk;
    const within = fresh.filter(({ createdAt }) => until === undefined || createdAt <= until);
    walk = further(walk, fresh, walking.now());
    if (frames.length === 0) return yield* done(true);
    const bottom = Math.max(0, Math.min(...frames.map(({ createdAt }) => createdAt)));
    if (within.length > 0) {
      isCut ||= isCrowded;
      walk = { ...walk, until: Math.min(bottom, until ?? bottom) };
    } else {
      const isSame = until !== undefined && frames.some(({ createdAt }) => createdAt > until);
      // What was seen before is on its page: all that is newer is, too.
      if (isSame && !frames.some((frame) => known.has(markOf(frame))))
        return yield* stuck('it gives the same page again');
      if (isSame || frames.length < most || bottom === 0) return yield* done(true);
      isCrowded = true;
      walk = { ...walk, until: bottom - 1 };
    }
    most = Math.max(most, frames.length);
    if (walk.left !== undefined && walk.left <= 0) return yield* done(false);
    if (walk.pages >= MOST_PAGES) return yield* stuck('it gives ever more');
    if (news.length > 0) yield* walking.bookmark({ ...place, walk });
  }

  function* stuck(why: string): Generator<HarvestStep, WalkEnd> {
    yield gapOf(relay, place, walk, `${relay.url}: ${why}; what is older than this was not seen`);
    return { place: placeAfter(place, walk, start, seen.values(), false), how: 'done' };
  }

  function* done(atTheEnd: boolean): Generator<HarvestStep, WalkEnd> {
    if (isCut)
      yield gapOf(relay, place, walk, `${relay.url} gives at most ${most} events of one second, and there may be more`);
    return { place: placeAfter(place, walk, start, seen.values(), atTheEnd && !isCut), how: 'done' };
  }
}

function filterOf({ half }: RelayPlace, { since, until }: Walk, pubkey: string): Filter {
  return {
    authors: [pubkey],
    kinds: FOLLOWED_KINDS[half]!,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    limit: PAGE,
  };
}

function isDescending(frames: readonly Frame[]): boolean {
  return frames.every(({ createdAt }, i) => i === 0 || createdAt <= frames[i - 1]!.createdAt);
}

/** Relays that know no `since` would hand out everything, every time. */
function isAfter(event: JsonObject, { since }: Walk): boolean {
  return since === undefined || (typeof event['created_at'] === 'number' && event['created_at'] >= since);
}

function further(walk: Walk, fresh: readonly Frame[], now: number): Walk {
  const times = fresh.map(({ createdAt }) => createdAt);
  // A date that has not come yet would have all that comes before it passed over.
  const proven = fresh.flatMap(({ event }) => (event ? Math.min(event.createdAt, now) : []));
  const posts = fresh.filter(({ event }) => event && postOf(event)).length;
  return {
    ...walk,
    pages: walk.pages + 1,
    ...atMost('top', Math.max(walk.top ?? -Infinity, ...proven)),
    ...atMost('oldest', Math.min(walk.oldest ?? Infinity, ...times)),
    ...(walk.left !== undefined && { left: walk.left - posts }),
  };
}

function atMost<Name extends string>(name: Name, value: number) {
  return (Number.isFinite(value) ? { [name]: value } : {}) as { [Key in Name]?: number };
}

function placeAfter(place: RelayPlace, walk: Walk, start: Walk, seen: Iterable<Frame>, beginning: boolean): RelayPlace {
  const newest = Math.max(place.newest ?? 0, walk.top ?? 0);
  const isFirst = place.newest === undefined;
  const known = start.pages === 0 ? knownOf(seen, newest) : [];
  return {
    url: place.url,
    half: place.half,
    newest,
    known,
    ...atMost('oldest', isFirst ? (walk.oldest ?? NaN) : (place.oldest ?? NaN)),
    ...(isFirst ? { beginning } : place.beginning !== undefined && { beginning: place.beginning }),
  };
}

function gapOf(relay: Relay, place: RelayPlace, walk: Walk, detail: string): Gap {
  const [from, to] = [isoOf(place.newest), isoOf(walk.until ?? walk.oldest)];
  return {
    kind: 'gap',
    reason: 'platform',
    detail,
    ...(from !== undefined && place.newest! > 0 && { from }),
    ...(to !== undefined && { to }),
  };
}
