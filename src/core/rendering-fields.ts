/**
 * How two assertions of one field agree, and which of them a join keeps. The table of which field follows which rule
 * stands in rendering.ts.
 *
 * Every join here is the better of the two under one total order, or a union by key: that is what makes joining
 * commutative, associative and idempotent, whatever the order in which renderings arrive.
 */
import {
  VISIBILITIES,
  type Attachment,
  type Content,
  type Link,
  type Poll,
  type Tag,
  type Visibility,
} from './content.js';
import { fold } from './fold.js';
import { agreePlain } from './rendering-text.js';
import { factsOf, fuller, isCut, same, smallest } from './rendering-values.js';
import { boundsOf, msOf, type Time } from './time.js';

// --- time ------------------------------------------------------------------------------------------------------------

/** A zone that somebody named on import may be the wrong one: 26 hours lie between the earliest and the latest. */
const ASSUMED_MS = 26 * 3_600_000;

/** Times agree when they can be the same moment: equal at the coarser precision, or within what the zone leaves open. */
export function agreeTimes(a: Time, b: Time): boolean {
  const [one, other] = [boundsOf(a), boundsOf(b)];
  const slack = a.at !== b.at && (a.zone === 'assumed' || b.zone === 'assumed') ? ASSUMED_MS : 0;
  return one.earliest <= other.latest + slack && other.earliest <= one.latest + slack;
}

const ZONE_RANK = { utc: 0, stated: 0, assumed: 1, unknown: 2 } as const;
const PRECISION_RANK = { ms: 0, s: 1, min: 2, day: 3 } as const;

/** A known zone beats an assumed one beats none, then finer beats coarser. */
export function bestTime(a: Time, b: Time): Time {
  const rank = ZONE_RANK[a.zone] - ZONE_RANK[b.zone] || PRECISION_RANK[a.precision] - PRECISION_RANK[b.precision];
  if (rank !== 0) return rank < 0 ? a : b;
  return a.at === b.at ? (a.zone >= b.zone ? a : b) : a.at < b.at ? a : b;
}

export function laterTime(a: Time, b: Time): Time {
  const later = msOf(a) - msOf(b);
  return later > 0 ? a : later < 0 ? b : bestTime(a, b);
}

export function earlierTime(a: Time, b: Time): Time {
  const later = msOf(a) - msOf(b);
  return later < 0 ? a : later > 0 ? b : bestTime(a, b);
}

// --- words with an order of their own --------------------------------------------------------------------------------

/** Announce, then whatever is more specific than Note: an archive cannot tell a repost from a note. */
export function joinTypes(a: string, b: string): string {
  const rank = typeRank(a) - typeRank(b);
  return rank < 0 ? a : rank > 0 ? b : smallest(a, b);
}

function typeRank(type: string): number {
  return type === 'Announce' ? 0 : type === 'Note' ? 2 : 1;
}

/** The narrower: whoever saw the wider one may have seen less. `unknown` says nothing. */
export function narrower(a: Visibility, b: Visibility): Visibility {
  if (a === 'unknown') return b;
  if (b === 'unknown') return a;
  return VISIBILITIES.indexOf(a) >= VISIBILITIES.indexOf(b) ? a : b;
}

// --- sets ------------------------------------------------------------------------------------------------------------

/** Whether two sets are equal, or, where a side is cut, the one part of the other. Two cut sets tell nothing. */
function agreeSets(a: ReadonlySet<string>, b: ReadonlySet<string>, aCut: boolean, bCut: boolean): boolean {
  if (aCut && bCut) return true;
  if (aCut ? a.size > b.size : bCut ? b.size > a.size : a.size !== b.size) return false;
  const [part, all] = aCut ? [a, b] : [b, a];
  for (const item of part) if (!all.has(item)) return false;
  return true;
}

/** By key, the fuller of each; in the given order of keys, what that lacks sorted behind it. */
function union<T extends object>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (item: T) => string,
  order: readonly string[] = [],
): T[] {
  const best = new Map<string, T>();
  for (const item of [...a, ...b]) {
    const key = keyOf(item);
    const known = best.get(key);
    best.set(key, known ? fuller(known, item) : item);
  }
  const keys = new Set([...order, ...[...best.keys()].sort()]);
  return [...keys].map((key) => best.get(key)!);
}

const mediaKey = (item: Attachment): string => item.key ?? '';

function areKeyed(items: readonly Attachment[]): boolean {
  return items.length > 0 && items.every((item) => item.key !== undefined);
}

/** By the platform's names of the files where both sides have them, else by number. */
export function agreeAttachments(
  a: readonly Attachment[],
  b: readonly Attachment[],
  left: Content,
  right: Content,
): boolean {
  const [aCut, bCut] = [isCut(left, 'attachment'), isCut(right, 'attachment')];
  if (areKeyed(a) && areKeyed(b)) return agreeSets(new Set(a.map(mediaKey)), new Set(b.map(mediaKey)), aCut, bCut);
  if (aCut && bCut) return true;
  return aCut ? a.length <= b.length : bCut ? b.length <= a.length : a.length === b.length;
}

/** Named files beat nameless ones; named ones are united, in the order of a rendering that has them all. */
export function joinAttachments(
  a: readonly Attachment[],
  b: readonly Attachment[],
  left: Content,
  right: Content,
): readonly Attachment[] {
  if (same(a, b)) return a;
  if (areKeyed(a) !== areKeyed(b)) return areKeyed(a) ? a : b;
  const [aCut, bCut] = [isCut(left, 'attachment'), isCut(right, 'attachment')];
  if (areKeyed(a)) {
    const orders = [...(aCut ? [] : [a]), ...(bCut ? [] : [b])].map((items) => [...new Set(items.map(mediaKey))]);
    return union(a, b, mediaKey, orders.length === 0 ? [] : orders.reduce(smallest));
  }
  if (aCut !== bCut) return aCut ? b : a;
  if (a.length !== b.length) return a.length > b.length ? a : b;
  const facts = total(a) - total(b);
  return facts > 0 ? a : facts < 0 ? b : smallest(a, b);
}

function total(items: readonly object[]): number {
  return items.reduce((sum, item) => sum + factsOf(item), 0);
}

/** Whether the join's attachments may still lack some: all renderings that it took them from were cut. */
export function attachmentsStayCut(left: Content, right: Content): boolean {
  const sides = [left, right].filter((side) => side.attachment !== undefined);
  const named = sides.filter((side) => areKeyed(side.attachment!));
  return (named.length > 0 ? named : sides).every((side) => isCut(side, 'attachment'));
}

/** Folded as for search: Mastodon folds case, width and accents of its tags in one rendering and not in another. */
const tagName = (tag: Tag): string => `${tag.type}:${fold(tag.name)}`;

function topics(tags: readonly Tag[]): ReadonlySet<string> {
  return new Set(tags.filter((tag) => tag.type === 'Hashtag' || tag.type === 'Cashtag').map(tagName));
}

/** Hashtags and cashtags only: renderings differ in which mentions and emoji they list. */
export function agreeTags(a: readonly Tag[], b: readonly Tag[], left: Content, right: Content): boolean {
  return agreeSets(topics(a), topics(b), isCut(left, 'tag'), isCut(right, 'tag'));
}

/** All of both; a mention without address gives way to the same name with one. */
export function joinTags(a: readonly Tag[], b: readonly Tag[]): readonly Tag[] {
  if (same(a, b)) return a;
  const all = union(a, b, (tag) => `${tagName(tag)} ${tag.href ?? ''}`);
  const addressed = new Set(all.filter((tag) => tag.href !== undefined).map(tagName));
  return all.filter((tag) => tag.href !== undefined || !addressed.has(tagName(tag)));
}

export function joinLinks(a: readonly Link[], b: readonly Link[]): readonly Link[] {
  return same(a, b) ? a : union(a, b, (link) => link.url);
}

export function agreePolls(a: Poll, b: Poll): boolean {
  return a.options.length === b.options.length && a.options.every((option, i) => agreePlain(option, b.options[i]!));
}
