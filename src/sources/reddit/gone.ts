/**
 * What stands in a post's place when it is gone. Reddit writes it where the words were.
 *
 *   [deleted]   by its author: author and words alike
 *   [removed]   by the subreddit's moderators or their bots
 *   [ Removed by Reddit ], [removed by reddit]   by the company; `[unavailable]`: its author blocks whoever asked
 *
 * An author alone that is `[deleted]` is an account that is gone; its words stay.
 */
import type { Outcome } from '../../core/reading.js';
import { asString, type JsonObject } from '../shared/json.js';

export interface Gone {
  readonly outcome: Outcome;
  /** For people: who took it away, by Reddit's word. */
  readonly why: string;
}

const BY_AUTHOR: Gone = { outcome: 'deleted', why: 'deleted by its author' };
const BY_MODERATORS: Gone = { outcome: 'deleted', why: 'removed by the moderators' };
const BY_REDDIT: Gone = { outcome: 'deleted', why: 'removed by Reddit' };
const BLOCKED: Gone = { outcome: 'forbidden', why: 'its author blocks whoever asked' };

const PLACEHOLDER = /^\s*\[\s*(deleted|removed|unavailable)(?:\s+by\s+([a-z]+)[^\]]{0,80})?\s*\]\s*$/i;
const LONGEST = 140;

/** What a text that stands for a post says; undefined for an author's own. */
export function placeholderOf(text: unknown): Gone | undefined {
  if (typeof text !== 'string' || text.length > LONGEST) return undefined;
  const found = PLACEHOLDER.exec(text);
  if (!found) return undefined;
  const word = found[1]!.toLowerCase();
  const by = found[2]?.toLowerCase();
  if (by === 'reddit') return BY_REDDIT;
  if (word === 'deleted') return BY_AUTHOR;
  return word === 'unavailable' ? BLOCKED : BY_MODERATORS;
}

/** `removed_by_category` and Arctic Shift's `removal_type`. */
export function goneBy(category: unknown): Gone {
  switch (category) {
    case 'deleted':
    case 'author':
      return BY_AUTHOR;
    case 'moderator':
    case 'removed':
    case 'automod_filtered':
      return BY_MODERATORS;
    default:
      // reddit, removed by reddit, anti_evil_ops, community_ops, copyright_takedown, content_takedown
      return typeof category === 'string' ? BY_REDDIT : { outcome: 'deleted', why: 'deleted or removed' };
  }
}

/** `DELETED` is what a downloader (BDFR) writes for it. */
const NOBODY: ReadonlySet<unknown> = new Set([undefined, null, '', '[deleted]', '[removed]', 'DELETED']);

export function isNobody(author: unknown): boolean {
  return NOBODY.has(author);
}

/** By the platform's word about this very submission. */
export function submissionGone(post: JsonObject): Gone | undefined {
  const category = asString(post['removed_by_category']);
  if (category !== undefined && category !== '') return goneBy(category);
  return placeholderOf(post['selftext']) ?? moderated(post);
}

/** Somebody who is still there and says `[deleted]` says so in jest: Reddit takes the author away with the words. */
export function commentGone(comment: JsonObject): Gone | undefined {
  const gone = placeholderOf(comment['body']);
  if (gone) return gone === BY_AUTHOR && !isNobody(comment['author']) ? undefined : gone;
  if (comment['collapsed_reason_code'] === 'DELETED' && isNobody(comment['author'])) return BY_AUTHOR;
  return moderated(comment);
}

/** What only moderators are told, with the words still there. */
function moderated(thing: JsonObject): Gone | undefined {
  const banned = thing['banned_by'];
  const removed = thing['removed'] === true || thing['spam'] === true || banned === true;
  return removed || (typeof banned === 'string' && banned !== '') ? BY_MODERATORS : undefined;
}
