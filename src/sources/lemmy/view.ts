/**
 * What is read of a view: a post, a comment or a private message with who wrote it, where, and what was counted.
 * Lemmy's API v3, v4 (`published_at`, `ap_id` of people), and PieFed's (`title`, `edited_at`, `user_name`) under one set
 * of names.
 */
import type { Json } from '../../core/canonical.js';
import type { Attachment, Content, Link, Visibility } from '../../core/content.js';
import type { ActorReading, ProfileReading, Reading, RefusedItem } from '../../core/reading.js';
import { msOf, parseIso, timeFromMs, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import { accountItems, countOf, present, presentOrNothing, storableItems, webAddress } from '../shared/items.js';
import { asBoolean, asNumber, asObject, asString, parseJson, type JsonObject } from '../shared/json.js';
import { assertSameHost, hostOf, postUriOf, tryActorUri, tryPostUri } from './uri.js';

/** In one answer: a comment's number on the asked server → its URI. */
export type Numbers = ReadonlyMap<string, PostUri>;

export function readPost(view: JsonObject, hand: Reading['hand']): Reading {
  const post = asObject(view['post'])!;
  const uri = postUriOf(post['ap_id'], 'a post');
  const title = asString(post['name']) ?? asString(post['title']);
  const shown = mediaOf(post);
  const own: Partial<Content> = present({
    name: title === undefined || isErased(title) ? undefined : title,
    attachment: shown.attachment,
    link: shown.link,
    sensitive: asBoolean(post['nsfw']),
  });
  return reading(uri, post, asString(post['body']), { type: 'Page', ...own }, view, hand);
}

export function readComment(view: JsonObject, numbers: Numbers): Reading {
  const comment = asObject(view['comment'])!;
  const uri = postUriOf(comment['ap_id'], 'a comment');
  const root = tryPostUri(asObject(view['post'])?.['ap_id']);
  const losses: string[] = [];
  const inReplyTo = parentOf(comment, root, numbers, losses);
  const own: Partial<Content> = present({ inReplyTo, context: root });
  const words = asString(comment['content']) ?? asString(comment['body']);
  return reading(uri, comment, words, { type: 'Note', ...own }, view, 'first', losses);
}

/** `path` is `0.<oldest>.….<parent>.<own>`, in numbers of the asked server; before version 0.17 there was `parent_id`. */
function parentOf(
  comment: JsonObject,
  root: PostUri | undefined,
  numbers: Numbers,
  losses: string[],
): PostUri | undefined {
  const steps = (asString(comment['path']) ?? '').split('.');
  const before = asNumber(comment['parent_id']);
  if (steps.length === 2 || (steps.length < 2 && comment['parent_id'] === null)) return root;
  const parent = steps.length > 2 ? steps[steps.length - 2]! : before === undefined ? undefined : String(before);
  if (parent === undefined) return undefined;
  const known = numbers.get(parent);
  if (!known)
    losses.push(`inReplyTo: answers the comment ${parent.slice(0, 20)} of the asked server, whose address is not said`);
  return known;
}

export function readMessage(view: JsonObject): Reading {
  const message = asObject(view['private_message'])!;
  const uri = postUriOf(message['ap_id'], 'a private message');
  const to = tryActorUri(actorId(asObject(view['recipient'])));
  const found = reading(uri, message, asString(message['content']), { type: 'Note' }, view, 'first');
  const content: Content = { ...found.content!, visibility: 'direct', ...(to && { extra: { to } }) };
  return { ...found, content };
}

function reading(
  uri: PostUri,
  thing: JsonObject,
  words: string | undefined,
  own: Pick<Content, 'type'> & Partial<Content>,
  view: JsonObject,
  hand: Reading['hand'],
  noted: readonly string[] = [],
): Reading {
  const losses = [...noted];
  const author = personReading(asObject(view['creator']));
  assertSameHost(uri, author?.actor);
  const gone = goneOf(thing, words);
  const published = timeOf(thing['published'] ?? thing['published_at'], 'published', losses);
  const changed = timeOf(thing['updated'] ?? thing['updated_at'] ?? thing['edited_at'], 'updated', losses);
  const updated = published && changed && msOf(changed) <= msOf(published) ? undefined : changed;
  const community = asObject(view['community']);
  const place = tryActorUri(actorId(community));
  const stands = updated ?? published;
  const metrics = metricsOf(asObject(view['counts']) ?? thing);
  if (gone) losses.push(`text: ${gone}`);
  // What is gone may have lost its address too: that nothing is shown then says nothing.
  const { attachment, ...rest } = own;
  const content: Content = {
    ...rest,
    ...(attachment && (gone === undefined || attachment.length > 0) && { attachment }),
    visibility: visibilityOf(community),
    ...present({
      attributedTo: author?.actor,
      published,
      updated,
      text: words === undefined || isErased(words) || (gone !== undefined && isBlank(words)) ? undefined : words,
      extra: extraOf(thing, place),
    }),
  };
  return {
    post: uri,
    outcome: gone === undefined ? 'present' : 'deleted',
    hand,
    content,
    ...(stands && gone === undefined && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** Who took it away, by the server's word. */
function goneOf(thing: JsonObject, words: string | undefined): string | undefined {
  if (thing['deleted'] === true) return 'deleted by its author';
  if (thing['removed'] === true) return 'removed by the moderators';
  return words !== undefined && isErased(words) ? 'erased with the account' : undefined;
}

/** What Lemmy writes over the words of an account that is erased. */
function isErased(words: string): boolean {
  return words === '*Permanently Deleted*';
}

/** What was taken away is answered with empty words, by PieFed with its own. */
function isBlank(words: string): boolean {
  return words === '' || words === 'Deleted by author' || words === 'Deleted by moderator';
}

/** Until version 0.19 times came without a zone, in UTC. */
export function timeOf(value: unknown, name: string, losses: string[]): Time | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const time = parseIso(value);
  if (!time) losses.push(`${name}: no time: ${JSON.stringify(value.slice(0, 60))}`);
  return time?.zone === 'unknown' ? timeFromMs(msOf(time), time.precision) : time;
}

/** Communities had no such word before version 0.19.4: all of them were open. */
const VISIBLE: Readonly<Record<string, Visibility>> = {
  public: 'public',
  localonlypublic: 'public',
  unlisted: 'unlisted',
  localonly: 'group',
  localonlyprivate: 'group',
  private: 'group',
};

function visibilityOf(community: JsonObject | undefined): Visibility {
  if (!community) return 'unknown';
  if (community['private'] === true) return 'group';
  const word = asString(community['visibility']);
  if (word === undefined) return 'public';
  const key = word.replaceAll('_', '').toLowerCase();
  return (Object.hasOwn(VISIBLE, key) ? VISIBLE[key] : undefined) ?? 'unknown';
}

/** A post's one address: a picture or film of its own, or a link. Only newer servers say which (`url_content_type`). */
function mediaOf(post: JsonObject): { attachment?: readonly Attachment[]; link?: readonly Link[] } {
  const url = webAddress(post['url']);
  if (url === undefined) return { attachment: [] };
  const mediaType = asString(post['url_content_type']);
  const kind = /^(image|video|audio)\//.exec(mediaType ?? '')?.[1];
  if (mediaType !== undefined && kind !== undefined) {
    const type = kind === 'image' ? 'Image' : kind === 'video' ? 'Video' : 'Audio';
    const name = asString(post['alt_text']);
    return { attachment: [{ type, url, mediaType, ...(name !== undefined && name !== '' && { name }) }] };
  }
  const name = asString(post['embed_title']);
  return { link: [{ url, ...(name !== undefined && name !== '' && { name }) }] };
}

function metricsOf(counts: JsonObject): Record<string, number> | undefined {
  const score = asNumber(counts['score']);
  return presentOrNothing({
    score: score !== undefined && Number.isSafeInteger(score) ? score : undefined,
    likes: countOf(counts['upvotes']),
    dislikes: countOf(counts['downvotes']),
    replies: countOf(counts['comments'] ?? counts['child_count']),
  });
}

function extraOf(thing: JsonObject, community: string | undefined): { readonly [key: string]: Json } | undefined {
  return presentOrNothing({
    community,
    distinguished: thing['distinguished'] === true ? true : undefined,
    locked: thing['locked'] === true ? true : undefined,
  });
}

/** `actor_id`; since API v4 `ap_id`, like everything else. */
export function actorId(person: JsonObject | undefined): unknown {
  return person?.['actor_id'] ?? person?.['ap_id'];
}

/** Of an answer with `person_view`: what the server says of the person. */
export function readAccount(body: Uint8Array): readonly (ProfileReading | RefusedItem)[] {
  const view = asObject(asObject(parseJson(body))?.['person_view']);
  const person = asObject(view?.['person']);
  const counts = asObject(view?.['counts']) ?? person;
  const found = personReading(person);
  const metrics = presentOrNothing({
    posts: countOf(counts?.['post_count']),
    comments: countOf(counts?.['comment_count']),
  });
  const status = person?.['deleted'] === true ? 'deleted' : person?.['banned'] === true ? 'suspended' : 'active';
  return storableItems(body, accountItems(found && { ...found, ...(metrics && { metrics }) }, status));
}

export function personReading(person: JsonObject | undefined): ActorReading | undefined {
  const actor = tryActorUri(actorId(person));
  if (!person || !actor) return undefined;
  const name = asString(person['name']) ?? asString(person['user_name']);
  const profile = present({
    type: person['bot_account'] === true || person['bot'] === true ? 'Service' : undefined,
    handle: name === undefined ? undefined : `${name}@${hostOf(actor) ?? ''}`,
    name: asString(person['display_name']) ?? asString(person['title']),
    summary: asString(person['bio']) ?? asString(person['about']),
    icon: webAddress(person['avatar']),
    image: webAddress(person['banner']),
    published: timeOf(person['published'] ?? person['published_at'], 'profile.published', []),
  });
  return { actor, profile };
}
