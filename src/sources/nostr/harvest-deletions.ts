/**
 * Deletions (kind 5) of the account that is followed. Whom a deleted event belongs to only the event itself shows, and a
 * deletion by another than its author is none: so it counts where the event was seen with the account's signature.
 */
import type { PostUri } from '../../core/uri.js';
import type { Captured, HarvestIo, HarvestStep } from '../harvest.js';
import { tagsNamed, type NostrEvent } from './event.js';
import { addressOf, isOf, seenPost } from './harvest-events.js';
import type { Filter, Frame, Relay } from './harvest-relay.js';
import { isAddressable } from './kinds.js';
import { eventUri, HEX_64, parseAddress, tryAddressUri, tryEventUri } from './uri.js';

export const FORMAT = 'nostr-events';
/** In one filter; and in one harvest, so that a deletion which names the world costs no world. */
const ASKED_AT_ONCE = 100;
const MOST_ASKED = 500;

interface Pending {
  readonly relay: Relay;
  readonly frame: Frame;
  readonly event: NostrEvent;
}

export class Deletions {
  /** Events of the account that this harvest saw; of an addressable one, its address. */
  private readonly own = new Map<string, string | undefined>();
  /** Address → the newest version that this harvest saw, seconds since 1970. */
  private readonly versions = new Map<string, number>();
  private readonly pending: Pending[] = [];

  constructor(
    private readonly pubkey: string,
    private readonly io: HarvestIo,
  ) {}

  /** Takes the deletions out: what they mean shows when everything else has been seen. */
  sort(relay: Relay, frames: readonly Frame[]): Frame[] {
    this.saw(frames);
    return frames.filter((frame) => {
      if (frame.event?.kind !== 5) return true;
      this.pending.push({ relay, frame, event: frame.event });
      return false;
    });
  }

  get isEmpty(): boolean {
    return this.pending.length === 0;
  }

  /** Looks for what was deleted, at relays that do not obey, and tells the deletions: each, and what it proves. */
  async *settle(relays: readonly Relay[]): AsyncGenerator<HarvestStep> {
    if (this.isEmpty) return;
    yield* this.lookFor(relays);
    for (const { relay, frame, event } of this.pending.splice(0)) {
      yield await capturedOf(relay, [frame], eventUri(event.id));
      for (const post of this.provenBy(event)) yield await capturedOf(relay, [frame], post);
    }
  }

  private saw(frames: readonly Frame[]): void {
    for (const { event } of frames) {
      if (!event) continue;
      const address = isAddressable(event.kind) ? addressOf(event) : undefined;
      this.own.set(event.id, address);
      if (address === undefined) continue;
      this.versions.set(address, Math.max(event.createdAt, this.versions.get(address) ?? event.createdAt));
    }
  }

  private provenBy(event: NostrEvent): PostUri[] {
    const events = deletedBy(event).filter(
      (id) => this.own.has(id) && !this.isReplaced(this.own.get(id), event.createdAt),
    );
    const addresses = addressesIn(event).filter(
      (address) => parseAddress(address)?.author === this.pubkey && !this.isReplaced(address, event.createdAt),
    );
    return [...events.map(eventUri), ...addresses.flatMap((address) => tryAddressUri(address) ?? [])];
  }

  /** A version that came after the deletion stands. */
  private isReplaced(address: string | undefined, since: number): boolean {
    return address !== undefined && (this.versions.get(address) ?? -Infinity) > since;
  }

  private async *lookFor(relays: readonly Relay[]): AsyncGenerator<HarvestStep> {
    const named = [...new Set(this.pending.flatMap(({ event }) => [...deletedBy(event), ...addressesIn(event)]))];
    const isUnknown = (ref: string): boolean => !this.own.has(ref) && !this.versions.has(ref);
    const unknown = named.filter(isUnknown);
    if (unknown.length > MOST_ASKED)
      this.io.warn(`deletions name ${unknown.length} posts that are not known; ${MOST_ASKED} of them were looked for`);
    for (const relay of relays) {
      const left = unknown.slice(0, MOST_ASKED).filter(isUnknown);
      for (let at = 0; at < left.length && relay.isOpen; at += ASKED_AT_ONCE) {
        const refs = left.slice(at, at + ASKED_AT_ONCE);
        const isOwn = isOf(this.pubkey);
        const filters = filtersFor(this.pubkey, refs, refs.length);
        const { frames } = await relay.ask(filters, (event) => isOwn(event) && event['kind'] !== 5);
        if (frames.length === 0) continue;
        this.saw(frames);
        yield await capturedOf(relay, frames);
      }
    }
  }
}

/** Filters that ask for posts by their references: ids, and addresses. */
export function filtersFor(pubkey: string, refs: readonly string[], limit: number): Filter[] {
  const ids = refs.filter((ref) => HEX_64.test(ref));
  const addresses = refs.flatMap((ref) => parseAddress(ref) ?? []).filter(({ author }) => author === pubkey);
  const kinds = [...new Set(addresses.map(({ kind }) => kind))];
  const identifiers = [...new Set(addresses.map(({ identifier }) => identifier))];
  return [
    ...(ids.length > 0 ? [{ ids, limit }] : []),
    ...(addresses.length > 0 ? [{ authors: [pubkey], kinds, '#d': identifiers, limit }] : []),
  ];
}

/** @param about see `readDeletion`: the post whose deletion is proven, or the deletion itself as a statement */
export async function capturedOf(relay: Relay, frames: readonly Frame[], about?: PostUri): Promise<Captured> {
  const exchange = await relay.keep(frames.map(({ line }) => `${line}\n`).join(''));
  const posts = about === undefined ? frames.flatMap(({ event }) => (event && seenPost(event)) ?? []) : [];
  return { kind: 'captured', exchange, format: FORMAT, posts, ...(about !== undefined && { about }) };
}

export function deletedBy(event: NostrEvent): string[] {
  return [...new Set(tagsNamed(event, 'e').flatMap(([, id]) => (tryEventUri(id) === undefined ? [] : id!)))];
}

export function addressesIn(event: NostrEvent): string[] {
  return [...new Set(tagsNamed(event, 'a').flatMap(([, address]) => (tryAddressUri(address) ? address! : [])))];
}
