/** One post, asked for under its own URI: its own server's word about that very post. */
import type { PostUri } from '../../core/uri.js';
import { NetworkError, type Absence, type Exchange, type HarvestIo } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { askActivity, isFrom, isRefusal, jsonOf, saidOf } from './harvest-ask.js';
import { authorOf } from './actor.js';
import { kindOf } from './kinds.js';
import { idOf, typesOf } from './ld.js';
import { hostOf } from './uri.js';

export type Found =
  | { readonly found: 'present'; readonly exchange: Exchange; readonly object: JsonObject }
  /** A Tombstone names the post itself; 410 may be the account's. */
  | { readonly found: 'tombstone'; readonly exchange: Exchange; readonly said: string; readonly deleted?: string }
  | { readonly found: 'gone' | 'notFound' | 'forbidden'; readonly exchange: Exchange; readonly said: string }
  | { readonly found: 'unclear'; readonly exchange?: Exchange; readonly said: string };

/** Throws a NetworkError where there is no answer at all. */
export async function askObject(post: PostUri, io: HarvestIo): Promise<Found> {
  if (!/^https?:/.test(post)) return { found: 'unclear', said: 'the post has no address on the web' };
  const exchange = await askActivity(io, post);
  const { status } = exchange;
  const said = await saidOf(exchange);
  const body = isFrom(exchange, post) ? asObject(await jsonOf(exchange)) : undefined;
  if (body?.['id'] === post && typesOf(body).includes('Tombstone')) {
    const deleted = asString(body['deleted']);
    return { found: 'tombstone', exchange, said: `${status}, a Tombstone`, ...(deleted !== undefined && { deleted }) };
  }
  if (isRefusal(status)) return { found: 'forbidden', exchange, said };
  // An answer from elsewhere is not this server's word.
  if (!isFrom(exchange, post))
    return { found: 'unclear', exchange, said: `${said} from ${hostOf(exchange.url) ?? '?'}` };
  if (status === 410) return { found: 'gone', exchange, said };
  if (status === 404) return { found: 'notFound', exchange, said };
  if (status !== 200) return { found: 'unclear', exchange, said };
  if (!body) return { found: 'unclear', exchange, said: `${said}, and no ActivityPub object` };
  if (body['id'] !== post) return { found: 'unclear', exchange, said: `${said}, and another object` };
  const kind = kindOf(body);
  const isPost = kind === 'object' || (kind === 'activity' && typesOf(body)[0] === 'Announce');
  if (!isPost) return { found: 'unclear', exchange, said: `${said}, and no post` };
  if (hostOf(idOf(authorOf(body)) ?? post) !== hostOf(post))
    return { found: 'unclear', exchange, said: `${said}, by an author of another server` };
  return { found: 'present', exchange, object: body };
}

/** The same, and trouble with this one answer is an answer: it says nothing about the post. */
export async function tryObject(post: PostUri, io: HarvestIo): Promise<Found> {
  try {
    return await askObject(post, io);
  } catch (error) {
    if (!(error instanceof NetworkError) || error.problem === 'forbidden-address') throw error;
    return { found: 'unclear', said: error.message, ...(error.exchange && { exchange: error.exchange }) };
  }
}

export function absence(
  exchange: Exchange,
  post: PostUri,
  outcome: Absence['outcome'],
  detail: string,
  claimedFrom?: string,
): Absence {
  return { kind: 'absence', exchange, post, outcome, detail, ...(claimedFrom !== undefined && { claimedFrom }) };
}
