/** One record to readings: a view, an answer with all that it lists, an export of settings. */
import type { Reading } from '../../core/reading.js';
import type { PostUri } from '../../core/uri.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import { asArray, asNumber, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { kindOf, viewsIn } from './kinds.js';
import { isMbin, mbinThings, readMbin } from './mbin.js';
import { tryPostUri } from './uri.js';
import { readComment, readMessage, readPost } from './view.js';

/** Pages that somebody gathered in one file. */
const MAX_LISTS = 4;

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  return storableItems(record, readAll(parseJson(record), context.options.include.includes('direct')));
}

function readAll(value: unknown, direct: boolean): readonly Item[] {
  const views: JsonObject[] = [];
  const others: Item[] = [];
  gather(value, 0, views, others);
  const numbers = numbersIn(views);
  const first = new Set(
    views.filter((view) => kindOf(view) === 'post').map((view) => asObject(view['post'])?.['ap_id']),
  );
  const items = views.flatMap((view): readonly Item[] => {
    if (isMbin(view)) return mbinThings(view).flatMap((thing) => guarded(() => [readMbin(thing)]));
    switch (kindOf(view)) {
      case 'message':
        if (direct) return guarded(() => [readMessage(view)]);
        return [refused('not-supported', 'a private message: it is kept, and read with --include direct')];
      case 'comment':
        return [...guarded(() => [readComment(view, numbers)]), ...carriedPost(view, first)];
      default:
        return guarded(() => [readPost(view, 'first')]);
    }
  });
  return [...items, ...others];
}

/** The views of a value and of the lists in it; what holds none is said by name. */
function gather(value: unknown, depth: number, views: JsonObject[], others: Item[]): void {
  if (Array.isArray(value)) {
    if (depth >= MAX_LISTS) return void others.push(refused('too-deep', `lists nested deeper than ${MAX_LISTS}`));
    if (value.length === 0) return void others.push(refused('empty', 'an empty list'));
    for (const each of value as unknown[]) gather(each, depth + 1, views, others);
    return;
  }
  if (!isObject(value)) {
    others.push(refused('not-a-post', `${(JSON.stringify(value) ?? 'nothing').slice(0, 80)} is no object`));
    return;
  }
  if (isMbin(value)) return void views.push(value);
  const items = asArray(value['items']).filter(isObject).filter(isMbin);
  if (items.length > 0) return void views.push(...items);
  switch (kindOf(value)) {
    case 'post':
    case 'comment':
    case 'message':
      views.push(value);
      return;
    case 'list': {
      const found = viewsIn(value);
      if (found.length === 0) others.push(refused('empty', 'an answer without posts'));
      views.push(...found);
      return;
    }
    case 'settings':
      others.push(...bookmarks(value));
      return;
    case 'people':
      others.push(refused('users', 'an account, a community or a server, no post; hand in its posts'));
      return;
    case 'error':
      others.push(
        refused('error-body', `the server answered with an error: ${asString(value['error'])!.slice(0, 80)}`),
      );
      return;
    case undefined:
      others.push(refused('not-a-post', `nothing known of Lemmy: ${Object.keys(value).slice(0, 6).join(', ')}`));
  }
}

/** A comment names what it answers by a number of the asked server; the same answer mostly holds that as well. */
function numbersIn(views: readonly JsonObject[]): Map<string, PostUri> {
  const numbers = new Map<string, PostUri>();
  for (const view of views) {
    const comment = asObject(view['comment']);
    const id = asNumber(comment?.['id']);
    const uri = tryPostUri(comment?.['ap_id']);
    if (id !== undefined && uri) numbers.set(String(id), uri);
  }
  return numbers;
}

/** The post that a comment is below, as far as the answer has it: without its author. Once in an answer. */
function carriedPost(view: JsonObject, seen: Set<unknown>): readonly Item[] {
  const post = asObject(view['post']);
  if (!post || seen.has(post['ap_id']) || kindOf({ post }) !== 'post') return [];
  seen.add(post['ap_id']);
  return guarded(() => [readPost({ post, community: view['community'], counts: {} }, 'second')]);
}

/** Whose settings they are is not said. */
function bookmarks(settings: JsonObject): Item[] {
  const saved = [...asArray(settings['saved_posts']), ...asArray(settings['saved_comments'])];
  if (saved.length === 0) return [refused('not-a-post', 'the settings of an account, which has saved nothing')];
  return saved.map((address): Item => {
    const target = tryPostUri(address);
    if (!target) return refused('no-identity', `${JSON.stringify(address).slice(0, 80)} is no address of a post`);
    const reading: Reading = {
      post: target,
      outcome: 'notCaptured',
      hand: 'second',
      references: [{ kind: 'bookmark', target }],
    };
    return reading;
  });
}
