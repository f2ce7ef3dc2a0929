/** What the readers of JSON have in common: items and refusals, fields that are there, strings that can be stored. */
import { isWellFormed, storable } from '../../core/canonical.js';
import { Rejection, type RejectReason } from '../../core/errors.js';
import type { AccountStatus } from '../../core/content.js';
import type { ActorReading, Item, ProfileReading, RefusedItem } from '../../core/reading.js';
import { asNumber, mayHoldSurrogates } from './json.js';

export type { Item } from '../../core/reading.js';

export function refused(reason: RejectReason, detail: string): RefusedItem {
  return { refused: reason, detail };
}

/** What an answer about an account states. @param status what the platform says of it as a whole, where it says so */
export function accountItems(
  found: ActorReading | undefined,
  status?: AccountStatus,
): readonly (ProfileReading | RefusedItem)[] {
  if (!found) return [refused('no-identity', 'an answer about an account that does not say whose it is')];
  const profile = { ...found.profile, ...(status !== undefined && { status }) };
  if (Object.keys(profile).length === 0) return [refused('users', `an answer about ${found.actor} that says nothing`)];
  return [{ ...found, profile, hand: 'first' }];
}

/** One item's Rejection is that item's; its neighbours in the record are read all the same. */
export function guarded(read: () => readonly Item[]): readonly Item[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection) return [refused(error.reason, error.detail)];
    throw error;
  }
}

/** Without the keys whose value is undefined. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const out: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) out[key] = fields[key];
  return out as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The same, and undefined when nothing is left. */
export function presentOrNothing<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const out = present(fields);
  return Object.keys(out).length > 0 ? out : undefined;
}

/** A number of things: below zero it stands for a hidden one, and beyond 2^53 for nonsense. */
export function countOf(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** A width, height or duration: zero stands for unknown. */
export function sizeOf(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 && number < Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** An absolute web address, as it stands. */
export function webAddress(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\/[^/?#]/i.test(value) ? value : undefined;
}

/** JSON can spell a lone surrogate as an escape, and nothing can store one. */
export function storableItems<I extends Item>(record: Uint8Array, items: readonly I[]): readonly I[] {
  return mayHoldSurrogates(record) ? items.map((item) => storableItem(item) as I) : items;
}

function storableItem(item: Item): Item {
  const lossy = new Set<string>();
  const clean = (value: unknown, field: string): unknown => {
    if (typeof value === 'string') {
      if (isWellFormed(value)) return value;
      lossy.add(field);
      return storable(value).text;
    }
    if (Array.isArray(value)) return value.map((each) => clean(each, field));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [storable(key).text, clean(each, key)]));
  };
  const cleaned = clean(item, 'record') as Item;
  if (lossy.size === 0 || 'refused' in cleaned) return cleaned;
  const losses = [...lossy].map((field) => `${field}: lone surrogate escaped`);
  return { ...cleaned, losses: [...(cleaned.losses ?? []), ...losses] };
}
