/** Where a reading belongs: its keys, which need no look at its content. Pure. */
import { keyOf, type Digest, type Key } from '../core/digest.js';
import { isProfile, type Observed, type ProfileReading, type Reading } from '../core/reading.js';
import { actorKey, placedPostKey, type PostUri } from '../core/uri.js';

interface Placing {
  readonly observation: Key;
  readonly observed: Observed;
  readonly offset: number;
  readonly length: number;
  readonly item: number;
}

/** A reading with its keys. */
export interface PlacedReading extends Placing {
  readonly reading: Reading;
  readonly post: Key;
}

/** A profile's reading with its keys. */
export interface PlacedProfile extends Placing {
  readonly reading: ProfileReading;
  readonly actor: Key;
}

export type PlacedItem = PlacedReading | PlacedProfile;

export function isOfProfile(placed: PlacedItem): placed is PlacedProfile {
  return 'actor' in placed;
}

/** What all readings of a range have in common. */
export interface Setting {
  readonly source: string;
  readonly reader: number;
  readonly collection: Key;
  readonly capture: Digest;
  /** When it was seen, where the record itself does not say so. */
  readonly observed: Observed;
  /** Digest of the mapping that it was read by, if any: the same bytes read by another mapping state something else. */
  readonly mapping?: string;
  /** Whether files that no package brought are to be fetched. */
  readonly wantsMedia?: boolean;
  /** True when the source can compute this URL's post itself, so that no alias need be stored. */
  readonly locatable: (alias: string, post: PostUri) => boolean;
}

/**
 * An observation's id is a hash of what it states. The time of seeing is part of it unless it is a fallback (the time
 * of receipt), so that handing the same file in again states nothing new. The post goes in by the hash of its URI.
 */
export function place(reading: Reading, offset: number, length: number, item: number, setting: Setting): PlacedReading;
export function place(
  reading: Reading | ProfileReading,
  offset: number,
  length: number,
  item: number,
  setting: Setting,
): PlacedItem;
export function place(
  reading: Reading | ProfileReading,
  offset: number,
  length: number,
  item: number,
  setting: Setting,
): PlacedItem {
  const observed = reading.observedAt ?? setting.observed;
  const when = observed.basis === 'receipt' ? '' : observed.at.at;
  const { collection, capture, mapping } = setting;
  const where = [capture, String(offset), String(item)];
  if (mapping !== undefined) where.push(mapping);
  if (isProfile(reading)) {
    const actor = actorKey(reading.actor);
    const observation = keyOf('account', collection, actor, when, ...where);
    return { reading, actor, observation, observed, offset, length, item };
  }
  const { key, hash } = placedPostKey(reading.post);
  // The whole hash, not the key: observations were named by it before keys had neighbourhoods, and an id that was given
  // out once stays. An archive from before then knows the same records again.
  const observation = keyOf('observation', collection, hash, when, reading.outcome, ...where);
  return { reading, post: key, observation, observed, offset, length, item };
}
