/**
 * discord: DiscordChatExporter's JSON, an account's data package, and the API's own answers. README.md has the formats.
 *
 *   {"guild":{"id":"9100…","name":"…"},"channel":{"id":"9100…","type":"GuildTextChat",…},"dateRange":{…},
 *    "messages":[{"id":"9100…","type":"Default","timestamp":"2016-12-13T07:41:49.312+00:00","content":"…","author":{…},…}]}
 */
import { Rejection } from '../../core/errors.js';
import type { Observed } from '../../core/reading.js';
import { parseIso } from '../../core/time.js';
import { rowReader, splitCsv } from '../shared/csv.js';
import { parseExact } from '../shared/exact.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import { asArray, asObject, asString, parseObject, type JsonObject } from '../shared/json.js';
import { splitRecords } from '../shared/split-records.js';
import type { CaptureContext, Source } from '../source.js';
import { readMessage } from './message.js';
import { readOwn } from './own.js';
import { headOf, placeOfHead, type Place } from './place.js';
import { ACCOUNT, API, EXPORTER, listsOf, PACKAGE, PACKAGE_TABLE, recognise } from './recognise.js';
import { factsOf, survey } from './survey.js';
import { isId, locate, messageOf } from './uri.js';

export const discord: Source = {
  manifest: {
    id: 'discord',
    name: 'Discord',
    reader: 1,
    formats: [
      { id: EXPORTER, about: 'one channel as JSON by DiscordChatExporter, whole or in parts' },
      { id: API, about: 'messages as the API or the gateway gives them, as a list or JSON Lines' },
      { id: PACKAGE, about: 'messages.json of a data package (Settings → Data & Privacy → Request all of my data)' },
      { id: PACKAGE_TABLE, about: 'messages.csv of an older data package' },
    ],
    ceilings: [
      'a data package holds the account’s own messages only, and none that were deleted',
      'an edited message is handed out as it is now',
    ],
  },
  readsHead: true,
  recognise,
  survey,
  split: (member, format) => (format === PACKAGE_TABLE ? splitCsv(member) : splitRecords(member, listsOf)),
  locate,
  normalise: (record, context) => storableItems(record, read(record, context)),
};

function read(record: Uint8Array, context: CaptureContext): readonly Item[] {
  switch (context.format) {
    case EXPORTER:
      return [readExported(record, context)];
    case API:
      return readApi(parseObject(record));
    case PACKAGE: {
      const row = asObject(parseExact(record)) ?? {};
      return [
        own(
          row['ID'] ?? row['id'],
          row['Timestamp'] ?? row['timestamp'],
          row['Contents'] ?? row['contents'],
          row['Attachments'] ?? row['attachments'],
          context,
        ),
      ];
    }
    case PACKAGE_TABLE: {
      const { of } = rowReader(context.head)(record);
      return [
        own(
          of['ID'] ?? of['id'],
          of['Timestamp'] ?? of['timestamp'],
          of['Contents'] ?? of['contents'],
          of['Attachments'] ?? of['attachments'],
          context,
        ),
      ];
    }
    case ACCOUNT:
      throw new Rejection('users', 'the account itself: it says whose messages these are, and holds none');
    default:
      throw new Rejection('not-a-post', 'nothing of it is a message');
  }
}

function own(id: unknown, time: unknown, text: unknown, attachments: unknown, context: CaptureContext): Item {
  const { place, owner } = factsOf(context);
  return readOwn({ id, time, text, attachments }, place, owner);
}

// ── DiscordChatExporter ─────────────────────────────────────────────────────────────────────────────────────────────

interface Head {
  readonly place: Place;
  readonly observedAt?: Observed;
}

/** Read once a range: the pipeline hands the same bytes to every record. */
const heads = new WeakMap<Uint8Array, Head>();

function readExported(record: Uint8Array, context: CaptureContext): Item {
  let head = heads.get(context.head);
  if (!head) heads.set(context.head, (head = readHead(context.head)));
  const folder = context.path.split('/').slice(0, -1).join('/');
  return readMessage(parseObject(record), head.place, folder, head.observedAt);
}

function readHead(bytes: Uint8Array): Head {
  const head = headOf(bytes);
  if (!head) return { place: { visibility: 'unknown' } };
  const at = parseIso(asString(head['exportedAt']) ?? '');
  return {
    place: placeOfHead(head),
    ...(at && at.zone !== 'unknown' && { observedAt: { at, basis: 'manifest' as const } }),
  };
}

// ── the API and its gateway ─────────────────────────────────────────────────────────────────────────────────────────

function readApi(value: JsonObject): readonly Item[] {
  const told = asObject(value['d']);
  const event = asString(value['t']);
  if (told && event !== undefined) return readEvent(event, told);
  return [readMessage(value, placeOfApi(value), '')];
}

function readEvent(event: string, told: JsonObject): readonly Item[] {
  if (event === 'MESSAGE_DELETE' || event === 'MESSAGE_DELETE_BULK') {
    const ids = (event === 'MESSAGE_DELETE' ? [told['id']] : asArray(told['ids'])).filter(isId);
    if (ids.length === 0) throw new Rejection('no-identity', 'a deletion that does not say of which message');
    return ids.map((id) => ({ post: messageOf(id), outcome: 'deleted', hand: 'first' }));
  }
  if (event !== 'MESSAGE_CREATE' && event !== 'MESSAGE_UPDATE') {
    return [refused('service-message', `the gateway tells of ${event}, no message`)];
  }
  // An update may carry what changed and nothing else: the words are then not said.
  if (!('content' in told) || !asObject(told['author'])) {
    return [refused('not-a-post', 'a change of something beside the words (embeds, pins): nothing of it is content')];
  }
  return guarded(() => [readMessage(told, placeOfApi(told), '')]);
}

function placeOfApi(message: JsonObject): Place {
  const { guild_id: guild, channel_id: channel } = message;
  return {
    // Only the gateway says in which server it was; without it nothing is known of who may see it.
    visibility: isId(guild) ? 'group' : 'unknown',
    ...(isId(guild) && { guild }),
    ...(isId(channel) && { channel }),
  };
}
