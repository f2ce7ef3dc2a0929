/** What hangs on a post: pictures, a video, a page, another post; and where an answer of the API says it can be seen. */
import type { Json } from '../../core/canonical.js';
import type { Attachment, Link } from '../../core/content.js';
import type { PostUri } from '../../core/uri.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { present, presentOrNothing, sizeOf, webAddress } from '../shared/items.js';
import { linkText } from './cbor.js';
import { parseAtUri, POST, tryPostUri } from './uri.js';

export interface Embed {
  /** Absent where it is not known what hangs on the post. */
  readonly attachment?: readonly Attachment[];
  readonly quotes?: PostUri;
  /** The page that it shows. */
  readonly card?: Link;
  readonly extra?: { readonly [key: string]: Json };
}

/** `view` is what the API shows of the same embed: the same things with addresses. */
export function embedOf(record: JsonObject, view: JsonObject | undefined, losses: string[]): Embed {
  const embed = asObject(record['embed']);
  return embed ? read(embed, view, losses) : { attachment: [] };
}

function read(embed: JsonObject, view: JsonObject | undefined, losses: string[]): Embed {
  switch (embed['$type']) {
    case 'app.bsky.embed.images':
      return { attachment: imagesOf(embed, view) };
    case 'app.bsky.embed.video':
      return { attachment: [videoOf(embed, view)] };
    case 'app.bsky.embed.external':
      return externalOf(asObject(embed['external']) ?? {});
    case 'app.bsky.embed.record':
      return quoteOf(asObject(embed['record']));
    case 'app.bsky.embed.recordWithMedia': {
      const media = asObject(embed['media']);
      const beside = media ? read(media, asObject(view?.['media']), losses) : { attachment: [] };
      const quote = quoteOf(asObject(asObject(embed['record'])?.['record']));
      const extra = { ...beside.extra, ...quote.extra };
      return { ...beside, ...present({ quotes: quote.quotes }), ...(Object.keys(extra).length > 0 && { extra }) };
    }
    default: {
      const type = JSON.stringify(embed['$type'] ?? null).slice(0, 80);
      losses.push(`embed: of the type ${type}, which this reader does not know`);
      return {};
    }
  }
}

function imagesOf(embed: JsonObject, view: JsonObject | undefined): Attachment[] {
  const shown = asArray(view?.['images']);
  return asArray(embed['images'])
    .filter(isObject)
    .map((image, i) => ({
      type: 'Image' as const,
      ...fileOf(image['image'], image),
      ...present({ url: webAddress(asObject(shown[i])?.['fullsize']) }),
    }));
}

function videoOf(embed: JsonObject, view: JsonObject | undefined): Attachment {
  return { type: 'Video', ...fileOf(embed['video'], embed), ...present({ url: webAddress(view?.['playlist']) }) };
}

/** A blob is named by the CID of its bytes; it lies on the account’s server, never in the repository. */
function fileOf(blob: unknown, beside: JsonObject): Omit<Attachment, 'type'> {
  const file = asObject(blob);
  const ratio = asObject(beside['aspectRatio']);
  const alt = asString(beside['alt']);
  return present({
    key: blobCid(file),
    mediaType: asString(file?.['mimeType']),
    name: alt === '' ? undefined : alt,
    width: sizeOf(ratio?.['width']),
    height: sizeOf(ratio?.['height']),
  });
}

/** `{"$type":"blob","ref":{"$link":"bafkrei…"},…}`, or `{"cid":"bafkrei…",…}` as in the beginning. */
export function blobCid(blob: JsonObject | undefined): string | undefined {
  return linkText(blob?.['ref']) ?? asString(blob?.['cid']);
}

function externalOf(external: JsonObject): Embed {
  const uri = asString(external['uri']);
  const title = asString(external['title']);
  const description = asString(external['description']);
  if (uri === undefined || uri === '') return { attachment: [] };
  const extra = presentOrNothing({
    description: description === '' ? undefined : description,
    thumb: blobCid(asObject(external['thumb'])),
  });
  return {
    attachment: [],
    card: { url: uri, ...(title !== undefined && title !== '' && { name: title }) },
    ...(extra && { extra: { external: extra } }),
  };
}

/** Feeds, lists and services are embedded in the same way; only a post is quoted. */
function quoteOf(ref: JsonObject | undefined): Embed {
  const place = parseAtUri(ref?.['uri']);
  if (place?.collection === POST) return { attachment: [], ...present({ quotes: tryPostUri(ref!['uri']) }) };
  const uri = asString(ref?.['uri']);
  return { attachment: [], ...(uri !== undefined && uri !== '' && { extra: { embeds: uri } }) };
}

/** The card’s title belongs to the link of the text where both lead to one page. */
export function withCard(links: readonly Link[], card: Link | undefined): readonly Link[] {
  if (!card) return links;
  const same = links.findIndex((link) => (link.expanded ?? link.url) === card.url);
  if (same < 0) return [...links, card];
  return links.map((link, i) => (i === same ? { ...card, ...link } : link));
}
