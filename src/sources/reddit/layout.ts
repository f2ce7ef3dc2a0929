/**
 * The tables of Reddit's data request (Settings → Privacy → Request a copy), and those that people make of dumps. Told by
 * their columns; only two that are alike to the letter (what was saved, what was hidden) by their names.
 */
import { headerOf } from '../shared/csv.js';

export type Layout =
  'posts' | 'comments' | 'votes' | 'saved' | 'hidden' | 'messages' | 'chat' | 'statistics' | 'account' | 'dump';

/** Tables of the request that hold neither posts nor messages, by their names. */
const ACCOUNT = new Set(
  (
    'account_gender announcements approved_submitter_subreddits birthdate checkfile drafts friends gilded_content ' +
    'gold_received ip_logs linked_identities linked_phone_number moderated_subreddits multireddits payouts persona ' +
    'poll_votes purchases reddit_gold_information scheduled_posts sensitive_ads_preferences stripe ' +
    'subscribed_subreddits twitter user_preferences usernames avatars follows'
  ).split(' '),
);

/** Throws a Rejection where the head is no table. */
export function layoutOf(head: Uint8Array, path: string, paths: readonly string[]): Layout | undefined {
  const { names, end } = headerOf(head);
  const columns = new Set(names.map((name) => name.trim().toLowerCase()));
  const has = (...wanted: string[]): boolean => wanted.every((name) => columns.has(name));
  const base = baseOf(path);
  if (has('message_id', 'username', 'message', 'channel_url')) return 'chat';
  if (has('id', 'permalink', 'date', 'from', 'to') && (has('subject') || has('thread_id'))) return 'messages';
  if (has('id', 'permalink', 'date', 'subreddit') && (has('ip') || has('gildings'))) {
    return has('link') || has('parent') ? 'comments' : 'posts';
  }
  if (has('id', 'permalink', 'direction') && columns.size === 3) return 'votes';
  if (has('id', 'permalink') && columns.size === 2 && showsReddit(head, end)) {
    return /hidden/i.test(base) ? 'hidden' : 'saved';
  }
  if (has('statistic', 'value') && columns.size === 2) return 'statistics';
  const words = has('body') || has('selftext') || has('title');
  const timed = has('created_utc') || has('timestamp') || has('created');
  if (has('subreddit') && words && timed && (has('id') || has('name'))) return 'dump';
  const isRequest = ['posts', 'post_headers', 'comment_headers'].some((name) =>
    paths.some((each) => baseOf(each) === name),
  );
  return isRequest && ACCOUNT.has(base) ? 'account' : undefined;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.csv$/i, '');
}

function showsReddit(head: Uint8Array, end: number): boolean {
  const first = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1', end, end + 300);
  return /^"?[0-9a-z]{1,13}"?,"?(?:https?:\/\/[^/]*reddit\.com)?\/r\//.test(first);
}
