/** What a JSON value of TikTok is. Recognition asks it of what a head shows, normalisation of whole values. */
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { idOf } from './uri.js';

export type Kind = 'item' | 'aweme' | 'comment' | 'research' | 'research-comment' | 'info' | 'page' | 'user' | 'error';

/** Undefined for what is not known to be TikTok’s. */
export function kindOf(value: JsonObject): Kind | undefined {
  if (isItem(value)) return 'item';
  if (isAweme(value)) return 'aweme';
  if (isComment(value)) return 'comment';
  if (isInfo(value)) return 'info';
  if ('video_description' in value && ('region_code' in value || 'username' in value || 'hashtag_names' in value))
    return 'research';
  if ('video_id' in value && 'parent_comment_id' in value && 'text' in value) return 'research-comment';
  if (listsOf(value).length > 0) return 'page';
  if ('statusCode' in value && ('itemList' in value || 'itemInfo' in value || 'statusMsg' in value)) return 'error';
  if ('status_code' in value && ('aweme_list' in value || 'log_pb' in value)) return 'error';
  return isUser(value) ? 'user' : undefined;
}

/** The web pages’ own: `{"id":"7…","desc":"…","createTime":1697110676,"author":{…},"stats":{…},"video":{…}}`. */
function isItem(value: JsonObject): boolean {
  if (typeof value['desc'] !== 'string' || !('createTime' in value)) return false;
  const own = ['author', 'authorId', 'stats', 'statsV2', 'video', 'music', 'challenges', 'textExtra', 'imagePost'];
  return own.filter((key) => key in value).length >= (idOf(value['id']) === undefined ? 4 : 2);
}

/** The app’s own. */
function isAweme(value: JsonObject): boolean {
  return 'aweme_id' in value && 'desc' in value && 'create_time' in value && !('cid' in value);
}

function isComment(value: JsonObject): boolean {
  return 'cid' in value && 'text' in value && 'create_time' in value && ('aweme_id' in value || 'digg_count' in value);
}

/** yt-dlp’s; other sites’ files look the same. */
function isInfo(value: JsonObject): boolean {
  const extractor = asString(value['extractor_key']) ?? asString(value['extractor']) ?? asString(value['ie_key']) ?? '';
  if (extractor !== '') return /^(?:tiktok|vm\.tiktok)/i.test(extractor);
  const sign = 'formats' in value || 'thumbnails' in value || 'upload_date' in value || '_type' in value;
  if (!sign || idOf(value['id']) === undefined) return false;
  const addresses = [value['webpage_url'], value['uploader_url'], asObject(asArray(value['formats'])[0])?.['url']];
  return addresses.some(
    (each) => typeof each === 'string' && /^https?:\/\/[^/]*tiktok(?:v|cdn(?:-us)?)?\.com\//.test(each),
  );
}

function isUser(value: JsonObject): boolean {
  const user = asObject(asObject(value['userInfo'])?.['user']) ?? value;
  return ('uniqueId' in user && 'secUid' in user) || ('unique_id' in user && 'sec_uid' in user);
}

/** The lists of posts and comments that an answer holds, whichever of its shapes it has. */
export function listsOf(value: JsonObject): readonly (readonly JsonObject[])[] {
  const data = value['data'];
  const inner = asObject(data);
  const lists = [
    value['itemList'],
    value['item_list'],
    value['aweme_list'],
    value['comments'],
    value['entries'],
    inner?.['videos'],
    inner?.['comments'],
    // A search: `{"data":[{"type":1,"item":{…}}]}`.
    asArray(data).map((each) => asObject(each)?.['item'] ?? asObject(each)?.['aweme_info']),
    [asObject(value['itemInfo'])?.['itemStruct'], value['aweme_detail'], value['itemStruct']],
  ];
  return lists.map((list) => asArray(list).filter(isObject).filter(isPost)).filter((list) => list.length > 0);
}

function isPost(value: JsonObject): boolean {
  return (
    isItem(value) ||
    isAweme(value) ||
    isComment(value) ||
    isInfo(value) ||
    'video_description' in value ||
    ('video_id' in value && 'parent_comment_id' in value)
  );
}
