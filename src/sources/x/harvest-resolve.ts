/** From a handle or an address to the account, known by its number: handles change hands. */
import { UsageError } from '../../core/errors.js';
import type { HarvestIo, ResolvedSeed } from '../harvest.js';
import { asArray, asObject, asString, isObject } from '../shared/json.js';
import { answerOf, askUser } from './harvest-ask.js';
import { actorOf, idOf, isHandle } from './uri.js';

const PAGE = /^https?:\/\/(?:www\.|mobile\.|m\.)?(?:x|twitter)\.com\/@?(\w{1,20})\/?(?:[?#].*)?$/i;
const USER = /^https?:\/\/(?:www\.)?(?:x|twitter)\.com\/(?:i\/user|intent\/user\?user_id=)\/?(\d{1,20})\/?$/i;
/** First steps of paths that are no accounts. */
const PAGES: ReadonlySet<string> = new Set([
  'i',
  'home',
  'search',
  'hashtag',
  'explore',
  'settings',
  'intent',
  'share',
]);

type Named = { readonly handle: string } | { readonly id: string };

export function handleIn(text: string): (Named & { readonly sure: number }) | undefined {
  const id = USER.exec(text)?.[1];
  if (id !== undefined) return { id, sure: 1 };
  const page = PAGE.exec(text)?.[1];
  if (page !== undefined) return PAGES.has(page.toLowerCase()) ? undefined : { handle: page, sure: 1 };
  const bare = /^@(\w{1,20})$/.exec(text)?.[1];
  return bare === undefined ? undefined : { handle: bare, sure: 0.3 };
}

export async function resolveAccount(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const named = handleIn(text);
  if (!named) return undefined;
  if (!io.credential) {
    // A bare @handle may be somebody else's business; an address of X is not.
    if (named.sure < 1) return undefined;
    throw new UsageError(
      'X shows posts to holders of an API token only: perdure credentials add NAME --connector x --kind bearer, then --credential NAME',
    );
  }
  const path = 'id' in named ? `/users/${named.id}` : `/users/by/username/${named.handle}`;
  const exchange = await askUser(io, path);
  const answer = await answerOf(exchange);
  const user = asObject(answer?.['data']);
  const id = idOf(user?.['id']);
  const handle = asString(user?.['username']);
  if (id !== undefined && handle !== undefined && isHandle(handle))
    return { uri: actorOf(id), name: `@${handle} on X`, settings: { id, handle } };
  const error = asArray(answer?.['errors']).filter(isObject)[0] ?? answer;
  const said = asString(error?.['detail']) ?? asString(error?.['title']) ?? 'no answer that names an account';
  throw new UsageError(`X says (status ${exchange.status}): ${said.slice(0, 200)}`);
}
