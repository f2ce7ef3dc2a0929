/**
 * Posts as the sites of Instagram and Threads load them, which browsers’ extensions capture: with real numbers.
 *
 *   {"pk":"1405…","code":"BN8…","taken_at":1481655851,"caption":{"text":"…"},"user":{"pk":"7","username":"nour"},"media_type":1,…}
 */
import type { Attachment, Content, Tag, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Reading } from '../../core/reading.js';
import type { ActorUri, PostUri } from '../../core/uri.js';
import { countOf, present, presentOrNothing, sizeOf, webAddress } from './items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from './json.js';
import { metaTime } from './meta.js';

/** How a platform names its posts and people, and where they are read. */
export interface Naming {
  readonly post: (code: string) => PostUri;
  readonly actor: (number: string) => ActorUri;
  readonly page: (code: string, handle: string | undefined) => string;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CODE = /^[\w-]{5,40}$/;
/** A closed account’s addresses carry a key of this length behind the code. */
const KEY_LENGTH = 28;

/** The code in a post’s address: its number, in digits of 64. */
export function codeOf(item: JsonObject): string | undefined {
  const number = numberOf(item['pk']) ?? numberOf(asString(item['id'])?.split('_')[0]);
  if (number !== undefined && number.length > 9) {
    let code = '';
    for (let rest = BigInt(number); rest > 0n; rest /= 64n) code = DIGITS[Number(rest % 64n)]! + code;
    return code;
  }
  return plainCode(asString(item['code']) ?? asString(item['shortcode']));
}

export function plainCode(code: string | undefined): string | undefined {
  if (code === undefined || !CODE.test(code)) return undefined;
  return code.length > KEY_LENGTH ? code.slice(0, -KEY_LENGTH) : code;
}

function numberOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  return typeof value === 'string' && /^[1-9]\d{0,19}$/.test(value) ? value : undefined;
}

/** The posts that a post carries: what it quotes and what it passes on. */
const MAX_CARRIED = 4;

export function readWebPost(
  item: JsonObject,
  naming: Naming,
  observedAt: Observed | undefined,
  hand: Reading['hand'] = 'first',
  depth = 0,
): readonly Reading[] {
  const code = codeOf(item);
  if (code === undefined) throw new Rejection('no-identity', 'a post with neither `pk` nor `code`');
  const info = asObject(item['text_post_app_info']) ?? {};
  const shared = asObject(info['share_info']) ?? {};
  const [quoted, passed] = [carried(shared['quoted_post']), carried(shared['reposted_post'])];
  const author = authorOf(item, naming);
  const published = metaTime(item['taken_at']);
  const caption = asObject(item['caption']);
  const text = 'caption' in item ? (caption ? (asString(caption['text']) ?? '') : '') : undefined;
  const user = asObject(item['user']) ?? {};
  const announces = passed && naming.post(passed.code);
  const content: Content = {
    type: announces ? 'Announce' : 'Note',
    visibility: visibilityOf(user),
    url: naming.page(code, asString(user['username'])),
    ...present({
      attributedTo: author?.actor,
      published,
      text: announces && text === '' ? undefined : text,
      announces,
      quotes: quoted && naming.post(quoted.code),
      attachment: announces ? undefined : attachmentsOf(item),
      tag: tagsOf(item, naming),
      link: linkOf(info),
      location: placeOf(item),
      extra: presentOrNothing({
        product: asString(item['product_type']),
        edited: item['caption_is_edited'] === true || undefined,
        isReply: info['is_reply'] === true || undefined,
        replyTo: asString(asObject(info['reply_to_author'])?.['username']),
      }),
    }),
  };
  const metrics = announces ? undefined : metricsOf(item, info);
  const own: Reading = {
    post: naming.post(code),
    outcome: 'present',
    hand,
    content,
    ...(observedAt && { observedAt }),
    ...(author && { actors: [author] }),
    ...(published && content.extra?.['edited'] !== true && { claimedFrom: published }),
    ...(metrics && { metrics }),
  };
  if (depth >= MAX_CARRIED) return [own];
  const others = [quoted, passed].flatMap((each) => (each ? [each.item] : []));
  return [own, ...others.flatMap((each) => readWebPost(each, naming, observedAt, 'second', depth + 1))];
}

/** An account may be closed on Threads and open on Instagram, or the other way round. */
function visibilityOf(user: JsonObject): Visibility {
  const isClosed = user['text_post_app_is_private'] ?? user['is_private'];
  return isClosed === true ? 'followers' : isClosed === false ? 'public' : 'unknown';
}

function carried(value: unknown): { item: JsonObject; code: string } | undefined {
  if (!isObject(value)) return undefined;
  const code = codeOf(value);
  return code === undefined ? undefined : { item: value, code };
}

function authorOf(item: JsonObject, naming: Naming): ActorReading | undefined {
  const user = asObject(item['user']);
  const number = numberOf(user?.['pk']) ?? numberOf(user?.['id']);
  if (!user || number === undefined) return undefined;
  const icon = webAddress(user['profile_pic_url']);
  const profile = present({
    handle: asString(user['username']),
    name: asString(user['full_name']),
    locked: typeof user['is_private'] === 'boolean' ? user['is_private'] : undefined,
    verified: typeof user['is_verified'] === 'boolean' ? user['is_verified'] : undefined,
    icon: icon && withoutQuery(icon),
  });
  return { actor: naming.actor(number), profile };
}

/** The query of a file’s address is a signature that expires. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}

function attachmentsOf(item: JsonObject): readonly Attachment[] | undefined {
  const several = asArray(item['carousel_media']).filter(isObject);
  if (several.length > 0) return several.flatMap(attachmentOf);
  // One of several files, of which only the first is shown: how many there are is not said.
  if (item['media_type'] === 8) return undefined;
  if ('image_versions2' in item || 'video_versions' in item || 'media_type' in item) return attachmentOf(item);
  return undefined;
}

function attachmentOf(item: JsonObject): readonly Attachment[] {
  const image = asObject(asArray(asObject(item['image_versions2'])?.['candidates'])[0]);
  const video = asObject(asArray(item['video_versions'])[0]);
  const url = webAddress(video?.['url']) ?? webAddress(image?.['url']);
  const type = video || item['media_type'] === 2 ? 'Video' : 'Image';
  // A post of words alone on Threads: its type is 19, and its lists are empty.
  if (url === undefined && item['media_type'] !== 1 && item['media_type'] !== 2) return [];
  return [
    {
      type,
      ...present({
        key: numberOf(item['pk']) ?? numberOf(asString(item['id'])?.split('_')[0]),
        url: url && withoutQuery(url),
        name: asString(item['accessibility_caption']),
        width: sizeOf(item['original_width']),
        height: sizeOf(item['original_height']),
        duration: sizeOf(item['video_duration']),
      }),
    },
  ];
}

function tagsOf(item: JsonObject, naming: Naming): readonly Tag[] | undefined {
  const people = asArray(asObject(item['usertags'])?.['in'])
    .map((each) => asObject(asObject(each)?.['user']))
    .filter(isObject);
  const tags = people.flatMap((user) => {
    const name = asString(user['username']);
    const number = numberOf(user['pk']) ?? numberOf(user['id']);
    return name === undefined
      ? []
      : [{ type: 'Mention' as const, name, ...(number !== undefined && { href: naming.actor(number) }) }];
  });
  return tags.length > 0 ? tags : undefined;
}

/** A preview’s address leads through the platform’s own counter of clicks; where it leads stands in `u`. */
function linkOf(info: JsonObject): Content['link'] {
  const preview = asObject(info['link_preview_attachment']);
  const url = webAddress(preview?.['url']);
  if (!preview || url === undefined) return undefined;
  const through = /[?&]u=([^&#]+)/.exec(url)?.[1];
  const name = asString(preview['title']);
  return [{ url: (through === undefined ? undefined : decoded(through)) ?? url, ...(name !== undefined && { name }) }];
}

function decoded(text: string): string | undefined {
  try {
    return webAddress(decodeURIComponent(text));
  } catch {
    return undefined;
  }
}

function placeOf(item: JsonObject): Content['location'] {
  const place = asObject(item['location']);
  if (!place) return undefined;
  return presentOrNothing({
    name: asString(place['name']),
    latitude: asNumber(place['lat']),
    longitude: asNumber(place['lng']),
  });
}

function metricsOf(item: JsonObject, info: JsonObject): Readonly<Record<string, number>> | undefined {
  const hidden = item['like_and_view_counts_disabled'] === true;
  return presentOrNothing({
    likes: hidden ? undefined : countOf(item['like_count']),
    comments: countOf(item['comment_count']),
    views: hidden ? undefined : (countOf(item['play_count']) ?? countOf(item['view_count'])),
    replies: countOf(info['direct_reply_count']),
    reposts: countOf(info['repost_count']),
    quotes: countOf(info['quote_count']),
  });
}
