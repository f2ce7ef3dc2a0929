/** One message of Telegram Desktop's JSON. README.md beside this file has the record. */
import type { Content } from '../../core/content.js';
import { storable } from '../../core/canonical.js';
import type { Digest } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Reading } from '../../core/reading.js';
import { msOf, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import type { CaptureContext } from '../source.js';
import { asArray, asNumber, asObject, asString, decodeUtf8, isObject, type JsonObject } from '../shared/json.js';
import { chatAt, chatOfPeer, type ChatFacts } from './facts.js';
import { readMedia } from './media.js';
import { plainText, readText } from './text.js';
import {
  isBroadcast,
  messageNumber,
  messageUri,
  namedActorUri,
  peerOf,
  peerUri,
  strayUri,
  visibilityOf,
} from './uri.js';
import { unixTime, wallTime } from './when.js';

export function normaliseJson(record: Uint8Array, context: CaptureContext): readonly Reading[] {
  const { message, losses } = parseMessage(record);
  const chat = chatAt(context);
  const type = message['type'] ?? 'message';
  if (type === 'service') {
    const action = asString(message['action']) ?? 'an action without a name';
    throw new Rejection('service-message', `Telegram's own note in the chat, not a post: ${action.slice(0, 80)}`);
  }
  const number = messageNumber(message['id']);
  const post =
    number === undefined
      ? strayUri(chat, `at-${context.offset}`, context.accession)
      : messageUri(chat, number, context.accession);
  if (type === 'unsupported') {
    return [
      {
        post,
        outcome: 'omitted',
        hand: 'first',
        losses: ['the exporting Telegram Desktop was too old to show this message'],
      },
    ];
  }
  if (type !== 'message') {
    const detail = `a message of type ${JSON.stringify(type).slice(0, 60)}; known are message, service, unsupported`;
    throw new Rejection('not-supported', detail);
  }
  if (number === undefined) losses.push('id: the record has none; the post is known by its place in the file');
  return [readMessage(message, post, chat, context, losses)];
}

/** Everything of a message that is read here or in `text.ts` and `media.ts`; what else it holds is named as a loss. */
const READ = new Set(
  (
    'id type date date_unixtime edited edited_unixtime from from_id author forwarded_from forwarded_from_id saved_from ' +
    'via_bot reply_to_message_id reply_to_peer_id text text_entities reactions poll photo file file_name file_size ' +
    'photo_file_size thumbnail thumbnail_file_size media_type mime_type duration_seconds width height sticker_emoji ' +
    'title performer location_information place_name address live_location_period_seconds contact_information contact_vcard'
  ).split(' '),
);

function readMessage(
  message: JsonObject,
  post: PostUri,
  chat: ChatFacts,
  context: CaptureContext,
  losses: string[],
): Reading {
  const marked = readText(message);
  const media = readMedia(message, context.path);
  const poll = asObject(message['poll']);
  const author = authorOf(message, chat, context.accession);
  const times = timesOf(message, context, losses);
  const reply = replyOf(message, chat, context, losses);
  losses.push(...marked.losses, ...media.losses);
  const rest = Object.keys(message).filter((key) => !READ.has(key));
  if (rest.length > 0) losses.push(`not read: ${rest.slice(0, 20).join(', ').slice(0, 300)}`);
  const extra = { ...extraOf(message), ...media.extra };

  const content: Content = {
    type: poll ? 'Question' : 'Note',
    ...(author && { attributedTo: author.actor }),
    ...(times.published && { published: times.published }),
    ...(times.updated && { updated: times.updated }),
    ...(marked.text !== undefined && { text: marked.text }),
    ...(poll && {
      name: plainText(poll['question']),
      poll: { options: answersOf(poll).map((a) => plainText(a['text'])) },
    }),
    ...(reply !== undefined && { inReplyTo: reply }),
    attachment: media.attachment,
    ...(marked.tag.length > 0 && { tag: marked.tag }),
    ...(marked.link.length > 0 && { link: marked.link }),
    ...(media.location && { location: media.location }),
    visibility: visibilityOf(chat.type),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
  const stands = times.updated ?? times.published;
  const metrics = metricsOf(message, poll);
  return {
    post,
    outcome: 'present',
    content,
    hand: 'first',
    ...(stands && { claimedFrom: stands }),
    // The digits of an unknown zone are up to half a day off: they would rank this version wrongly.
    ...(stands && stands.zone !== 'unknown' && { edition: Math.floor(msOf(stands) / 1000) }),
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
    ...(media.files.some((file) => file !== undefined) && { files: media.files }),
    ...(losses.length > 0 && { losses }),
  };
}

function timesOf(
  message: JsonObject,
  { options }: CaptureContext,
  losses: string[],
): { published: Time | undefined; updated: Time | undefined } {
  const published = unixTime(message['date_unixtime']) ?? wallTime(message['date'], options.timezone);
  const updated = unixTime(message['edited_unixtime']) ?? wallTime(message['edited'], options.timezone);
  if (published === undefined) losses.push(`date: ${describe(message['date_unixtime'] ?? message['date'])} is no time`);
  // Old versions wrote 1970 for "never edited".
  if (updated === undefined || msOf(updated) < 86_400_000) return { published, updated: undefined };
  if (published !== undefined && published.zone === updated.zone && msOf(updated) < msOf(published)) {
    losses.push(`edited: ${updated.at} is before the message's own time`);
    return { published, updated: undefined };
  }
  return { published, updated };
}

/** The sender; a channel's posts without one are the channel's. */
function authorOf(message: JsonObject, chat: ChatFacts, accession: Digest): ActorReading | undefined {
  const name = asString(message['from']);
  const peer = peerOf(message['from_id'], chat.type);
  if (peer) return { actor: peerUri(peer), profile: { ...(name !== undefined && { name }) } };
  if (isBroadcast(chat.type) && chat.id !== undefined) {
    const profile = { ...(chat.name !== undefined && { name: chat.name }) };
    return { actor: peerUri({ kind: 'channel', id: chat.id }), profile };
  }
  return name === undefined ? undefined : { actor: namedActorUri(name, accession), profile: { name } };
}

function replyOf(message: JsonObject, chat: ChatFacts, context: CaptureContext, losses: string[]): PostUri | undefined {
  const number = messageNumber(message['reply_to_message_id']);
  if (number === undefined) return undefined;
  const elsewhere = message['reply_to_peer_id'];
  if (elsewhere === undefined) return messageUri(chat, number, context.accession);
  const peer = peerOf(elsewhere);
  const other = peer && chatOfPeer(peer, chat, context);
  if (!other) {
    losses.push(`inReplyTo: message ${number} of another chat, ${describe(elsewhere)}, that this file does not name`);
    return undefined;
  }
  return messageUri(other, number, context.accession);
}

function extraOf(message: JsonObject): Record<string, string | null> {
  const extra: Record<string, string | null> = {};
  // null: forwarded from an account that is deleted.
  const forwarded = message['forwarded_from'];
  if (typeof forwarded === 'string' || forwarded === null) extra['forwardedFrom'] = forwarded;
  const forwardedId = peerOf(message['forwarded_from_id']);
  if (forwardedId) extra['forwardedFromActor'] = peerUri(forwardedId);
  const named = { savedFrom: 'saved_from', signature: 'author', viaBot: 'via_bot' } as const;
  for (const [name, key] of Object.entries(named)) {
    const value = asString(message[key]);
    if (value !== undefined) extra[name] = value;
  }
  return extra;
}

function answersOf(poll: JsonObject): JsonObject[] {
  return asArray(poll['answers']).filter(isObject);
}

/** Counts as they stood when the export was made. */
function metricsOf(message: JsonObject, poll: JsonObject | undefined): Record<string, number> | undefined {
  const metrics: Record<string, number> = {};
  const reactions = asArray(message['reactions']).map((reaction) => asNumber(asObject(reaction)?.['count']) ?? 0);
  if (reactions.length > 0) metrics['reactions'] = reactions.reduce((sum, count) => sum + count, 0);
  const voters = asNumber(poll?.['total_voters']);
  if (voters !== undefined) metrics['voters'] = voters;
  for (const [index, answer] of (poll ? answersOf(poll) : []).entries()) {
    const votes = asNumber(answer['voters']);
    if (votes !== undefined) metrics[`votes.${index}`] = votes;
  }
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}

// ── the record's JSON ───────────────────────────────────────────────────────────────────────────────────────────────

/** Telegram Desktop writes other control characters than tab and line break as `\x0B`, which is no JSON. */
const HEX_ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|[^])/g;
const LONE_SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

function parseMessage(record: Uint8Array): { message: JsonObject; losses: string[] } {
  const text = decodeUtf8(record);
  const losses: string[] = [];
  let value = tryParse(text);
  if (value === undefined && text.includes('\\x')) {
    value = tryParse(text.replace(HEX_ESCAPE, (whole, hex?: string) => (hex === undefined ? whole : `\\u00${hex}`)));
    if (value !== undefined) losses.push('record: \\x escapes, which JSON does not have, read as control characters');
  }
  if (value === undefined)
    throw new Rejection('malformed', 'the message is no JSON; export the chat again or repair it');
  if (!isObject(value)) throw new Rejection('not-a-post', 'this element of `messages` is no object');
  if (!LONE_SURROGATE_ESCAPE.test(text)) return { message: value, losses };
  const before = JSON.stringify(value);
  const message = wellFormed(value) as JsonObject;
  if (JSON.stringify(message) !== before) losses.push('text: lone surrogate escaped');
  return { message, losses };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The value with every string storable. Its depth is bounded by the splitter. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return storable(value).text;
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key).text, wellFormed(inner)]));
}
