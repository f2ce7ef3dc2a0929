import { asArray, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { kindOf, viewsIn } from './kinds.js';
import { isMbin } from './mbin.js';

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;
const API = 'lemmy-api';

export function recognise({ head }: MemberHead): Recognition | null {
  if (head.includes(0)) return null;
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  const kinds = samples.flatMap(kindsIn);
  if (kinds.includes('post') || kinds.includes('comment')) {
    const why = 'views of Lemmy’s API: posts and comments with `ap_id` and a server’s own numbers';
    return { format: API, confidence: 0.94, why, role: 'records' };
  }
  if (kinds.includes('mbin')) {
    const why = 'entries and comments of Mbin’s API (`magazine`, `uv`, `dv`)';
    return { format: API, confidence: 0.92, why, role: 'records' };
  }
  if (kinds.includes('message')) {
    const why = 'private messages as Lemmy’s API gives them';
    return { format: API, confidence: 0.93, why, role: 'sealed', opensWith: 'direct' };
  }
  if (kinds.includes('settings')) {
    const why = 'the settings of an account, with what it follows, blocks and has saved';
    return { format: 'lemmy-settings', confidence: 0.93, why, role: 'sealed', opensWith: 'likes' };
  }
  return refusalOf(kinds);
}

function kindsIn(value: JsonObject): string[] {
  if (isMbin(value)) return ['mbin'];
  const items = asArray(value['items']).filter(isObject);
  if (items.some(isMbin)) return ['mbin'];
  const kind = kindOf(value);
  if (kind !== 'list') return kind === undefined ? [] : [kind];
  const views = viewsIn(value);
  return views.length === 0 ? ['empty'] : views.map((view) => kindOf(view)!);
}

function refusalOf(kinds: readonly string[]): Recognition | null {
  const found = { format: API, role: 'refused' } as const;
  if (kinds.includes('people')) {
    const refusal = {
      reason: 'users',
      detail: 'accounts, communities or a server, no posts; hand in their posts',
    } as const;
    return { ...found, confidence: 0.9, why: 'accounts or communities as Lemmy’s API gives them', refusal };
  }
  if (kinds.includes('empty')) {
    const refusal = { reason: 'empty', detail: 'an answer without posts' } as const;
    return { ...found, confidence: 0.9, why: 'an answer of Lemmy’s API', refusal };
  }
  if (kinds.includes('error')) {
    const refusal = { reason: 'error-body', detail: 'the server answered with an error; fetch it again' } as const;
    return { ...found, confidence: 0.6, why: 'an error in the words of Lemmy’s API', refusal };
  }
  return null;
}
