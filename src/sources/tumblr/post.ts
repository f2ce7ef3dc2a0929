/** A post of the API (v2), in either format, and the posts of its trail. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { countOf, guarded, present, webAddress, type Item } from '../shared/items.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { legacyOf } from './legacy.js';
import { WAITING, blogReading, extraOf, fromBlocks, tagsOf, timeOf, visibilityOf, type Own } from './parts.js';
import { trailOf, type TrailEntry } from './trail.js';
import { idOf, postOf } from './uri.js';

export function readPost(post: JsonObject): readonly Item[] {
  const trail = trailOf(post, visibilityOf(asString(post['state'])));
  // A legacy post's pictures, title and question are those of the chain's first post.
  const root = isBlocks(post) ? undefined : trail.find((entry) => entry.root);
  const carried = root?.reading ? carriedBy(post) : {};
  return [
    ...guarded(() => [postReading(post, trail, root?.reading !== undefined)]),
    ...trail.flatMap((entry) => {
      if (!entry.reading) return [];
      return [entry === root ? withContent(entry.reading, carried) : entry.reading];
    }),
  ];
}

function withContent(reading: Reading, more: Partial<Content>): Reading {
  const content = reading.content!;
  const extra = extraOf({ ...more.extra, ...content.extra });
  return { ...reading, content: { ...content, ...more, ...(extra && { extra }) } };
}

function carriedBy(post: JsonObject): Partial<Content> {
  const { title, attachment, link, extra, cut } = legacyOf(post, true);
  return present({ name: title, attachment, link, extra, cut });
}

function postReading(post: JsonObject, trail: readonly TrailEntry[], carried: boolean): Reading {
  const id = idOf(post['id_string'], post['id']);
  if (id === undefined)
    throw new Rejection('no-identity', `${JSON.stringify(post['id'])?.slice(0, 40)} is no post’s number`);
  const author = blogReading(asObject(post['blog']), asString(post['blog_name']), asString(post['tumblelog_uuid']));
  // The nearest post of the chain that says something; a chain is told without those that add nothing.
  const passed =
    trail.findLast((entry) => entry.id !== undefined)?.id ?? idOf(post['reblogged_from_id'], post['parent_post_id']);
  const root = idOf(post['reblogged_root_id']) ?? trail.find((entry) => entry.id !== undefined)?.id;
  const own = isBlocks(post) ? fromBlocks(post) : fromLegacy(post, passed !== undefined, carried);
  const silent = passed !== undefined && isSilent(own.content);
  const state = asString(post['state']);
  const waiting = state !== undefined && WAITING.has(state);
  const content: Content = {
    ...(silent ? {} : own.content),
    type: silent ? 'Announce' : 'Note',
    visibility: visibilityOf(state),
    ...present({
      attributedTo: author.reading?.actor,
      published: waiting ? undefined : timeOf(post['timestamp']),
      ...(passed !== undefined && { [silent ? 'announces' : 'quotes']: postOf(passed) }),
      context: root === undefined ? undefined : postOf(root),
      tag: tagsOf(post, own.mention),
      sensitive: isLabelled(post),
      url: webAddress(post['post_url']),
      extra: extraOf({
        ...own.content.extra,
        screenName: author.reading ? undefined : author.name,
        state: state === 'published' ? undefined : state,
      }),
    }),
  };
  const notes = countOf(post['note_count']);
  const aliases = [post['post_url'], post['short_url']].map(webAddress).filter((url) => url !== undefined);
  return {
    post: postOf(id),
    outcome: 'present',
    hand: 'first',
    content,
    ...(notes !== undefined && { metrics: { notes } }),
    ...(aliases.length > 0 && { aliases }),
    ...(author.reading && { actors: [author.reading] }),
    ...(own.losses.length > 0 && { losses: own.losses }),
  };
}

function isBlocks(post: JsonObject): boolean {
  return Array.isArray(post['content']) && (post['type'] === 'blocks' || post['is_blocks_post_format'] !== false);
}

function fromLegacy(post: JsonObject, reblogged: boolean, carried: boolean): Own {
  const { title, attachment, link, extra, cut, ...words } = legacyOf(post, reblogged);
  const content = carried ? words : { ...words, ...present({ name: title, attachment, link, extra, cut }) };
  return { content, mention: [], losses: [] };
}

/** A reblog that adds nothing of its own; tags are not counted, everybody has them. */
function isSilent(content: Partial<Content>): boolean {
  const { text = '', attachment = [], poll, link = [] } = content;
  return text === '' && attachment.length === 0 && link.length === 0 && poll === undefined;
}

function isLabelled(post: JsonObject): boolean | undefined {
  const labels = asObject(post['community_labels']);
  if (typeof labels?.['has_community_label'] === 'boolean') return labels['has_community_label'];
  return typeof post['is_nsfw'] === 'boolean' ? post['is_nsfw'] : undefined;
}
