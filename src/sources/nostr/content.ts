/** What an event says, as a post's content. */
import type { Json } from '../../core/canonical.js';
import type { Content, Poll, Visibility } from '../../core/content.js';
import { timeFromMs, type Time } from '../../core/time.js';
import { present, presentOrNothing } from '../shared/items.js';
import { tagsNamed, tagValue, type NostrEvent } from './event.js';
import { isAddressable, isPrivate, postType } from './kinds.js';
import { mediaOf } from './media.js';
import { linksOf, marksOf, quotesOf, threadOf } from './tags.js';
import { keyUri } from './uri.js';

// Date's own bound, in seconds.
const LAST_SECOND = 8.64e12;

/** Undefined for a number that no calendar reaches. */
export function timeOf(seconds: number): Time | undefined {
  return Math.abs(seconds) <= LAST_SECOND ? timeFromMs(seconds * 1000, 's') : undefined;
}

export function contentOf(event: NostrEvent): Content {
  const quotes = quotesOf(event);
  const { inReplyTo, root } = threadOf(event);
  const warning = event.tags.find((tag) => tag[0] === 'content-warning');
  const tag = marksOf(event);
  const link = linksOf(event);
  return {
    type: postType(event.kind) ?? 'Note',
    attributedTo: keyUri(event.pubkey),
    text: event.content,
    visibility: visibilityOf(event),
    tag,
    ...times(event),
    ...(warning && { summary: warning[1] ?? '', sensitive: true }),
    ...present({
      name: tagValue(event, 'title') ?? tagValue(event, 'subject') ?? tagValue(event, 'name'),
      inReplyTo,
      context: groupOf(event) ?? root,
      quotes: quotes[0],
      attachment: mediaOf(event),
      link: link.length > 0 ? link : undefined,
      poll: pollOf(event),
      language: languageOf(event),
      generator: tagValue(event, 'client'),
      extra: extraOf(event, quotes),
    }),
  };
}

/**
 * `created_at` is the author's claim. Of an addressable event it is the time of this version, and `published_at`, if
 * there is one, that of the first.
 */
function times(event: NostrEvent): Pick<Content, 'published' | 'updated'> {
  const created = timeOf(event.createdAt);
  if (!created) return {};
  if (!isAddressable(event.kind)) return { published: created };
  const stated = Number(tagValue(event, 'published_at') ?? NaN);
  if (!Number.isSafeInteger(stated) || stated <= 0 || stated > event.createdAt) return { updated: created };
  const published = timeOf(stated);
  return { ...(published && { published }), ...(stated < event.createdAt && { updated: created }) };
}

function visibilityOf(event: NostrEvent): Visibility {
  if (isPrivate(event.kind)) return 'direct';
  return groupOf(event) === undefined ? 'public' : 'group';
}

/** The group (NIP-29) that it was said in: only that group's relay has it. */
function groupOf(event: NostrEvent): string | undefined {
  const group = tagValue(event, 'h');
  return group === undefined || group === '' ? undefined : group;
}

function languageOf(event: NostrEvent): string | undefined {
  return tagsNamed(event, 'l').find((tag) => tag[2] === 'ISO-639-1')?.[1];
}

function pollOf(event: NostrEvent): Poll | undefined {
  if (event.kind !== 1068) return undefined;
  const ends = Number(tagValue(event, 'endsAt') ?? NaN);
  const endTime = Number.isSafeInteger(ends) ? timeOf(ends) : undefined;
  return {
    options: tagsNamed(event, 'option').map((tag) => tag[2] ?? tag[1]!),
    multiple: tagValue(event, 'polltype') === 'multiplechoice',
    ...(endTime && { endTime }),
  };
}

function extraOf(event: NostrEvent, quotes: readonly string[]): Record<string, Json> | undefined {
  return presentOrNothing<Record<string, Json | undefined>>({
    kind: event.kind === 1 ? undefined : event.kind,
    // Which version this is, for those whose URI is an address.
    event: isAddressable(event.kind) ? event.id : undefined,
    summary: tagValue(event, 'summary'),
    draft: event.kind === 30_024 ? true : undefined,
    expiration: tagValue(event, 'expiration'),
    geohash: tagValue(event, 'g'),
    external: event.kind === 1111 ? (tagValue(event, 'I') ?? tagValue(event, 'i')) : undefined,
    quotes: quotes.length > 1 ? quotes : undefined,
  }) as Record<string, Json> | undefined;
}
