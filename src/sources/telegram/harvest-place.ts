/** Where a harvest of a channel stands: what is known, and how far the way from the newest post down to it has been walked. */
import type { Cursor } from '../harvest.js';
import { asNumber, asObject } from '../shared/json.js';

export interface Place {
  /** Everything up to this number is known; undefined before the first harvest is through. */
  readonly newest: number | undefined;
  /** Below this number the first harvest did not go, though there was more: it may be asked to go on. */
  readonly bottom?: number | undefined;
  /** Under way: everything from `before` up to `top` is known too, `count` posts. */
  readonly walk: Walk | undefined;
}

export interface Walk {
  readonly top: number;
  readonly before: number;
  readonly count: number;
}

export function placeOf(cursor: Cursor | null): Place {
  const place = asObject(cursor);
  const walk = asObject(place?.['walk']);
  const [top, before, count] = [asNumber(walk?.['top']), asNumber(walk?.['before']), asNumber(walk?.['count'])];
  const whole = top !== undefined && before !== undefined && count !== undefined;
  return {
    newest: asNumber(place?.['newest']),
    bottom: asNumber(place?.['bottom']),
    walk: whole ? { top, before, count } : undefined,
  };
}

export function cursorOf({ newest, bottom, walk }: Place): Cursor {
  const below = bottom !== undefined && { bottom };
  return { ...(newest !== undefined && { newest }), ...below, ...(walk && { walk: { ...walk } }) };
}

/** A walk from where the first harvest ended: everything above it is known, as before. */
export function deeper(cursor: Cursor, { had }: { had: number }): Cursor | undefined {
  const { newest, bottom } = placeOf(cursor);
  if (newest === undefined || bottom === undefined) return undefined;
  return cursorOf({ newest: undefined, walk: { top: newest, before: bottom, count: had } });
}
