/** What is attached to a post: files, links, places, events, polls, and the words of what was shared. */
import type { Json } from '../../core/canonical.js';
import type { Content, Link, Place, Poll } from '../../core/content.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { present } from '../shared/items.js';
import { fileOf, type MetaFile } from '../shared/meta-media.js';
import { metaTime } from '../shared/meta.js';

export interface Attached {
  readonly files: readonly MetaFile[];
  readonly link: readonly Link[];
  readonly location?: Place;
  readonly poll?: Poll;
  /** The question of a poll. */
  readonly name?: string;
  readonly extra: { readonly [key: string]: Json };
  readonly losses: readonly string[];
}

/** Every entry of every attachment of a record. */
export function entriesOf(record: JsonObject): readonly JsonObject[] {
  return asArray(record['attachments']).flatMap((each) => asArray(asObject(each)?.['data']).filter(isObject));
}

/** `text` is the post’s own: a picture that only repeats it has no caption besides. */
export function readAttachments(record: JsonObject, path: string, text: string | undefined): Attached {
  const files: MetaFile[] = [];
  const link: Link[] = [];
  const words: string[] = [];
  const extra: { [key: string]: Json } = {};
  const unread = new Set<string>();
  const out: { location?: Place; poll?: Poll; name?: string } = {};
  for (const entry of entriesOf(record)) {
    for (const [kind, value] of Object.entries(entry)) {
      const inner = asObject(value);
      if (kind === 'text' || kind === 'name') {
        if (typeof value === 'string' && value !== '') words.push(value);
      } else if (!inner) {
        unread.add(kind);
      } else if (kind === 'media') {
        const caption = asString(inner['description']);
        const file = fileOf(inner, path, caption === undefined || caption === text ? {} : { name: caption });
        if (file) files.push(file);
      } else if (kind === 'external_context') {
        readLink(inner, link, words);
      } else if (kind === 'place') {
        out.location ??= placeOf(inner);
      } else if (kind === 'event') {
        extra['event'] = eventOf(inner);
      } else if (kind === 'life_event') {
        extra['lifeEvent'] = asString(inner['title']) ?? '';
        const place = asObject(inner['place']);
        if (place) out.location ??= placeOf(place);
      } else if (kind === 'poll') {
        const options = asArray(inner['options']).flatMap((each) => asString(asObject(each)?.['option']) ?? []);
        if (options.length > 0) out.poll ??= { options };
        const question = asString(inner['question']);
        if (question !== undefined) out.name ??= question;
      } else {
        const title = asString(inner['title']) ?? asString(inner['name']);
        if (title !== undefined) extra[kind] = title;
        unread.add(kind);
      }
    }
  }
  if (words.length > 0) extra['shared'] = words;
  const losses = [...unread].sort().map((kind) => `attachment: ${kind} is left in the record`);
  return { files, link, ...out, extra, losses };
}

function readLink(context: JsonObject, link: Link[], words: string[]): void {
  const url = asString(context['url']);
  const name = asString(context['name']);
  if (url !== undefined && url !== '') link.push({ url, ...(name !== undefined && name !== '' && { name }) });
  else if (name !== undefined && name !== '') words.push(name);
}

function placeOf(place: JsonObject): Place {
  const at = asObject(place['coordinate']) ?? {};
  return present({
    name: asString(place['name']),
    latitude: asNumber(at['latitude']),
    longitude: asNumber(at['longitude']),
  });
}

function eventOf(event: JsonObject): Json {
  return present({
    name: asString(event['name']),
    start: metaTime(event['start_timestamp'])?.at,
    end: metaTime(event['end_timestamp'])?.at,
    place: asString(asObject(event['place'])?.['name']),
  });
}

/** Mentions: people that the post names, and numbers that stand in its text as `@[123:2048:Nour]`. */
export function tagsOf(record: JsonObject): Content['tag'] {
  const names = asArray(record['tags']).flatMap((each) => asString(isObject(each) ? each['name'] : each) ?? []);
  return names.length > 0 ? [...new Set(names)].map((name) => ({ type: 'Mention' as const, name })) : undefined;
}
