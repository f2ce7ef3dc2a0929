import { Rejection } from '../../core/errors.js';
import { headerOf } from '../shared/csv.js';
import { peekJson } from '../shared/peek.js';
import { isCapturedFrom } from '../shared/zeeschuimer.js';
import type { MemberHead, Recognition } from '../source.js';
import { isArticle } from './article.js';
import { DIALECT, MEDIA, isReposts, kindOf, type TableKind } from './tables.js';

export function recognise({ head }: MemberHead): Recognition | null {
  if (head.includes(0)) return null;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8');
  const start = text.slice(0, 4_096).trimStart();
  if (start.startsWith('{') || start.startsWith('[')) return recogniseCapture(head);
  if (/^\ufeff?<(?:!doctype|html|head|body)/i.test(start)) return recogniseArticle(text);
  return recogniseTable(head, text);
}

function recogniseCapture(head: Uint8Array): Recognition | null {
  if (!isCapturedFrom(peekJson(head)?.values ?? [], ['linkedin.com'])) return null;
  const why = 'lines of Zeeschuimer, captured from linkedin.com';
  return { format: 'linkedin-zeeschuimer', confidence: 0.97, why, role: 'records' };
}

function recogniseArticle(text: string): Recognition | null {
  if (!isArticle(text)) return null;
  const why = 'an article’s heading with the line “Created on” beneath it';
  return { format: 'linkedin-article', confidence: 0.95, why, role: 'records' };
}

function recogniseTable(head: Uint8Array, text: string): Recognition | null {
  const found = tableIn(head, text);
  if (!found) return null;
  const why = `a table that begins with ${found.columns}`;
  const of = (format: string) => ({ format, confidence: 0.94, why });
  switch (found.kind) {
    case 'shares':
    case 'comments':
    case 'reposts':
      return { ...of(`linkedin-${found.kind}`), role: 'records' };
    case 'reactions':
    case 'saved':
      return { ...of('linkedin-reactions'), role: 'sealed', opensWith: 'likes' };
    case 'messages':
      return { ...of('linkedin-messages'), role: 'sealed', opensWith: 'direct' };
    case 'media': {
      return { ...of('linkedin-media'), role: 'refused', refusal: { reason: 'lists', detail: MEDIA } };
    }
    case 'profile':
      return { ...of('linkedin-account'), role: 'survey' };
    case 'account':
      return { ...of('linkedin-account'), role: 'sealed', opensWith: 'account' };
  }
}

interface Table {
  readonly kind: TableKind | 'profile';
  readonly columns: string;
}

function tableIn(head: Uint8Array, text: string): Table | undefined {
  // Connections.csv begins with a note on its e-mail addresses.
  if (/^\ufeff?Notes:\r?\n/.test(text) && /\nFirst Name,Last Name,(?:URL,)?Email Address,/.test(text)) {
    return { kind: 'account', columns: 'a note, and the names of connections' };
  }
  try {
    const { names, end } = headerOf(head, DIALECT);
    const columns = names.slice(0, 4).join(', ').slice(0, 80);
    const kind = kindOf(names);
    if (kind === 'account' && names[2]?.toLowerCase() === 'maiden name') return { kind: 'profile', columns };
    if (kind) return { kind, columns };
    const first = Buffer.from(head.buffer, head.byteOffset + end, Math.min(1_000, head.byteLength - end));
    return isReposts(names, first.toString('utf8')) ? { kind: 'reposts', columns } : undefined;
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
