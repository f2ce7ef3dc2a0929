import { Rejection } from '../../core/errors.js';
import { asArray, isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { kindOf, type Kind } from './kinds.js';
import { isTable } from './table.js';

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;
const API = 'hackernews-api';

export function recognise({ head }: MemberHead): Recognition | null {
  if (head.includes(0)) return null;
  return recogniseJson(head) ?? recogniseTable(head);
}

const WHY: Readonly<Record<Kind, string>> = {
  item: 'items of Hacker News: a type, a number and a time',
  hit: 'hits of Hacker News’s search (`objectID`, `created_at_i`)',
  tree: 'a post of Hacker News’s search with its `children`',
  plain: 'items as HNPWA gives them (`time_ago`)',
  search: 'a page of Hacker News’s search',
  user: 'an account with its `karma`',
  updates: 'numbers of items and names of accounts that changed',
};

function recogniseJson(head: Uint8Array): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  const kinds = samples.map(kindOf);
  const posts = kinds.find((kind) => kind !== undefined && kind !== 'user' && kind !== 'updates');
  if (posts !== undefined) {
    const empty = posts === 'search' && samples.length === 1 && asArray(samples[0]!['hits']).length === 0 && !peek.cut;
    if (!empty) return { format: API, confidence: posts === 'tree' ? 0.93 : 0.95, why: WHY[posts], role: 'records' };
    const refusal = { reason: 'empty', detail: 'a search without hits' } as const;
    return { format: API, confidence: 0.5, why: 'an empty answer of Algolia', role: 'refused', refusal };
  }
  const other = kinds.find((kind) => kind !== undefined);
  if (other === undefined) return null;
  const refusal =
    other === 'user'
      ? ({ reason: 'users', detail: 'an account, no post; hand in its items' } as const)
      : ({ reason: 'lists', detail: 'numbers of items that changed; fetch them and hand them in' } as const);
  return { format: API, confidence: other === 'user' ? 0.9 : 0.7, why: WHY[other], role: 'refused', refusal };
}

function recogniseTable(head: Uint8Array): Recognition | null {
  try {
    if (!isTable(head)) return null;
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
  return { format: 'hackernews-table', confidence: 0.92, why: 'a table with the columns of items', role: 'records' };
}
