/** One record to readings: a post, a comment, a message, something liked or saved, a line of a browser’s capture. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { guarded, storableItems, type Item } from '../shared/items.js';
import { asObject, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { addressesOf } from '../shared/meta-maps.js';
import { readMessage, threadOf } from '../shared/meta-message.js';
import { isMediaPost, isOldMedia, readMediaPost } from '../shared/meta-post.js';
import { readWebPost } from '../shared/meta-web.js';
import { accountOf, firstValue, ordinalOf, ownerOf, parseMeta } from '../shared/meta.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import type { CaptureContext } from '../source.js';
import { readComment } from './comment.js';
import { readConversation } from './conversation.js';
import { fromGraph, isGraph } from './graphql.js';
import { isConversation, isRow, listsOf, type List } from './kinds.js';
import { ACCOUNT, CAPTURED, COMMENTS, MESSAGES, PAGES, REFERENCES } from './recognise.js';
import { locate, NAMING } from './uri.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  if (context.format === PAGES) throw new Rejection('not-supported', 'a page; request the export in the format JSON');
  // What the site itself loaded is not garbled.
  if (context.format === CAPTURED)
    return storableItems(
      record,
      guarded(() => readCaptured(parseJson(record))),
    );
  const value = parseMeta(record);
  return storableItems(
    record,
    isObject(value) ? guarded(() => read(value, context)) : guarded(() => readRow(value, context)),
  );
}

function readCaptured(value: unknown): readonly Reading[] {
  const captured = capturedOf(value);
  if (!captured) throw new Rejection('not-a-post', 'no line of Zeeschuimer’s');
  const { observedAt } = captured;
  // A post, or the node of a list that it stands in.
  const data = asObject(captured.data['media']) ?? asObject(captured.data['node']) ?? captured.data;
  return readWebPost(isGraph(data) ? fromGraph(data) : data, NAMING, observedAt);
}

function read(value: JsonObject, context: CaptureContext): readonly Item[] {
  const owner = ownerOf('instagram', context);
  if (context.format === ACCOUNT) {
    throw new Rejection('not-a-post', `about the account, no post: ${Object.keys(value).slice(0, 4).join(', ')}`);
  }
  if (context.format === MESSAGES) {
    if (isConversation(value)) return readConversation(value, owner, context);
    return [
      readMessage(value, threadOf(asObject(firstValue(context)), context.path), owner, ordinalOf(context), context),
    ];
  }
  if (context.format === REFERENCES) return [readReference(value, context)];
  if (context.format === COMMENTS)
    return [readComment(value, owner, ordinalOf(context), context.path, context.options.timezone)];
  if (!isMediaPost(value) && !isOldMedia(value) && !('media' in value || 'uri' in value)) {
    throw new Rejection('not-a-post', `no post: ${Object.keys(value).slice(0, 6).join(', ')}`);
  }
  const list = listOf(value, context);
  return [
    readMediaPost(value, {
      owner,
      name: list?.name ?? 'post',
      path: context.path,
      ordinal: ordinalOf(context),
      isDeleted: list?.key === 'ig_recently_deleted_media',
      timezone: context.options.timezone,
    }),
  ];
}

/** Of several lists in media.json, the one that the file’s folder tells: `stories/201804/….jpg`. */
function listOf(value: JsonObject, context: CaptureContext): List | undefined {
  const lists = listsOf(firstValue(context));
  const folder = /^(\w+)\//.exec(String(value['path']))?.[1];
  return lists.find(({ key }) => key === folder) ?? lists[0];
}

function readRow(value: unknown, context: CaptureContext): readonly Item[] {
  if (!isRow(value)) throw new Rejection('not-a-post', 'a value that is no object, where an item was looked for');
  if (context.format === COMMENTS) {
    const owner = ownerOf('instagram', context);
    return [readComment(value, owner, ordinalOf(context), context.path, context.options.timezone)];
  }
  throw new Rejection(
    'no-identity',
    'something liked or saved, of which the export says when and whose, but not which',
  );
}

/** What an account liked or saved, where the record has the address of it. */
function readReference(value: JsonObject, context: CaptureContext): Reading {
  const first = asObject(firstValue(context));
  const key = listsOf(first)[0]?.key ?? '';
  const target = addressesOf(value)
    .map(locate)
    .find((uri) => uri !== undefined);
  if (!target) {
    throw new Rejection('no-identity', 'something liked or saved without the address of a post: only names and a time');
  }
  if (/comment/.test(key) || (first === undefined && /comments?\b/.test(context.path))) {
    throw new Rejection('no-identity', 'a like of a comment, of which only the post is named');
  }
  const isSaved = key.startsWith('saved_') || (key === '' && /(?:^|\/)saved/.test(context.path));
  const by = accountOf(ownerOf('instagram', context));
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind: isSaved ? 'bookmark' : 'like', target, by }],
  };
}
