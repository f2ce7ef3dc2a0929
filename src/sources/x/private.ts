/** What is sealed unless asked for: direct messages, and the likes, which are other people's texts. */
import { Rejection } from '../../core/errors.js';
import type { Content } from '../../core/content.js';
import type { CaptureContext } from '../source.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { absent, attempt, begin, present, type Draft, type Env, type Item } from './draft.js';
import { cutOf, decode } from './entities.js';
import { ownerOf } from './facts.js';
import { placeholderOutcome } from './placeholders.js';
import { timeOf } from './time.js';
import { actorOf, idFromUrl, idOf, messageOf, postOf } from './uri.js';
import type { Reading } from '../../core/reading.js';

/** `{"like":{"tweetId":…,"fullText":…,"expandedUrl":…}}`: another's text, without author or time. */
export function readLike(record: JsonObject, context: CaptureContext, env: Env): Item[] {
  const like = asObject(record['like'])!;
  const id = idOf(like['tweetId']) ?? idFromUrl(asString(like['expandedUrl']));
  if (id === undefined) throw new Rejection('no-identity', 'a like without tweetId');
  const owner = ownerOf(context);
  const by = owner?.id === undefined ? {} : { by: actorOf(owner.id) };
  const references = [{ kind: 'like', target: postOf(id), ...by } as const];
  const raw = asString(like['fullText']);
  if (raw === undefined) return [{ ...absent(id, 'notCaptured', 'second', env), references }];
  const gone = placeholderOutcome(raw);
  if (gone) return [{ ...absent(id, gone, 'second', env), references }];
  // Whoever likes may follow a protected account.
  const content: Draft<Content> = { type: 'Note', visibility: 'unknown', text: decode(raw) };
  if (cutOf(content.text ?? '', id, [], false) !== 'none') content.cut = ['text'];
  return [{ ...present(id, content, 'second', undefined, undefined, env), references }];
}

/** `{"dmConversation":{"conversationId":…,"messages":[{"messageCreate":{…}}]}}`: a record is a whole conversation. */
export function readConversation(record: JsonObject, env: Env): Item[] {
  const conversation = asObject(record['dmConversation'])!;
  const name = asString(conversation['conversationId']);
  const items = asArray(conversation['messages']).map((value) =>
    attempt(() => readMessage(asObject(value), name, env)),
  );
  if (items.length === 0) throw new Rejection('empty', `the conversation ${name ?? 'without id'} has no messages`);
  return items;
}

function readMessage(entry: JsonObject | undefined, conversation: string | undefined, env: Env): Item {
  const message = asObject(entry?.['messageCreate']);
  if (message === undefined) {
    const [kind = 'nothing'] = Object.keys(entry ?? {});
    throw new Rejection('service-message', `${kind.slice(0, 40)} in a conversation, no message`);
  }
  const id = idOf(message['id']);
  if (id === undefined) throw new Rejection('no-identity', 'a direct message without id');
  const sender = idOf(message['senderId']);
  const content = begin('Note', sender === undefined ? undefined : { id: sender });
  content.visibility = 'direct';
  const text = asString(message['text']);
  if (text !== undefined) content.text = decode(text);
  const published = timeOf(message['createdAt']);
  if (published) content.published = published;
  if (conversation !== undefined) content.context = conversation;
  content.link = asArray(message['urls']).flatMap((value) => {
    const entity = asObject(value);
    const url = asString(entity?.['url']);
    const expanded = asString(entity?.['expanded']);
    return url ? [{ url, ...(expanded && { expanded }) }] : [];
  });
  const media = asArray(message['mediaUrls']).flatMap((url) => asString(url) ?? []);
  content.attachment = media.map((url) => ({
    type: /\.mp4(?:$|\?)/.test(url) ? ('Video' as const) : ('Image' as const),
    url,
  }));
  const reading: Draft<Reading> = { ...present(id, content, 'first', undefined, undefined, env), post: messageOf(id) };
  return reading;
}
