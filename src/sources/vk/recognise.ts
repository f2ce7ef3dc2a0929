import { asArray, asObject, isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { recogniseArchive } from './archive.js';
import { itemsOf, kindOf } from './kinds.js';

const FORMAT = 'vk-api';
/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;

export function recognise(member: MemberHead): Recognition | null {
  return recogniseApi(member.head) ?? recogniseArchive(member);
}

function recogniseApi(head: Uint8Array): Recognition | null {
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  const within = samples.flatMap((sample) => [sample, ...itemsOf(sample), ...itemsOf(sample).flatMap(itemsOf)]);
  const kinds = new Set(within.map(kindOf));
  if (kinds.has('message')) {
    return { format: FORMAT, confidence: 0.92, why: 'private messages as VK’s API gives them', role: 'sealed' };
  }
  if (kinds.has('post') || kinds.has('comment')) {
    return {
      format: FORMAT,
      confidence: 0.93,
      why: 'posts with `owner_id`, `date` and what VK counts',
      role: 'records',
    };
  }
  const lone = samples.length === 1 ? samples[0]! : undefined;
  const error = asObject(lone?.['error']);
  if (error && typeof error['error_code'] === 'number' && Array.isArray(error['request_params'])) {
    const refusal = { reason: 'error-body', detail: 'the server answered with an error; fetch it again' } as const;
    return { format: FORMAT, confidence: 0.9, why: 'an error of VK’s API', role: 'refused', refusal };
  }
  const people = asArray(lone?.['response']).concat(samples).filter(isObject);
  if (people.some((person) => kindOf(person) === 'user' && ('can_access_closed' in person || 'is_closed' in person))) {
    const refusal = { reason: 'users', detail: 'accounts, no posts; hand in their walls (wall.get)' } as const;
    return { format: FORMAT, confidence: 0.9, why: 'accounts as VK’s API gives them', role: 'refused', refusal };
  }
  return null;
}
