/**
 * `/api/read` and `posts.xml`: where its posts lie, and each in the form that the JSON of the same API has.
 *
 *   <tumblr version="1.0"><tumblelog name="nour" timezone="UTC" title="Nour"/><posts start="0" total="2">
 *   <post id="1…" url="…" url-with-slug="…" type="regular" date-gmt="…" unix-timestamp="1481655851" format="html" slug="…">
 *   <regular-title>Title</regular-title><regular-body>&lt;p&gt;words&lt;/p&gt;</regular-body><tag>aleppo</tag></post>
 */
import { Parser } from 'htmlparser2';
import { Rejection } from '../../core/errors.js';
import { decodeUtf8, type JsonObject } from '../shared/json.js';
import type { RecordRange } from '../source.js';

const OPEN = Buffer.from('<post ');
const CLOSE = Buffer.from('</post>');
const MAX_POST = 64 * 1024 * 1024;

/** Posts hold no posts, and what they hold is escaped: from `<post ` to the next `</post>`. */
export async function* splitPosts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let base = 0;
  let rest = Buffer.alloc(0);
  let open = -1;
  for await (const chunk of chunks) {
    const text = Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const mark = open < 0 ? OPEN : CLOSE;
      const found = text.indexOf(mark, at);
      if (found < 0) break;
      at = found + mark.length;
      if (open < 0) {
        open = base + found;
      } else {
        yield range(open, base + at);
        open = -1;
      }
    }
    // A mark may be cut by the chunk's end.
    const keep = Math.max(at, text.length - (CLOSE.length - 1));
    rest = text.subarray(keep);
    base += keep;
  }
  if (open < 0) return;
  const refused = { reason: 'truncated', detail: 'the file ends in the middle of this post' } as const;
  yield { offset: open, length: base + rest.length - open, refused };
}

function range(offset: number, end: number): RecordRange {
  const length = end - offset;
  if (length <= MAX_POST) return { offset, length };
  const detail = `this post has ${length} bytes; the limit is ${MAX_POST}`;
  return { offset, length, refused: { reason: 'too-large', detail } };
}

/** The post's attributes and elements by their names; `tags`, `photos` and `conversation` as lists. */
export function oldPostOf(record: Uint8Array): JsonObject {
  const post: Record<string, unknown> = {};
  const tags: string[] = [];
  const photos: Record<string, unknown>[] = [];
  const lines: Record<string, unknown>[] = [];
  let holder: Record<string, unknown> = post;
  let depth = 0;
  let text = '';
  let attributes: Readonly<Record<string, string>> = {};
  const parser = new Parser(
    {
      onopentag(name, attribs) {
        depth++;
        text = '';
        attributes = attribs;
        if (name === 'post') Object.assign(post, attribs);
        else if (name === 'photo') photos.push((holder = { ...attribs }));
        else if (name === 'tumblelog') post['tumblelog'] = { ...attribs };
      },
      ontext(data) {
        text += data;
      },
      onclosetag(name) {
        depth--;
        if (name === 'tag') tags.push(text);
        else if (name === 'line') lines.push({ ...attributes, phrase: text });
        else if (name === 'photo-url') holder[`photo-url-${attributes['max-width'] ?? ''}`] = text;
        else if (name === 'photo') holder = post;
        else if (!CONTAINERS.has(name)) post[name] = text;
        text = '';
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(decodeUtf8(record));
  parser.end();
  if (depth !== 0) throw new Rejection('malformed', 'the post’s elements are not closed as they should be');
  return {
    ...post,
    tags,
    ...(photos.length > 0 && { photos }),
    ...(lines.length > 0 && { conversation: lines }),
  };
}

const CONTAINERS = new Set(['post', 'photoset', 'conversation', 'tumblelog']);
