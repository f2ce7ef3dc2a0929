import { Rejection } from '../../core/errors.js';
import { headerOf } from '../shared/csv.js';
import { asArray, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { isTable } from './crawler.js';
import { itemsOf, kindOf, type Kind } from './kinds.js';

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;

export function recognise({ head }: MemberHead): Recognition | null {
  return recogniseJson(head) ?? recogniseTable(head);
}

function recogniseJson(head: Uint8Array): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const first = peek.values[0];
  if (isObject(first) && isCrawlerFile(first)) {
    return {
      format: 'weibo-api',
      confidence: 0.95,
      why: 'a list of statuses as weibo-crawler writes it',
      role: 'records',
    };
  }
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  const found = samples.map((sample) => [sample, kindOf(sample)] as const).find(([, kind]) => kind !== undefined);
  if (!found) return null;
  const [value, kind] = found;
  return verdict(value, kind!, samples.length === 1 && !peek.cut);
}

/** `{"user":{…},"weibo":[…]}` */
export function isCrawlerFile(value: JsonObject): boolean {
  const first = asArray(value['weibo'])[0];
  return isObject(first) && kindOf(first) === 'crawler';
}

function verdict(value: JsonObject, kind: Kind, alone: boolean): Recognition {
  const found = { format: 'weibo-api', confidence: 0.95, why: `a ${kind} as Weibo gives it` };
  if (kind === 'user' || kind === 'error') {
    const detail =
      kind === 'user'
        ? 'an account, no status; hand in its statuses'
        : 'the server answered with an error; fetch it again';
    const refusal = { reason: kind === 'user' ? 'users' : 'error-body', detail } as const;
    // An error body has few keys, and they are not only Weibo’s.
    return alone
      ? { ...found, confidence: kind === 'user' ? 0.9 : 0.7, role: 'refused', refusal }
      : { ...found, role: 'records' };
  }
  const empty =
    kind === 'page' && ['statuses', 'comments', 'reposts'].every((list) => asArray(value[list]).length === 0);
  if (alone && empty) {
    return { ...found, role: 'refused', refusal: { reason: 'empty', detail: 'a page without statuses' } };
  }
  if (alone && kind === 'mobile' && itemsOf(value['data']).length === 0) {
    return { ...found, confidence: 0.6, role: 'records' };
  }
  return { ...found, role: 'records' };
}

function recogniseTable(head: Uint8Array): Recognition | null {
  try {
    if (!isTable(headerOf(head).names)) return null;
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
  const why = 'a table with the columns of weibo-crawler and its like';
  return { format: 'weibo-table', confidence: 0.92, why, role: 'records' };
}
