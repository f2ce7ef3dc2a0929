/** Which of the three formats a member is, and what becomes of it. Content decides; names only add. */
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { peekJson, type Peek } from '../shared/peek.js';
import type { MemberHead, Recognition } from '../source.js';
import { collectionRefusal, itemsOf } from './collection.js';
import { baseOf, folderOf } from './env.js';
import { isActivityKind, kindOf, refusalOf, type Kind, type Refusal } from './kinds.js';
import { hostOf } from './uri.js';

/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;

export function recognise(member: MemberHead): Recognition | null {
  const media = archiveMedia(member);
  if (media) return media;
  const peek = peekJson(member.head);
  if (!peek || peek.prefix.trim() !== '') return null;
  const samples = samplesOf(peek);
  const value = samples[0];
  const kind = value && kindOf(value);
  if (!value || !kind || samples.some(isTruthSocial)) return null;
  return (
    archiveMember(member, value, kind) ??
    (isActivityKind(kind) ? activityPub(samples, kind, peek) : rest(samples, kind, peek))
  );
}

function samplesOf(peek: Peek): JsonObject[] {
  const values = peek.values.flatMap((value) =>
    Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value],
  );
  return values.slice(0, SAMPLE).filter(isObject);
}

function activityPub(samples: readonly JsonObject[], kind: Kind, peek: Peek): Recognition {
  const stated = samples[0]!['@context'] !== undefined;
  const refusal = samples.length === 1 ? refusalFor(samples[0]!, kind, peek) : commonRefusal(samples);
  const confidence = kind === 'thing' ? 0.6 : stated ? 0.95 : 0.8;
  return recognition('activitypub', confidence, `an ActivityPub ${kind}`, refusal);
}

/** How surely a JSON value of that kind is Mastodon's: some are told by a handful of keys that others have too. */
const CONFIDENCE: { readonly [kind in Kind]?: number } = {
  status: 0.95,
  version: 0.95,
  context: 0.95,
  answers: 0.95,
  notification: 0.95,
  conversation: 0.95,
  account: 0.9,
  search: 0.9,
  error: 0.3,
  // oEmbed looks much the same.
  card: 0.5,
  relationship: 0.6,
  source: 0.6,
  media: 0.6,
  instance: 0.6,
};

function rest(samples: readonly JsonObject[], kind: Kind, peek: Peek): Recognition {
  const refusal = samples.length === 1 ? refusalFor(samples[0]!, kind, peek) : commonRefusal(samples);
  return recognition('mastodon-rest', CONFIDENCE[kind] ?? 0.8, `a ${kind} as Mastodon’s API gives it`, refusal);
}

function recognition(format: string, confidence: number, why: string, refusal: Refusal | undefined): Recognition {
  if (!refusal) return { format, confidence, why, role: 'records' };
  return { format, confidence, why, role: 'refused', refusal };
}

function refusalFor(value: JsonObject, kind: Kind, { cut }: Peek): Refusal | undefined {
  if (kind === 'search') {
    const found = Array.isArray(value['statuses']) && value['statuses'].length > 0;
    return found || cut ? undefined : { reason: 'users', detail: 'search results without statuses' };
  }
  if (kind !== 'collection') return refusalOf(kind);
  const items = itemsOf(value);
  if (items.some(isObject)) {
    return items.every((item) => isObject(item) && kindOf(item) === 'actor') ? refusalOf('actor') : undefined;
  }
  // A list that the head cuts before its first item may hold anything.
  return items.length === 0 && cut ? undefined : collectionRefusal(value);
}

/** Several values: refused together only when every one that is seen would be. */
function commonRefusal(samples: readonly JsonObject[]): Refusal | undefined {
  const refusals = samples.map((sample) => {
    const kind = kindOf(sample);
    return kind && refusalOf(kind);
  });
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

// ── an account's archive ────────────────────────────────────────────────────────────────────────────────────────────

function archiveMember({ path, paths }: MemberHead, value: JsonObject, kind: Kind): Recognition | undefined {
  const base = baseOf(path);
  const id = asString(value['id']);
  const beside = (name: string): boolean => paths.includes(folderOf(path) + name);
  const of = (why: string, confidence = 0.95) => ({ format: 'mastodon-archive', confidence, why });
  if (kind === 'collection') {
    if (id === 'outbox.json' || (base === 'outbox.json' && beside('actor.json'))) {
      return { ...of('the outbox of an account’s archive'), role: 'records' };
    }
    const isList = (name: string): boolean => id === name || (base === name && beside('outbox.json'));
    if (isList('likes.json') || isList('bookmarks.json')) {
      return { ...of('what the account liked or bookmarked'), role: 'sealed', opensWith: 'likes' };
    }
    if (isList('followers.json') || isList('following.json')) {
      const refusal: Refusal = { reason: 'users', detail: 'a list of followers or followed, no posts' };
      return { ...of('followers of an account’s archive'), role: 'refused', refusal };
    }
  }
  if (
    kind === 'actor' &&
    (asString(value['outbox']) === 'outbox.json' || (base === 'actor.json' && beside('outbox.json')))
  ) {
    if (beside('outbox.json')) return { ...of('the owner of an account’s archive'), role: 'survey' };
    const detail = 'the actor.json of an archive without its outbox.json; hand in the whole archive';
    return { ...of('the owner of an account’s archive'), role: 'refused', refusal: { reason: 'users', detail } };
  }
  return undefined;
}

const MEDIA = /^(.*\/)?(?:media_attachments\/.+|(?:avatar|header)\.[a-z0-9]{3,4})$/;

function archiveMedia({ path, paths }: MemberHead): Recognition | undefined {
  const match = MEDIA.exec(path);
  if (!match || !paths.includes(`${match[1] ?? ''}outbox.json`)) return undefined;
  return { format: 'mastodon-archive', confidence: 0.5, why: 'a media file beside outbox.json', role: 'media' };
}

// ── a relative that is a source of its own ──────────────────────────────────────────────────────────────────────────

const TRUTH_KEYS = ['sponsored', 'votable', 'chats_onboarded', 'tv_account', 'tv_onboarded'];

/** Truth Social took Mastodon's API; its URIs hold handles, its quotes are `quote_id`, and it federates with nobody. */
function isTruthSocial(value: JsonObject): boolean {
  const account = asObject(value['account']) ?? {};
  if (TRUTH_KEYS.some((key) => key in value || key in account)) return true;
  return [value['uri'], value['url'], account['url']].some(
    (url) => typeof url === 'string' && hostOf(url) === 'truthsocial.com',
  );
}
