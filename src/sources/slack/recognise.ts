/** What a file of a workspace's export, or of slackdump, is. */
import { asArray, asObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { isChannel, isTs, isUser } from './uri.js';

export const MESSAGES = 'slack-messages';
export const LISTS = 'slack-lists';

export function recognise({ path, head }: MemberHead): Recognition | null {
  if (/(?:^|\/)__uploads\/F[A-Z0-9]{6,}\//.test(path)) {
    return { format: MESSAGES, confidence: 0.5, why: 'a file in __uploads, as slackdump keeps them', role: 'media' };
  }
  const first = peekJson(head)?.values[0];
  const envelope = asObject(first);
  if (envelope) return recogniseObject(envelope);
  const entry = asObject(asArray(first)[0]);
  if (!entry) return null;
  if (isMessage(entry)) return messages(path, 'messages with `ts` and `type`, as a workspace’s export has them');
  if (isUser(entry['id']) && 'team_id' in entry && asObject(entry['profile'])) {
    return { format: LISTS, confidence: 0.95, why: 'people of a workspace, with team_id and profile', role: 'survey' };
  }
  if (isChannel(entry['id']) && 'created' in entry && 'members' in entry) {
    return { format: LISTS, confidence: 0.95, why: 'channels of a workspace, with their members', role: 'survey' };
  }
  if ('service_id' in entry && 'change_type' in entry) {
    return { format: LISTS, confidence: 0.9, why: 'the log of integrations', role: 'sealed' };
  }
  return null;
}

function recogniseObject(envelope: JsonObject): Recognition | null {
  if (isMessage(envelope)) return messages('', 'one message with `ts` and `type`');
  const list = asArray(envelope['messages']);
  const first = asObject(list[0]);
  if (!first || !isMessage(first)) return null;
  if (isChannel(envelope['channel_id']))
    return messages(envelope['channel_id'], 'a channel with its messages, as slackdump writes them');
  return envelope['ok'] === true ? messages('', 'an answer of conversations.history') : null;
}

/** `ts` to the microsecond as text is Slack's alone; `type` says message in every rendering. */
function isMessage(value: JsonObject): boolean {
  return (
    isTs(value['ts']) && value['type'] === 'message' && ('text' in value || 'subtype' in value || 'blocks' in value)
  );
}

function messages(place: string, why: string): Recognition {
  const found = { format: MESSAGES, confidence: 0.95, why } as const;
  return isPrivate(place) ? { ...found, role: 'sealed', opensWith: 'direct' } : { ...found, role: 'records' };
}

/** Conversations of two have ids with D; those of several are folders named mpdm-…. */
export function isPrivate(place: string): boolean {
  const folder = place.includes('/') ? place.split('/').slice(-2)[0]! : place;
  return /^D[A-Z0-9]{7,}$/.test(folder) || folder.startsWith('mpdm-');
}
