/**
 * Posts as the API shows them (XRPC): a record with its author, its counts, and what it quotes or answers.
 *
 *   {"uri":"at://…","cid":"bafy…","author":{"did":"did:plc:…","handle":"…"},"record":{…},"embed":{…},"indexedAt":"…"}
 */
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Outcome, Reading } from '../../core/reading.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { countOf, guarded, presentOrNothing, refused, type Item } from '../shared/items.js';
import { actorOfView, handleOf, labelsOf } from './actor.js';
import { readRecord, referenceBy, REPOST, type Env } from './record.js';
import { parseAtUri, POST, tryActor, tryPostUri, uriOf, type Place } from './uri.js';

/** Quotes of quotes: the API shows two of them. */
const MAX_QUOTES = 8;

/** `postView`, `viewRecord`, a notification, or a bare `{uri, cid, value}`: all name the record and hold it. */
export function readView(view: JsonObject, hand: Reading['hand'], env: Env, depth = 0): readonly Item[] {
  const gone = goneOf(view);
  if (gone) return [guarded(() => [readGone(view, gone, hand)])].flat();
  return [
    ...guarded(() => [readShown(view, hand, env)]),
    ...readQuoted(asObject(view['embed']) ?? firstEmbed(view), env, depth),
  ];
}

function firstEmbed(view: JsonObject): JsonObject | undefined {
  return asObject(asArray(view['embeds'])[0]);
}

function readShown(view: JsonObject, hand: Reading['hand'], env: Env): Item {
  const place = parseAtUri(view['uri']);
  if (!place) {
    const shown = JSON.stringify(view['uri'] ?? null).slice(0, 120);
    throw new Rejection('no-identity', `a post whose \`uri\` is ${shown}, not at://<did>/<collection>/<rkey>`);
  }
  const record = asObject(view['record']) ?? asObject(view['value']);
  if (!record)
    throw new Rejection('not-a-post', `${uriOf(place)} without its record: nothing is said of it but its address`);
  const author = asObject(view['author']);
  const actor = actorOfView(author, env.timezone);
  const losses: string[] = [];
  // By the protocol a record is whose address it has.
  const isAuthors = !actor || actor.actor === tryActor(place.did);
  if (!isAuthors) losses.push(`author: ${actor.actor} is named, ${place.did} is whose the address is`);
  const cid = asString(view['cid']);
  return readRecord(
    place,
    record,
    {
      hand,
      cid: cid === '' ? undefined : cid,
      embed: asObject(view['embed']) ?? firstEmbed(view),
      indexedAt: asString(view['indexedAt']),
      labels: labelsOf(view),
      metrics: metricsOf(view),
      aliases: isAuthors ? aliasesOf(place, author) : undefined,
      actors: actor && isAuthors ? [actor] : undefined,
      losses,
    },
    env,
  );
}

/** The address by handle, under which people know it. */
function aliasesOf({ collection, rkey }: Place, author: JsonObject | undefined): string[] | undefined {
  const handle = handleOf(author?.['handle']);
  return handle === undefined || collection !== POST ? undefined : [`https://bsky.app/profile/${handle}/post/${rkey}`];
}

function metricsOf(view: JsonObject): Record<string, number> | undefined {
  return presentOrNothing({
    replies: countOf(view['replyCount']),
    shares: countOf(view['repostCount']),
    likes: countOf(view['likeCount']),
    quotes: countOf(view['quoteCount']),
    bookmarks: countOf(view['bookmarkCount']),
  });
}

/**
 * Placeholders. `notFound` is said of what was deleted and of what never was; `blocked`, of what this viewer may not
 * see or its quoter; `detached`, of a quote that the quoted one took out of that post.
 */
function goneOf(view: JsonObject): Outcome | undefined {
  if (asObject(view['record']) ?? asObject(view['value'])) return undefined;
  if (view['notFound'] === true) return 'notFound';
  if (view['blocked'] === true) return 'forbidden';
  return view['detached'] === true ? 'omitted' : undefined;
}

function readGone(view: JsonObject, outcome: Outcome, hand: Reading['hand']): Item {
  const post = tryPostUri(view['uri']);
  if (!post) throw new Rejection('no-identity', `a post that is ${outcome}, without an address`);
  return { post, outcome, hand };
}

/** The quoted post, carried by the one that quotes it. Feeds and lists in its place are no posts. */
function readQuoted(embed: JsonObject | undefined, env: Env, depth: number): readonly Item[] {
  if (!embed || depth >= MAX_QUOTES) return [];
  const media = asString(embed['$type'])?.startsWith('app.bsky.embed.recordWithMedia') === true;
  const quoted = asObject(media ? asObject(embed['record'])?.['record'] : embed['record']);
  if (!quoted || parseAtUri(quoted['uri'])?.collection !== POST) return [];
  return isObject(quoted['value']) || goneOf(quoted) ? readView(quoted, 'second', env, depth + 1) : [];
}

// ── feeds and threads ───────────────────────────────────────────────────────────────────────────────────────────────

/** An entry of a feed: the post, what it answers, and why it stands there. */
export function readFeedItem(item: JsonObject, env: Env): readonly Item[] {
  const post = asObject(item['post']);
  if (!post)
    return [
      refused('not-a-post', `a feed’s entry that is only an address: ${JSON.stringify(item['post']).slice(0, 120)}`),
    ];
  const { parent, root } = asObject(item['reply']) ?? {};
  const above = [parent, root].filter(isObject).filter((each, i, all) => i === 0 || each['uri'] !== all[0]!['uri']);
  return [
    ...readView(post, 'first', env),
    ...above.flatMap((each) => readView(each, 'second', env)),
    ...readReason(post, asObject(item['reason'])),
  ];
}

/** A repost is a record with an address of its own; feeds name that since 2025, before only who reposted. */
function readReason(post: JsonObject, reason: JsonObject | undefined): readonly Item[] {
  const target = tryPostUri(post['uri']);
  const by = actorOfView(reason?.['by'], undefined);
  if (!reason || !target || !by || asString(reason['$type'])?.endsWith('#reasonRepost') !== true) return [];
  const actors: readonly ActorReading[] = [by];
  const place = parseAtUri(reason['uri']);
  if (place?.collection !== REPOST) return [{ ...referenceBy('repost', target, by.actor), actors }];
  const extra = presentOrNothing({ cid: asString(reason['cid']), indexedAt: asString(reason['indexedAt']) });
  return [
    {
      post: uriOf(place),
      outcome: 'present',
      hand: 'second',
      content: {
        type: 'Announce',
        visibility: 'public',
        attributedTo: by.actor,
        announces: target,
        ...(extra && { extra }),
      },
      actors,
    },
  ];
}

/** A thread: the post, those above it, those below. */
export function readThread(thread: JsonObject, env: Env): readonly Item[] {
  const post = asObject(thread['post']);
  const own = post ? readView(post, 'first', env) : goneOf(thread) ? readView(thread, 'first', env) : [];
  const around = [thread['parent'], ...asArray(thread['replies'])].filter(isObject);
  return [...own, ...around.flatMap((each) => readThread(each, env))];
}
