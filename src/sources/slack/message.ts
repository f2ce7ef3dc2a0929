/** One message, with what it says about the message that it changes or deletes. */
import type { Attachment, Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Reading } from '../../core/reading.js';
import { timeFromMs, type Time } from '../../core/time.js';
import { countOf, guarded, present, refused, sizeOf, type Item } from '../shared/items.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import type { Channel, Facts } from './survey.js';
import { readMarks, textOfBlocks } from './text.js';
import { isTs, isUser, messageOf, personOf } from './uri.js';

export interface Place {
  readonly channel: string;
  readonly kind: Channel['kind'] | 'unknown';
  readonly facts: Facts;
}

/** Told by the platform, not by a person. */
const SERVICE =
  /^(?:(?:channel|group|mpim)_(?!.*message)\w+|bot_(?:add|remove|enable|disable)|pinned_item|unpinned_item|reminder_(?:add|delete)|app_conversation_\w+|joiner_\w+|sh_room_\w+|huddle_thread|ekm_access_denied|assistant_app_thread|file_(?:un)?pin)$/;

export function readMessage(message: JsonObject, place: Place): readonly Item[] {
  const subtype = asString(message['subtype']);
  if (subtype === 'message_changed' || subtype === 'message_replied') return readChange(message, place);
  if (subtype === 'message_deleted') return guarded(() => [deletion(message, place)]);
  return [...guarded(() => [readOne(message, place)]), ...repliesOf(message, place)];
}

/** slackdump puts a thread's answers into its first message. */
function repliesOf(message: JsonObject, place: Place): readonly Item[] {
  return asArray(message['slackdump_thread_replies']).flatMap((value) => {
    const reply = asObject(value);
    return reply ? readMessage(reply, place) : [refused('not-a-post', 'an answer in a thread that is no message')];
  });
}

function readChange(message: JsonObject, place: Place): readonly Item[] {
  const [now, before] = [asObject(message['message']), asObject(message['previous_message'])];
  if (!now) return [refused('not-a-post', 'a change that does not carry the message as it became')];
  return [before, now].flatMap((version) => (version ? guarded(() => [readOne(version, place)]) : []));
}

function deletion(message: JsonObject, { channel }: Place): Reading {
  const ts = message['deleted_ts'] ?? asObject(message['previous_message'])?.['ts'];
  if (!isTs(ts))
    throw new Rejection('no-identity', 'a deletion without `deleted_ts`: which message is gone is not said');
  const when = timeOf(message['ts']);
  return { post: messageOf(channel, ts), outcome: 'deleted', hand: 'first', ...(when && { claimedFrom: when }) };
}

function readOne(message: JsonObject, place: Place): Reading {
  const { ts } = message;
  if (!isTs(ts)) throw new Rejection('no-identity', 'a message without `ts`, which is its name');
  const subtype = asString(message['subtype']);
  const post = messageOf(place.channel, ts);
  if (subtype === 'tombstone') return { post, outcome: 'deleted', hand: 'first' };
  if (subtype !== undefined && SERVICE.test(subtype)) {
    throw new Rejection('service-message', `Slack tells of ${subtype}; nobody wrote that`);
  }
  const author = authorOf(message, place.facts);
  const losses: string[] = [];
  const content = contentOf(message, ts, author?.actor, place, losses);
  const metrics = metricsOf(message);
  return {
    post,
    outcome: 'present',
    hand: 'first',
    content,
    ...(author && Object.keys(author.profile).length > 0 && { actors: [author] }),
    ...editOf(content),
    ...(metrics && { metrics }),
    ...(losses.length > 0 && { losses }),
  };
}

function editOf({ published, updated }: Content): Partial<Reading> {
  const stands = updated ?? published;
  if (!stands) return {};
  return { claimedFrom: stands, edition: Math.floor(Date.parse(stands.at) / 1000) };
}

function contentOf(
  message: JsonObject,
  ts: string,
  author: Content['attributedTo'],
  place: Place,
  losses: string[],
): Content {
  const own = asString(message['text']);
  const raw = own !== undefined && own !== '' ? own : (textOfBlocks(message) ?? own);
  if (raw !== undefined && raw !== own) losses.push('text: there is none; taken from its blocks and attachments');
  const marked = raw === undefined ? undefined : readMarks(raw);
  const thread = message['thread_ts'];
  const reply = isTs(thread) && thread !== ts ? messageOf(place.channel, thread) : undefined;
  const files = 'files' in message || 'file' in message ? filesOf(message) : undefined;
  const name = author === undefined ? asString(message['username']) : undefined;
  return {
    type: 'Note',
    visibility: place.kind === 'direct' ? 'direct' : 'group',
    ...present({
      attributedTo: author,
      published: timeOf(ts),
      updated: timeOf(asObject(message['edited'])?.['ts']),
      ...marked,
      inReplyTo: reply,
      context: isTs(thread) ? messageOf(place.channel, thread) : undefined,
      attachment: files,
      generator: asString(asObject(message['bot_profile'])?.['name']),
      extra: name === undefined ? undefined : { username: name },
    }),
  };
}

/** A person, or an app by its id. */
function authorOf(message: JsonObject, facts: Facts): ActorReading | undefined {
  const id = [message['user'], asObject(message['comment'])?.['user'], message['bot_id']].find(isUser);
  if (id === undefined) return undefined;
  const profile = asObject(message['user_profile']) ?? {};
  const known = facts.names && Object.hasOwn(facts.names, id) ? facts.names[id] : undefined;
  const name = filled(profile['real_name']) ?? known ?? filled(message['username']);
  return { actor: personOf(id), profile: present({ handle: filled(profile['name']), name, icon: icon(profile) }) };
}

const filled = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function icon(profile: JsonObject): string | undefined {
  const url = filled(profile['image_72']);
  return url?.startsWith('https://') === true ? withoutQuery(url) : undefined;
}

function filesOf(message: JsonObject): readonly Attachment[] {
  return [...asArray(message['files']), message['file']].flatMap((value) => {
    const file = asObject(value);
    if (!file) return [];
    const mediaType = filled(file['mimetype']);
    const url = filled(file['url_private']) ?? filled(file['permalink']);
    return [
      {
        type: typeOf(mediaType),
        ...present({
          key: filled(file['id']),
          url: url?.startsWith('https://') === true ? withoutQuery(url) : undefined,
          mediaType,
          name: filled(file['alt_txt']) ?? filled(file['title']) ?? filled(file['name']),
          width: sizeOf(file['original_w']),
          height: sizeOf(file['original_h']),
        }),
      },
    ];
  });
}

/** The query of an exported file's address is a token that opens it. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}

function typeOf(mediaType: string | undefined): Attachment['type'] {
  const kind = mediaType?.split('/')[0];
  return kind === 'image' ? 'Image' : kind === 'video' ? 'Video' : kind === 'audio' ? 'Audio' : 'Document';
}

function metricsOf(message: JsonObject): Readonly<Record<string, number>> | undefined {
  const replies = countOf(message['reply_count']);
  const reactions = asArray(message['reactions']).map((value) => countOf(asObject(value)?.['count']) ?? 0);
  if (replies === undefined && reactions.length === 0) return undefined;
  return present({ replies, reactions: reactions.length > 0 ? reactions.reduce((a, b) => a + b) : undefined });
}

/** Microseconds are cut: nothing here is kept beyond the millisecond; `ts` itself stands in the name. */
function timeOf(ts: unknown): Time | undefined {
  return isTs(ts) ? timeFromMs(Math.floor(Number(ts.slice(0, -3)) * 1000 + 1e-4), 'ms') : undefined;
}
