/**
 * Names of elements. Prefixes are anyone's choice, so an element goes by its namespace: `dc:creator`, `media:content`,
 * whatever the file calls them. What belongs to the feed's own vocabulary has no prefix: `title`, `guid`, `updated`.
 */
export type Prefixes = ReadonlyMap<string, string>;

const SPACES: Readonly<Record<string, string>> = {
  'www.w3.org/2005/atom': 'atom',
  'purl.org/atom/ns#': 'atom',
  'purl.org/rss/1.0': 'rss',
  'my.netscape.com/rdf/simple/0.9': 'rss',
  'channel.netscape.com/rdf/simple/0.9': 'rss',
  'backend.userland.com/rss2': 'rss',
  'backend.userland.com/rss': 'rss',
  'purl.org/rss/1.0/modules/content': 'content',
  'purl.org/rss/1.0/modules/slash': 'slash',
  'purl.org/rss/1.0/modules/annotate': 'annotate',
  'purl.org/dc/elements/1.1': 'dc',
  'purl.org/dc/terms': 'dcterms',
  'search.yahoo.com/mrss': 'media',
  'www.rssboard.org/media-rss': 'media',
  'video.search.yahoo.com/mrss': 'media',
  'www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
  'podcastindex.org/namespace/1.0': 'podcast',
  'purl.org/syndication/thread/1.0': 'thr',
  'purl.org/atompub/tombstones/1.0': 'at',
  'www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
  'www.w3.org/1999/xhtml': 'xhtml',
  'activitystrea.ms/spec/1.0': 'activity',
  'ostatus.org/schema/1.0': 'ostatus',
  'wellformedweb.org/commentapi': 'wfw',
  'rssnamespace.org/feedburner/ext/1.0': 'feedburner',
  'www.georss.org/georss': 'georss',
  'www.w3.org/2003/01/geo/wgs84_pos#': 'geo',
  'www.youtube.com/xml/schemas/2015': 'yt',
  'www.w3.org/2007/app': 'app',
  'purl.org/atom/app#': 'app',
  'wordpress.org/export/1.0': 'wp',
  'wordpress.org/export/1.1': 'wp',
  'wordpress.org/export/1.2': 'wp',
};
const KNOWN = new Set(Object.values(SPACES));

export function spaceOf(uri: string): string {
  const plain = uri
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
    .toLowerCase();
  return SPACES[plain] ?? '?';
}

/** The vocabulary that the feed itself is written in. Its names stand without prefix. */
export interface Vocabulary {
  readonly own: 'rss' | 'atom';
  readonly prefixes: Prefixes;
}

/** Undefined where the prefix is bound to nothing and stands for nothing that everybody knows. */
export function keyOf(tag: string, vocabulary: Vocabulary, local: Prefixes | undefined): string | undefined {
  const colon = tag.indexOf(':');
  const name = tag.slice(colon + 1).toLowerCase();
  if (colon < 0) {
    // The root's default namespace is whatever its author thought of; one set within the item is meant.
    const space = local?.get('');
    return space === undefined || space === vocabulary.own ? name : `${space}:${name}`;
  }
  const prefix = tag.slice(0, colon);
  const bound = local?.get(prefix) ?? vocabulary.prefixes.get(prefix);
  const space = bound ?? (KNOWN.has(prefix.toLowerCase()) ? prefix.toLowerCase() : undefined);
  if (space === undefined) return undefined;
  return space === vocabulary.own ? name : `${space}:${name}`;
}
