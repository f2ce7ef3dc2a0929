/** One record to readings: an event, a relay's frame, or a list of either. */
import type { IdentityLink, Reading } from '../../core/reading.js';
import { Rejection } from '../../core/errors.js';
import { InvalidUriError, postUri, type PostUri } from '../../core/uri.js';
import { isObject, parseJson, type JsonObject } from '../shared/json.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import {
  losses,
  readBookmarks,
  readDeletion,
  readEncrypted,
  readProfile,
  readReaction,
  readRepost,
  type Authors,
} from './acts.js';
import { contentOf, timeOf } from './content.js';
import { eventOf, tagsNamed, tagValue, type NostrEvent } from './event.js';
import { isAddressable, isEncrypted, postType, refusalOf } from './kinds.js';
import { encodeName } from './nip19.js';
import { eventUri, tryAddressUri } from './uri.js';

/** Lists in lists: pages that somebody gathered in one file; reposts of reposts. */
const MAX_NESTING = 4;

export interface Facts {
  readonly authors: Authors;
}

/** What is known of a record from elsewhere. */
interface Known {
  readonly authors: Authors;
  /** What a harvest captured a deletion for: see `readDeletion`. */
  readonly about: PostUri | undefined;
}

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const facts = context.survey?.facts as unknown as Facts | undefined;
  return storableItems(record, read(parseJson(record), { authors: facts?.authors ?? {}, about: context.about }, 0));
}

function read(value: unknown, known: Known, depth: number): readonly Item[] {
  if (isObject(value)) return guarded(() => readEvent(eventOf(value), 'first', known, depth));
  if (!Array.isArray(value)) return [refused('not-a-post', `${JSON.stringify(value).slice(0, 80)} is no event`)];
  const list = value as unknown[];
  if (list.length === 0) return [refused('empty', 'an empty list')];
  if (typeof list[0] === 'string') return readFrame(list, known, depth);
  if (depth >= MAX_NESTING) return [refused('too-deep', `lists nested deeper than ${MAX_NESTING}`)];
  return list.flatMap((item) => read(item, known, depth + 1));
}

/** What relays and clients say to each other (NIP-01). An event is the last part of its frame. */
function readFrame(frame: readonly unknown[], known: Known, depth: number): readonly Item[] {
  const name = frame[0] as string;
  const event = frame[frame.length - 1];
  if (name === 'EVENT' && isObject(event)) return read(event, known, depth + 1);
  const shown = JSON.stringify(frame).slice(0, 120);
  if (name === 'COUNT') return [refused('counts', `a count of events, no event: ${shown}`)];
  return [refused('service-message', `what a relay and its client tell each other, no event: ${shown}`)];
}

function readEvent(event: NostrEvent, hand: Reading['hand'], known: Known, depth: number): readonly Item[] {
  const { kind } = event;
  if (kind === 0) return [readProfile(event)];
  if (kind === 5) return readDeletion(event, known.authors, known.about);
  if (kind === 6 || kind === 16) {
    const carry = (value: JsonObject) =>
      depth >= MAX_NESTING ? [] : guarded(() => readEvent(eventOf(value), 'second', known, depth + 1));
    return readRepost(event, carry);
  }
  if (kind === 7) return [readReaction(event)];
  if (kind === 10_003 || kind === 30_003) return readBookmarks(event);
  if (isEncrypted(kind)) return [readEncrypted(event)];
  if (postType(kind) !== undefined) return [readPost(event, hand)];
  const { reason, what } = refusalOf(kind);
  return [refused(reason, `kind ${kind}: ${what}`)];
}

function readPost(event: NostrEvent, hand: Reading['hand']): Item {
  const addressable = isAddressable(event.kind);
  const from = timeOf(event.createdAt);
  const links = linksOf(event);
  const note = `nostr:${encodeName('note', event.id)}`;
  return {
    post: addressable ? addressOf(event) : eventUri(event.id),
    outcome: 'present',
    hand,
    content: contentOf(event),
    aliases: addressable ? [eventUri(event.id), note] : [note],
    ...(from && { claimedFrom: from, edition: event.createdAt }),
    ...(links.length > 0 && { links }),
    ...losses(event),
  };
}

/** Throws a Rejection: an identifier may be longer than a name can be. */
function addressOf(event: NostrEvent): PostUri {
  const uri = tryAddressUri(`${event.kind}:${event.pubkey}:${tagValue(event, 'd') ?? ''}`);
  if (!uri) throw new Rejection('no-identity', 'an addressable event whose identifier (`d`) is too long to be a name');
  return uri;
}

/** A bridge says what it copied (NIP-48). It is the bridge's word, so it is offered, never taken for the same. */
function linksOf(event: NostrEvent): IdentityLink[] {
  return tagsNamed(event, 'proxy').flatMap((tag) => {
    if (tag[2] !== 'activitypub' && tag[2] !== 'atproto') return [];
    try {
      const reason = `a bridge says that it copied it from there (${tag[2]})`;
      return [{ kind: 'probablySame', target: postUri(tag[1]!), reason } as const];
    } catch (error) {
      if (error instanceof InvalidUriError) return [];
      throw error;
    }
  });
}
