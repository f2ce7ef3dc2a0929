/** Hashtags, mentions, custom emoji. */
import type { Tag } from '../../core/content.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { objectsOf, typesOf } from './ld.js';
import { hostOf, tryActorUri } from './uri.js';

/** `tag` of an ActivityPub object. Links among it are quotes (FEP-e232) and stand elsewhere. */
export function activityTags(value: unknown): Tag[] {
  return objectsOf(value).flatMap((tag): Tag[] => {
    const name = asString(tag['name']) ?? '';
    const types = typesOf(tag);
    if (types.includes('Hashtag')) return named('Hashtag', name.replace(/^#/, ''));
    if (types.includes('Emoji')) return named('Emoji', name.replace(/^:|:$/g, ''));
    if (types.includes('Mention')) return mention(name.replace(/^@/, ''), asString(tag['href']));
    return [];
  });
}

/** `tags`, `mentions` and `emojis` of a status. */
export function restTags(status: JsonObject): Tag[] {
  return [
    // Very old answers list hashtags as bare words.
    ...asArray(status['tags']).flatMap((tag) =>
      named('Hashtag', asString(tag) ?? asString(asObject(tag)?.['name']) ?? ''),
    ),
    ...asArray(status['mentions'])
      .filter(isObject)
      .flatMap((each) => restMention(each)),
    ...asArray(status['emojis']).flatMap((emoji) => named('Emoji', asString(asObject(emoji)?.['shortcode']) ?? '')),
  ];
}

function named(type: Tag['type'], name: string): Tag[] {
  return name === '' ? [] : [{ type, name }];
}

function mention(name: string, href: string | undefined): Tag[] {
  const actor = tryActorUri(href);
  const handle = fullHandle(name, href);
  if (handle === '') return actor ? [{ type: 'Mention', name: actor, href: actor }] : [];
  return [{ type: 'Mention', name: handle, ...(actor && { href: actor }) }];
}

/** The `url` of a mention is a profile page, no actor's URI. */
function restMention(each: JsonObject): Tag[] {
  const handle = fullHandle(asString(each['acct']) ?? asString(each['username']) ?? '', asString(each['url']));
  const actor = tryActorUri(each['uri']);
  return handle === '' ? [] : [{ type: 'Mention', name: handle, ...(actor && { href: actor }) }];
}

/** `user@host`: people of the server that speaks are given without a host. */
export function fullHandle(acct: string, url: string | undefined): string {
  if (acct === '' || acct.includes('@')) return acct;
  const host = url === undefined ? undefined : hostOf(url);
  return host === undefined ? acct : `${acct}@${host}`;
}
