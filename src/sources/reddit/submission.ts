/** A submission (`t3`): a title, and words, an address, pictures, a poll, or somebody else's submission (a crosspost). */
import type { Json } from '../../core/canonical.js';
import type { Content, Poll } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import { timeFromMs } from '../../core/time.js';
import { guarded, present, presentOrNothing, type Item } from '../shared/items.js';
import { asArray, asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { isNobody, placeholderOf, submissionGone } from './gone.js';
import { attachedTo } from './media.js';
import { authorOf, readingsOf, subredditOf, timesOf, visibilityOf, type Env } from './post.js';
import { decoderOf, type Decode } from './text.js';
import { namedAs, pageOf, postOf } from './uri.js';

/** Crossposts of crossposts name the first one. A bound all the same. */
const MAX_CARRIED = 4;

export function readSubmission(post: JsonObject, env: Env, depth = 0): readonly Item[] {
  const carried = depth < MAX_CARRIED ? asArray(post['crosspost_parent_list']).filter(isObject) : [];
  return [
    ...guarded(() => submissionReadings(post, env)),
    ...carried.flatMap((each) => readSubmission(parentOf(each, post), { ...env, hand: 'second' }, depth + 1)),
  ];
}

/** What is crossposted was looked at when the crosspost was. */
function parentOf(carried: JsonObject, post: JsonObject): JsonObject {
  const seen = { retrieved_on: post['retrieved_on'], retrieved_utc: post['retrieved_utc'] };
  return { ...present(seen), ...carried };
}

function submissionReadings(post: JsonObject, env: Env): readonly Item[] {
  const fullname = namedAs('t3', post['name'], post['id']);
  if (fullname === undefined) {
    throw new Rejection('no-identity', 'a submission without `id` or `name`: nobody can say which one it is');
  }
  const losses: string[] = [];
  const decode = decoderOf(post);
  const gone = submissionGone(post);
  const author = authorOf(post);
  const { published, updated, edited } = timesOf(post, losses, env.timezone);
  const quotes = namedAs('t3', post['crosspost_parent']);
  const title = asString(post['title']);
  const words = asString(post['selftext']);
  const attached = quotes === undefined ? attachedTo(post, decode) : {};
  const poll = pollOf(post, decode);
  const content: Content = {
    type: poll ? 'Question' : 'Page',
    visibility: visibilityOf(post),
    ...present({
      attributedTo: author?.actor,
      published,
      updated,
      name: title === undefined || placeholderOf(title) ? undefined : decode(title),
      text: words === undefined || placeholderOf(words) ? undefined : decode(words),
      quotes: quotes === undefined ? undefined : postOf(quotes),
      // What is gone has lost its pictures too: that none is listed says nothing.
      attachment: gone && attached.attachment?.length === 0 ? undefined : attached.attachment,
      link: attached.link,
      poll,
      sensitive: flagOf(post['over_18']),
      url: pageOf(post['permalink']),
      extra: extraOf(post, decode, edited, gone === undefined),
    }),
  };
  return readingsOf({ uri: postOf(fullname), thing: post, content, gone, author, losses, env });
}

/** Tables write the words. */
function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function pollOf(post: JsonObject, decode: Decode): Poll | undefined {
  const data = asObject(post['poll_data']);
  if (!data || !Array.isArray(data['options'])) return undefined;
  const options = asArray(data['options']).map((option) => decode(asString(asObject(option)?.['text']) ?? ''));
  const end = asNumber(data['voting_end_timestamp']);
  const ends = end !== undefined && end > 0 && end < 4_102_444_800_000;
  return { options, ...(ends && { endTime: timeFromMs(Math.trunc(end), 'ms') }) };
}

function extraOf(
  post: JsonObject,
  decode: Decode,
  edited: true | undefined,
  isThere: boolean,
): { readonly [key: string]: Json } | undefined {
  const flair = asString(post['link_flair_text']);
  const laterTitle = asString(asObject(post['_meta'])?.['edited_title']);
  return presentOrNothing({
    subreddit: subredditOf(post),
    flair: flair === undefined || flair === '' ? undefined : decode(flair),
    spoiler: flagOf(post['spoiler']) === true ? true : undefined,
    distinguished: asString(post['distinguished']) || undefined,
    edited,
    laterTitle,
    // The author alone is gone: an account that was deleted.
    authorGone: isThere && 'author' in post && isNobody(post['author']) ? true : undefined,
  });
}
