/** A live chat as yt-dlp saves it (`<title> [<id>].live_chat.json`): a line for every moment that the player replays. */
import type { Content } from '../../core/content.js';
import type { ActorReading, Reading } from '../../core/reading.js';
import { timeFromMs, type Time } from '../../core/time.js';
import { guarded, present, presentOrNothing, refused, webAddress, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { runsOf } from './runs.js';
import { channelOf, chatOf, isChannelId, videoOf } from './uri.js';

export function isLiveChat(value: JsonObject): boolean {
  const replay = asObject(value['replayChatItemAction']);
  return replay !== undefined && (Array.isArray(replay['actions']) || 'videoOffsetTimeMsec' in replay);
}

/** The video’s number stands in the file’s name alone: `… [dQw4w9WgXcQ].live_chat.json`, formerly `…-dQw4w9WgXcQ.live_chat.json`. */
export function videoNamedBy(path: string): string | undefined {
  return /(?:\[([\w-]{11})\]|-([\w-]{11}))\.live_chat\.json/.exec(path)?.slice(1).find(Boolean);
}

export function readMoment(value: JsonObject, path: string): readonly Item[] {
  const video = videoNamedBy(path);
  const actions = asArray(asObject(value['replayChatItemAction'])?.['actions']).filter(isObject);
  if (actions.length === 0) return [refused('empty', 'a moment of the chat without anything in it')];
  return actions.flatMap((action) => guarded(() => readAction(action, video)));
}

function readAction(action: JsonObject, video: string | undefined): readonly Item[] {
  const item = asObject(asObject(action['addChatItemAction'])?.['item']);
  if (item) return [readItem(item, video)];
  const replaced = asObject(action['replaceChatItemAction']);
  if (replaced) return [readItem(asObject(replaced['replacementItem']) ?? {}, video)];
  const removed = asObject(action['markChatItemAsDeletedAction']) ?? asObject(action['removeChatItemAction']);
  const target = asString(removed?.['targetItemId']);
  if (target !== undefined) return [{ post: chatOf(target), outcome: 'deleted', hand: 'first' }];
  const name = Object.keys(action).find((key) => key !== 'clickTrackingParams') ?? 'nothing';
  return [refused('service-message', `${name}: what the player does, no message`)];
}

/** What somebody wrote, or paid for. The rest is the platform’s: welcomes, polls, modes, banners. */
const MESSAGES = new Set([
  'liveChatTextMessageRenderer',
  'liveChatPaidMessageRenderer',
  'liveChatPaidStickerRenderer',
  'liveChatMembershipItemRenderer',
]);

function readItem(item: JsonObject, video: string | undefined): Item {
  const kind = Object.keys(item).find((key) => key.endsWith('Renderer'));
  const message = kind === undefined ? undefined : asObject(item[kind]);
  if (kind === 'liveChatPlaceholderItemRenderer') {
    return refused('placeholder', 'a place kept for a message that was not shown yet');
  }
  if (kind === undefined || !message || !MESSAGES.has(kind)) {
    return refused('service-message', `${kind ?? 'an item without a name'}: YouTube’s own words, nobody’s message`);
  }
  const id = asString(message['id']);
  if (id === undefined || id === '') return refused('no-identity', 'a message without `id`');
  return messageReading(id, message, video);
}

function messageReading(id: string, message: JsonObject, video: string | undefined): Reading {
  // A new member's line has a header in the words’ place.
  const words = runsOf(message['message']) ?? runsOf(message['headerSubtext']);
  const author = authorOf(message);
  const content: Content = {
    type: 'Note',
    visibility: 'unknown',
    ...present({
      attributedTo: author?.actor,
      published: timeOf(message['timestampUsec']),
      text: words?.text ?? '',
      link: words?.link,
      context: video === undefined ? undefined : videoOf(video),
      extra: presentOrNothing({
        price: runsOf(message['purchaseAmountText'])?.text,
        sticker: stickerOf(message),
      }),
    }),
  };
  return {
    post: chatOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(author && { actors: [author] }),
  };
}

function stickerOf(message: JsonObject): string | undefined {
  const label = asObject(asObject(asObject(message['sticker'])?.['accessibility'])?.['accessibilityData'])?.['label'];
  return asString(label);
}

/** Microseconds since 1970, in a string. */
function timeOf(value: unknown): Time | undefined {
  const digits = asString(value);
  if (digits === undefined || !/^\d{15,17}$/.test(digits)) return undefined;
  return timeFromMs(Number(digits.slice(0, -3)), 'ms');
}

function authorOf(message: JsonObject): ActorReading | undefined {
  const id = message['authorExternalChannelId'];
  if (!isChannelId(id)) return undefined;
  const name = runsOf(message['authorName'])?.text;
  const pictures = asArray(asObject(message['authorPhoto'])?.['thumbnails']);
  const profile = present({
    handle: name?.startsWith('@') === true ? name.slice(1) : undefined,
    name: name?.startsWith('@') === true ? undefined : name,
    icon: webAddress(asObject(pictures[pictures.length - 1])?.['url']),
  });
  return { actor: channelOf(id), profile };
}
