/** What a file of an export is, from what it begins with. */
import { asArray, isObject, type JsonObject } from '../shared/json.js';
import { isFileOfExport } from '../shared/meta-media.js';
import { isThread, participantsOf } from '../shared/meta-message.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { accountPart, listsOf, type ItemKind } from './kinds.js';

export const POSTS = 'facebook-posts';
export const MESSAGES = 'facebook-messages';
export const REACTIONS = 'facebook-reactions';
export const ACCOUNT = 'facebook-account';
export const PAGES = 'facebook-pages';

const MARKS =
  /(?:^|\/)(?:your_facebook_activity\/|your_activity_across_facebook\/|posts\/your_posts|posts\/album\/|messages\/(?:inbox|archived_threads)\/[^/]+\/message_\d+\.json$|comments(?:_and_reactions)?\/comments\.json$)/;

const WHY: Readonly<Record<ItemKind, string>> = {
  post: 'posts with `timestamp`, `data` and `attachments`, as a Facebook export has them',
  comment: 'comments with `data[].comment`, as a Facebook export has them',
  media: 'pictures and videos with `uri` and `creation_timestamp`, as a Facebook export has them',
  reaction: 'what the account reacted to or saved',
  labelled: 'items with `label_values` that point at facebook.com',
};

export function recognise({ path, head, paths }: MemberHead): Recognition | null {
  const page = recognisePage(head);
  if (page) return page;
  const first = head.includes(0) ? undefined : peekJson(head)?.values[0];
  if (first === undefined) return recogniseFile(path, paths);
  if (isObject(first) && isThread(first)) return recogniseThread(first, path, paths);
  // Lists whose items Instagram and Threads have as well carry those names.
  if (isObject(first) && Object.keys(first).some((key) => /^(?:ig_|text_post_app_)/.test(key))) return null;
  const [list] = listsOf(first);
  if (list?.item === 'labelled') return recogniseLabelled(head, path);
  if (list) {
    const found = { confidence: 0.93, why: WHY[list.item] };
    return list.item === 'reaction'
      ? { ...found, format: REACTIONS, role: 'sealed', opensWith: 'likes' }
      : { ...found, format: POSTS, role: 'records' };
  }
  return isObject(first) ? recogniseAccount(first) : null;
}

/** Messenger’s and Instagram’s are alike; whose they are shows in the names that only one of them uses. */
function recogniseThread(first: JsonObject, path: string, paths: readonly string[]): Recognition {
  const people = participantsOf(first)?.length;
  const messages = asArray(first['messages']).filter(isObject);
  const isOwn = messages.some((message) => 'senderName' in message || 'sender_id_INTERNAL' in message);
  const isOthers = isInstagrams(path, paths);
  return {
    format: MESSAGES,
    confidence: isOwn ? 0.95 : isOthers ? 0.6 : people === undefined ? 0.9 : 0.92,
    why: 'a conversation with senders and times in thousandths, as Messenger exports them',
    role: 'sealed',
    opensWith: (people ?? 2) > 2 ? 'group' : 'direct',
  };
}

function isInstagrams(path: string, paths: readonly string[]): boolean {
  return INSTAGRAM.test(path) || isFileOfExport('any.jpg', paths, INSTAGRAM);
}

const INSTAGRAM =
  /(?:^|\/)(?:your_instagram_activity\/|instagram-[\w.-]+\/|(?:content|media)\/(?:posts_1|stories|reels|profile_photos)\.json$)/;

function recogniseLabelled(head: Uint8Array, path: string): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const isOwn = /https?:(?:\\?\/){2}(?:www\.|m\.)?facebook\.com/.test(text);
  if (!isOwn && (/instagram\.com|threads\.(?:net|com)/.test(text) || !MARKS.test(path))) return null;
  return { format: REACTIONS, confidence: 0.91, why: WHY.labelled, role: 'sealed', opensWith: 'likes' };
}

function recogniseAccount(first: JsonObject): Recognition | null {
  const part = accountPart(first);
  if (!part) return null;
  const why = part === 'profile' ? 'the profile of an account' : 'a part of a Facebook export that is no post';
  const opensWith = part === 'people' ? 'followers' : 'account';
  return { format: ACCOUNT, confidence: part === 'profile' ? 0.95 : 0.9, why, role: 'sealed', opensWith };
}

function recogniseFile(path: string, paths: readonly string[]): Recognition | null {
  if (!isFileOfExport(path, paths, MARKS)) return null;
  const isPrivate = /(?:^|\/)messages\//.test(path);
  const why = 'a file in a Facebook export, by its ending';
  return { format: POSTS, confidence: 0.4, why, role: isPrivate ? 'sealed' : 'media' };
}

/** Pages of an export in HTML, and pages that were saved from the mobile site. */
function recognisePage(head: Uint8Array): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (!/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|\?xml)/i.test(text)) return null;
  if (
    /class="[^"]*(?:_a6-[a-z]|_a706|_2pi[0n]|uiBoxWhite|_3-9[0-9a-z])\b/.test(text) &&
    !/instagram|threads\.(?:net|com)/i.test(text)
  ) {
    const detail = 'a page of an export in HTML, whose times have no zone; request the export again in the format JSON';
    const refusal = { reason: 'not-supported', detail } as const;
    return { format: PAGES, confidence: 0.92, why: 'a page of a Facebook export', role: 'refused', refusal };
  }
  if (
    /https?:\/\/(?:m|mbasic)\.facebook\.com\//.test(text) &&
    /id="(?:objects_container|viewport|m_story_permalink_view)"/.test(text)
  ) {
    const detail = 'a page saved from Facebook’s mobile site; hand in the account’s export in the format JSON';
    const refusal = { reason: 'not-supported', detail } as const;
    return { format: PAGES, confidence: 0.9, why: 'a page of Facebook’s mobile site', role: 'refused', refusal };
  }
  return null;
}
