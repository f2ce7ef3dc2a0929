/** Statuses (“truths”), and those that they carry: reposted, quoted, answered. */
import type { Json } from '../../core/canonical.js';
import type { Attachment, Content, Link, Poll, Tag, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Observed, Outcome, Reading } from '../../core/reading.js';
import { assumeZone, msOf, parseIso, type Time } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';
import { countOf, guarded, present, presentOrNothing, sizeOf, webAddress, type Item } from '../shared/items.js';
import { asArray, asBoolean, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountReading } from './account.js';
import { isTruthSocial, tryAccountUri, tryStatusUri } from './uri.js';

export interface Seen {
  readonly observedAt?: Observed | undefined;
  readonly timezone?: string | undefined;
}

/** A status in a status in a status: the platform shows three. */
const MAX_CARRIED = 6;

export function readStatus(status: JsonObject, hand: Reading['hand'], seen: Seen, depth = 0): readonly Item[] {
  const observedAt = seen.observedAt ?? pulledAt(status, seen.timezone);
  const own = { ...seen, observedAt };
  const carried =
    depth >= MAX_CARRIED ? [] : [status['reblog'], status['quote'], status['in_reply_to']].filter(isObject);
  return [
    ...guarded(() => [statusReading(status, hand, own)]),
    ...carried.flatMap((each) => readStatus(each, 'second', own, depth + 1)),
  ];
}

/** truthbrush notes when it fetched a status, by the clock of the machine that it ran on. */
function pulledAt(status: JsonObject, timezone: string | undefined): Observed | undefined {
  const at = parseIso(asString(status['_pulled']) ?? '');
  return at && { at: timezone === undefined ? at : assumeZone(at, timezone), basis: 'record' };
}

function statusReading(status: JsonObject, hand: Reading['hand'], { observedAt }: Seen): Reading {
  const post = tryStatusUri(status['id']);
  if (!post)
    throw new Rejection('no-identity', 'a status without an `id` of digits: nobody can say which post this is');
  const losses: string[] = [];
  const author = accountReading(asObject(status['account']));
  const outcome = outcomeOf(status);
  const aliases = [status['uri'], status['url']].filter((url): url is string => isTruthSocial(url));
  const common = {
    post,
    outcome,
    hand,
    ...(observedAt && { observedAt }),
    ...(aliases.length > 0 && { aliases: [...new Set(aliases)] }),
    ...(author && { actors: [author] }),
  };
  if (outcome !== 'present') {
    const from = outcome === 'deleted' ? timeOf(status['deleted_at'], 'deleted_at', losses) : undefined;
    return { ...common, ...(from && { claimedFrom: from }), ...(losses.length > 0 && { losses }) };
  }
  const content = contentOf(status, losses);
  const stands = content.updated ?? content.published;
  const metrics = status['reblog'] ? undefined : metricsOf(status);
  return {
    ...common,
    content,
    ...(stands && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
    ...(metrics && { metrics }),
    ...(losses.length > 0 && { losses }),
  };
}

/**
 * A status that is gone is still shown where others answered it: with a `tombstone`, and “Unavailable.” for its text.
 * Only the reason `deleted` says that it was deleted.
 */
function outcomeOf(status: JsonObject): Outcome {
  const tombstone = asObject(status['tombstone']);
  const suspended = asObject(status['account'])?.['suspended'] === true;
  if (tombstone) return tombstone['reason'] === 'deleted' ? 'deleted' : suspended ? 'suspended' : 'notFound';
  return suspended && status['content'] === 'Unavailable.' ? 'suspended' : 'present';
}

function contentOf(status: JsonObject, losses: string[]): Content {
  const reblog = asObject(status['reblog']);
  const account = asObject(status['account']);
  const published = timeOf(status['created_at'], 'created_at', losses);
  const frame: Content = {
    type: reblog ? 'Announce' : asObject(status['poll']) ? 'Question' : 'Note',
    visibility: visibilityOf(status['visibility']),
    ...present({ attributedTo: tryAccountUri(account?.['id']), published }),
  };
  if (reblog) return { ...frame, ...present({ announces: tryStatusUri(reblog['id']) }) };
  return {
    ...frame,
    ...textsOf(status, losses),
    ...present({
      updated: timeOf(status['edited_at'], 'edited_at', losses),
      summary: asString(status['spoiler_text']),
      name: asString(status['title']),
      sensitive: asBoolean(status['sensitive']),
      language: asString(status['language']),
      inReplyTo: tryStatusUri(status['in_reply_to_id']),
      quotes: tryStatusUri(status['quote_id'] ?? asObject(status['quote'])?.['id']),
      context: asString(asObject(status['group'])?.['url']),
      attachment: mediaOf(status['media_attachments'] ?? status['media']),
      tag: tagsOf(status),
      link: cardOf(status['card']),
      poll: pollOf(status['poll'], losses),
      url: webAddress(status['url']),
      extra: extraOf(status),
    }),
  };
}

const QUOTE_INLINE = /(?:^|\s)quote-inline(?:\s|$)/;

/**
 * The platform puts `RT: <address>` in front of a quote for readers that know no quotes (class `quote-inline`). The
 * author did not write it: `text` goes without it, `html` keeps it. Archives of third parties hold plain text.
 */
function textsOf(status: JsonObject, losses: string[]): Pick<Content, 'text' | 'html'> {
  const html = asString(status['content']);
  if (html === undefined) return {};
  if (!isObject(status['account']) && !/<\/?[a-z]/i.test(html)) return { text: html };
  if (!html.includes('quote-inline')) return { text: htmlToText(html), html };
  losses.push('text: the line that the platform adds to a quote (quote-inline) is left out; the HTML keeps it');
  return { text: htmlToText(html, { skip: (_tag, classes) => QUOTE_INLINE.test(classes) }), html };
}

function timeOf(value: unknown, name: string, losses: string[]): Time | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const time = parseIso(value);
  if (!time) losses.push(`${name}: no time: ${JSON.stringify(value.slice(0, 60))}`);
  return time;
}

const VISIBILITY: ReadonlyMap<unknown, Visibility> = new Map<unknown, Visibility>([
  ['public', 'public'],
  ['unlisted', 'unlisted'],
  ['private', 'followers'],
  ['group', 'group'],
  ['direct', 'direct'],
  ['self', 'direct'],
]);

function visibilityOf(word: unknown): Visibility {
  return VISIBILITY.get(word) ?? 'unknown';
}

const MEDIA: ReadonlyMap<unknown, Attachment['type']> = new Map<unknown, Attachment['type']>([
  ['image', 'Image'],
  ['gifv', 'Video'],
  ['video', 'Video'],
  ['tv', 'Video'],
  ['audio', 'Audio'],
]);

function mediaOf(value: unknown): readonly Attachment[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return asArray(value).flatMap((media): Attachment[] => {
    if (typeof media === 'string') return webAddress(media) ? [{ type: 'Document', url: media }] : [];
    if (!isObject(media)) return [];
    const size = asObject(asObject(media['meta'])?.['original']);
    return [
      {
        type: MEDIA.get(media['type']) ?? 'Document',
        ...present({
          key: asString(media['id']),
          url: webAddress(media['url']),
          name: nonEmpty(media['description']),
          width: sizeOf(size?.['width']),
          height: sizeOf(size?.['height']),
          duration: sizeOf(size?.['duration']),
          blurhash: nonEmpty(media['blurhash']),
        }),
      },
    ];
  });
}

function tagsOf(status: JsonObject): Tag[] | undefined {
  if (!('tags' in status) && !('mentions' in status)) return undefined;
  const named = (type: Tag['type'], name: unknown): Tag[] =>
    typeof name === 'string' && name !== '' ? [{ type, name }] : [];
  return [
    ...asArray(status['tags']).flatMap((tag) => named('Hashtag', asObject(tag)?.['name'])),
    ...asArray(status['mentions'])
      .filter(isObject)
      .flatMap((each) => {
        const href = tryAccountUri(each['id']);
        return named('Mention', each['acct'] ?? each['username']).map((tag) => ({ ...tag, ...(href && { href }) }));
      }),
    ...asArray(status['emojis']).flatMap((emoji) => named('Emoji', asObject(emoji)?.['shortcode'])),
  ];
}

function cardOf(value: unknown): Link[] | undefined {
  const card = asObject(value);
  const url = webAddress(card?.['url']);
  return url === undefined ? undefined : [{ url, ...present({ name: nonEmpty(card?.['title']) }) }];
}

function pollOf(value: unknown, losses: string[]): Poll | undefined {
  const poll = asObject(value);
  if (!poll) return undefined;
  const options = asArray(poll['options']).map((option) => asString(asObject(option)?.['title']) ?? '');
  const endTime = timeOf(poll['expires_at'], 'poll.expires_at', losses);
  return { options, ...present({ multiple: asBoolean(poll['multiple']), endTime }) };
}

function extraOf(status: JsonObject): { readonly [key: string]: Json } | undefined {
  const group = asObject(status['group']);
  return presentOrNothing({
    group: asString(group?.['display_name']),
    groupId: asString(group?.['id']),
    sponsored: status['sponsored'] === true ? true : undefined,
  });
}

function metricsOf(status: JsonObject): Record<string, number> | undefined {
  const poll = asObject(status['poll']);
  return presentOrNothing({
    replies: countOf(status['replies_count']),
    shares: countOf(status['reblogs_count']),
    likes: countOf(status['favourites_count']),
    upvotes: countOf(status['upvotes_count']),
    downvotes: countOf(status['downvotes_count']),
    votes: countOf(poll?.['votes_count']),
    voters: countOf(poll?.['voters_count']),
  });
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
