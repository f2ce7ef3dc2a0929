/** Posts of a wall, what they repost, and the comments below them. */
import type { Json } from '../../core/canonical.js';
import type { Content, Place, Poll } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Reading } from '../../core/reading.js';
import { timeFromMs, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import { htmlToText } from '../shared/html.js';
import { countOf, guarded, present, presentOrNothing, webAddress, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { attachedOf } from './media.js';
import { actorReading, visibilityOf, type People } from './people.js';
import { tagsOf } from './text.js';
import { commentOf, numberOf, ownerOf, personOf, postOf } from './uri.js';

/** Longer chains of reposts are not shown. */
const MAX_CHAIN = 20;

export function readPost(post: JsonObject, people: People): readonly Item[] {
  const chain = asArray(post['copy_history']).filter(isObject).slice(0, MAX_CHAIN);
  return [post, ...chain].flatMap((each, index) =>
    guarded(() => [postReading(each, chain[index], index === 0 ? 'first' : 'second', people)]),
  );
}

/** `original` is what the post reposts: the next in its `copy_history`. */
function postReading(
  post: JsonObject,
  original: JsonObject | undefined,
  hand: Reading['hand'],
  people: People,
): Reading {
  const owner = ownerOf(post['owner_id'], post['source_id'], post['to_id']);
  const id = numberOf(post['id'], post['post_id']);
  if (owner === undefined || id === undefined) {
    throw new Rejection('no-identity', 'a post without `owner_id` and `id`: both are needed to say which post this is');
  }
  const uri = postOf(owner, id);
  if (isDeleted(post)) return { post: uri, outcome: 'deleted', hand };
  if (post['post_type'] === 'postpone' || post['post_type'] === 'suggest') {
    throw new Rejection('not-a-post', `a post that is not published (${post['post_type']}): it stands on no wall yet`);
  }
  const losses: string[] = [];
  const author = ownerOf(post['from_id']) ?? owner;
  const metrics = metricsOf(post);
  const published = timeOf(post['date'], 'date', losses);
  const updated = timeOf(post['edited'], 'edited', losses);
  const { text, ...words } = wordsOf(post);
  const target = targetOf(post, original);
  const bare = target !== undefined && (text ?? '') === '';
  const attached = attachedOf(post['attachments']);
  const content: Content = {
    type: bare ? 'Announce' : attached.poll ? 'Question' : 'Note',
    attributedTo: personOf(author),
    visibility: visibilityOf(post, owner, people),
    ...words,
    ...present({
      published,
      updated: isLater(updated, published) ? updated : undefined,
      text,
      announces: bare ? target : undefined,
      quotes: bare ? undefined : target,
      attachment: attached.attachment,
      link: attached.link,
      poll: pollOf(attached.poll, losses),
      location: placeOf(post['geo']),
      context: author === owner ? undefined : personOf(owner),
      generator: asString(asObject(post['post_source'])?.['platform']),
      extra: extraOf(post),
    }),
  };
  return {
    post: uri,
    outcome: 'present',
    hand,
    content,
    // What is reposted is shown as it stands now, without the mark of its edit.
    ...(hand === 'first' && standing(content)),
    ...(metrics && { metrics }),
    ...actors([author, owner, ownerOf(post['signer_id'])], people),
    ...(losses.length > 0 && { losses }),
  };
}

function isDeleted(value: JsonObject): boolean {
  return value['is_deleted'] === true || value['deleted'] === true || value['deleted'] === 1;
}

/** Since version 5 the reposted is inlined; before it was named (`copy_owner_id`, `copy_post_id`). */
function targetOf(post: JsonObject, original: JsonObject | undefined): PostUri | undefined {
  const owner = original ? ownerOf(original['owner_id'], original['to_id']) : ownerOf(post['copy_owner_id']);
  const id = original ? numberOf(original['id']) : numberOf(post['copy_post_id']);
  return owner === undefined || id === undefined ? undefined : postOf(owner, id);
}

/** Before version 5 (`to_id`) line breaks were `<br>` and signs were escaped. A repost's own words were `copy_text`. */
function wordsOf(post: JsonObject): Pick<Content, 'text' | 'html' | 'tag'> {
  const old = post['owner_id'] === undefined && post['to_id'] !== undefined;
  const copied = numberOf(post['copy_post_id']) !== undefined;
  const written = copied ? (asString(post['copy_text']) ?? '') : asString(post['text']);
  if (written === undefined) return {};
  const text = old ? htmlToText(written) : written;
  return { text, tag: tagsOf(text), ...(old && text !== written && { html: written }) };
}

function timeOf(value: unknown, name: string, losses: string[]): Time | undefined {
  if (typeof value !== 'number' || value === 0) return undefined;
  if (Number.isSafeInteger(value) && value > 0 && value < 8.64e12) return timeFromMs(value * 1000, 's');
  losses.push(`${name}: no time: ${value}`);
  return undefined;
}

function isLater(updated: Time | undefined, published: Time | undefined): boolean {
  return updated !== undefined && (published === undefined || updated.at >= published.at);
}

function standing({ updated, published }: Content): Pick<Reading, 'claimedFrom' | 'edition'> {
  const time = updated ?? published;
  return time ? { claimedFrom: time, edition: Math.floor(Date.parse(time.at) / 1000) } : {};
}

function metricsOf(post: JsonObject): Record<string, number> | undefined {
  const count = (key: string): number | undefined => countOf(asObject(post[key])?.['count']);
  return presentOrNothing({
    replies: count('comments'),
    likes: count('likes'),
    shares: count('reposts'),
    views: count('views'),
  });
}

function pollOf(poll: JsonObject | undefined, losses: string[]): Poll | undefined {
  if (!poll) return undefined;
  const options = asArray(poll['answers']).map((answer) => asString(asObject(answer)?.['text']) ?? '');
  const endTime = timeOf(poll['end_date'], 'poll.end_date', losses);
  const multiple = typeof poll['multiple'] === 'boolean' ? poll['multiple'] : undefined;
  return { options, ...present({ multiple, endTime }) };
}

/** `coordinates` is `"36.2 37.16"`, or an object. */
function placeOf(value: unknown): Place | undefined {
  const geo = asObject(value);
  if (!geo) return undefined;
  const pair = asObject(geo['coordinates']);
  const [north, east] = (asString(geo['coordinates']) ?? '')
    .split(' ')
    .map((part) => (part === '' ? NaN : Number(part)));
  const latitude = pair ? pair['latitude'] : north;
  const longitude = pair ? pair['longitude'] : east;
  const isDegree = (degree: unknown): degree is number => typeof degree === 'number' && Number.isFinite(degree);
  return presentOrNothing({
    name: asString(asObject(geo['place'])?.['title']),
    latitude: isDegree(latitude) && isDegree(longitude) ? latitude : undefined,
    longitude: isDegree(latitude) && isDegree(longitude) ? longitude : undefined,
  });
}

function extraOf(post: JsonObject): { readonly [key: string]: Json } | undefined {
  const signer = ownerOf(post['signer_id']);
  return presentOrNothing({
    signer: signer === undefined ? undefined : personOf(signer),
    ads: post['marked_as_ads'] === 1 || post['marked_as_ads'] === true ? true : undefined,
    copyright: webAddress(asObject(post['copyright'])?.['link']),
  });
}

function actors(owners: readonly (number | undefined)[], people: People): Pick<Reading, 'actors'> {
  const found = [...new Set(owners)].map((owner) => actorReading(owner, people));
  const known = found.filter((actor): actor is ActorReading => actor !== undefined);
  return known.length > 0 ? { actors: known } : {};
}

// ── comments ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A comment, and the answers below it. */
export function readComment(comment: JsonObject, people: People): readonly Item[] {
  const thread = asArray(asObject(comment['thread'])?.['items']).filter(isObject);
  return [comment, ...thread].flatMap((each) => guarded(() => [commentReading(each, people)]));
}

function commentReading(comment: JsonObject, people: People): Reading {
  const owner = ownerOf(comment['owner_id'], comment['post_owner_id']);
  const id = numberOf(comment['id'], comment['cid']);
  if (owner === undefined || id === undefined) {
    throw new Rejection(
      'no-identity',
      'a comment without `owner_id`: its number counts on one wall, and it does not say which; ask a newer version of the API',
    );
  }
  const uri = commentOf(owner, id);
  if (isDeleted(comment)) return { post: uri, outcome: 'deleted', hand: 'first' };
  const losses: string[] = [];
  const below = numberOf(comment['post_id']);
  const answered = numberOf(comment['reply_to_comment']) ?? numberOf(...asArray(comment['parents_stack']).slice(-1));
  const root = below === undefined ? undefined : postOf(owner, below);
  const author = ownerOf(comment['from_id']);
  const attached = attachedOf(comment['attachments']);
  const published = timeOf(comment['date'], 'date', losses);
  const text = asString(comment['text']);
  const likes = countOf(asObject(comment['likes'])?.['count']);
  const content: Content = {
    type: 'Note',
    visibility: visibilityOf({}, owner, people),
    ...present({
      attributedTo: author === undefined ? undefined : personOf(author),
      published,
      text,
      tag: text === undefined ? undefined : tagsOf(text),
      inReplyTo: answered === undefined ? root : commentOf(owner, answered),
      context: root,
      attachment: attached.attachment,
      link: attached.link,
    }),
  };
  return {
    post: uri,
    outcome: 'present',
    hand: 'first',
    content,
    ...standing(content),
    ...(likes !== undefined && { metrics: { likes } }),
    ...(below !== undefined && { aliases: [`https://vk.com/wall${owner}_${below}?reply=${id}`] }),
    ...actors([author], people),
    ...(losses.length > 0 && { losses }),
  };
}
