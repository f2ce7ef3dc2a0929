import { isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { isCapturedFrom } from '../shared/zeeschuimer.js';
import type { MemberHead, Recognition } from '../source.js';
import { kindOf, REFUSALS, type Kind } from './kinds.js';

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;

/** Mastodon's source leaves these files alone; the confidence says so as well, being the higher. */
export function recognise({ head }: MemberHead): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  if (isCapturedFrom(peek.values, ['truthsocial.com'])) {
    const why = 'lines that Zeeschuimer captured on truthsocial.com';
    return { format: 'truthsocial-zeeschuimer', confidence: 0.97, why, role: 'records' };
  }
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  const kinds = samples.map(kindOf).filter((kind) => kind !== undefined);
  if (kinds.length === 0) return null;
  const found = { format: 'truthsocial-api', confidence: 0.97, why: `a ${kinds[0]} of truthsocial.com` };
  const refusal = kinds.every((kind) => kind === kinds[0]) ? REFUSALS[kinds[0] as Kind] : undefined;
  return refusal ? { ...found, role: 'refused', refusal } : { ...found, role: 'records' };
}
