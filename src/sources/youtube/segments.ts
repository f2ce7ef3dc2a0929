/**
 * The words of a comment as Takeout writes them: pieces of JSON, one behind the other.
 *
 *   {"text":"see "},{"text":"5:02","videoLink":{…}},{"text":" and "},{"text":"@nour","mention":{"channelId":"UC…"}}
 *   {"takeoutSegments":[{"text":"before 2024"}]}
 */
import type { Link, Tag } from '../../core/content.js';
import { webAddress } from '../shared/items.js';
import { asArray, asObject, asString, isObject } from '../shared/json.js';
import { channelOf, isChannelId } from './uri.js';

export interface Words {
  readonly text: string;
  readonly link?: readonly Link[];
  readonly tag?: readonly Tag[];
  /** Whether the pieces could not be read, and `text` is the cell as it stands. */
  readonly raw?: true;
}

export function wordsOf(cell: string): Words {
  const start = cell.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return { text: cell };
  const pieces = piecesOf(start) ?? onePiece(start);
  // A comment may begin with a brace of its author's: only what names itself a piece is one.
  if (pieces === undefined) return { text: cell, ...(/^\{"(?:text|takeoutSegments)"/.test(start) && { raw: true }) };
  const link: Link[] = [];
  const tag: Tag[] = [];
  let text = '';
  for (const piece of pieces) {
    const words = asString(piece['text']) ?? '';
    text += words;
    const address = webAddress(asObject(piece['link'])?.['linkUrl']);
    if (address !== undefined) link.push(address === words ? { url: words } : { url: words, expanded: address });
    const channel = asObject(piece['mention'])?.['channelId'];
    if (isChannelId(channel)) tag.push({ type: 'Mention', name: words.replace(/^@/, ''), href: channelOf(channel) });
  }
  return { text, ...(link.length > 0 && { link }), ...(tag.length > 0 && { tag }) };
}

function piecesOf(cell: string): readonly { readonly [key: string]: unknown }[] | undefined {
  const list = parse(cell.startsWith('[') ? cell : `[${cell}]`);
  if (!Array.isArray(list)) return undefined;
  const pieces = list.flatMap((piece: unknown) => {
    const segments = asObject(piece)?.['takeoutSegments'];
    return Array.isArray(segments) ? asArray(segments) : [piece];
  });
  return pieces.length > 0 && pieces.every((piece) => isObject(piece) && 'text' in piece)
    ? pieces.filter(isObject)
    : undefined;
}

/** Exports have been seen that leave the author’s quotes unescaped. While there is one piece, its end is certain. */
function onePiece(cell: string): readonly { readonly [key: string]: unknown }[] | undefined {
  const words = /^\{(?:"takeoutSegments":\[\{)?"text":"([^]*)"\}(?:\]\})?\s*$/.exec(cell)?.[1];
  if (words === undefined || /"\s*\}\s*,\s*\{|"\s*,\s*"/.test(words)) return undefined;
  const text = parse(`"${words.replace(/\\[^]|"/g, (found) => (found === '"' ? '\\"' : found))}"`);
  return typeof text === 'string' ? [{ text }] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Some exports hold line breaks and tabs as they are, where JSON wants them escaped.
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    const escaped = text.replace(/[\u0000-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    try {
      return JSON.parse(escaped) as unknown;
    } catch {
      return undefined;
    }
  }
}
