/** What a channel did, as the Data API lists it (`activities`): uploads, likes, entries of playlists. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading, Reference } from '../../core/reading.js';
import { present } from '../shared/items.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { channelReading, timeOf } from './api-parts.js';
import { isVideoId, videoOf } from './uri.js';

const LIKES: Readonly<Record<string, Reference['kind']>> = { like: 'like', favorite: 'bookmark' };

/** Title and description are the video's; the channel is that of whoever did it, thus the author's for uploads alone. */
export function readActivity(item: JsonObject): Reading {
  const snippet = asObject(item['snippet']) ?? {};
  const type = asString(snippet['type']) ?? '';
  const details = asObject(asObject(item['contentDetails'])?.[type]);
  const id = details?.['videoId'] ?? asObject(details?.['resourceId'])?.['videoId'];
  if (!isVideoId(id)) throw new Rejection('not-a-post', `an activity (${type || 'without type'}) that names no video`);
  const actor = channelReading(snippet['channelId'], snippet['channelTitle']);
  const upload = type === 'upload';
  const content: Content = {
    type: 'Video',
    visibility: 'unknown',
    ...present({
      attributedTo: upload ? actor?.actor : undefined,
      published: upload ? timeOf(snippet['publishedAt']) : undefined,
      name: asString(snippet['title']),
      text: asString(snippet['description']),
      url: videoOf(id),
    }),
    attachment: [{ type: 'Video', key: id }],
  };
  const kind = LIKES[type];
  const reference = kind && actor && { kind, target: videoOf(id), by: actor.actor };
  return {
    post: videoOf(id),
    outcome: 'present',
    hand: 'second',
    content,
    ...(reference && { references: [reference] }),
    ...(actor && { actors: [actor] }),
  };
}
