/**
 * Conversations as Messenger and Instagram export them, and as Messenger does where they are end-to-end encrypted:
 *
 *   {"participants":[{"name":"Nour"}],"messages":[{"sender_name":"Nour","timestamp_ms":1481655851000,"content":"…"}],…}
 *   {"participants":["Nour"],"threadName":"Nour_3","messages":[{"senderName":"Nour","timestamp":1481655851000,"text":"…"}]}
 */
import type { Content, Link, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { IdentityLink, Reading } from '../../core/reading.js';
import { postUri, segment } from '../../core/uri.js';
import type { CaptureContext } from '../source.js';
import { present, presentOrNothing } from './items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from './json.js';
import { attached, fileKey, filesUnder } from './meta-media.js';
import { brief, itemOf, metaTime, personOf, type Owner } from './meta.js';

export interface Thread {
  /** What names the conversation within its scope. */
  readonly key: string;
  readonly visibility: Visibility;
}

const FILES = {
  photos: 'Image',
  videos: 'Video',
  gifs: 'Image',
  audio_files: 'Audio',
  files: undefined,
  sticker: 'Image',
  media: undefined,
} as const;

/** Told by the platform: calls, people who join and leave, payments. */
const SERVICE = new Set(['Call', 'Subscribe', 'Unsubscribe', 'Payment', 'Plan']);

/** Participants are objects, or names alone where messages are end-to-end encrypted. */
export function participantsOf(value: JsonObject): readonly string[] | undefined {
  if (!Array.isArray(value['participants'])) return undefined;
  return value['participants'].flatMap((each) => asString(isObject(each) ? each['name'] : each) ?? []);
}

/** Whether an object is such a conversation, from its beginning. */
export function isThread(value: JsonObject): boolean {
  const message = asArray(value['messages']).find(isObject);
  if (!message) return Array.isArray(value['messages']) && participantsOf(value) !== undefined;
  return isMessage(message);
}

function isMessage(message: JsonObject): boolean {
  return (
    ('sender_name' in message && typeof message['timestamp_ms'] === 'number') ||
    ('senderName' in message &&
      typeof message['timestamp'] === 'number' &&
      ('isUnsent' in message || 'text' in message))
  );
}

/** Folders of a package that hold one conversation each; the name’s last part is the conversation’s own. */
const FOLDER =
  /(?:^|\/)(?:inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover|broadcast|legacy_threads)\/([^/]+)\/[^/]+$/;

export function threadOf(value: JsonObject | undefined, path: string): Thread {
  const people = value && participantsOf(value);
  const folder = FOLDER.exec(path)?.[1];
  const own = folder?.slice(folder.lastIndexOf('_') + 1);
  const key = own !== undefined && own !== '' ? own : brief((people ? [...people].sort() : [path]).join('\n'));
  return { key: segment(key), visibility: (people?.length ?? 2) > 2 ? 'group' : 'direct' };
}

/** What tells messages of a conversation apart; undefined for what is none. */
export function messageKey(message: JsonObject): string | undefined {
  const sent = sentOf(message);
  return sent === undefined ? undefined : `${sent.ms}:${saidIn(message, sent.sender)}`;
}

function sentOf(message: JsonObject): { ms: number; sender: string } | undefined {
  const ms = message['timestamp_ms'] ?? message['timestamp'];
  const sender = asString(message['sender_name']) ?? asString(message['senderName']);
  return typeof ms === 'number' && Number.isSafeInteger(ms) && sender !== undefined ? { ms, sender } : undefined;
}

function textOf(message: JsonObject): string | undefined {
  return asString(message['content']) ?? asString(message['text']);
}

/** A digest of who said what. Where files lie differs between exports, what they are called at the end does not. */
function saidIn(message: JsonObject, sender: string): string {
  if (isUnsent(message)) return brief(`${sender}\nunsent`);
  const uris = Object.keys(FILES).flatMap((name) => {
    const value = message[name];
    return (Array.isArray(value) ? asArray(value) : [value]).flatMap((each) => asString(asObject(each)?.['uri']) ?? []);
  });
  const files = uris.map((uri) => fileKey(uri) ?? uri.slice(uri.lastIndexOf('/') + 1));
  return brief(
    [sender, textOf(message) ?? '', asString(asObject(message['share'])?.['link']) ?? '', ...files].join('\n'),
  );
}

function isUnsent(message: JsonObject): boolean {
  return message['is_unsent'] === true || message['isUnsent'] === true;
}

export function readMessage(
  message: JsonObject,
  thread: Thread,
  owner: Owner,
  ordinal: number,
  context: CaptureContext,
): Reading {
  const sent = sentOf(message);
  if (!sent) throw new Rejection('no-identity', 'a message without sender or time: nothing says which one it is');
  const type = asString(message['type']);
  if ((type !== undefined && SERVICE.has(type)) || typeof message['call_duration'] === 'number') {
    throw new Rejection('service-message', 'a call, a payment, or somebody who joined or left: nobody wrote that');
  }
  if (type === 'placeholder') throw new Rejection('placeholder', 'Messenger’s own sentence in the place of a message');
  const post = itemOf(owner, `message:${thread.key}:${messageKey(message)!}`, ordinal);
  const author = personOf(owner, sent.sender);
  const common = {
    post,
    hand: 'first' as const,
    ...(author && { actors: [{ actor: author, profile: { name: sent.sender } }] }),
    links: [sameMoment(sent, owner, thread)],
  };
  if (isUnsent(message)) {
    const rest = textOf(message);
    const losses = ['text: what stands with an unsent message may be the platform’s own sentence; left in the record'];
    return { ...common, outcome: 'deleted', ...(rest !== undefined && rest !== '' && { losses }) };
  }
  const published = metaTime(sent.ms);
  const reactions = asArray(message['reactions']).length;
  const { attachment, files } = attached(filesUnder(message, FILES, context.path));
  const share = asObject(message['share']);
  const content: Content = {
    type: 'Note',
    visibility: thread.visibility,
    context: `${owner.scope}:${thread.key}`,
    ...present({
      attributedTo: author,
      published,
      text: textOf(message),
      attachment,
      link: share && linksOf(share),
      extra: presentOrNothing({
        share: asString(share?.['share_text']),
        sharedFrom: asString(share?.['original_content_owner']),
        takenDown: message['is_taken_down'] === true || undefined,
        // Only a name: the same for everybody whose account is gone.
        sender: author ? undefined : sent.sender,
      }),
    }),
  };
  if (content.text === undefined && !attachment && !share) {
    return { ...common, outcome: 'present', content, losses: ['content: the export holds none of this message'] };
  }
  return {
    ...common,
    outcome: 'present',
    content,
    ...(published && { claimedFrom: published }),
    ...(reactions > 0 && { metrics: { reactions } }),
    ...(files && { files }),
  };
}

function linksOf(share: JsonObject): readonly Link[] | undefined {
  const url = asString(share['link']);
  return url !== undefined && /^https?:\/\//i.test(url) ? [{ url }] : undefined;
}

/**
 * What every message of one sender at one moment may be: the same one before it was edited or unsent, or as the other
 * side exported it. Offered to people, never merged.
 */
function sameMoment(sent: { ms: number; sender: string }, { platform }: Owner, { visibility }: Thread): IdentityLink {
  const target = postUri(`perdure:${platform}:said:${visibility}:${sent.ms}:${brief(sent.sender)}`);
  return { kind: 'probablySame', target, reason: 'the same sender at the same thousandth of a second' };
}
