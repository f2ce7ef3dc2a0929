/**
 * What all laws of renderings share: what a cut field is, and the total orders that decide which of two values stays.
 */
import { canonicalise, type Json } from './canonical.js';
import type { Content, CutField } from './content.js';

/**
 * One rendering, or the join of several. `whole` is a join's alone: the tags are known to be all, from one rendering,
 * while the text is still cut, from another. (In a single rendering a cut text means that tags may be missing too.)
 */
export interface Joined extends Content {
  readonly whole?: readonly 'tag'[];
}

/** Whether the rendering may be holding back part of a field. A cut text hides the tags beyond the cut. */
export function isCut(content: Joined, field: CutField): boolean {
  const { cut, whole } = content;
  if (!cut) return false;
  return cut.includes(field) || (field === 'tag' && cut.includes('text') && !whole?.includes('tag'));
}

export function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && jsonOf(a) === jsonOf(b));
}

/** The first in the order of code units (strings) or of canonical JSON: arbitrary, but always the same one. */
export function smallest<T>(a: T, b: T): T {
  if (a === b) return a;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? a : b;
  return jsonOf(a) <= jsonOf(b) ? a : b;
}

/** The object that states more; of equals the smallest. */
export function fuller<T extends object>(a: T, b: T): T {
  const [left, right] = [factsOf(a), factsOf(b)];
  return left === right ? smallest(a, b) : left > right ? a : b;
}

export function eitherTrue(a: boolean, b: boolean): boolean {
  return a || b;
}

/** Union by key; where both name one, the smallest. */
export function joinRecords<T extends { readonly [key: string]: Json }>(a: T, b: T): T {
  const ofB = Object.entries(b).map(([key, value]) => [key, Object.hasOwn(a, key) ? smallest(a[key]!, value) : value]);
  return Object.fromEntries([...Object.entries(a), ...ofB]) as T;
}

export function factsOf(value: object): number {
  let facts = 0;
  for (const part of Object.values(value)) if (part !== undefined) facts++;
  return facts;
}

function jsonOf(value: unknown): string {
  return canonicalise(value as Json);
}
