/** Asking the API v2: every answer with all that a post is made of, so that each look is as rich as the last. */
import type { AccountState, Exchange, HarvestIo, HarvestStep } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

const API = 'https://api.x.com/2';

/** The format that its answers are read as. */
export const X_V2 = 'x-v2';

const USER_FIELDS =
  'created_at,description,entities,id,location,name,pinned_tweet_id,profile_image_url,protected,public_metrics,url,username,verified,verified_type,withheld';

const FIELDS: Readonly<Record<string, string>> = {
  'tweet.fields':
    'attachments,author_id,card_uri,community_id,context_annotations,conversation_id,created_at,edit_controls,edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,text,withheld',
  'user.fields': USER_FIELDS,
  'media.fields': 'alt_text,duration_ms,height,media_key,preview_image_url,public_metrics,type,url,variants,width',
  'poll.fields': 'duration_minutes,end_datetime,id,options,voting_status',
  'place.fields': 'country,country_code,full_name,geo,id,name,place_type',
  expansions:
    'attachments.media_keys,attachments.poll_ids,author_id,entities.mentions.username,geo.place_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id,referenced_tweets.id.attachments.media_keys,edit_history_tweet_ids',
};

export function askPosts(io: HarvestIo, path: string, query: Readonly<Record<string, string>>): Promise<Exchange> {
  return ask(io, path, { ...query, ...FIELDS });
}

export function askUser(io: HarvestIo, path: string): Promise<Exchange> {
  return ask(io, path, { 'user.fields': USER_FIELDS });
}

/** Each family of calls has a budget of its own (X's own words: rate limits are per endpoint). */
function ask(io: HarvestIo, path: string, query: Readonly<Record<string, string>>): Promise<Exchange> {
  const budget = path.replace(/\/\d+/g, '/:id').replace(/username\/.*/, 'username/:name');
  return io.request(`${API}${path}?${new URLSearchParams(query).toString()}`, {
    authorised: true,
    budget,
    headers: { accept: 'application/json' },
  });
}

/** The answer's object; undefined for what is none. */
export async function answerOf(exchange: Exchange): Promise<JsonObject | undefined> {
  try {
    return asObject(await exchange.json());
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}

/** What the API says of the account in place of its posts; undefined when it says nothing of it. */
export function accountNote(exchange: Exchange, answer: JsonObject | undefined): HarvestStep | undefined {
  const error = asArray(answer?.['errors']).filter(isObject)[0];
  const title = asString(error?.['title']) ?? asString(answer?.['title']);
  const detail = asString(error?.['detail']) ?? asString(answer?.['detail']) ?? '';
  const said = `${exchange.status}${title === undefined ? '' : ` ${title}`}: ${detail.slice(0, 200)}`;
  const note = (state: AccountState, more = ''): HarvestStep => ({
    kind: 'account',
    exchange,
    state,
    detail: `${said}${more}`,
  });
  if (exchange.status === 401) return note('forbidden', ' (the token is not valid: perdure credentials)');
  if (/suspended/i.test(detail)) return note('suspended');
  if (exchange.status === 403) return note('forbidden', ' (the token’s plan may not allow this)');
  if (/not found/i.test(title ?? '') || exchange.status === 404) return note('notFound');
  if (/authorization|forbidden/i.test(title ?? '')) return note('forbidden');
  return exchange.status === 200 ? undefined : note('forbidden');
}
