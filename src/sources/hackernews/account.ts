/** What an account says of itself: an answer of `user/<name>.json`. */
import type { ProfileReading, RefusedItem } from '../../core/reading.js';
import { accountItems, countOf, present, storableItems } from '../shared/items.js';
import { asString, isObject, parseJson } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { timeOf } from './item.js';
import { wordsOf } from './text.js';
import { personOf } from './uri.js';

/** `{"id":"nour","created":1173923446,"karma":2,"about":"…"}` */
export function readAccount(body: Uint8Array, { options }: CaptureContext): readonly (ProfileReading | RefusedItem)[] {
  const user = parseJson(body);
  const name = isObject(user) ? asString(user['id']) : undefined;
  const actor = name === undefined ? undefined : personOf(name);
  if (!isObject(user) || name === undefined || !actor) return accountItems(undefined);
  const { text } = wordsOf(asString(user['about']));
  const karma = countOf(user['karma']);
  const profile = present({ handle: name, summary: text, published: timeOf(user['created'], [], options.timezone) });
  return storableItems(body, accountItems({ actor, profile, ...(karma !== undefined && { metrics: { karma } }) }));
}
