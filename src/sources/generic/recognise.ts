import { Rejection } from '../../core/errors.js';
import { headerOf } from '../shared/csv.js';
import { isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';

/** Never sure enough to be acted upon: only a person's mapping makes posts of such a file. */
const CONFIDENCE = 0.2;

export function recognise({ head, path }: MemberHead): Recognition | null {
  const json = peekJson(head);
  if (json) {
    const first = Array.isArray(json.values[0]) ? (json.values[0] as unknown[])[0] : json.values[0];
    if (!isObject(first)) return null;
    const keys = Object.keys(first).slice(0, 8).join(', ');
    return { format: 'json', confidence: CONFIDENCE, why: `JSON with ${keys}: needs --mapping`, role: 'records' };
  }
  const columns = columnsOf(head, path);
  if (!columns) return null;
  const named = columns.slice(0, 8).join(', ');
  return {
    format: 'table',
    confidence: CONFIDENCE,
    why: `a table with the columns ${named}: needs --mapping`,
    role: 'records',
  };
}

/** A text with one column is a table only by its name. */
function columnsOf(head: Uint8Array, path: string): readonly string[] | undefined {
  try {
    const { names } = headerOf(head);
    return names.length > 1 || /\.(?:csv|tsv)$/i.test(path) ? names : undefined;
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
