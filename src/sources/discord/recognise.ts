/** Which of Discord's files this is. */
import { Rejection } from '../../core/errors.js';
import { headerOf } from '../shared/csv.js';
import { asArray, asObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { headOf, isPrivate } from './place.js';
import { isId } from './uri.js';

export const EXPORTER = 'discord-exporter';
export const API = 'discord-api';
export const PACKAGE = 'discord-package';
export const PACKAGE_TABLE = 'discord-package-table';
export const CHANNEL = 'discord-channel';
export const INDEX = 'discord-index';
export const ACCOUNT = 'discord-account';

export function recognise({ path, head }: MemberHead): Recognition | null {
  const exported = headOf(head);
  if (exported && 'dateRange' in exported) return recogniseExport(exported);
  const first = peekJson(head)?.values[0];
  const entry = asObject(Array.isArray(first) ? (first as unknown[])[0] : first);
  if (!entry) return recogniseTable(path, head);
  if (isApiMessage(entry) || isApiMessage(asObject(entry['d']) ?? {}) || isDeletion(entry)) {
    return {
      format: API,
      confidence: 0.95,
      why: 'messages with `channel_id` and `author`, as Discord’s API gives them',
      role: 'records',
    };
  }
  if (isOwnMessage(entry)) {
    return {
      format: PACKAGE,
      confidence: 0.93,
      why: '`ID`, `Timestamp`, `Contents`, as a data package has them',
      role: 'records',
    };
  }
  return recogniseBeside(path, entry);
}

function recogniseExport(head: JsonObject): Recognition {
  const found = {
    format: EXPORTER,
    confidence: 0.97,
    why: 'guild, channel and dateRange of DiscordChatExporter',
  } as const;
  return isPrivate(head) ? { ...found, role: 'sealed', opensWith: 'direct' } : { ...found, role: 'records' };
}

/** `channel.json`, `index.json` and `user.json` say something about the package; names help where content is scarce. */
function recogniseBeside(path: string, entry: JsonObject): Recognition | null {
  const name = path.split('/').at(-1)!;
  if (
    name === 'channel.json' &&
    (typeof entry['id'] === 'string' || typeof entry['id'] === 'number') &&
    'type' in entry
  ) {
    return { format: CHANNEL, confidence: 0.9, why: 'a channel of a data package', role: 'survey' };
  }
  if (
    name === 'index.json' &&
    Object.keys(entry).length > 0 &&
    Object.keys(entry).every((key) => /^\d{15,20}$/.test(key))
  ) {
    return { format: INDEX, confidence: 0.9, why: 'the names of a data package’s channels', role: 'survey' };
  }
  if (
    isId(String(entry['id'])) &&
    'discriminator' in entry &&
    ('relationships' in entry || 'user_sessions' in entry || 'email' in entry)
  ) {
    return {
      format: ACCOUNT,
      confidence: 0.93,
      why: 'the account of a data package',
      role: 'sealed',
      opensWith: 'account',
    };
  }
  return null;
}

function recogniseTable(path: string, head: Uint8Array): Recognition | null {
  try {
    const names = new Set(headerOf(head).names.map((column) => column.toLowerCase()));
    if (!['id', 'timestamp', 'contents', 'attachments'].every((column) => names.has(column)) || names.size > 6)
      return null;
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
  const certain = /(?:^|\/)c?\d{15,20}\/messages\.csv$/.test(path);
  return {
    format: PACKAGE_TABLE,
    confidence: certain ? 0.95 : 0.9,
    why: 'a table of ID, Timestamp, Contents, Attachments',
    role: 'records',
  };
}

function isApiMessage(value: JsonObject): boolean {
  const author = asObject(value['author']);
  return (
    isId(value['id']) && isId(value['channel_id']) && author !== undefined && isId(author['id']) && 'content' in value
  );
}

/** A line of the gateway about messages that are gone. */
function isDeletion(value: JsonObject): boolean {
  const told = asObject(value['d']);
  return /^MESSAGE_DELETE(?:_BULK)?$/.test(String(value['t'])) && told !== undefined && isId(told['channel_id']);
}

function isOwnMessage(value: JsonObject): boolean {
  const id = value['ID'] ?? value['id'];
  const [time, said] = [value['Timestamp'] ?? value['timestamp'], value['Contents'] ?? value['contents']];
  const isKey = isId(id) || (typeof id === 'number' && id > 1e15);
  return (
    isKey && typeof time === 'string' && typeof said === 'string' && ('Attachments' in value || 'attachments' in value)
  );
}

/** The list that holds an export's messages, where it is one. */
export function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  return asArray(first['messages']).length > 0 || 'messages' in first ? new Set(['$.messages']) : undefined;
}
