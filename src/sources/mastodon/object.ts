/** An ActivityPub object (Note, Article, Question, Video …) as a reading. */
import type { Content, Poll } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { msOf, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import { asArray, asBoolean, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { actorReading, authorOf } from './actor.js';
import type { Env } from './env.js';
import { POSTS } from './kinds.js';
import {
  count,
  countOf,
  hrefOf,
  idOf,
  listOf,
  mediaTypeOf,
  objectsOf,
  pageOf,
  present,
  property,
  typesOf,
} from './ld.js';
import { activityMedia } from './media.js';
import { activityTags } from './tags.js';
import { textOf, timeOf } from './text.js';
import { assertSameHost, hostOf, postUriOf, tryActorUri, tryPostUri, webUrl } from './uri.js';
import { visibilityOf } from './visibility.js';

/** `around` is the activity that carries the object; it fills in what the object leaves to it. Throws a Rejection. */
export function readObject(object: JsonObject, hand: Reading['hand'], env: Env, around?: JsonObject): Reading {
  const type = typesOf(object).find((each) => POSTS.has(each));
  if (type === undefined) {
    throw new Rejection('not-a-post', `a ${typesOf(object)[0] ?? 'thing without a type'}, which is no kind of post`);
  }
  if (isVote(object)) throw new Rejection('not-a-post', 'a vote in a poll: a Note with a name and no content');
  const post = postUriOf(object['id'] ?? object['@id'], `the ${type}`);
  const author = authorOf(object, around);
  assertSameHost(post, idOf(author));

  const losses: string[] = [];
  const published = timeOf(object['published'] ?? firstPublished(around), 'published', losses);
  const updated = afterwards(timeOf(object['updated'] ?? updateTime(around), 'updated', losses), published);
  const stands = updated ?? published;
  const media = activityMedia(object, env.folder);
  const inlined = actorReading(author) ?? actorReading(around?.['actor']);
  const actors = [inlined, env.owner].filter((each) => each !== undefined && each.actor === idOf(author));
  const url = webUrl(pageOf(object['url']));
  const metrics = metricsOf(object);
  const sameAs = atomUri(object, post);
  return {
    post,
    outcome: 'present',
    hand,
    content: {
      type,
      ...present({ attributedTo: tryActorUri(idOf(author)), published, updated }),
      ...bodyOf(object, type, losses),
      ...referencesOf(object),
      ...present({ attachment: media.attachment, link: media.link, poll: pollOf(object, type, losses), url }),
      ...('tag' in object && { tag: activityTags(object['tag']) }),
      ...detailsOf(object, losses),
      visibility: type === 'ChatMessage' ? 'direct' : visibilityOf(object, around),
    },
    ...(stands && standing(stands)),
    ...(metrics && { metrics }),
    ...(url !== undefined && url !== (post as string) && { aliases: [url] }),
    ...(sameAs && { links: [{ kind: 'sameAs', target: sameAs, reason: 'atomUri' }] }),
    ...(actors.length > 0 && { actors: [actors[0]!] }),
    ...(media.files && { files: media.files }),
    ...(losses.length > 0 && { losses }),
  };
}

/** Some servers write `updated` from the start: the time of publication is no edit's. */
function afterwards(updated: Time | undefined, published: Time | undefined): Time | undefined {
  return updated && published && msOf(updated) === msOf(published) ? undefined : updated;
}

export function standing(from: Time): { claimedFrom: Time; edition: number } {
  return { claimedFrom: from, edition: Math.floor(msOf(from) / 1000) };
}

/** Votes travel as Notes that answer a Question: https://docs.joinmastodon.org/spec/activitypub/#Question */
function isVote(object: JsonObject): boolean {
  const wordless = object['content'] === undefined && object['contentMap'] === undefined;
  return (
    typesOf(object).includes('Note') &&
    wordless &&
    typeof object['name'] === 'string' &&
    idOf(object['inReplyTo']) !== undefined
  );
}

/** A Create's time is the publication's, an Update's that of the edit. */
function firstPublished(around: JsonObject | undefined): unknown {
  return around && typesOf(around).includes('Create') ? around['published'] : undefined;
}

function updateTime(around: JsonObject | undefined): unknown {
  return around && typesOf(around).includes('Update') ? (around['updated'] ?? around['published']) : undefined;
}

/** Text in its language, title, warning. */
function bodyOf(object: JsonObject, type: string, losses: string[]): Partial<Content> {
  const [language, content] = contentOf(object);
  const isHtml = /^text\/html\b/.test(mediaTypeOf(object) ?? 'text/html');
  const name = asString(object['name']);
  return present({
    text: content === undefined ? undefined : isHtml ? textOf(content, losses) : content,
    html: isHtml ? content : undefined,
    summary: summaryOf(object, type, losses),
    name: name === '' ? undefined : name,
    language,
  });
}

/** `contentMap` names the language; where several are given, the one that `content` repeats. */
function contentOf(object: JsonObject): readonly [language: string | undefined, content: string | undefined] {
  const content = asString(property(object, 'content'));
  const map = Object.entries(asObject(object['contentMap']) ?? {}).filter((entry) => typeof entry[1] === 'string');
  const same = map.find((entry) => entry[1] === content) ?? (map.length === 1 ? map[0] : undefined);
  const identifier = asString(asObject(object['language'])?.['identifier']);
  const language = same?.[0] ?? (identifier === 'und' ? undefined : identifier);
  return [language === 'und' ? undefined : language, content ?? (map[0]?.[1] as string | undefined)];
}

/** On a Note the content warning, in plain text; elsewhere an excerpt in HTML. `null` says that there is none. */
function summaryOf(object: JsonObject, type: string, losses: string[]): string | undefined {
  const summary = object['summary'];
  if (summary === null) return '';
  if (typeof summary !== 'string') return undefined;
  return type === 'Note' || type === 'Question' ? summary : textOf(summary, losses);
}

function referencesOf(object: JsonObject): Partial<Content> {
  return present({
    inReplyTo: tryPostUri(idOf(object['inReplyTo'])),
    quotes: quoteOf(object),
    context: asString(object['context']) ?? asString(object['conversation']),
  });
}

/** Mastodon's `quote`, Fedibird's `quoteUri`, Misskey's `quoteUrl` and `_misskey_quote`; then FEP-e232's Link in `tag`. */
function quoteOf(object: JsonObject): PostUri | undefined {
  for (const key of ['quote', 'quoteUri', 'quoteUrl', 'quoteURL', '_misskey_quote']) {
    const quoted = tryPostUri(idOf(object[key]));
    if (quoted) return quoted;
  }
  const link = objectsOf(object['tag']).find(
    (tag) => typesOf(tag).includes('Link') && /activitystreams|activity\+json/.test(mediaTypeOf(tag) ?? ''),
  );
  return tryPostUri(hrefOf(link));
}

function pollOf(object: JsonObject, type: string, losses: string[]): Poll | undefined {
  if (type !== 'Question') return undefined;
  const one = listOf(object['oneOf']);
  const any = listOf(object['anyOf']);
  const multiple = one.length === 0 && any.length > 0;
  const options = (multiple ? any : one).filter(isObject).map((option) => asString(option['name']) ?? '');
  const endTime = timeOf(object['endTime'] ?? object['closed'], 'poll.endTime', losses);
  return { options, multiple, ...(endTime && { endTime }) };
}

function detailsOf(object: JsonObject, losses: string[]): Partial<Content> {
  const place = asObject(listOf(object['location'])[0]);
  const generator = asObject(object['generator']);
  const quote = asString(object['quote']);
  const extra = present({
    startTime: timeOf(object['startTime'], 'startTime', losses)?.at,
    endTime: 'startTime' in object ? timeOf(object['endTime'], 'endTime', losses)?.at : undefined,
    // BookWyrm's `quote` is a passage of a book.
    quote: quote !== undefined && !tryPostUri(quote) ? quote : undefined,
  });
  return present({
    location: place && placeOf(place),
    sensitive: asBoolean(property(object, 'sensitive')),
    generator: generator && asString(generator['name']),
    extra: Object.keys(extra).length > 0 ? (extra as Record<string, string>) : undefined,
  });
}

function placeOf(place: JsonObject): Content['location'] {
  const found = present({
    name: asString(place['name']),
    country: asString(asObject(place['address'])?.['addressCountry']),
    latitude: asNumber(place['latitude']),
    longitude: asNumber(place['longitude']),
  });
  return Object.keys(found).length > 0 ? found : undefined;
}

function metricsOf(object: JsonObject): Record<string, number> | undefined {
  const options = [...asArray(object['oneOf']), ...asArray(object['anyOf'])].filter(isObject);
  const votes = options.map((option) => countOf(option['replies']));
  const metrics = present({
    replies: countOf(object['replies']),
    shares: countOf(object['shares']),
    likes: countOf(object['likes']),
    voters: count(object['votersCount']),
    votes:
      votes.length > 0 && votes.every((each) => each !== undefined)
        ? votes.reduce<number>((sum, each) => sum + each, 0)
        : undefined,
  });
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}

/** The name that the post had before ActivityPub (`tag:…`), if its own server says so. */
function atomUri(object: JsonObject, post: string): PostUri | undefined {
  const other = tryPostUri(object['atomUri']);
  return other !== undefined && (other as string) !== post && hostOf(other) === hostOf(post) ? other : undefined;
}
