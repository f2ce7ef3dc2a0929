/** What a JSON file of an export holds. Recognition asks it of what a head shows; splitting and reading ask it again. */
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { entriesOf, firstItem, isLabelled, isTable } from '../shared/meta-maps.js';
import { isMediaPost, isOldMedia } from '../shared/meta-post.js';

export type ListKind = 'post' | 'comment' | 'reference' | 'conversation';

export interface List {
  /** As the scanner of records writes it: `$.ig_stories`. */
  readonly path: string;
  readonly key: string;
  /** What its items are, as part of their names: `post`, `story`. */
  readonly name: string;
  readonly kind: ListKind;
}

/** What an archived or deleted post was before, it still is. */
const NAMES: Readonly<Record<string, string>> = {
  ig_stories: 'story',
  ig_reels_media: 'reel',
  ig_igtv_media: 'igtv',
  ig_profile_picture: 'profile-photo',
  ig_other_media: 'other',
  ig_posts: 'post',
  ig_archived_post_media: 'post',
  ig_recently_deleted_media: 'post',
  photos: 'post',
  videos: 'post',
  stories: 'story',
  profile: 'profile-photo',
  igtv: 'igtv',
};

/** The lists of a file’s first value that are read. */
export function listsOf(value: unknown): readonly List[] {
  if (Array.isArray(value)) {
    const kind = kindOfList(value as unknown[]);
    return kind === undefined ? [] : [{ path: '$', key: '', name: kind, kind }];
  }
  if (!isObject(value)) return [];
  const isMediaJson = MEDIA_JSON.some((key) => asArray(value[key]).some((each) => isObject(each) && isOldMedia(each)));
  return Object.entries(value).flatMap(([key, list]) => {
    if (!Array.isArray(list)) return [];
    const found = (kind: ListKind, name: string = kind): List => ({ path: `$.${key}`, key, name, kind });
    if (isMediaJson) return MEDIA_JSON.includes(key) ? [found('post', NAMES[key])] : [];
    if (/^ig_\w+$/.test(key))
      return isPosts(list) ? [found('post', NAMES[key] ?? key.replace(/^ig_/, '').replaceAll('_', '-'))] : [];
    if (/^comments_\w+_comments$/.test(key) && isTables(list)) return [found('comment')];
    if (/^(?:media_comments|live_comments)$/.test(key) && isRows(list, 3)) return [found('comment')];
    if (/^(?:likes_\w+_likes|saved_saved_\w+|story_activities_story_likes)$/.test(key)) {
      return isTables(list) ? [found('reference')] : [];
    }
    if (/^(?:media_likes|comment_likes|saved_media)$/.test(key) && isRows(list, 2)) return [found('reference')];
    return [];
  });
}

/** `direct` stands beside these in media.json: private, and passed over. */
const MEDIA_JSON = ['photos', 'videos', 'stories', 'profile', 'igtv'];

function isPosts(list: readonly unknown[]): boolean {
  return list.length === 0 || list.slice(0, 20).some((each) => isObject(each) && isMediaPost(each));
}

function isTables(list: readonly unknown[]): boolean {
  return list.length === 0 || list.slice(0, 20).some((each) => isObject(each) && isTable(each));
}

/** 2018 to 2020: `["2018-04-20T13:14:15","words","name"]`. */
function isRows(list: readonly unknown[], width: number): boolean {
  return list.length === 0 || (isRow(list[0]) && asArray(list[0]).length >= width);
}

export function isRow(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((each) => typeof each === 'string') &&
    /^\d{4}-/.test(value[0] as string)
  );
}

/** By the first item that shows it: a broken one may stand before. */
function kindOfList(list: readonly unknown[]): ListKind | undefined {
  for (const item of list.slice(0, 20)) {
    const kind = isObject(item) ? kindOfItem(item) : undefined;
    if (kind) return kind;
  }
  return undefined;
}

function kindOfItem(item: JsonObject): ListKind | undefined {
  if (isConversation(item)) return 'conversation';
  if (isLabelled(item)) return 'reference';
  if (Array.isArray(item['media']) && isMediaPost(item)) return isThreadsOwn(item) ? undefined : 'post';
  return isObject(item['string_map_data']) && isCommentTable(item) ? 'comment' : undefined;
}

function isThreadsOwn(item: JsonObject): boolean {
  return isObject(asObject(asArray(item['media'])[0])?.['text_app_post']);
}

/** Words, mostly the name of whose post it is under, and a time: nothing else. */
function isCommentTable(item: JsonObject): boolean {
  const entries = entriesOf(item);
  const times = entries.filter(({ timestamp }) => timestamp !== undefined);
  return entries.length <= 4 && times.length === 1 && entries.some(({ value }) => value !== undefined && value !== '');
}

/** 2018 to 2020: `{"participants":["nour","sami"],"conversation":[{"sender":"nour","created_at":"…","text":"…"}]}`. */
export function isConversation(value: JsonObject): boolean {
  const first = firstItem(value['conversation']);
  return (
    Array.isArray(value['participants']) &&
    Array.isArray(value['conversation']) &&
    (first === undefined || ('sender' in first && 'created_at' in first))
  );
}

/** Everything else that Instagram hands out about an account. Undefined for what is not known to be Instagram’s. */
export function accountPart(value: unknown): 'signup' | 'profile' | 'people' | 'other' | undefined {
  if (Array.isArray(value)) {
    const first = firstItem(value);
    return first && isTable(first) && !isLabelled(first) ? 'people' : undefined;
  }
  if (!isObject(value)) return undefined;
  if (typeof value['username'] === 'string' && typeof value['date_joined'] === 'string') return 'profile';
  if (isObject(value['followers']) && isObject(value['following'])) return 'people';
  const keys = Object.keys(value);
  const isOwn = keys.some((key) => {
    const first = firstItem(value[key]);
    return /^[a-z_]+$/.test(key) && !key.startsWith('text_post_app_') && first !== undefined && isTable(first);
  });
  if (!isOwn) return undefined;
  if (keys.includes('account_history_registration_info')) return 'signup';
  return keys.some((key) => /^relationships_/.test(key)) ? 'people' : 'other';
}

/** The name of the account’s owner, by what the field is called in some languages. */
export function ownerIn(value: JsonObject): string | undefined {
  const entry = entriesOf(firstItem(value['profile_user']) ?? {}).find(({ label }) => NAME.has(label));
  return asString(entry?.value);
}

const NAME = new Set(['Name', 'Nom', 'Nombre', 'Nome', 'Naam', 'الاسم', 'Имя', 'İsim', 'نام']);
