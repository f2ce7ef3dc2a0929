/** Statuses, their versions and what wraps them, as Mastodon's REST API and its relatives give them. */
import type { Content, Poll } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { asArray, asBoolean, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountReading, accountUri } from './actor.js';
import { guarded, historyOf, own, refused, type Env, type HistoryOf, type Item } from './env.js';
import { count, present } from './ld.js';
import { restMedia } from './media.js';
import { standing } from './object.js';
import { restTags } from './tags.js';
import { textOf, timeOf } from './text.js';
import { assertSameHost, postUriOf, tryActorUri, tryPostUri, webUrl } from './uri.js';
import { restVisibility } from './visibility.js';

/** The status, and those that it carries: boosted or quoted. */
export function readStatus(status: JsonObject, hand: Reading['hand'], env: Env): Item[] {
  const carried = [asObject(status['reblog']), quotedStatus(status)].filter((each) => each !== undefined);
  return [
    guarded(() => statusReading(status, hand, env)),
    ...carried.flatMap((each) => readStatus(each, 'second', env)),
  ];
}

/** Mastodon 4.4 wraps it with the state of its approval; Fedibird and Pleroma give the status itself. */
function quotedStatus(status: JsonObject): JsonObject | undefined {
  const quote = asObject(status['quote']);
  return asObject(quote?.['quoted_status']) ?? (quote && 'account' in quote ? quote : undefined);
}

function statusReading(status: JsonObject, hand: Reading['hand'], env: Env): Reading {
  const reblog = asObject(status['reblog']);
  if (typeof status['uri'] !== 'string' || status['uri'] === '') {
    throw new Rejection(
      'no-identity',
      'a status without `uri`: its `id` means something only on the server that was asked',
    );
  }
  // Pleroma names a boost after the post that it boosts; under that name it would overwrite it.
  if (reblog && reblog['uri'] === status['uri']) {
    throw new Rejection('no-identity', 'a boost under the URI of the boosted post: it has no name of its own here');
  }
  const post = postUriOf(status['uri'], 'the status');
  const account = asObject(status['account']) ?? {};
  assertSameHost(post, tryActorUri(account['uri']));

  const losses: string[] = [];
  const published = timeOf(status['created_at'], 'created_at', losses);
  const updated = timeOf(status['edited_at'], 'edited_at', losses);
  const author = accountReading(account, post);
  const url = webUrl(status['url']);
  const metrics = metricsOf(status);
  const stands = updated ?? published;
  // Mastodon gives the source and no HTML in one answer only, that to DELETE (StatusSerializer, source_requested).
  const gone = !reblog && status['content'] === undefined && typeof status['text'] === 'string';
  const frame: Content = {
    type: reblog ? 'Announce' : asObject(status['poll']) ? 'Question' : 'Note',
    ...present({
      attributedTo: author?.actor ?? accountUri(account, post),
      published,
      updated: reblog ? undefined : updated,
    }),
    visibility: restVisibility(status['visibility']),
  };
  return {
    post,
    outcome: gone ? 'deleted' : 'present',
    hand,
    content: reblog
      ? { ...frame, ...present({ announces: tryPostUri(reblog['uri']) }) }
      : { ...frame, ...bodyOf(status, losses), ...detailsOf(status, env, losses), ...present({ url }) },
    ...(stands && !gone && standing(stands)),
    ...(metrics && !reblog && { metrics }),
    ...(url !== undefined && url !== (post as string) && { aliases: [url] }),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** What a status and each of its versions have in common. */
function bodyOf(status: JsonObject, losses: string[]): Partial<Content> {
  const html = asString(status['content']);
  return present({
    text: html === undefined ? sourceText(status, losses) : textOf(html, losses),
    html,
    summary: asString(status['spoiler_text']),
    sensitive: asBoolean(status['sensitive']),
    attachment: restMedia(status['media_attachments']),
    poll: pollOf(status['poll'], losses),
  });
}

/** The source names people from elsewhere in full; the rendered text, which all else is compared with, does not. */
function sourceText(status: JsonObject, losses: string[]): string | undefined {
  const source = asString(status['text']);
  if (source === undefined || source === '') return source;
  let text = source.replaceAll('\r\n', '\n');
  for (const mention of asArray(status['mentions']).filter(isObject)) {
    const acct = asString(mention['acct']);
    const username = asString(mention['username']);
    if (acct?.includes('@') && username) text = text.replaceAll(`@${acct}`, `@${username}`);
  }
  if (text !== source)
    losses.push('text: taken from the source; mentions and line breaks are written as in the rendered post');
  return text;
}

function pollOf(value: unknown, losses: string[]): Poll | undefined {
  const poll = asObject(value);
  if (!poll) return undefined;
  const options = asArray(poll['options']).map((option) => asString(asObject(option)?.['title']) ?? '');
  const endTime = timeOf(poll['expires_at'], 'poll.expires_at', losses);
  return { options, ...present({ multiple: asBoolean(poll['multiple']), endTime }) };
}

function detailsOf(status: JsonObject, env: Env, losses: string[]): Partial<Content> {
  const quote = asObject(status['quote']);
  const parent = status['in_reply_to_id'];
  const state = asString(quote?.['state']);
  const tagged = 'tags' in status || 'mentions' in status;
  if (typeof parent === 'string' && own(env.parents, parent) === undefined) {
    losses.push('inReplyTo: known only by a local id of the server that was asked');
  }
  return present({
    inReplyTo: tryPostUri(own(env.parents, String(parent))),
    quotes: tryPostUri(quotedStatus(status)?.['uri']),
    tag: tagged ? restTags(status) : undefined,
    language: asString(status['language']),
    generator: asString(asObject(status['application'])?.['name']),
    extra: state !== undefined && state !== 'accepted' ? { quoteState: state } : undefined,
  });
}

function metricsOf(status: JsonObject): Record<string, number> | undefined {
  const poll = asObject(status['poll']);
  const metrics = present({
    replies: count(status['replies_count']),
    shares: count(status['reblogs_count']),
    likes: count(status['favourites_count']),
    quotes: count(status['quotes_count']),
    votes: count(poll?.['votes_count']),
    voters: count(poll?.['voters_count']),
  });
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}

/** One entry of `/history`: the post as it stood from `created_at` on. It has no id; `of` says whose version it is. */
export function readVersion(version: JsonObject, of: HistoryOf | undefined): Reading {
  if (!of) {
    const advice = 'hand it in together with its status, in one folder or archive';
    throw new Rejection('no-identity', `a version from /history: it does not say of which post; ${advice}`);
  }
  const post = postUriOf(of.post, 'the status of this history');
  const losses: string[] = [];
  const published = timeOf(of.published, 'published', losses);
  const from = timeOf(version['created_at'], 'created_at', losses);
  const account = asObject(version['account']) ?? {};
  const author = accountReading(account, post);
  // Which version is the first, and so no edit, only the time of publication tells.
  const isEdit = of.published !== undefined && (!published || (from && msOf(from) > msOf(published)));
  const edited = isEdit ? from : undefined;
  return {
    post,
    outcome: 'present',
    hand: 'first',
    content: {
      type: asObject(version['poll']) ? 'Question' : 'Note',
      ...present({ attributedTo: author?.actor, published, updated: edited }),
      ...bodyOf(version, losses),
      visibility: restVisibility(of.visibility),
    },
    ...(from && standing(from)),
    ...(author && { actors: [author] }),
    ...(losses.length > 0 && { losses }),
  };
}

/** Notifications and conversations carry a status that somebody else's act brought up. */
export function readCarrier(carrier: JsonObject, key: 'status' | 'last_status', env: Env): Item[] {
  const status = asObject(carrier[key]);
  if (status) return readStatus(status, 'second', env);
  return [refused('not-a-post', `a ${key === 'status' ? 'notification' : 'conversation'} without a status`)];
}

/** A status saved together with what else the API said about it: `{"status":…,"history":[…],"context":…}`. */
export function readAnswers(answers: JsonObject, env: Env): Item[] {
  const status = asObject(answers['status'])!;
  const of = historyOf(status);
  const context = asObject(answers['context']);
  const around = [...asArray(context?.['ancestors']), ...asArray(context?.['descendants'])].filter(isObject);
  return [
    ...readStatus(status, 'first', env),
    ...asArray(answers['history'])
      .filter(isObject)
      .map((version) => guarded(() => readVersion(version, of))),
    ...around.flatMap((each) => readStatus(each, 'first', env)),
  ];
}
