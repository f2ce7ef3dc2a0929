import { asObject, isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { HEX_64 } from './uri.js';

const FORMAT = 'nostr-events';
/** Enough to see past the frames that a relay answers with before its events. */
const SAMPLE = 20;
// Backups of some clients are scripts: `const data = [ … ]`.
const ASSIGNMENT = /^\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]*\s*=\s*$/;

export function recognise({ head }: MemberHead): Recognition | null {
  const peek = peekJson(head);
  if (!peek || (peek.prefix.trim() !== '' && !ASSIGNMENT.test(peek.prefix))) return null;
  const values = peek.values.slice(0, SAMPLE).flatMap(eventsIn);
  if (values.some(isEvent)) {
    const why = 'events with `pubkey`, `created_at`, `kind` and `tags`';
    return { format: FORMAT, confidence: 0.97, why, role: 'records' };
  }
  return aboutServer(peek.values[0]);
}

/** The events of a value: itself, a frame's, a list's. */
function eventsIn(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  const list = (value as unknown[]).slice(0, SAMPLE);
  if (typeof list[0] === 'string') return list[0] === 'EVENT' ? [list[list.length - 1]] : [];
  return list.flatMap((each) => (Array.isArray(each) ? eventsIn(each) : [each]));
}

const KEYS = ['id', 'created_at', 'kind', 'tags', 'content', 'sig'];

/** A head may end within the first event, and a list of contacts is longer than a head. */
function isEvent(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { pubkey, id } = value;
  const named = typeof pubkey === 'string' ? HEX_64.test(pubkey) : typeof id === 'string' && HEX_64.test(id);
  return named && KEYS.filter((key) => key in value).length >= 3 && ('kind' in value || 'tags' in value);
}

function aboutServer(value: unknown): Recognition | null {
  const object = asObject(value);
  if (!object) return null;
  if (Array.isArray(object['supported_nips'])) {
    const detail = 'a relay’s description of itself (NIP-11): it holds no events';
    return refusal('a relay’s description', { reason: 'not-a-post', detail });
  }
  const keys = Object.values(asObject(object['names']) ?? {});
  if (keys.length > 0 && keys.every((key) => typeof key === 'string' && HEX_64.test(key))) {
    const detail = 'names and their keys (nostr.json of NIP-05): it holds no events';
    return refusal('names and their public keys', { reason: 'users', detail });
  }
  return null;
}

function refusal(why: string, because: NonNullable<Recognition['refusal']>): Recognition {
  return { format: FORMAT, confidence: 0.9, why, role: 'refused', refusal: because };
}
