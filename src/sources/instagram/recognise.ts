/** What a file of an export, or of a browser’s capture, is, from what it begins with. */
import { asArray, isObject } from '../shared/json.js';
import { isFileOfExport } from '../shared/meta-media.js';
import { isThread, participantsOf } from '../shared/meta-message.js';
import { peekJson } from '../shared/peek.js';
import { isCapturedFrom } from '../shared/zeeschuimer.js';
import type { MemberHead, Recognition } from '../source.js';
import { accountPart, listsOf, type ListKind } from './kinds.js';

export const POSTS = 'instagram-posts';
export const COMMENTS = 'instagram-comments';
export const MESSAGES = 'instagram-messages';
export const REFERENCES = 'instagram-references';
export const ACCOUNT = 'instagram-account';
export const PAGES = 'instagram-pages';
export const CAPTURED = 'instagram-zeeschuimer';

const MARKS =
  /(?:^|\/)(?:your_instagram_activity\/|(?:content|media)\/(?:posts_1|stories|reels|profile_photos)\.json$|media\.json$)/;

export function recognise({ path, head, paths }: MemberHead): Recognition | null {
  const page = recognisePage(path, head);
  if (page) return page;
  const peek = head.includes(0) ? undefined : peekJson(head);
  if (!peek) return recogniseFile(path, paths);
  if (peek.prefix.trim() !== '' && peek.prefix.trim() !== '\ufeff') return null;
  if (isCapturedFrom(peek.values, ['instagram.com'])) {
    const why = 'lines that Zeeschuimer captured on instagram.com';
    return { format: CAPTURED, confidence: 0.97, why, role: 'records' };
  }
  const [first] = peek.values;
  if (isObject(first) && isThread(first)) return recogniseThread(participantsOf(first)?.length, path, paths, head);
  const [list] = listsOf(first);
  if (list) return recogniseList(list.kind, first, head, path);
  const part = accountPart(first);
  if (!part) return null;
  const why = 'a part of an Instagram export that is no post';
  return {
    format: ACCOUNT,
    confidence: 0.91,
    why,
    role: 'sealed',
    opensWith: part === 'people' ? 'followers' : 'account',
  };
}

function recogniseList(kind: ListKind, first: unknown, head: Uint8Array, path: string): Recognition | null {
  switch (kind) {
    case 'post':
      return {
        format: POSTS,
        confidence: 0.94,
        why: 'posts with `media`, `uri` and `creation_timestamp`',
        role: 'records',
      };
    case 'comment':
      return { format: COMMENTS, confidence: 0.92, why: 'comments, as an Instagram export has them', role: 'records' };
    case 'conversation': {
      const people = asArray(asArray(first).find(isObject)?.['participants']).length;
      const why = 'conversations with participants, as exports of 2018 to 2020 have them';
      return { format: MESSAGES, confidence: 0.92, why, role: 'sealed', opensWith: people > 2 ? 'group' : 'direct' };
    }
    case 'reference': {
      const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
      const isOwn = /instagram\.com/.test(text) || MARKS.test(path) || isObject(first);
      // Tables of labels are translated throughout: that these are comments shows in the file's name alone.
      if (MARKS.test(path) && /(?:post|reels)_comments(?:_\d+)?\.json$/.test(path)) {
        return recogniseList('comment', first, head, path);
      }
      const why = 'what the account liked or saved, as an Instagram export has it';
      return isOwn ? { format: REFERENCES, confidence: 0.92, why, role: 'sealed', opensWith: 'likes' } : null;
    }
  }
}

/** Messenger’s conversations look the same: what lies around decides, or an address that only Instagram’s have. */
function recogniseThread(
  people: number | undefined,
  path: string,
  paths: readonly string[],
  head: Uint8Array,
): Recognition {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const isOwn =
    MARKS.test(path) ||
    /(?:^|\/)instagram-[\w.-]+\//.test(path) ||
    isFileOfExport('any.jpg', paths, MARKS) ||
    /"original_content_owner"|https?:\\?\/\\?\/(?:www\.)?instagram\.com/.test(text);
  const why = 'a conversation with senders and times in thousandths, as Instagram and Messenger export them';
  const opensWith = (people ?? 2) > 2 ? 'group' : 'direct';
  return { format: MESSAGES, confidence: isOwn ? 0.96 : 0.85, why, role: 'sealed', opensWith };
}

function recogniseFile(path: string, paths: readonly string[]): Recognition | null {
  if (!isFileOfExport(path, paths, MARKS)) return null;
  const isPrivate = /(?:^|\/)messages\//.test(path) || /(?:^|\/)direct\//.test(path);
  const why = 'a file in an Instagram export, by its ending';
  return { format: POSTS, confidence: 0.42, why, role: isPrivate ? 'sealed' : 'media' };
}

/** Pages of an export in HTML. They look like Facebook’s; whose they are stands in them or in their path. */
function recognisePage(path: string, head: Uint8Array): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (!/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)/i.test(text)) return null;
  const isExport = /class="[^"]*(?:_a6-[a-z]|_a706|_2pi[0n]|uiBoxWhite|_3-9[0-9a-z])\b/.test(text);
  if (!isExport || !(/instagram/i.test(text) || /instagram/i.test(path)) || /threads\.(?:net|com)/.test(text))
    return null;
  const detail = 'a page of an export in HTML, whose times have no zone; request the export again in the format JSON';
  const refusal = { reason: 'not-supported', detail } as const;
  return { format: PAGES, confidence: 0.94, why: 'a page of an Instagram export', role: 'refused', refusal };
}
