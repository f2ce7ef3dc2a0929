/** Items of blog exports that are written as feeds and are no posts: menus, settings, templates. */
import { Rejection } from '../../core/errors.js';
import type { Parts } from './parts.js';

const BLOGGER_KIND = 'http://schemas.google.com/g/2005#kind';
const NO_POSTS = new Set(['settings', 'template', 'layout']);
/** WordPress keeps everything in one table; only these are written by somebody for readers. */
const WORDPRESS_POSTS = new Set(['post', 'page']);
const WORDPRESS_OWN =
  /^(?:attachment|nav_menu_item|revision|customize_changeset|custom_css|oembed_cache|user_request|wp_.*)$/;

export function refuseOthers(parts: Parts): void {
  const kind = parts.all
    .find(({ key, attributes }) => key === 'category' && attributes.get('scheme') === BLOGGER_KIND)
    ?.attributes.get('term');
  const word = kind?.slice(kind.indexOf('#kind#') + 6) ?? kind?.split('#').at(-1);
  if (word !== undefined && NO_POSTS.has(word)) {
    throw new Rejection('not-a-post', `the blog’s ${word}, no post`);
  }
  const type = parts.say('wp:post_type');
  if (type !== undefined && !WORDPRESS_POSTS.has(type) && WORDPRESS_OWN.test(type)) {
    throw new Rejection('not-a-post', `WordPress keeps this as ${JSON.stringify(type)}: no post that somebody wrote`);
  }
}
