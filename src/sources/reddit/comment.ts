/** A comment (`t1`), and the answers below it, however deep a page nests them. */
import type { Json } from '../../core/canonical.js';
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { PostUri } from '../../core/uri.js';
import { guarded, present, presentOrNothing, type Item } from '../shared/items.js';
import { asString, type JsonObject } from '../shared/json.js';
import { commentGone, isNobody, placeholderOf } from './gone.js';
import { picturesOf } from './media.js';
import { authorOf, readingsOf, subredditOf, timesOf, visibilityOf, type Env } from './post.js';
import { decoderOf } from './text.js';
import { bareId, fullnameIn, fullnameOf, namedAs, pageOf, postOf } from './uri.js';

export function readComment(comment: JsonObject, env: Env): readonly Item[] {
  return guarded(() => commentReadings(comment, env));
}

function commentReadings(comment: JsonObject, env: Env): readonly Item[] {
  const fullname = namedAs('t1', comment['name'], comment['id']);
  if (fullname === undefined) {
    throw new Rejection('no-identity', 'a comment without `id` or `name`: nobody can say which one it is');
  }
  const losses: string[] = [];
  const decode = decoderOf(comment);
  const gone = commentGone(comment);
  const author = authorOf(comment);
  const { published, updated, edited } = timesOf(comment, losses, env.timezone);
  const words = asString(comment['body']);
  const root = rootOf(comment);
  const content: Content = {
    type: 'Note',
    visibility: visibilityOf(comment),
    ...present({
      attributedTo: author?.actor,
      published,
      updated,
      text: words === undefined || (gone && placeholderOf(words)) ? undefined : decode(words),
      inReplyTo: parentOf(comment, root),
      context: root,
      attachment: picturesOf(comment).attachment,
      sensitive: typeof comment['over_18'] === 'boolean' ? comment['over_18'] : undefined,
      url: pageOf(comment['permalink']),
      extra: extraOf(comment, edited, gone === undefined),
    }),
  };
  return readingsOf({ uri: postOf(fullname), thing: comment, content, gone, author, losses, env });
}

/** The submission: `link_id`, or what the comment's own address says. */
function rootOf(comment: JsonObject): PostUri | undefined {
  const named = namedAs('t3', comment['link_id'], comment['thread_id']);
  if (named !== undefined) return postOf(named);
  const address = pageOf(comment['permalink']) ?? pageOf(comment['context']);
  const id = address === undefined ? undefined : /\/comments\/([0-9a-z]{1,13})(?:[/?#]|$)/.exec(address)?.[1];
  return id === undefined ? undefined : postOf(`t3_${id}`);
}

/**
 * A fullname says what is answered. A bare number (tables, dumps of Pushshift's index) is the submission's where it is
 * equal to that, else a comment's.
 */
function parentOf(comment: JsonObject, root: PostUri | undefined): PostUri | undefined {
  const parent = comment['parent_id'] ?? comment['parent'];
  const full = fullnameOf(parent);
  if (full !== undefined) return postOf(full);
  const bare = bareId(parent);
  if (bare !== undefined) return root === postOf(`t3_${bare}`) ? root : postOf(`t1_${bare}`);
  const address = typeof parent === 'string' ? fullnameIn(parent) : undefined;
  if (address !== undefined) return postOf(address);
  // The export leaves the column empty for answers to the submission itself.
  return parent === '' ? root : undefined;
}

function extraOf(
  comment: JsonObject,
  edited: true | undefined,
  isThere: boolean,
): { readonly [key: string]: Json } | undefined {
  return presentOrNothing({
    subreddit: subredditOf(comment),
    distinguished: asString(comment['distinguished']) || undefined,
    edited,
    authorGone: isThere && 'author' in comment && isNobody(comment['author']) ? true : undefined,
  });
}
