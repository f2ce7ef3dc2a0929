/** One record of a repository, wherever it was handed over: a post, a repost, a like, a profile; or why it is none. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, ProfileReading, Reading } from '../../core/reading.js';
import type { Time } from '../../core/time.js';
import { asObject, type JsonObject } from '../shared/json.js';
import { present, refused, type Item } from '../shared/items.js';
import { profileOfRecord } from './actor.js';
import { refusalOf } from './kinds.js';
import { contentOf, type Beside } from './post.js';
import { timeOf } from './time.js';
import { POST, PROFILE, tryActor, tryPostUri, uriOf, type Place } from './uri.js';

export const REPOST = 'app.bsky.feed.repost';
export const LIKE = 'app.bsky.feed.like';

/** What the person who handed it in asked for. */
export interface Env {
  /** `--include likes`. */
  readonly likes: boolean;
  readonly timezone: string | undefined;
  /** Origin of the account’s own server, where that was asked: its blobs lie there. */
  readonly server?: string | undefined;
}

/** What is known of a record beside its bytes. */
export interface Around extends Beside {
  readonly hand: Reading['hand'];
  readonly observedAt?: Observed | undefined;
  /** When the account’s server wrote this version. */
  readonly claimedFrom?: Time | undefined;
  readonly edition?: number | undefined;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly actors?: readonly ActorReading[] | undefined;
  readonly losses?: readonly string[] | undefined;
}

export function readRecord(place: Place, record: JsonObject, around: Around, env: Env): Item {
  switch (place.collection) {
    case POST: {
      const losses = [...(around.losses ?? [])];
      const content = contentOf(place, record, around, env.timezone, losses);
      return { ...reading(place, content, around, losses), ...present({ fetchable: blobsOf(place, content, env) }) };
    }
    case REPOST:
      return readRepost(place, record, around, env);
    case PROFILE:
      return readProfile(place, record, around);
    case LIKE:
      return readLike(place, record, around, env);
    default: {
      const { reason, what } = refusalOf(place.collection);
      return refused(reason, `${place.collection}: ${what}`);
    }
  }
}

function reading(place: Place, content: Content, around: Around, losses: readonly string[]): Reading {
  const { hand, observedAt, claimedFrom, edition, metrics, aliases, actors } = around;
  return {
    post: uriOf(place),
    outcome: 'present',
    hand,
    content,
    ...present({ observedAt, claimedFrom, edition, metrics, aliases, actors }),
    ...(losses.length > 0 && { losses }),
  };
}

/** com.atproto.sync.getBlob: the record names a blob by the CID of its bytes, and no address. */
function blobsOf(
  { did }: Place,
  { attachment }: Content,
  { server }: Env,
): readonly (string | undefined)[] | undefined {
  if (server === undefined || !attachment?.some(({ key, url }) => key !== undefined && url === undefined))
    return undefined;
  return attachment.map(({ key }) =>
    key === undefined
      ? undefined
      : `${server}/xrpc/com.atproto.sync.getBlob?${new URLSearchParams({ did, cid: key }).toString()}`,
  );
}

function readRepost(place: Place, record: JsonObject, around: Around, env: Env): Reading {
  const losses = [...(around.losses ?? [])];
  const announces = tryPostUri(asObject(record['subject'])?.['uri']);
  if (!announces) losses.push('announces: the repost does not say of what');
  return reading(
    place,
    { ...frame('Announce', place, record, around, env, losses), ...present({ announces }) },
    around,
    losses,
  );
}

/** What an account says of itself: no post, though its record has an address as posts do. */
function readProfile(place: Place, record: JsonObject, around: Around): ProfileReading {
  const { hand, observedAt, claimedFrom, edition, losses = [] } = around;
  return {
    actor: tryActor(place.did)!,
    profile: profileOfRecord(record),
    hand,
    ...present({ observedAt, claimedFrom, edition }),
    ...(losses.length > 0 && { losses }),
  };
}

function frame(type: string, place: Place, record: JsonObject, around: Around, env: Env, losses: string[]): Content {
  const published = timeOf(record['createdAt'], 'createdAt', losses, env.timezone);
  const extra = present({ cid: around.cid, indexedAt: around.indexedAt });
  return {
    type,
    visibility: 'public',
    ...present({ attributedTo: tryActor(place.did), published }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** Throws a Rejection where it does not say of what, or was not asked for. */
function readLike(place: Place, record: JsonObject, around: Around, env: Env): Reading {
  const subject = asObject(record['subject'])?.['uri'];
  const target = tryPostUri(subject);
  if (!target) throw new Rejection('no-identity', 'a like that does not say of what');
  return likeOf(target, place.did, around.observedAt, env);
}

const UNASKED = 'a like: it is kept, and read with --include likes';

/** Of a post whose words are not here. */
export function likeOf(target: Reading['post'], did: unknown, observedAt: Observed | undefined, env: Env): Reading {
  if (!env.likes) throw new Rejection('not-supported', UNASKED);
  return referenceBy('like', target, did, observedAt);
}

/** Who reposted or liked a post, by somebody else’s word than the post’s. */
export function referenceBy(
  kind: 'like' | 'repost',
  target: Reading['post'],
  did: unknown,
  observedAt?: Observed,
): Reading {
  const by = tryActor(did);
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind, target, ...(by && { by }) }],
    ...present({ observedAt }),
  };
}

/** The account’s server says that the record is gone. Its content is not in the news, so earlier copies stay. */
export function readDeletion(
  place: Place,
  { observedAt, claimedFrom, losses = [] }: Pick<Around, 'observedAt' | 'claimedFrom' | 'losses'>,
): Item {
  const { collection } = place;
  const doubts = losses.length > 0 && { losses };
  if (collection === PROFILE) {
    // Without the record an account has neither: so the network shows it.
    const profile = { name: '', summary: '' };
    return { actor: tryActor(place.did)!, profile, hand: 'first', ...present({ observedAt, claimedFrom }), ...doubts };
  }
  if (collection === POST || collection === REPOST) {
    return {
      post: uriOf(place),
      outcome: 'deleted',
      hand: 'first',
      ...present({ observedAt, claimedFrom }),
      ...doubts,
    };
  }
  if (collection === LIKE) return refused('not-supported', 'a like that was taken back: it does not say of what');
  const { reason, what } = refusalOf(collection);
  return refused(reason, `${collection}, taken back: ${what}`);
}
