/** A post’s record (`app.bsky.feed.post`) as content. */
import type { Json } from '../../core/canonical.js';
import type { Content } from '../../core/content.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { present } from '../shared/items.js';
import { embedOf, withCard } from './embeds.js';
import { marksOf } from './facets.js';
import { timeOf } from './time.js';
import { pageOf, tryActor, tryPostUri, type Place } from './uri.js';

/** What an answer of the API says beside the record. */
export interface Beside {
  readonly cid?: string | undefined;
  readonly embed?: JsonObject | undefined;
  readonly indexedAt?: string | undefined;
  readonly labels?: readonly string[] | undefined;
}

export function contentOf(
  place: Place,
  record: JsonObject,
  beside: Beside,
  timezone: string | undefined,
  losses: string[],
): Content {
  const text = asString(record['text']);
  if (text === undefined) losses.push('text: the record has none');
  const marks = marksOf(record, text ?? '', losses);
  const embed = embedOf(record, beside.embed, losses);
  const link = withCard(marks.link, embed.card);
  const langs = asArray(record['langs']).filter((lang) => typeof lang === 'string' && lang !== '') as string[];
  const selfLabels = selfLabelsOf(record);
  const extra = present<Record<string, Json | undefined>>({
    cid: beside.cid,
    langs: langs.length > 1 ? langs : undefined,
    selfLabels,
    labels: beside.labels,
    indexedAt: beside.indexedAt,
    ...embed.extra,
  }) as Record<string, Json>;
  return {
    type: 'Note',
    visibility: 'public',
    tag: marks.tag,
    url: pageOf(place),
    ...present({
      attributedTo: tryActor(place.did),
      published: timeOf(record['createdAt'], 'createdAt', losses, timezone),
      text,
      attachment: embed.attachment,
      link: link.length > 0 ? link : undefined,
      language: langs[0],
      sensitive: selfLabels?.some((label) => SENSITIVE.has(label)) ? true : undefined,
      quotes: embed.quotes,
    }),
    ...replyOf(record, losses),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function replyOf(record: JsonObject, losses: string[]): Pick<Content, 'inReplyTo' | 'context'> {
  const reply = asObject(record['reply']);
  if (!reply) return {};
  const parent = asObject(reply['parent'])?.['uri'];
  const inReplyTo = tryPostUri(parent);
  if (!inReplyTo) losses.push(`inReplyTo: ${JSON.stringify(parent ?? null).slice(0, 120)} names no record`);
  return present({ inReplyTo, context: tryPostUri(asObject(reply['root'])?.['uri']) });
}

/** What an author warns of. */
const SENSITIVE = new Set(['porn', 'sexual', 'nudity', 'graphic-media', 'gore', 'nsfl']);

export function selfLabelsOf(record: JsonObject): string[] | undefined {
  const values = asArray(asObject(record['labels'])?.['values'])
    .filter(isObject)
    .map((label) => asString(label['val']) ?? '')
    .filter((label) => label !== '');
  return values.length > 0 ? values : undefined;
}
