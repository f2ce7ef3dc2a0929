/** One record to readings: a post, a comment, a picture, a message, a reaction. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { guarded, storableItems, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { readMessage, threadOf } from '../shared/meta-message.js';
import { accountOf, firstValue, ordinalOf, ownerOf, parseMeta } from '../shared/meta.js';
import type { CaptureContext } from '../source.js';
import { isAlbum, kindOfItem, listsOf } from './kinds.js';
import { readItem } from './post.js';
import { ACCOUNT, MESSAGES, PAGES, REACTIONS } from './recognise.js';
import { locate } from './uri.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  if (context.format === PAGES) throw new Rejection('not-supported', 'a page; request the export in the format JSON');
  const value = parseMeta(record);
  if (!isObject(value)) throw new Rejection('not-a-post', 'a value that is no object, where an item was looked for');
  return storableItems(
    record,
    guarded(() => read(value, context)),
  );
}

function read(value: JsonObject, context: CaptureContext): readonly Reading[] {
  const owner = ownerOf('facebook', context);
  if (context.format === ACCOUNT) {
    throw new Rejection('not-a-post', `about the account, no post: ${Object.keys(value).slice(0, 4).join(', ')}`);
  }
  const first = firstValue(context);
  if (context.format === MESSAGES) {
    return [readMessage(value, threadOf(asObject(first), context.path), owner, ordinalOf(context), context)];
  }
  if (context.format === REACTIONS) return [readReaction(value, context)];
  const album = isObject(first) && isAlbum(first) ? asString(first['name']) : undefined;
  const kind = kindOfItem(value);
  const isItem = ['timestamp', 'creation_timestamp', 'data', 'attachments', 'uri'].some((key) => key in value);
  if (kind === undefined && !isItem) {
    throw new Rejection('not-a-post', `neither post nor comment: ${Object.keys(value).slice(0, 6).join(', ')}`);
  }
  if (kind === 'reaction' || kind === 'labelled') return [readReaction(value, context)];
  return readItem(value, { owner, name: nameOf(first, kind), path: context.path, ordinal: ordinalOf(context), album });
}

/** Of several lists in one file, the one whose items look like this one. */
function nameOf(first: unknown, kind: string | undefined): string {
  const lists = listsOf(first);
  const found = lists.find(({ item }) => item === kind) ?? lists[0];
  const name = found?.name ?? kind ?? 'post';
  return name === 'media' ? 'photo' : name;
}

/** What an account reacted to or saved, where the record has the address of it. */
function readReaction(value: JsonObject, context: CaptureContext): Reading {
  const target = addressesIn(value, 0)
    .map(locate)
    .find((uri) => uri !== undefined);
  if (!target) {
    const detail = 'a reaction or a saved thing without the address of a post: only names and a time';
    throw new Rejection('no-identity', detail);
  }
  const isSaved =
    /(?:^|\/)(?:saved|saves)|saved_items/.test(context.path) || 'saves_v2' in (asObject(firstValue(context)) ?? {});
  const by = accountOf(ownerOf('facebook', context));
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind: isSaved ? 'bookmark' : 'like', target, by }],
  };
}

function addressesIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return value.startsWith('http') ? [value] : [];
  if (depth > 12) return [];
  if (Array.isArray(value)) return asArray(value).flatMap((each) => addressesIn(each, depth + 1));
  return isObject(value) ? Object.values(value).flatMap((each) => addressesIn(each, depth + 1)) : [];
}
