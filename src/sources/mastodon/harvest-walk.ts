/**
 * A walk down a list, the newest entry first, until an entry comes that was seen before. What a list lacks says nothing
 * about any post; what it says in two places must agree, or the walk ends with a gap.
 */
import type { Bookmark, Exchange, Gap, HarvestStep } from '../harvest.js';
import {
  anchorOf,
  cursorOf,
  isoOf,
  newestOf,
  oldestOf,
  usableNext,
  WINDOW,
  type Listed,
  type Place,
  type Walk,
} from './harvest-place.js';

export interface ListPage {
  readonly items: readonly Listed[];
  /** Absent: the list ends here. */
  readonly next?: string;
  /** Hands over what the page holds. */
  hand(): AsyncIterable<HarvestStep>;
}

/** `refused`: the server wants to know who asks; `gone`: 404 or 410; `odd`: something that its protocol does not say. */
export interface Trouble {
  readonly trouble: 'refused' | 'gone' | 'odd';
  readonly exchange: Exchange;
  readonly said: string;
}

export type PageOf = (next: string) => Promise<ListPage | Trouble>;

/** Shared by the walks of one harvest. */
export interface Budget {
  pages: number;
}

export interface WalkEnd {
  /**
   * `reached` a known entry; `passed` the time of all known entries without meeting one; `end` of the list;
   * `enough` of a first harvest; `stuck` the server gives the same again; `endless` it gives ever more;
   * `paused` until the next harvest; `trouble`.
   */
  readonly how: 'reached' | 'passed' | 'end' | 'enough' | 'stuck' | 'endless' | 'paused' | 'trouble';
  readonly walk: Walk;
  /** Whether a known entry was met, and whether times fell from entry to entry. */
  readonly met: boolean;
  readonly ordered: boolean;
  readonly trouble?: Trouble;
}

/** Of one walk, over all harvests that it takes: 40,000 entries. */
const MOST_PAGES = 1_000;
/** Empty pages that name a next one. */
const MOST_EMPTY = 3;

/**
 * Yields what the pages hold, and after each page but the last a bookmark. The caller ends the walk with its gap and
 * its last bookmark.
 */
export async function* walkDown(
  place: Place,
  start: Walk,
  pageOf: PageOf,
  budget: Budget,
  memo: () => Place['memo'],
): AsyncGenerator<HarvestStep, WalkEnd> {
  const known = new Map(place.known);
  const [newest, oldest] = [newestOf(place.known), oldestOf(place.known)];
  const seen = new Set(start.top.map(([mark]) => mark));
  const asked = new Set<string>();
  let walk = start;
  let met = false;
  let ordered = true;
  let empty = 0;
  for (;;) {
    const end = (how: WalkEnd['how'], trouble?: Trouble): WalkEnd => ({
      how,
      walk,
      met,
      ordered,
      ...(trouble && { trouble }),
    });
    if (budget.pages <= 0) return end('paused');
    if (walk.pages >= MOST_PAGES) return end('endless');
    budget.pages--;
    asked.add(walk.next);
    const page = await pageOf(walk.next);
    if ('trouble' in page) return end('trouble', page);
    const { items } = page;
    if (items.length > 0 && items.every(({ known: [mark] }) => seen.has(mark))) return end('stuck');
    yield* page.hand();
    for (const {
      known: [mark, seconds],
    } of items) {
      seen.add(mark);
      met ||= known.has(mark);
      if (seconds > 0 && walk.last !== undefined && seconds > walk.last) ordered = false;
      if (seconds > 0) walk = { ...walk, last: Math.min(walk.last ?? seconds, seconds) };
    }
    const next = usableNext(page.next);
    walk = furtherOn(walk, items, next);
    empty = items.length === 0 ? empty + 1 : 0;
    const last = items.at(-1);
    const below = (time: number | undefined): boolean =>
      last !== undefined && time !== undefined && last.known[1] > 0 && last.known[1] <= time;
    // A known entry alone is not the border: some servers list pinned posts first.
    if (met && last && (known.has(last.known[0]) || below(newest))) return end('reached');
    if (next === undefined) return end(page.next === undefined ? (met ? 'reached' : 'end') : 'stuck');
    if (walk.left !== undefined && walk.left <= 0) return end('enough');
    if (!met && below(oldest)) return end('passed');
    if (asked.has(next) || empty >= MOST_EMPTY) return end('stuck');
    yield bookmarkOf(
      { ...place, walk, memo: memo() },
      'partial',
      walk.left === undefined ? undefined : { walk, beginning: false },
    );
  }
}

function furtherOn(walk: Walk, items: readonly Listed[], next: string | undefined): Walk {
  const anchor = walk.anchor ?? anchorOf(items);
  return {
    ...walk,
    top: walk.top.length >= WINDOW ? walk.top : [...walk.top, ...items.map(({ known }) => known)].slice(0, WINDOW),
    listed: walk.listed + items.length,
    pages: walk.pages + 1,
    ...(next !== undefined && { next }),
    ...(anchor !== undefined && { anchor }),
    ...(walk.left !== undefined && { left: walk.left - items.length }),
  };
}

export function bookmarkOf(
  place: Place,
  reach: Bookmark['reach'],
  back?: { readonly walk: Walk; readonly beginning: boolean },
): Bookmark {
  const published = isoOf(back?.walk.last);
  return {
    kind: 'bookmark',
    cursor: cursorOf(place),
    reach,
    ...(back && { backTo: { ...(published !== undefined && { published }), beginning: back.beginning } }),
  };
}

/**
 * Whether posts may have been missed between the known entries and this walk.
 * @param total how many entries there are by the account's own count, where it is known
 */
export function gapAfter({ known }: Place, { how, walk, met, ordered }: WalkEnd, total?: number): Gap | undefined {
  const from = isoOf(newestOf(known));
  const to = isoOf(walk.last);
  const gap = (reason: Gap['reason'], detail: string): Gap => ({
    kind: 'gap',
    reason,
    detail,
    ...(from !== undefined && { from }),
    ...(to !== undefined && from !== undefined && to > from && { to }),
  });
  if (how === 'stuck') return gap('platform', `after ${walk.listed} entries the server gives the same page again`);
  if (how === 'endless') return gap('platform', `after ${walk.listed} entries none was met that had been seen before`);
  if (met || known.length === 0) return undefined;
  if (how === 'passed')
    return ordered ? undefined : gap('platform', 'the list is in no order: what is new in it cannot be told');
  if (how !== 'end') return undefined;
  const newest = newestOf(known)!;
  if (ordered && walk.last !== undefined && walk.last <= newest) return undefined;
  if (total !== undefined && walk.listed >= total) return undefined;
  if (walk.listed === 0) return gap('platform', 'the list is empty, and the account counts posts');
  const of = total === undefined ? '' : ` of the ${total} that the account counts`;
  return gap('ceiling', `the list ends after ${walk.listed} posts${of}, before any that had been seen`);
}
