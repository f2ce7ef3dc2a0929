/** What hangs on a post as the pages give it: pictures, films, documents, the link of a card. */
import type { Attachment } from '../../core/content.js';
import { htmlToText } from '../shared/html.js';
import { present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export interface Media {
  readonly attachment?: readonly Attachment[];
  readonly link?: string;
}

/** Undefined where there is nothing that is known: then nothing is said of attachments. */
export function mediaOf(content: JsonObject | undefined): Media | undefined {
  if (!content) return undefined;
  const component = (name: string): JsonObject | undefined => asObject(content[name]);
  const images = asArray(content['images'] ?? component('imageComponent')?.['images']).filter(isObject);
  const article = component('articleComponent') ?? (content['navigationContext'] ? content : undefined);
  const link = webAddress(asObject(article?.['navigationContext'])?.['actionTarget']);
  const attachment: Attachment[] = images.flatMap(imageOf);
  const film = component('linkedInVideoComponent') ?? (content['*videoPlayMetadata'] ? content : undefined);
  if (film) attachment.push(filmOf(film));
  const document = asObject(component('documentComponent')?.['document']) ?? component('document');
  if (document) attachment.push({ type: 'Document', ...present({ name: asString(document['title']) }) });
  if (attachment.length === 0 && link === undefined) return undefined;
  return { ...(attachment.length > 0 && { attachment }), ...(link !== undefined && { link: unwrapped(link) }) };
}

/** Links to elsewhere go through `/safety/go?url=<address>`. */
function unwrapped(link: string): string {
  if (!/^https:\/\/www\.linkedin\.com\/(?:safety\/go|redir\/redirect)\?/.test(link)) return link;
  return new URLSearchParams(link.slice(link.indexOf('?') + 1)).get('url') ?? link;
}

function imageOf(image: JsonObject): Attachment[] {
  const attribute = asObject(asArray(image['attributes'])[0]);
  const vector = asObject(attribute?.['vectorImage']) ?? asObject(asObject(attribute?.['detailData'])?.['vectorImage']);
  if (!vector) return [];
  const sizes = asArray(vector['artifacts']).filter(isObject);
  const largest = sizes.reduce<JsonObject | undefined>(
    (best, each) => ((sizeOf(each['width']) ?? 0) > (sizeOf(best?.['width']) ?? 0) ? each : best),
    undefined,
  );
  // Addresses are signed for a time; the asset's number in them is for good.
  const address = `${asString(vector['rootUrl']) ?? ''}${asString(largest?.['fileIdentifyingUrlPathSegment']) ?? ''}`;
  const asset = asString(vector['digitalmediaAsset']) ?? /\/image\/(?:v2\/)?([\w-]{12,40})\//.exec(address)?.[1];
  const alt = asString(image['accessibilityText']);
  const attachment = present({
    key: asset?.replace(/^urn:li:digitalmediaAsset:/, ''),
    url: webAddress(address)?.replace(/[?#].*$/s, ''),
    name: alt === undefined || /^No alternative text/i.test(alt) ? undefined : htmlToText(alt),
    width: sizeOf(largest?.['width']),
    height: sizeOf(largest?.['height']),
  });
  return [{ type: 'Image', ...attachment }];
}

function filmOf(film: JsonObject): Attachment {
  const data = asObject(film['*videoPlayMetadata']) ?? asObject(film['videoPlayMetadata']);
  const asset = /urn:li:digitalmediaAsset:([\w-]+)/.exec(
    `${asString(data?.['media']) ?? ''} ${asString(data?.['entityUrn']) ?? ''}`,
  )?.[1];
  const duration = sizeOf(data?.['duration']);
  const seconds = duration === undefined ? undefined : Math.round(duration / 1000);
  return { type: 'Video', ...present({ key: asset, duration: seconds }) };
}
