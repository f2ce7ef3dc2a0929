/**
 * The export as texts (`Comments.txt`, `Posts.txt`): a block for each item.
 *
 *   Date: 2021-05-14 17:30:36 UTC
 *   Comment: the words,
 *   which may take several lines
 */
import type { RecordRange } from '../source.js';
import { decodeUtf8, type JsonObject } from '../shared/json.js';

const KEYS =
  /^(Date|Comment|Photo|Url|Link|Video Link|Likes?(?:\(s\))?|Who ?[cC]an ?[vV]iew|Allow [\w ]+|Allow[A-Z]\w+|Title|Sound|Location|Add Yours Text|AddYoursText|Content Disclosure|ContentDisclosure|AI[- ]?Generated Content|AIGeneratedContent|Video|Cover Image): ?(.*)$/;

export function isBlocks(text: string): 'posts' | 'comments' | 'private' | undefined {
  const match =
    /^\ufeff?\s*Date: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC)?\r?\n(?:(Comment): |(?:Link|Video|Video Link): )/.exec(
      text,
    );
  if (!match) return undefined;
  if (match[1] !== undefined) return 'comments';
  const block = text.slice(0, 4_000).split(/\r?\n\s*\r?\n/)[0]!;
  return /^(?:Likes?(?:\(s\))?|Who ?[cC]an ?[vV]iew): /m.test(block) ? 'posts' : 'private';
}

/** From each line that begins with `Date: ` and a year, up to the next. */
export async function* splitBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let base = 0;
  let rest = Buffer.alloc(0);
  let open = -1;
  let lineStart = true;
  for await (const chunk of chunks) {
    const text = Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      if (lineStart) {
        // `Date: 20` and the mark that may precede the first line.
        if (text.length - at < 11) break;
        const skip = base + at === 0 && text[0] === 0xef ? 3 : 0;
        if (text.toString('latin1', at + skip, at + skip + 8) === 'Date: 20') {
          if (open >= 0) yield { offset: open, length: base + at - open };
          open = base + at + skip;
        }
        lineStart = false;
      }
      const newline = text.indexOf(0x0a, at);
      at = newline < 0 ? text.length : newline + 1;
      if (newline < 0) break;
      lineStart = true;
    }
    rest = text.subarray(at);
    base += at;
  }
  if (open >= 0) yield { offset: open, length: base + rest.length - open };
}

/** The block under the names that the JSON file has. */
export function blockOf(record: Uint8Array): JsonObject {
  const item: Record<string, string> = {};
  let last: string | undefined;
  for (const line of decodeUtf8(record).replace(/\s+$/, '').split(/\r?\n/)) {
    const match = KEYS.exec(line);
    // Only a comment’s words take several lines.
    if (match && !(last === 'Comment' && match[1] === 'Date')) {
      last = nameOf(match[1]!);
      item[last] = match[2]!;
    } else if (last !== undefined) {
      item[last] += `\n${line}`;
    }
  }
  return item;
}

function nameOf(key: string): string {
  if (key.startsWith('Like')) return 'Likes';
  if (key.startsWith('Who')) return 'WhoCanView';
  return key === 'Video' || key === 'Video Link' ? 'Link' : key;
}
