/** What an account says of itself: an answer of `user/<name>/about`. */
import type { ProfileReading, RefusedItem } from '../../core/reading.js';
import { accountItems, present, storableItems, webAddress } from '../shared/items.js';
import { asNumber, asObject, asString, parseJson } from '../shared/json.js';
import { isNobody } from './gone.js';
import { epochOf } from './time.js';
import { personOf } from './uri.js';

/** `{"kind":"t2","data":{"name":"nour","id":"abc","created_utc":…,"is_suspended":true}}` */
export function readAccount(body: Uint8Array): readonly (ProfileReading | RefusedItem)[] {
  const data = asObject(asObject(parseJson(body))?.['data']) ?? {};
  const name = asString(data['name']);
  const actor = name === undefined || isNobody(name) ? undefined : personOf(name);
  if (!actor) return accountItems(undefined);
  const page = asObject(data['subreddit']);
  const id = asString(data['id']);
  const profile = present({
    handle: name,
    name: asString(page?.['title']),
    summary: asString(page?.['public_description']),
    icon: webAddress(data['icon_img']),
    image: webAddress(page?.['banner_img']),
    published: epochOf(data['created_utc']),
    extra: id === undefined ? undefined : { fullname: `t2_${id}` },
  });
  const karma = asNumber(data['total_karma']);
  const counted = karma !== undefined && Number.isSafeInteger(karma);
  const status = data['is_suspended'] === true ? 'suspended' : 'active';
  return storableItems(body, accountItems({ actor, profile, ...(counted && { metrics: { karma } }) }, status));
}
