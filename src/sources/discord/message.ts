/** One message of an exporter's file or of the API. */
import type { Attachment, Content, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Reading } from '../../core/reading.js';
import { parseIso, type Time } from '../../core/time.js';
import { countOf, present, sizeOf } from '../shared/items.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import type { Place } from './place.js';
import { isId, messageOf, pageOf, personOf } from './uri.js';

/** What people write: plain, answers, commands. All else is Discord telling that somebody joined, called, pinned. */
const WRITTEN = new Set([
  'Default',
  'Reply',
  'ChatInputCommand',
  'ApplicationCommand',
  'ContextMenuCommand',
  '0',
  '19',
  '20',
  '23',
]);

/** `folder`: where an exporter's own files lie, relative to the package. */
export function readMessage(message: JsonObject, place: Place, folder: string, observedAt?: Observed): Reading {
  const { id } = message;
  if (!isId(id)) throw new Rejection('no-identity', 'a message without its id');
  const type = typeof message['type'] === 'number' ? String(message['type']) : (asString(message['type']) ?? 'Default');
  if (!WRITTEN.has(type)) throw new Rejection('service-message', `Discord tells of ${type}; nobody wrote that`);
  const author = authorOf(message);
  const losses: string[] = [];
  const files = filesOf(message, folder);
  const content = contentOf(message, id, place, author, files, losses);
  const stands = content.updated ?? content.published;
  const reactions = asArray(message['reactions']).map((value) => countOf(asObject(value)?.['count']) ?? 0);
  return {
    post: messageOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(observedAt && { observedAt }),
    ...(author && Object.keys(author.profile).length > 0 && { actors: [author] }),
    ...(stands && { claimedFrom: stands, edition: Math.floor(Date.parse(stands.at) / 1000) }),
    ...(reactions.length > 0 && { metrics: { reactions: reactions.reduce((a, b) => a + b) } }),
    ...(files.some(({ file }) => file !== undefined) && { files: files.map(({ file }) => file) }),
    ...(losses.length > 0 && { losses }),
  };
}

function contentOf(
  message: JsonObject,
  id: string,
  place: Place,
  author: ActorReading | undefined,
  files: readonly File[],
  losses: string[],
): Content {
  const reference = asObject(message['reference']) ?? asObject(message['message_reference']);
  const referred = reference?.['messageId'] ?? reference?.['message_id'];
  const forwarded = forwardOf(message);
  const isForward = forwarded !== undefined || reference?.['type'] === 1 || reference?.['type'] === 'Forward';
  const target = isId(referred) ? messageOf(referred) : undefined;
  return {
    type: 'Note',
    visibility: place.visibility,
    ...present({
      attributedTo: author?.actor,
      published: timeAt(message['timestamp']),
      updated: timeAt(message['timestampEdited'] ?? message['edited_timestamp']),
      text: textOf(message, losses),
      inReplyTo: isForward ? undefined : target,
      quotes: isForward ? target : undefined,
      context: place.channel === undefined ? undefined : `perdure:discord:channel:${place.channel}`,
      attachment: 'attachments' in message ? files.map(({ attachment }) => attachment) : undefined,
      tag: 'mentions' in message ? tagsOf(message) : undefined,
      url: pageOf(place.guild, place.channel, id),
      extra: forwarded === undefined ? undefined : { forwarded },
    }),
  };
}

/** Bots often say everything in an embed; people's embeds are only previews of their links. */
function textOf(message: JsonObject, losses: string[]): string | undefined {
  const own = asString(message['content']);
  if (own !== '') return own;
  const embedded = asArray(message['embeds']).flatMap((value) => {
    const embed = asObject(value) ?? {};
    return [embed['title'], embed['description']].filter(
      (text): text is string => typeof text === 'string' && text !== '',
    );
  });
  if (embedded.length === 0) return own;
  losses.push('text: there is none; taken from what is embedded');
  return embedded.join('\n');
}

/** The words of another message that this one passes on. */
function forwardOf(message: JsonObject): string | undefined {
  const exported = asObject(message['forwardedMessage']);
  const snapshot = asObject(asObject(asArray(message['message_snapshots'])[0])?.['message']);
  return asString(exported?.['content']) ?? asString(snapshot?.['content']);
}

function authorOf(message: JsonObject): ActorReading | undefined {
  const author = asObject(message['author']);
  const id = author?.['id'];
  if (!author || !isId(id)) return undefined;
  const handle = filled(author['name']) ?? filled(author['username']);
  const discriminator = filled(author['discriminator']);
  const tagged = handle !== undefined && discriminator !== undefined && !/^0+$/.test(discriminator);
  const bot = author['isBot'] === true || author['bot'] === true;
  return {
    actor: personOf(id),
    profile: present({
      handle: tagged ? `${handle}#${discriminator}` : handle,
      name: filled(author['nickname']) ?? filled(author['global_name']),
      type: bot ? 'Service' : undefined,
    }),
  };
}

function tagsOf(message: JsonObject): readonly Tag[] {
  return asArray(message['mentions']).flatMap((value) => {
    const user = asObject(value);
    const name = filled(user?.['name']) ?? filled(user?.['username']);
    return user && isId(user['id']) && name !== undefined
      ? [{ type: 'Mention' as const, name, href: personOf(user['id']) }]
      : [];
  });
}

// ── attachments ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface File {
  readonly attachment: Attachment;
  /** In the package. */
  readonly file: string | undefined;
}

function filesOf(message: JsonObject, folder: string): readonly File[] {
  return asArray(message['attachments']).flatMap((value) => {
    const given = asObject(value);
    if (!given) return [];
    const url = filled(given['url']);
    const isWeb = url !== undefined && /^https?:/.test(url);
    const name = filled(given['fileName']) ?? filled(given['filename']) ?? url?.split('/').at(-1) ?? '';
    const mediaType = filled(given['content_type']);
    const attachment: Attachment = {
      type: typeOf(mediaType ?? name),
      ...present({
        key: isId(given['id']) ? given['id'] : undefined,
        url: isWeb ? withoutQuery(url) : undefined,
        mediaType,
        name: filled(given['description']),
        width: sizeOf(given['width']),
        height: sizeOf(given['height']),
      }),
    };
    return [{ attachment, file: url === undefined || isWeb ? undefined : inPackage(folder, url) }];
  });
}

/** The query of an attachment's address is a signature that runs out. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}

function inPackage(folder: string, path: string): string {
  const plain = path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  let decoded = plain;
  try {
    decoded = decodeURIComponent(plain);
  } catch {
    // It was no escaped path.
  }
  return folder === '' ? decoded : `${folder}/${decoded}`;
}

export function typeOf(name: string): Attachment['type'] {
  if (/^image\/|\.(?:jpe?g|png|gif|webp|avif|bmp|heic)$/i.test(name)) return 'Image';
  if (/^video\/|\.(?:mp4|webm|mov|mkv|avi)$/i.test(name)) return 'Video';
  return /^audio\/|\.(?:mp3|ogg|oga|wav|m4a|flac|opus)$/i.test(name) ? 'Audio' : 'Document';
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function timeAt(value: unknown): Time | undefined {
  return typeof value === 'string' ? parseIso(value) : undefined;
}
