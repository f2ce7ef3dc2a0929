/** Which files are feeds. By their root element and its namespace; names say nothing. */
import { Rejection } from '../../core/errors.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import type { Root } from './feed.js';
import { headOf, type FeedHead } from './head.js';
import { isJsonFeed } from './json.js';

const MARKS = ['<', '\u0000<', '<\u0000'];

export function recognise({ head }: MemberHead): Recognition | null {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4_096)).toString('latin1');
  const first = start.replace(/^(?:\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe)/, '').trimStart();
  if (first.startsWith('{')) return fromJson(head);
  if (!MARKS.some((mark) => first.startsWith(mark))) return null;
  try {
    const found = headOf(head);
    return found ? fromXml(found) : null;
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    if (error.reason === 'invalid-encoding') return null;
    const refusal = { reason: error.reason, detail: error.detail };
    return { format: 'rss', confidence: 0.9, why: 'a feed whose DTD declares entities', role: 'refused', refusal };
  }
}

function fromJson(head: Uint8Array): Recognition | null {
  const value = peekJson(head)?.values[0];
  if (!isJsonFeed(value) || !('items' in value || 'title' in value)) return null;
  return { format: 'jsonfeed', confidence: 0.97, why: '`version` is that of jsonfeed.org', role: 'records' };
}

const FORMATS: Readonly<Record<Root, { readonly format: string; readonly why: string }>> = {
  rss: { format: 'rss', why: 'the root element is `rss`' },
  rdf: { format: 'rss', why: 'RDF that speaks RSS' },
  atom: { format: 'atom', why: 'the root element is Atom’s `feed`' },
  entry: { format: 'atom', why: 'the root element is Atom’s `entry`' },
};

function fromXml({ root, version }: FeedHead): Recognition {
  const { format, why } = FORMATS[root];
  const said = version === '' ? why : `${why}, version ${version.slice(0, 10)}`;
  return { format, confidence: 0.93, why: said, role: 'records' };
}
