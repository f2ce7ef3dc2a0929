import type { ActorReading } from '../../core/reading.js';
import { parseIso } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';
import { countOf, present, presentOrNothing, webAddress } from '../shared/items.js';
import { asBoolean, asString, type JsonObject } from '../shared/json.js';
import { tryAccountUri } from './uri.js';

/** Undefined where there is no number: a handle names nobody for long. */
export function accountReading(account: JsonObject | undefined): ActorReading | undefined {
  const actor = tryAccountUri(account?.['id']);
  if (!account || !actor) return undefined;
  const note = asString(account['note']);
  const profile = present({
    type: account['bot'] === true ? 'Service' : undefined,
    handle: asString(account['acct']) ?? asString(account['username']),
    name: asString(account['display_name']),
    summary: note === undefined ? undefined : htmlToText(note),
    location: nonEmpty(account['location']),
    url: webAddress(account['url']),
    icon: webAddress(account['avatar']),
    image: webAddress(account['header']),
    published: parseIso(asString(account['created_at']) ?? ''),
    locked: asBoolean(account['locked']),
    verified: asBoolean(account['verified']),
    extra: extraOf(account),
  });
  // A suspended account is shown emptied: that is the platform's doing, no profile that anybody wrote.
  if (account['suspended'] === true) {
    return { actor, profile: present({ handle: profile.handle, url: profile.url, extra: { suspended: true } }) };
  }
  const metrics = presentOrNothing({
    followers: countOf(account['followers_count']),
    following: countOf(account['following_count']),
    statuses: countOf(account['statuses_count']),
  });
  return { actor, profile, ...(metrics && { metrics }) };
}

function extraOf(account: JsonObject): { website: string } | undefined {
  const website = nonEmpty(account['website']);
  return website === undefined ? undefined : { website };
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
