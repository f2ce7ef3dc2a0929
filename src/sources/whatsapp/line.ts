/** A message's bytes, taken apart: when, who, what. The same for the survey and for reading. */
import { Rejection } from '../../core/errors.js';
import { decodeUtf8 } from '../shared/json.js';
import { headOf, INVISIBLE, type Head } from './head.js';

export interface Line {
  readonly head: Head;
  /** Undefined for what WhatsApp tells: `Hanna created group “…”`. */
  readonly sender: string | undefined;
  readonly text: string;
}

/** Contacts' names are shorter, and hold none of the quotes that notices put around a subject. */
const MAX_SENDER = 100;
const MARKS_BEFORE = new RegExp(`^[${INVISIBLE}]+`, 'u');

export function lineOf(record: Uint8Array): Line {
  const text = decodeUtf8(record);
  const head = headOf(text);
  if (!head) throw new Rejection('malformed', 'no date and time at its beginning');
  const rest = text.slice(head.end).replaceAll('\r\n', '\n');
  const colon = rest.indexOf(':');
  const name = colon > 0 && colon <= MAX_SENDER ? rest.slice(0, colon) : '';
  if (name === '' || /["“”«»\n]/u.test(name)) return { head, sender: undefined, text: rest };
  const after = rest.slice(colon + 1);
  return { head, sender: name.replace(MARKS_BEFORE, '').trim(), text: after.startsWith(' ') ? after.slice(1) : after };
}
