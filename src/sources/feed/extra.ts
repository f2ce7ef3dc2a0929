/** Small facts of an item that have no field of their own, and its counts. */
import type { Json } from '../../core/canonical.js';
import { countOf } from '../shared/items.js';
import { shown } from './address.js';
import type { Body, Parts } from './parts.js';
import { childrenOf, wordsOf } from './xml.js';

const RELATIVE = /\s(?:href|src)\s*=\s*["']?(?![a-z][a-z\d+.-]*:|\/\/|#|["'\s>])/i;

export function extraOf(parts: Parts, body: Body, base: string | undefined): { readonly [key: string]: Json } {
  const extra: Record<string, Json> = {};
  const say = (key: string, ...names: string[]): void => {
    const words = parts.say(...names);
    if (words !== undefined) extra[key] = words;
  };
  if (body.excerpt !== undefined) extra['excerpt'] = body.excerpt;
  say('rights', 'rights', 'dc:rights', 'copyright', 'media:copyright');
  say('episode', 'itunes:episode');
  say('season', 'itunes:season');
  const comments = shown(parts.say('comments'), base);
  if (comments !== undefined) extra['comments'] = comments;
  const source = sourceOf(parts, base);
  if (source) extra['source'] = source;
  const where = parts.say('georss:point');
  if (where !== undefined) extra['point'] = where;
  // The HTML stays as it is; this is what its relative addresses begin with.
  const html = body.words?.html;
  if (body.base !== undefined && html !== undefined && RELATIVE.test(html)) extra['base'] = body.base;
  return extra;
}

/** The feed that the item was taken over from. */
function sourceOf(parts: Parts, base: string | undefined): { readonly [key: string]: Json } | undefined {
  const source = parts.one('source', 'dc:source');
  if (!source) return undefined;
  const inner = childrenOf(source);
  const words = (inner.length > 0 ? inner.find(({ key }) => key === 'title') : source) ?? source;
  const links = inner.filter(({ key }) => key === 'link');
  const link = links.find(({ attributes }) => attributes.get('rel') === 'self') ?? links[0];
  const url = shown(source.attributes.get('url') ?? link?.attributes.get('href'), base);
  const title = wordsOf(words).trim();
  if (title === '' && url === undefined) return undefined;
  return { ...(title !== '' && { title }), ...(url !== undefined && { url }) };
}

export function metricsOf(parts: Parts): Readonly<Record<string, number>> | undefined {
  const metrics: Record<string, number> = {};
  const set = (name: string, value: string | undefined): void => {
    const count = value === undefined ? undefined : countOf(value.trim());
    if (count !== undefined) metrics[name] = count;
  };
  const replies = parts.all.find(
    ({ attributes }) => attributes.get('rel') === 'replies' && attributes.has('thr:count'),
  );
  set('replies', parts.say('slash:comments', 'thr:total') ?? replies?.attributes.get('thr:count'));
  const group = parts.one('media:group');
  const community = group
    ? childrenOf(group).find(({ key }) => key === 'media:community')
    : parts.one('media:community');
  for (const each of community ? childrenOf(community) : []) {
    if (each.key === 'media:statistics') set('views', each.attributes.get('views'));
    if (each.key === 'media:starrating') set('ratings', each.attributes.get('count'));
  }
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}
