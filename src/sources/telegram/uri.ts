/**
 * The names of chats, messages and senders.
 *
 * In channels and supergroups every member sees the same message numbers, so (channel, number) names a message for
 * everybody. In personal chats and basic groups each account counts for itself: the same words are message 812 for one
 * side and 90 for the other. Their key holds whose count it is, else strangers' messages would merge.
 */
import type { Visibility } from '../../core/content.js';
import type { Digest } from '../../core/digest.js';
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

/** A chat as its header names it. Old and hand-cut exports lack any of it. */
export interface Chat {
  /** The bare id: of a channel, a basic group or, for a personal chat, the other side. */
  readonly id?: string;
  /** `public_channel`, `personal_chat` … as Telegram Desktop writes it. */
  readonly type?: string;
  readonly name?: string;
  /** Which chat of the file it is, from 0. */
  readonly ordinal: number;
  /** The user id of the account that the export was made with, where the file tells. */
  readonly exporter?: string;
}

const SHARED_NUMBERS = new Set(['public_channel', 'private_channel', 'public_supergroup', 'private_supergroup']);

/** Whether every member sees the same message numbers in such a chat. */
export function hasSharedNumbers(type: string | undefined): boolean {
  return type !== undefined && SHARED_NUMBERS.has(type);
}

export function isBroadcast(type: string | undefined): boolean {
  return type === 'public_channel' || type === 'private_channel';
}

const VISIBILITY: Readonly<Record<string, Visibility>> = {
  public_channel: 'public',
  public_supergroup: 'public',
  private_channel: 'followers',
  private_supergroup: 'group',
  private_group: 'group',
  personal_chat: 'direct',
  bot_chat: 'direct',
  saved_messages: 'direct',
  replies: 'direct',
  verification_codes: 'direct',
};

export const CHAT_TYPES: readonly string[] = Object.keys(VISIBILITY);

export function visibilityOf(type: string | undefined): Visibility {
  return type !== undefined && Object.hasOwn(VISIBILITY, type) ? VISIBILITY[type]! : 'unknown';
}

export function channelMessageUri(channel: string, message: string): PostUri {
  return postUri(`https://t.me/c/${channel}/${message}`);
}

// A supergroup's export begins with the basic group that it grew out of, those numbers shifted far below zero
// (kMigratedMessagesIdShift of Telegram Desktop). The basic group's own id is not in the file.
const MIGRATED_SHIFT = 1_000_000_000;

/** `message`: digits, with a minus for what comes from before a supergroup was one. */
export function messageUri(chat: Chat, message: string, accession: Digest): PostUri {
  const scope = chat.exporter ?? accession;
  if (chat.id === undefined) return strayUri(chat, message, accession);
  if (!hasSharedNumbers(chat.type)) {
    return postUri(`perdure:telegram:${scope}:${segment(chat.type ?? 'unknown')}:${chat.id}:${message}`);
  }
  if (!message.startsWith('-')) return channelMessageUri(chat.id, message);
  const original = Number(message) + MIGRATED_SHIFT;
  return postUri(`perdure:telegram:${scope}:migrated_group:${chat.id}:${original > 0 ? original : message}`);
}

/** A message of a chat without id: its number, or `at-<byte>` without one, means something within the file only. */
export function strayUri(chat: Chat, message: string, accession: Digest): PostUri {
  const name = chat.name === undefined ? '' : `.${bounded(chat.name)}`;
  return postUri(`perdure:telegram:${accession}:chat:${segment(`${chat.ordinal}${name}`)}:${message}`);
}

/** A message of an HTML export, which tells no chat id. Titles repeat within an account, folders do not. */
export function exportedPageUri(folder: string, title: string, message: string, accession: Digest): PostUri {
  const chat = folder === '' ? bounded(title) : `${folder}/${bounded(title)}`;
  return postUri(`perdure:telegram:${accession}:html:${segment(chat)}:${message}`);
}

/** A message of a t.me page that keeps its channel's number to itself: a name passes to others, so it is no key. */
export function namedMessageUri(channel: string, message: string, accession: Digest): PostUri {
  return postUri(`perdure:telegram:${accession}:page:${segment(channel.toLowerCase())}:${message}`);
}

/** A sender of whom only a display name is known, within one package. */
export function namedActorUri(name: string, accession: Digest): ActorUri {
  return actorUri(`perdure:telegram:${accession}:name:${segment(bounded(name))}`);
}

export interface Peer {
  readonly kind: 'user' | 'chat' | 'channel';
  readonly id: string;
}

export function peerUri({ kind, id }: Peer): ActorUri {
  return kind === 'channel' ? actorUri(`https://t.me/c/${id}`) : actorUri(`perdure:telegram:${kind}:${id}`);
}

// Until 2021 Telegram Desktop wrote 2^32 + id for users and 2^33 + id for groups and channels.
const USER_SHIFT = 2 ** 32;
const CHAT_SHIFT = 2 ** 33;
const SHIFTED_END = 3 * 2 ** 32;

/** The bare id in a header written before 2021's end. Only for those: since then ids of users are as high. */
export function unshifted(id: string): string {
  const number = Number(id);
  if (number >= CHAT_SHIFT && number < SHIFTED_END) return String(number - CHAT_SHIFT);
  return number >= USER_SHIFT && number < CHAT_SHIFT ? String(number - USER_SHIFT) : id;
}

/** `user123`, `chat5`, `channel9`, or a bare or shifted number as old exports have it. */
export function peerOf(value: unknown, chatType?: string): Peer | undefined {
  if (typeof value === 'string') {
    const match = /^(user|chat|channel)(\d{1,20})$/.exec(value);
    return match ? { kind: match[1] as Peer['kind'], id: match[2]! } : undefined;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) return undefined;
  const id = unshifted(String(value));
  if (value < CHAT_SHIFT || value >= SHIFTED_END) return { kind: 'user', id };
  return { kind: chatType === 'private_group' ? 'chat' : 'channel', id };
}

/** A message number as a record states it; undefined when it is none. */
export function messageNumber(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value !== 0 ? String(value) : undefined;
  return typeof value === 'string' && /^-?[1-9]\d{0,15}$/.test(value) ? value : undefined;
}

const LOCATOR = /^https?:\/\/(?:www\.)?(?:t|telegram)\.me\/c\/(\d{1,20})\/(?:\d{1,16}\/)?(\d{1,16})\/?(?:[?#].*)?$/i;

/** The post at `t.me/c/<channel>/<message>`. An address with a name needs the archive: it is an alias there. */
export function locate(url: string): PostUri | undefined {
  const match = LOCATOR.exec(url.trim());
  return match ? channelMessageUri(match[1]!, match[2]!) : undefined;
}

/** Telegram allows 128 characters; what is longer is no name and must not make a key longer than keys may be. */
function bounded(name: string): string {
  return [...name].slice(0, 128).join('');
}
