/** What a file of an export, or of a browser’s capture, is, from what it begins with. */
import { isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { isCapturedFrom } from '../shared/zeeschuimer.js';
import type { MemberHead, Recognition } from '../source.js';
import { listOf } from './kinds.js';

export const POSTS = 'threads-posts';
export const REFERENCES = 'threads-references';
export const ACCOUNT = 'threads-account';
export const PAGES = 'threads-pages';
export const CAPTURED = 'threads-zeeschuimer';

export function recognise({ head }: MemberHead): Recognition | null {
  const page = recognisePage(head);
  if (page) return page;
  const peek = head.includes(0) ? undefined : peekJson(head);
  if (!peek) return null;
  if (isCapturedFrom(peek.values, ['threads.net', 'threads.com'])) {
    const why = 'lines that Zeeschuimer captured on Threads';
    return { format: CAPTURED, confidence: 0.97, why, role: 'records' };
  }
  const [first] = peek.values;
  const list = listOf(first);
  switch (list?.kind) {
    case 'post':
      return { format: POSTS, confidence: 0.97, why: 'posts of Threads, as its export has them', role: 'records' };
    case 'like':
    case 'bookmark': {
      const why = 'what the account liked or saved on Threads';
      return { format: REFERENCES, confidence: 0.96, why, role: 'sealed', opensWith: 'likes' };
    }
    case 'people':
    case 'account': {
      const opensWith = list.kind === 'people' ? 'followers' : 'account';
      return {
        format: ACCOUNT,
        confidence: 0.95,
        why: 'a part of Threads’ export that is no post',
        role: 'sealed',
        opensWith,
      };
    }
    case undefined:
      return isLabelledList(first, head) ? labelled() : null;
  }
}

function isLabelledList(first: unknown, head: Uint8Array): boolean {
  const item: unknown = Array.isArray(first) ? first[0] : undefined;
  if (!isObject(item) || !Array.isArray(item['label_values'])) return false;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  return /https?:\\?\/\\?\/(?:www\.)?threads\.(?:net|com)\\?\//.test(text);
}

function labelled(): Recognition {
  const why = 'tables with `label_values` that point at Threads';
  return { format: REFERENCES, confidence: 0.95, why, role: 'sealed', opensWith: 'likes' };
}

/** Pages of an export in HTML. They look like Facebook’s; that they are Threads’ shows in them. */
function recognisePage(head: Uint8Array): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (!/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)/i.test(text)) return null;
  const isExport = /class="[^"]*(?:_a6-[a-z]|_a706|_2pi[0n]|uiBoxWhite|_3-9[0-9a-z])\b/.test(text);
  if (!isExport || !/threads\.(?:net|com)/.test(text)) return null;
  const detail = 'a page of an export in HTML, whose times have no zone; request the export again in the format JSON';
  const refusal = { reason: 'not-supported', detail } as const;
  return { format: PAGES, confidence: 0.95, why: 'a page of Threads’ export', role: 'refused', refusal };
}
