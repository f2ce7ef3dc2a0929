/** Pictures and videos. A picture is known by its `pid`, which is the name of its file in every size. */
import type { Attachment, Link } from '../../core/content.js';
import { present, sizeOf, webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

/**
 * Undefined where nothing is said: an empty `pic_urls` of the API means that there is no picture, while a video is
 * only an address in the text there. The newer answers (`pic_num`) say both.
 */
export function mediaOf(status: JsonObject): readonly Attachment[] | undefined {
  const found = [...pictures(status), ...video(asObject(status['page_info']))];
  if (found.length > 0) return found;
  const silent = 'pic_num' in status && status['retweeted_status'] === undefined && !isObject(status['page_info']);
  return silent ? [] : undefined;
}

function pictures(status: JsonObject): Attachment[] {
  const infos = asObject(status['pic_infos']);
  if (infos && Object.keys(infos).length > 0) {
    const ids = asArray(status['pic_ids']).filter((id) => typeof id === 'string');
    const ordered = ids.length > 0 ? ids : Object.keys(infos);
    return ordered.flatMap((id) => pictureOf(asObject(infos[id]), id));
  }
  const pics = status['pics'];
  if (Array.isArray(pics)) return asArray(pics).flatMap((pic) => pictureOf(asObject(pic)));
  if (isObject(pics)) return Object.values(pics).flatMap((pic) => pictureOf(asObject(pic)));
  return asArray(status['pic_urls']).flatMap((pic) =>
    picture(asString(asObject(pic)?.['thumbnail_pic']) ?? asString(pic)),
  );
}

function pictureOf(pic: JsonObject | undefined, id?: string): Attachment[] {
  const large = asObject(pic?.['largest']) ?? asObject(pic?.['original']) ?? asObject(pic?.['large']);
  const size = asObject(large?.['geo']) ?? large;
  const url = asString(large?.['url']) ?? asString(pic?.['url']);
  return picture(url, asString(pic?.['pid']) ?? asString(pic?.['pic_id']) ?? id, size);
}

/** The size stands in the path, and `large` is what the platform itself calls the original (`original_pic`). */
export function picture(address: string | undefined, id?: string, size?: JsonObject): Attachment[] {
  const url = webAddress(address);
  if (url === undefined) return [];
  const large = url.replace(
    /^(https?:\/\/[^/]*sinaimg\.cn)\/(?:thumbnail|bmiddle|thumb\d+|orj\d+|mw\d+|small|square)\//,
    '$1/large/',
  );
  const key = id ?? /\/([0-9A-Za-z]+)\.[a-z]{3,4}$/.exec(url)?.[1];
  return [
    {
      type: 'Image',
      url: large,
      ...present({ key, width: sizeOf(size?.['width']), height: sizeOf(size?.['height']) }),
    },
  ];
}

/** The file's address is signed for whoever asked, and for an hour: the video's own id is kept instead. */
function video(page: JsonObject | undefined): Attachment[] {
  if (page?.['type'] !== 'video' && page?.['object_type'] !== 'video' && page?.['type'] !== 11) return [];
  const info = asObject(page['media_info']);
  const key = asString(page['object_id']) ?? asString(page['page_id']);
  return [{ type: 'Video', ...present({ key, duration: sizeOf(info?.['duration']) }) }];
}

/** What the text's short addresses lead to, and the card below the text. */
export function linksOf(status: JsonObject): Link[] | undefined {
  const links: Link[] = asArray(status['url_struct'])
    .filter(isObject)
    .flatMap((each) => {
      const url = webAddress(each['short_url']);
      if (url === undefined) return [];
      return [{ url, ...present({ expanded: webAddress(each['long_url']), name: asString(each['url_title']) }) }];
    });
  const page = asObject(status['page_info']);
  const url = webAddress(page?.['page_url']);
  if (url !== undefined) links.push({ url, ...present({ name: asString(page?.['page_title']) }) });
  return links.length > 0 ? links : undefined;
}
