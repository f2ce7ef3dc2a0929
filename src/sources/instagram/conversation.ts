/** A conversation of the exports of 2018 to 2020, which stands as a whole in messages.json. */
import { Rejection } from '../../core/errors.js';
import { msOf, parseIso } from '../../core/time.js';
import { guarded, type Item } from '../shared/items.js';
import { asArray, asString, isObject, type JsonObject } from '../shared/json.js';
import { messageKey, participantsOf, readMessage, threadOf } from '../shared/meta-message.js';
import type { Owner } from '../shared/meta.js';
import type { CaptureContext } from '../source.js';

export function readConversation(value: JsonObject, owner: Owner, context: CaptureContext): readonly Item[] {
  const people = participantsOf(value);
  // What names the conversation are its people: the file is one for all.
  const thread = threadOf({ participants: people?.map((name) => ({ name })) }, '');
  const met = new Map<string, number>();
  return asArray(value['conversation']).flatMap((each) =>
    guarded(() => {
      if (!isObject(each)) throw new Rejection('not-a-post', 'a message that is no object');
      const message = asMessage(each);
      const key = messageKey(message);
      const ordinal = key === undefined ? 0 : (met.get(key) ?? 0);
      if (key !== undefined) met.set(key, ordinal + 1);
      return [readMessage(message, thread, owner, ordinal, context)];
    }),
  );
}

/** As the exports since write it. */
function asMessage(old: JsonObject): JsonObject {
  const sent = parseIso(asString(old['created_at']) ?? '');
  const link = asString(old['media_share_url']) ?? asString(old['story_share']) ?? asString(old['link']);
  const media = asString(old['media']);
  return {
    sender_name: old['sender'],
    timestamp_ms: sent ? msOf(sent) : undefined,
    content: asString(old['text']),
    ...(link !== undefined && {
      share: { link, share_text: old['media_share_caption'], original_content_owner: old['media_owner'] },
    }),
    ...(media !== undefined && { media: { uri: media } }),
    reactions: asArray(old['likes']),
  };
}
