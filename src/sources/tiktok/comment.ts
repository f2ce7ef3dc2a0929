/** Comments as TikTok’s web pages and app give them, and as the Research API does. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Observed, Reading } from '../../core/reading.js';
import { guarded, countOf, present, presentOrNothing, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { personReading, pictureOf } from './people.js';
import { languageOf, tagsOf, timeOf } from './post.js';
import { commentOf, idOf, videoOf } from './uri.js';

/** A comment and those of its replies that came with it. */
export function readComment(comment: JsonObject, seen: Observed | undefined, depth = 0): readonly Item[] {
  const replies = depth > 0 ? [] : asArray(comment['reply_comment']).filter(isObject);
  return [
    ...guarded(() => [commentReading(comment, seen)]),
    ...replies.flatMap((reply) => readComment(reply, seen, depth + 1)),
  ];
}

function commentReading(comment: JsonObject, seen: Observed | undefined): Reading {
  const id = idOf(comment['cid']);
  if (id === undefined) throw new Rejection('no-identity', 'a comment without `cid`');
  const video = idOf(comment['aweme_id']);
  const parent = idOf(comment['reply_id']);
  const below = video === undefined ? undefined : videoOf(video);
  const author = personReading(asObject(comment['user']));
  const images = asArray(comment['image_list']).filter(isObject);
  const content: Content = {
    type: 'Note',
    visibility: 'unknown',
    ...present({
      attributedTo: author?.actor,
      published: timeOf(comment['create_time']),
      text: asString(comment['text']),
      inReplyTo: parent === undefined || parent === id ? below : commentOf(parent),
      context: below,
      tag: tagsOf(comment['text_extra']),
      language: languageOf(comment['comment_language']),
      attachment:
        images.length === 0
          ? undefined
          : images.map((image) => ({
              type: 'Image' as const,
              ...present({ url: pictureOf(image['origin_url'] ?? image['crop_url']) }),
            })),
    }),
  };
  const metrics = presentOrNothing({
    likes: countOf(comment['digg_count']),
    replies: countOf(comment['reply_comment_total']),
  });
  return {
    post: commentOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(seen && { observedAt: seen }),
    ...(metrics && { metrics }),
    ...(author && { actors: [author] }),
  };
}

/** `{"id":7…,"video_id":7…,"parent_comment_id":7…,"text":…,"create_time":…}`; the parent of a first comment is the video. */
export function readResearchComment(comment: JsonObject): Reading {
  const id = idOf(comment['id']);
  if (id === undefined) throw new Rejection('no-identity', 'a comment without `id`');
  const video = idOf(comment['video_id']);
  const parent = idOf(comment['parent_comment_id']);
  const below = video === undefined ? undefined : videoOf(video);
  const metrics = presentOrNothing({
    likes: countOf(comment['like_count']),
    replies: countOf(comment['reply_count']),
  });
  const content: Content = {
    type: 'Note',
    visibility: 'public',
    ...present({
      published: timeOf(comment['create_time']),
      text: asString(comment['text']),
      inReplyTo: parent === undefined || parent === video ? below : commentOf(parent),
      context: below,
    }),
  };
  return { post: commentOf(id), outcome: 'present', hand: 'first', content, ...(metrics && { metrics }) };
}
