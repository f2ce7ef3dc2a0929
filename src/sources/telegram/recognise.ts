/** Which of Telegram's files a member is, by what stands in it. */
import type { MemberHead, Recognition } from '../source.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { folderOf } from './files.js';
import { CHAT_TYPES } from './uri.js';

export function recognise(member: MemberHead): Recognition | null {
  const { head } = member;
  const first = head.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
  if (first === 0x7b) return recogniseJson(head) ?? recogniseFile(member);
  if (/\.html?$/i.test(member.path) || first === 0x3c) return recogniseHtml(head) ?? recogniseFile(member);
  return recogniseFile(member);
}

// ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function recogniseJson(head: Uint8Array): Recognition | null {
  const top = peekJson(head)?.values[0];
  if (!isObject(top)) return null;
  const one = { format: 'telegram-json', role: 'records' } as const;
  if (isChat(top)) return { ...one, confidence: 0.95, why: 'one chat of a Telegram Desktop export' };
  const chats = [...asArray(asObject(top['chats'])?.['list']), ...asArray(asObject(top['left_chats'])?.['list'])];
  if (chats.some((chat) => isObject(chat) && isChat(chat))) {
    return { ...one, confidence: 0.95, why: 'an account of a Telegram Desktop export, its chats in `chats.list`' };
  }
  if (isAccount(top)) {
    return { ...one, confidence: 0.9, why: 'an account of a Telegram Desktop export, by what stands before its chats' };
  }
  return null;
}

/** Others have `messages` too (Messenger, Discord, Slack): Telegram's have these types and these times. */
function isChat(chat: JsonObject): boolean {
  if (!Array.isArray(chat['messages'])) {
    // The head may end between a chat's name and its messages.
    return isChatType(chat['type']) && 'id' in chat && !('messages' in chat) && !('text' in chat);
  }
  const messages = asArray(chat['messages']);
  if (messages.length === 0) return isChatType(chat['type']);
  return messages.slice(0, 8).some(isMessage);
}

function isChatType(value: unknown): boolean {
  return typeof value === 'string' && CHAT_TYPES.includes(value);
}

function isMessage(value: unknown): boolean {
  const message = asObject(value);
  const type = message?.['type'];
  if (!message || (type !== 'message' && type !== 'service' && type !== 'unsupported')) return false;
  return 'date_unixtime' in message || ('date' in message && 'id' in message) || type === 'unsupported';
}

/** A whole account begins with a word from Telegram and with private parts that may be longer than the head. */
function isAccount(top: JsonObject): boolean {
  if (!(asString(top['about']) ?? '').includes('Telegram')) return false;
  const person = asObject(top['personal_information']);
  const parts = ['contacts', 'frequent_contacts', 'sessions', 'web_sessions', 'chats', 'left_chats'];
  return 'user_id' in (person ?? {}) || parts.some((part) => isObject(top[part]) && 'list' in top[part]);
}

// ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const TME =
  /\bclass="(?:[^"<>]{0,200}\s)?(?:tgme_(?:widget_message|channel_info|channel_history|main|page)\w*|tme_no_messages_found)[\s"]/;
const CHAT_PAGE = /<div class="page_body chat_page"/;
const MESSAGE = /<div class="message (?:default|service)[^"<>]{0,80}" id="message-?\d/;
const FRAME = /<title>Exported Data<\/title>/;
const ACCOUNT_PAGE = /<div class="(?:page_body list_page|personal_info clearfix|page_about details|sections)/;

function recogniseHtml(head: Uint8Array): Recognition | null {
  if (head.includes(0)) return null;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8');
  if (CHAT_PAGE.test(text) || (FRAME.test(text) && MESSAGE.test(text))) {
    const why = 'messages of a Telegram Desktop export in HTML';
    return { format: 'telegram-html', confidence: 0.95, why, role: 'records' };
  }
  if (FRAME.test(text) && ACCOUNT_PAGE.test(text)) {
    const why = 'a page about the account (contacts, sessions, list of chats) of a Telegram Desktop export';
    return { format: 'telegram-html', confidence: 0.9, why, role: 'sealed' };
  }
  if (TME.test(text)) {
    return { format: 'telegram-tme', confidence: 0.95, why: 'a page of t.me, by its classes', role: 'records' };
  }
  return null;
}

// ── files beside them ───────────────────────────────────────────────────────────────────────────────────────────────

const FOLDER =
  /(?:^|\/)(photos|video_files|voice_messages|round_video_messages|files|stickers|contacts|profile_pictures|stories)\/[^/]+$/;
/** Pages and data that an export's folders of files stand beside, or below (`chats/chat_01/photos`). */
const MAIN = /(?:^|\/)(?:result\.json|messages\.html|export_results\.html)$/;
/** vCards, the exporter's own pictures and stories: the account's, not a chat's. */
const PRIVATE = new Set(['contacts', 'profile_pictures', 'stories']);

function recogniseFile({ path, paths }: MemberHead): Recognition | null {
  const match = FOLDER.exec(path);
  const main = match && mainAbove(path, paths);
  if (!match || main === undefined || main === null) return null;
  const folder = match[1]!;
  const format = main.endsWith('.json') ? 'telegram-json' : 'telegram-html';
  const why = `a file in ${folder}/ of a Telegram Desktop export`;
  return { format, confidence: 0.5, why, role: PRIVATE.has(folder) ? 'sealed' : 'media' };
}

/** Folder → its main file, once per package: a package has many thousand files. */
const mains = new WeakMap<readonly string[], ReadonlyMap<string, string>>();

/** The main file of the nearest folder above; `photos/1.jpg` lies below `result.json`. */
function mainAbove(path: string, paths: readonly string[]): string | undefined {
  let known = mains.get(paths);
  if (!known) {
    known = new Map(paths.filter((other) => MAIN.test(other)).map((other) => [folderOf(other), other]));
    mains.set(paths, known);
  }
  for (let folder = folderOf(path); folder !== '';) {
    folder = folderOf(folder.slice(0, -1));
    const main = known.get(folder);
    if (main !== undefined) return main;
  }
  return undefined;
}
