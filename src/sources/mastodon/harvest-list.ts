/**
 * One harvest of an account's list: what was broken off last time is finished, then the list is read from its top down
 * to what is known. A harvest that could see nothing yields no bookmark: the cursor stays, and nothing counts as watched.
 */
import type { AccountNote, Cursor, Gap, HarvestIo, HarvestStep } from '../harvest.js';
import { toldOf, type AccountLook } from './harvest-account.js';
import { placeAfter, placeOf, type Place, type Walk } from './harvest-place.js';
import {
  bookmarkOf,
  gapAfter,
  walkDown,
  type Budget,
  type PageOf,
  type Trouble,
  type WalkEnd,
} from './harvest-walk.js';

export interface FollowedList {
  readonly pageOf: PageOf;
  /** The first page, of at most `left` entries where that is known. */
  top(left: number | undefined): string;
  /** The first page of what is newer than the anchor, where the server can be asked so. */
  newer?(anchor: string): string;
  /** Beside the list, once. */
  first?(): AsyncIterable<HarvestStep>;
  memo(): Place['memo'];
  /** How many posts the account has by its own count, as far as that has been heard. */
  total(): number | undefined;
  look(): Promise<AccountLook>;
  forbidden(trouble: Trouble): AccountNote;
}

/** A harvest that comes to more goes on in the next one, at once. */
const PAGES_A_HARVEST = 50;

export async function* harvestList(
  list: FollowedList,
  backfill: number,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  let place = placeOf(since);
  const budget: Budget = { pages: PAGES_A_HARVEST };
  if (since === null && list.first) yield* list.first();
  if (place.walk) {
    const end = yield* walkDown(place, place.walk, list.pageOf, budget, () => list.memo());
    const rest = yield* conclude(list, place, end, 'partial', io);
    if (!rest) return;
    place = rest;
  }
  io.signal.throwIfAborted();
  // Where the list was empty when it was first seen, all that is in it now is new, however much.
  const end = yield* fromTheTop(list, place, since === null ? backfill : undefined, budget);
  yield* conclude(list, place, end, 'whole', io);
}

/**
 * Where the server can be asked for what is newer, that is asked first, from a few known entries on: these are the
 * evidence that nothing lies between. Where they do not come, the whole list is read.
 */
async function* fromTheTop(
  list: FollowedList,
  place: Place,
  left: number | undefined,
  budget: Budget,
): AsyncGenerator<HarvestStep, WalkEnd> {
  const walk = (next: string): AsyncGenerator<HarvestStep, WalkEnd> => {
    const start: Walk = { next, top: [], listed: 0, pages: 0, ...(left !== undefined && { left }) };
    return walkDown(place, start, list.pageOf, budget, () => list.memo());
  };
  if (list.newer && place.anchor !== undefined && place.known.length > 0) {
    const end = yield* walk(list.newer(place.anchor));
    if (end.met || end.how === 'paused' || (end.trouble && end.trouble.trouble !== 'odd')) return end;
  }
  return yield* walk(list.top(left));
}

/** Tells how a walk ended. @returns the place to go on from; undefined: there is nothing more to do in this harvest */
async function* conclude(
  list: FollowedList,
  place: Place,
  end: WalkEnd,
  reach: 'whole' | 'partial',
  io: HarvestIo,
): AsyncGenerator<HarvestStep, Place | undefined> {
  if (end.how === 'paused') return undefined;
  const { walk, trouble } = end;
  if (trouble?.trouble === 'refused') {
    yield list.forbidden(trouble);
    return undefined;
  }
  let total = list.total();
  if (trouble || (end.how === 'end' && walk.listed === 0)) {
    const look = await list.look();
    yield* toldOf(look);
    if (look.state !== 'active' || look.settings) return undefined;
    total = look.total ?? total;
    if (!trouble && total) io.warn(`the account counts ${total} posts, and its server lists none`);
  }
  const gap = trouble ? gapOf(trouble, reach) : gapAfter(place, end, total);
  if (gap) yield gap;
  // Not even the first page was one.
  if (trouble && walk.pages === 0) return undefined;
  // Nothing at all, where there was something: the place stays, and the next look may show that nothing is missing.
  if (gap && walk.listed === 0) return undefined;
  const { bottom: before, ...after } = placeAfter(place, walk);
  const bottom = walk.left === undefined ? before : end.how === 'enough' ? walk.next : undefined;
  const rest: Place = { ...after, memo: list.memo(), ...(bottom !== undefined && { bottom }) };
  const beginning = end.how === 'end' && (walk.listed > 0 || !total);
  yield bookmarkOf(rest, reach, walk.left === undefined ? undefined : { walk, beginning });
  return rest;
}

function gapOf({ said }: Trouble, reach: 'whole' | 'partial'): Gap {
  if (reach === 'partial')
    return { kind: 'gap', reason: 'cursor-reset', detail: `the place in the list is lost: ${said}` };
  return { kind: 'gap', reason: 'platform', detail: `no list of posts: ${said}` };
}
