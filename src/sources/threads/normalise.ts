/** One record to readings: a post, something liked or saved, a line of a browser’s capture. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { guarded, storableItems, type Item } from '../shared/items.js';
import { asArray, asObject, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { addressesOf } from '../shared/meta-maps.js';
import { readMediaPost } from '../shared/meta-post.js';
import { readWebPost } from '../shared/meta-web.js';
import { accountOf, firstValue, ordinalOf, ownerOf, parseMeta } from '../shared/meta.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import type { CaptureContext } from '../source.js';
import { listOf } from './kinds.js';
import { ACCOUNT, CAPTURED, PAGES, REFERENCES } from './recognise.js';
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
  if (!isObject(value)) throw new Rejection('not-a-post', 'a value that is no object, where an item was looked for');
  return storableItems(
    record,
    guarded(() => [read(value, context)]),
  );
}

function readCaptured(value: unknown): readonly Reading[] {
  const captured = capturedOf(value);
  if (!captured) throw new Rejection('not-a-post', 'no line of Zeeschuimer’s');
  const { data, observedAt } = captured;
  // A post, or the thread that it stands in.
  const items = asArray(data['thread_items']).length > 0 ? asArray(data['thread_items']) : [data];
  return items.flatMap((item) => {
    const post = asObject(asObject(item)?.['post']) ?? asObject(item);
    return post ? readWebPost(post, NAMING, observedAt) : [];
  });
}

function read(value: JsonObject, context: CaptureContext): Reading {
  if (context.format === ACCOUNT) throw new Rejection('not-a-post', 'about the account, no post');
  if (context.format === REFERENCES) return readReference(value, context);
  if (!('media' in value)) throw new Rejection('not-a-post', `no post: ${Object.keys(value).slice(0, 6).join(', ')}`);
  const owner = ownerOf('threads', context);
  return readMediaPost(value, { owner, name: 'post', path: context.path, ordinal: ordinalOf(context) });
}

/** What an account liked or saved, where the record has the address of it. */
function readReference(value: JsonObject, context: CaptureContext): Reading {
  const target = addressesOf(value)
    .map(locate)
    .find((uri) => uri !== undefined);
  if (!target) {
    throw new Rejection('no-identity', 'something liked or saved without the address of a post: only names and a time');
  }
  const kind = listOf(firstValue(context))?.kind ?? (/(?:^|\/)saved/.test(context.path) ? 'bookmark' : 'like');
  const by = accountOf(ownerOf('threads', context));
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind: kind === 'bookmark' ? 'bookmark' : 'like', target, by }],
  };
}
