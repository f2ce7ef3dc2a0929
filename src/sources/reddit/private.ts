/** Private messages and chats: sealed unless asked for. Their senders' addresses (IP) are never taken. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { actorUri } from '../../core/uri.js';
import { guarded, present, presentOrNothing, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { isNobody } from './gone.js';
import { nameIn } from './post.js';
import { decoderOf } from './text.js';
import { epochOf, timeOf } from './time.js';
import { chatOf, namedAs, personOf, postOf } from './uri.js';

/** `{"name":"t4_5sbs2u","subject":"hello","author":"nour","dest":"omar","body":"…","created_utc":1466619258.0}` */
export function readMessage(message: JsonObject): readonly Item[] {
  const below = asObject(asObject(message['replies'])?.['data']);
  const replies = asArray(below?.['children'])
    .map((reply) => asObject(asObject(reply)?.['data']))
    .filter(isObject);
  return [message, ...replies].flatMap((each) =>
    guarded(() => {
      const fullname = namedAs('t4', each['name'], each['id']);
      return [messageReading(each, fullname, nameIn(each['author']), epochOf(each['created_utc']), [])];
    }),
  );
}

/** A row of messages.csv: id,permalink,thread_id,date,ip,from,to,subject,body. */
export function readMessageRow(row: JsonObject, timezone: string | undefined): readonly Item[] {
  return guarded(() => {
    const losses: string[] = [];
    const time = timeOf(row['date'], 'date', losses, timezone);
    const named = { ...row, dest: row['to'], parent_id: row['thread_id'] };
    return [messageReading(named, namedAs('t4', row['id']), asString(row['from']), time, losses)];
  });
}

function messageReading(
  message: JsonObject,
  fullname: string | undefined,
  from: string | undefined,
  published: Content['published'],
  losses: string[],
): Reading {
  if (fullname === undefined) throw new Rejection('no-identity', 'a private message without `id` or `name`');
  const decode = decoderOf(message);
  const body = asString(message['body']);
  const subject = asString(message['subject']);
  const thread = namedAs('t4', message['first_message_name'], message['parent_id']);
  const answered = namedAs('t4', message['parent_id']);
  const to = nameIn(message['dest']);
  const content: Content = {
    type: 'Note',
    visibility: 'direct',
    ...present({
      attributedTo: from === undefined || isNobody(from) ? undefined : personOf(from),
      published,
      name: subject === undefined || subject === '' ? undefined : decode(subject),
      text: body === undefined ? undefined : decode(body),
      inReplyTo: answered === undefined || answered === fullname ? undefined : postOf(answered),
      context: thread === undefined ? undefined : postOf(thread),
      extra: presentOrNothing({ to: to === undefined || to === '' ? undefined : to }),
    }),
  };
  return {
    post: postOf(fullname),
    outcome: 'present',
    hand: 'first',
    content,
    ...(losses.length > 0 && { losses }),
  };
}

/** A row of chat_history.csv. */
export function readChatRow(row: JsonObject, timezone: string | undefined): readonly Item[] {
  return guarded(() => {
    const id = asString(row['message_id']) ?? '';
    if (id === '') throw new Rejection('no-identity', 'a row of a chat without `message_id`');
    const losses: string[] = [];
    const published = timeOf(row['created_at'], 'created_at', losses, timezone);
    const changed = timeOf(row['updated_at'], 'updated_at', losses, timezone);
    const updated = published && changed && msOf(changed) > msOf(published) ? changed : undefined;
    const name = asString(row['username']) ?? '';
    const parent = asString(row['thread_parent_message_id']) ?? '';
    const channel = asString(row['channel_url']) ?? '';
    const content: Content = {
      type: 'Note',
      visibility: 'direct',
      ...present({
        attributedTo: name === '' ? undefined : (personOf(name) ?? actorUri(chatOf(`user:${name}`))),
        published,
        updated,
        text: asString(row['message']),
        inReplyTo: parent === '' || parent === '0' ? undefined : chatOf(parent),
        context: channel === '' ? undefined : channel,
        extra: presentOrNothing({
          channel: asString(row['channel_name']) || undefined,
          subreddit: asString(row['subreddit']) || undefined,
        }),
      }),
    };
    return [{ post: chatOf(id), outcome: 'present', hand: 'first', content, ...(losses.length > 0 && { losses }) }];
  });
}
