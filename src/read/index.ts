/**
 * The read side: what was seen, when, in which bytes. Nothing here writes.
 *
 * A post is named by whatever people know it by: canonical URI, `perdure:post:<uuid>`, any of its web addresses. What
 * is not known is `undefined`; wrong input (a time that is none, somebody else's cursor) throws a UsageError.
 */
export type * from './types.js';
export type * from './list-types.js';
export type * from './seed-types.js';
export { EVENT_KINDS, type EventKind, type EventView } from './event-types.js';
export { TooBroadError, SealedError } from './errors.js';
export { locate, locateActors, locatorsOf, type Locator, type Located, type LocatedActor } from './locate.js';
export { history, historyOfPost } from './history.js';
export { actor, actorHistory, historyOfActor } from './actors.js';
export { show, showPost, raw, rawOfPost, snapshotOf } from './show.js';
export { search } from './search.js';
export {
  accession,
  accessionProgress,
  hasEnded,
  accessions,
  accessionSummary,
  rejects,
  collectionOf as collectionKey,
} from './accessions.js';
export { collections, media } from './lists.js';
export { seed, seeds, harvest, harvestNamed, harvests, exchanges, keyOfSeed } from './seeds.js';
export { coverage } from './coverage.js';
export {
  events,
  latestEvent,
  newsOfPosts,
  newsOrigin,
  type EventOptions,
  type NewsOrigin,
  type PostNews,
  type PostRead,
} from './events.js';
export { missingMedia, mediaCounts, mediaExchanges, fetchedMedia, picture } from './media.js';
