/** Asking the API v2: every answer with all that a post is made of, so that each look is as rich as the last. */
import type { AccountNote, AccountState, Exchange, Gap, HarvestIo, RequestOptions } from '../harvest.js';
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

/** Answers about jobs hold signed addresses, good for whoever has them: they are not kept. */
export function askJob(io: HarvestIo, path: string, body?: object): Promise<Exchange> {
  return io.request(`${API}${path}`, {
    ...authorised(path),
    secret: true,
    ...(body && {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
}

function ask(io: HarvestIo, path: string, query: Readonly<Record<string, string>>): Promise<Exchange> {
  return io.request(`${API}${path}?${new URLSearchParams(query).toString()}`, authorised(path));
}

/** Each family of calls has a budget of its own (X's own words: rate limits are per endpoint). */
function authorised(path: string): RequestOptions {
  const budget = path.replace(/\/\d+/g, '/:id').replace(/username\/.*/, 'username/:name');
  return { authorised: true, budget, headers: { accept: 'application/json' } };
}

/** The answer's object; undefined for other JSON. Throws a NetworkError for HTML: that is no answer of the API. */
export async function answerOf(exchange: Exchange): Promise<JsonObject | undefined> {
  return asObject(await exchange.json());
}

/** What came in place of posts: the API's word about the account or the token, else a gap that says what it was. */
export function troubleOf(exchange: Exchange, answer: JsonObject | undefined): AccountNote | Gap {
  const { status } = exchange;
  const error = asArray(answer?.['errors']).filter(isObject)[0];
  const title = asString(error?.['title']) ?? asString(answer?.['title']);
  const detail = asString(error?.['detail']) ?? asString(answer?.['detail']) ?? '';
  const said = `${status}${title === undefined ? '' : ` ${title}`}: ${detail}`.slice(0, 200);
  const note = (state: AccountState, more = ''): AccountNote => ({
    kind: 'account',
    exchange,
    state,
    detail: `${said}${more}`,
  });
  if (status === 401) return note('forbidden', ' (the token is not valid: perdure credentials)');
  // What was paid for is used up.
  if (status === 402) return { kind: 'gap', reason: 'rate-limit', detail: said };
  if (/suspended/i.test(detail)) return note('suspended');
  if (status === 403) return note('forbidden', ' (the token’s plan may not allow this)');
  if (/not found/i.test(title ?? '') || status === 404) return note('notFound');
  if (/authori[sz]ation|forbidden/i.test(title ?? '')) return note('forbidden');
  return { kind: 'gap', reason: 'platform', detail: `the answer was no page of posts: ${said}` };
}
