/** Which files a reading names by their address and no package brought. Pure. */
import { isWellFormed } from '../core/canonical.js';
import { sha256, type Key } from '../core/digest.js';
import { isProfile, type ActorReading, type ProfileReading, type Reading } from '../core/reading.js';
import { actorKey, postKey } from '../core/uri.js';
import type { WantedMedia } from './media-ports.js';

/** The key of a file that is known by its address: the first 128 bits of the address's SHA-256. */
export function mediaKey(url: string): Key {
  return sha256(url).slice(0, 32) as unknown as Key;
}

/** Longer ones are data in disguise. */
const MAX_URL = 8_192;

/**
 * Attachments that are in no package, and pictures of the profiles that the record carries. Addresses that cannot be
 * asked for (relative ones, `data:`, `blob:`) are none; which hosts may be asked is decided when they are.
 */
export function wantedMedia(reading: Reading | ProfileReading): readonly WantedMedia[] {
  if (isProfile(reading)) return picturesOf(reading);
  const wanted: WantedMedia[] = [];
  const post = postKey(reading.post);
  reading.content?.attachment?.forEach(({ url: named, type }, index) => {
    const url = named ?? reading.fetchable?.[index];
    if (reading.files?.[index] === undefined && isFetchable(url)) wanted.push({ post, url, type });
  });
  for (const actor of reading.actors ?? []) wanted.push(...picturesOf(actor));
  return wanted;
}

function picturesOf({ actor, profile }: ActorReading): WantedMedia[] {
  return [profile.icon, profile.image]
    .filter(isFetchable)
    .map((url) => ({ actor: actorKey(actor), url, type: 'Avatar' }));
}

function isFetchable(url: string | undefined): url is string {
  if (url === undefined || url.length > MAX_URL || !/^https?:\/\//i.test(url)) return false;
  return isWellFormed(url) && !url.includes('\u0000') && URL.canParse(url);
}
