/** Posts as the site loaded them before 2022, in the words of today’s. */
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';

export function isGraph(item: JsonObject): boolean {
  return typeof item['shortcode'] === 'string' && ('taken_at_timestamp' in item || '__typename' in item);
}

export function fromGraph(item: JsonObject): JsonObject {
  const words = nodes(item['edge_media_to_caption'])[0]?.['text'];
  const children = nodes(item['edge_sidecar_to_children']);
  const owner = asObject(item['owner']) ?? {};
  const likes = asObject(item['edge_media_preview_like']) ?? asObject(item['edge_liked_by']);
  const tagged = nodes(item['edge_media_to_tagged_user']).map((each) => ({ user: each['user'] }));
  return {
    ...media(item),
    code: item['shortcode'],
    taken_at: item['taken_at_timestamp'],
    user: { ...owner, pk: owner['id'] },
    ...('edge_media_to_caption' in item && { caption: words === undefined ? null : { text: words } }),
    ...(children.length > 0 && { carousel_media: children.map(media) }),
    ...(item['__typename'] === 'GraphSidecar' && { media_type: 8 }),
    ...(tagged.length > 0 && { usertags: { in: tagged } }),
    location: item['location'],
    like_count: likes?.['count'],
    comment_count: (asObject(item['edge_media_to_comment']) ?? asObject(item['edge_media_to_parent_comment']))?.[
      'count'
    ],
    view_count: item['video_view_count'],
  };
}

function media(item: JsonObject): JsonObject {
  const size = asObject(item['dimensions']);
  const video = asString(item['video_url']);
  return {
    pk: item['id'],
    media_type: item['is_video'] === true ? 2 : 1,
    image_versions2: { candidates: [{ url: item['display_url'] }] },
    ...(video !== undefined && { video_versions: [{ url: video }] }),
    accessibility_caption: item['accessibility_caption'],
    original_width: size?.['width'],
    original_height: size?.['height'],
    video_duration: item['video_duration'],
  };
}

function nodes(edges: unknown): readonly JsonObject[] {
  return asArray(asObject(edges)?.['edges']).flatMap(
    (each) => asObject(asObject(each)?.['node']) ?? [],
  ) as JsonObject[];
}
