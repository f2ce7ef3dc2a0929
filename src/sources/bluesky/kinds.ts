/** What the collections of a repository hold, and why some of it is no post. */
import type { RejectReason } from '../../core/errors.js';

interface Refusal {
  readonly reason: RejectReason;
  readonly what: string;
}

const not = (what: string): Refusal => ({ reason: 'not-a-post', what });
const list = (what: string): Refusal => ({ reason: 'lists', what });

const REFUSED: ReadonlyMap<string, Refusal> = new Map([
  ['app.bsky.graph.follow', list('one account follows another')],
  ['app.bsky.graph.block', list('one account blocks another')],
  ['app.bsky.graph.list', list('a list of accounts, its name')],
  ['app.bsky.graph.listitem', list('an account on a list')],
  ['app.bsky.graph.listblock', list('the accounts of a list are blocked')],
  ['app.bsky.graph.starterpack', list('a list of accounts for newcomers')],
  ['app.bsky.graph.verification', not('one account vouches for another')],
  ['app.bsky.feed.generator', not('the description of a feed')],
  ['app.bsky.feed.threadgate', not('who may reply to a post')],
  ['app.bsky.feed.postgate', not('who may quote a post')],
  ['app.bsky.labeler.service', not('the description of a service that labels')],
  ['app.bsky.actor.status', not('that an account is live somewhere else')],
  ['app.bsky.notification.declaration', not('who may be told of new posts')],
  ['app.bsky.system.declaration', not('what kind of account this is')],
  ['chat.bsky.actor.declaration', not('who may write messages to the account')],
]);

/** Why a record of this collection states no post. */
export function refusalOf(collection: string): Refusal {
  const known = REFUSED.get(collection);
  if (known) return known;
  if (collection.startsWith('app.bsky.')) return not('a record of Bluesky that is no post');
  return { reason: 'not-supported', what: 'a record of another application on the AT Protocol; its bytes are kept' };
}
