/** What of an account is asked for, and what of the answers are its own posts. */
import type { PostUri } from '../../core/uri.js';
import type { SeedView, SeenPost } from '../harvest.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { tagValue, type NostrEvent } from './event.js';
import { FOLLOWED_KINDS, isAddressable, postType } from './kinds.js';
import { relaysOf, relayUrl } from './harvest-name.js';
import { eventUri, HEX_64, tryAddressUri } from './uri.js';
import { timeOf } from './content.js';

/** What `harvest` needs of a seed. */
export interface NostrSettings {
  readonly pubkey: string;
  readonly relays: readonly string[];
}

export function settingsOf({ settings }: Pick<SeedView, 'settings'>): NostrSettings | undefined {
  const stored = asObject(settings);
  const pubkey = asString(stored?.['pubkey']);
  if (pubkey === undefined || !HEX_64.test(pubkey)) return undefined;
  return { pubkey, relays: relaysOf(asArray(stored?.['relays']).map((each) => relayUrl(asString(each) ?? ''))) };
}

export function isOf(pubkey: string, kinds: readonly number[] = FOLLOWED_KINDS.flat()): (event: JsonObject) => boolean {
  const asked = new Set<unknown>(kinds);
  return (event) => event['pubkey'] === pubkey && asked.has(event['kind']);
}

/** The post that an event is a version of; undefined for profiles and deletions. */
export function postOf(event: NostrEvent): PostUri | undefined {
  if (event.kind !== 6 && event.kind !== 16 && postType(event.kind) === undefined) return undefined;
  return isAddressable(event.kind) ? tryAddressUri(addressOf(event)) : eventUri(event.id);
}

/** As `a` tags and references write it. */
export function addressOf(event: NostrEvent): string {
  return `${event.kind}:${event.pubkey}:${tagValue(event, 'd') ?? ''}`;
}

const LONGEST_REF = 2_048;

/** `ref`: the event's id, or the address of an addressable one. */
export function seenPost(event: NostrEvent): SeenPost | undefined {
  const post = postOf(event);
  const ref = isAddressable(event.kind) ? addressOf(event) : event.id;
  if (post === undefined || Buffer.byteLength(ref) > LONGEST_REF) return undefined;
  const published = isoOf(event.createdAt);
  return { post, ref, ...(published !== undefined && { published }) };
}

export function isoOf(seconds: number | undefined): string | undefined {
  return seconds === undefined || timeOf(seconds) === undefined || seconds < 0
    ? undefined
    : new Date(seconds * 1_000).toISOString();
}
