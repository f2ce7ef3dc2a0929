/** Profiles: ActivityPub actors and REST accounts. */
import type { Json } from '../../core/canonical.js';
import type { Profile } from '../../core/content.js';
import type { ActorReading, ProfileReading, RefusedItem } from '../../core/reading.js';
import type { ActorUri } from '../../core/uri.js';
import { htmlToText } from '../shared/html.js';
import { accountItems, storableItems } from '../shared/items.js';
import { asArray, asBoolean, asObject, asString, isObject, parseJson, type JsonObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { count, countOf, hrefOf, idOf, listOf, objectsOf, pageOf, present, typesOf } from './ld.js';
import { fullHandle } from './tags.js';
import { timeOf } from './text.js';
import { authorInUri, tryActorUri, webUrl } from './uri.js';

/** An actor that is inlined, or an archive's actor.json. Undefined when there is only a name, or no usable id. */
export function actorReading(value: unknown): ActorReading | undefined {
  const actor = asObject(listOf(value)[0]);
  const uri = tryActorUri(idOf(actor));
  if (!actor || !uri) return undefined;
  const username = asString(actor['preferredUsername']);
  const summary = asString(actor['summary']);
  const fields = objectsOf(actor['attachment']).filter((each) => typesOf(each).includes('PropertyValue'));
  const profile = present({
    type: typesOf(actor)[0],
    handle: asString(actor['webfinger']) ?? (username === undefined ? undefined : fullHandle(username, uri)),
    name: asString(actor['name']),
    summary: summary === undefined ? undefined : htmlToText(summary),
    url: pageOf(actor['url']),
    icon: imageOf(actor['icon']),
    image: imageOf(actor['image']),
    published: timeOf(actor['published'], 'profile.published', []),
    locked: asBoolean(actor['manuallyApprovesFollowers']),
    extra: extraOf(fields),
  });
  if (Object.keys(profile).length <= 1) return undefined;
  const metrics = present({ followers: countOf(actor['followers']), following: countOf(actor['following']) });
  return {
    actor: uri,
    profile: ofStanding(profile, actor),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  };
}

function imageOf(value: unknown): string | undefined {
  const image = asObject(listOf(value)[0]);
  return webUrl(image ? hrefOf(listOf(image['url'])[0]) : value);
}

/** The author of a post: its `attributedTo`, of several the first that is a person. */
export function authorOf(object: JsonObject, around?: JsonObject): unknown {
  const authors = listOf(object['attributedTo'] ?? object['actor'] ?? around?.['actor']);
  return authors.find((author) => isObject(author) && typesOf(author).includes('Person')) ?? authors[0];
}

/**
 * A REST account. Its `uri` came with Mastodon 4.2; before, the post's own URI tells the actor's where Mastodon built
 * it, and what is left is the profile page.
 */
export function accountUri(account: JsonObject, post?: string): ActorUri | undefined {
  const own = tryActorUri(account['uri']) ?? (post === undefined ? undefined : authorInUri(post));
  return own ?? tryActorUri(account['url']);
}

export function accountReading(account: JsonObject, post?: string): ActorReading | undefined {
  const actor = accountUri(account, post);
  if (!actor) return undefined;
  const acct = asString(account['acct']) ?? asString(account['username']) ?? '';
  // The picture of somebody from elsewhere is given as the asked server's own copy: no fact about the profile.
  const local = !acct.includes('@');
  const url = webUrl(account['url']);
  const handle = fullHandle(acct, url ?? actor);
  const note = asString(account['note']);
  const profile = present({
    type: account['bot'] === true ? 'Service' : account['group'] === true ? 'Group' : undefined,
    handle: handle === '' ? undefined : handle,
    name: asString(account['display_name']),
    summary: note === undefined ? undefined : htmlToText(note),
    url,
    icon: local ? webUrl(account['avatar']) : undefined,
    image: local ? webUrl(account['header']) : undefined,
    published: timeOf(account['created_at'], 'profile.published', []),
    locked: asBoolean(account['locked']),
    extra: extraOf(asArray(account['fields']).filter(isObject)),
  });
  const metrics = present({
    followers: count(account['followers_count']),
    following: count(account['following_count']),
    statuses: count(account['statuses_count']),
  });
  const counted = Object.keys(metrics).length > 0 && account['suspended'] !== true;
  return { actor, profile: ofStanding(profile, account), ...(counted && { metrics }) };
}

function extraOf(fields: readonly JsonObject[]): { fields: Json } | undefined {
  if (fields.length === 0) return undefined;
  return {
    fields: fields.map((field) => ({
      name: asString(field['name']) ?? '',
      value: htmlToText(asString(field['value']) ?? ''),
    })),
  };
}

/** An answer about an account: of the REST API, or the actor itself. */
export function readAccount(body: Uint8Array, context: CaptureContext): readonly (ProfileReading | RefusedItem)[] {
  const value = asObject(parseJson(body)) ?? {};
  const found =
    context.format === 'mastodon-rest'
      ? // Before Mastodon 4.2 the answer has no `uri`, and the profile's page is another name.
        accountReading('uri' in value ? value : { ...value, uri: context.account })
      : actorReading(value);
  return storableItems(body, accountItems(found, found?.profile.status ?? 'active'));
}

/** A suspended account is shown with its fields and counts emptied: the server's doing, and nothing that the account says of itself. */
function ofStanding(profile: Profile, shown: JsonObject): Profile {
  if (shown['suspended'] !== true) return profile;
  const { type, handle, url, published } = profile;
  return { ...present({ type, handle, url, published }), status: 'suspended' };
}
