/** What posts, the posts of their trails and those of the older API have in common. */
import type { Json } from '../../core/canonical.js';
import type { Content, Tag, Visibility } from '../../core/content.js';
import type { ActorReading } from '../../core/reading.js';
import { timeFromMs, type Time } from '../../core/time.js';
import { present, presentOrNothing, webAddress } from '../shared/items.js';
import { asArray, asNumber, asString, isObject, type JsonObject } from '../shared/json.js';
import { blocksOf } from './npf.js';
import { blogOf } from './uri.js';

export interface Own {
  readonly content: Partial<Content>;
  readonly mention: readonly Tag[];
  readonly losses: readonly string[];
}

export function fromBlocks(post: JsonObject): Own {
  const blocks = blocksOf(post['content'], post['layout']);
  const content = present({
    text: blocks.text,
    name: blocks.title,
    attachment: blocks.attachment,
    link: blocks.link.length > 0 ? blocks.link : undefined,
    poll: blocks.poll,
    extra: extraOf({
      question: blocks.question,
      asker: blocks.question === undefined ? undefined : asString(post['asking_name']),
    }),
  });
  const losses = [...new Set(blocks.unknown)].map(
    (kind) => `content: a block of kind ${JSON.stringify(kind)} was left out`,
  );
  return { content, mention: blocks.mention, losses };
}

export const WAITING = new Set(['draft', 'queued', 'queue', 'submission', 'unapproved', 'transcoding', 'mass_deleted']);

/** What is not published is seen by the blog's own people alone. */
export function visibilityOf(state: string | undefined): Visibility {
  if (state === 'published') return 'public';
  return state !== undefined && (state === 'private' || WAITING.has(state)) ? 'direct' : 'unknown';
}

/** Seconds since 1970. */
export function timeOf(value: unknown): Time | undefined {
  const seconds = asNumber(value);
  if (seconds === undefined || seconds < 1_000_000_000 || seconds > 4_102_444_800) return undefined;
  return timeFromMs(Math.floor(seconds) * 1000, 's');
}

export function tagsOf(post: JsonObject, mention: readonly Tag[]): readonly Tag[] | undefined {
  if (!Array.isArray(post['tags'])) return mention.length > 0 ? mention : undefined;
  const names = asArray(post['tags']).filter((tag): tag is string => typeof tag === 'string' && tag !== '');
  return [...names.map((name): Tag => ({ type: 'Hashtag', name })), ...mention];
}

export interface Author {
  readonly reading?: ActorReading;
  readonly name?: string;
}

/** A name is not enough to know a blog by: it changes, and another may take it. */
export function blogReading(blog: JsonObject | undefined, name: string | undefined, id?: string): Author {
  const uuid = asString(blog?.['uuid']) ?? id;
  const handle = asString(blog?.['name']) ?? name;
  if (uuid === undefined || uuid === '') return present({ name: handle });
  const avatars = asArray(blog?.['avatar']).filter(isObject);
  const profile = present({
    handle,
    name: asString(blog?.['title']) || undefined,
    summary: asString(blog?.['description']) || undefined,
    url: webAddress(blog?.['url']),
    icon: webAddress(avatars[0]?.['url']),
  });
  return { reading: { actor: blogOf(uuid), profile }, ...present({ name: handle }) };
}

export function extraOf(fields: { [key: string]: Json | undefined }): { readonly [key: string]: Json } | undefined {
  return presentOrNothing(fields) as { readonly [key: string]: Json } | undefined;
}
