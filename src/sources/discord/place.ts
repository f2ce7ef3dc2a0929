/** Where messages stand: server, channel, and who can see them there. */
import type { Visibility } from '../../core/content.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { isId } from './uri.js';

export interface Place {
  /** `0` for conversations outside of servers. */
  readonly guild?: string;
  readonly channel?: string;
  readonly visibility: Visibility;
}

/** The exporter's head: all that stands before `"messages"`. */
export function headOf(head: Uint8Array): JsonObject | undefined {
  const first = asObject(peekJson(head)?.values[0]);
  return asObject(first?.['guild']) && asObject(first?.['channel']) ? first : undefined;
}

export function placeOfHead(head: JsonObject): Place {
  const [guild, channel] = [asObject(head['guild'])?.['id'], asObject(head['channel'])?.['id']];
  return {
    visibility: isPrivate(head) ? 'direct' : 'group',
    ...(isId(guild) && { guild }),
    ...(isId(channel) && { channel }),
  };
}

/** A conversation of two, or of a few who invited each other: no server, and no door. */
export function isPrivate(head: JsonObject): boolean {
  const type = asString(asObject(head['channel'])?.['type']) ?? '';
  return asObject(head['guild'])?.['id'] === '0' || /^Direct/.test(type);
}
