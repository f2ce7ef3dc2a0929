/** What a feed says of itself, and the scope that it gives to the names of its items. */
import { sha256, type Digest } from '../../core/digest.js';
import { withoutSecrets } from '../../core/secrets.js';
import { absolute } from './address.js';
import { peopleIn, type Person } from './people.js';
import { childrenOf, wordsOf, type Element } from './xml.js';

/** What the file's root element is. */
export type Root = 'rss' | 'rdf' | 'atom' | 'entry';

export interface Feed {
  readonly title?: string;
  /** Where the feed itself lies. */
  readonly self?: string;
  /** The page that it belongs to. */
  readonly home?: string;
  /** Atom's own name of the feed. */
  readonly id?: string;
  readonly language?: string;
  /** What its relative addresses begin with. */
  readonly base?: string;
  readonly authors: readonly Person[];
  /** What `self`, `home` and `id` stand for in names; without what changes though the feed stays the same. */
  readonly places: { readonly self?: string; readonly home?: string; readonly id?: string };
  /** Its address holds a key: only who has it may read the feed. */
  readonly keyed?: true;
}

export function feedOf(tree: Element, root: Root): Feed {
  const outer = childrenOf(tree)[0];
  if (!outer || root === 'entry') return { authors: [], places: {} };
  const inner = root === 'atom' ? outer : (childrenOf(outer).find(({ key }) => key === 'channel') ?? outer);
  // What the head cuts, or nobody closed, may say half of a name.
  const parts = childrenOf(inner).filter(({ closed }) => closed);
  const say = (...keys: string[]): string | undefined => {
    for (const key of keys) {
      const words = parts.find((part) => part.key === key && wordsOf(part).trim() !== '');
      if (words) return wordsOf(words).trim();
    }
    return undefined;
  };
  const base = inner.attributes.get('xml:base') ?? outer.attributes.get('xml:base');
  const links = parts.filter(({ key }) => key === 'link' || key === 'atom:link');
  const related = (rel: string): string | undefined =>
    links
      .find((link) => (link.attributes.get('rel') ?? 'alternate') === rel && link.attributes.has('href'))
      ?.attributes.get('href');
  const home = absolute(root === 'atom' ? related('alternate') : (say('link') ?? related('alternate')), base);
  return assembled({
    title: say('title'),
    self: absolute(related('self'), base ?? home),
    home,
    id: say('id') ?? inner.attributes.get('rdf:about'),
    language: inner.attributes.get('xml:lang') ?? outer.attributes.get('xml:lang') ?? say('language', 'dc:language'),
    base: absolute(base, undefined) ?? home ?? absolute(related('self'), undefined),
    authors: peopleIn(parts, ['author', 'itunes:author', 'dc:creator']),
  });
}

interface Said {
  readonly title?: string | undefined;
  readonly self?: string | undefined;
  readonly home?: string | undefined;
  readonly id?: string | undefined;
  readonly language?: string | undefined;
  readonly base?: string | undefined;
  readonly authors: readonly Person[];
}

/** Without the keys that some feeds' addresses hold. */
export function assembled({ title, self, home, id, language, base, authors }: Said): Feed {
  const feed = self === undefined ? undefined : withoutSecrets(self);
  const page = home === undefined ? undefined : withoutSecrets(home);
  const keyed = (feed?.removed.length ?? 0) + (page?.removed.length ?? 0) > 0;
  return {
    ...(title !== undefined && { title }),
    ...(feed && { self: feed.url }),
    ...(page && { home: page.url }),
    ...(id !== undefined && id !== '' && { id: withoutSecrets(id).url }),
    ...(language !== undefined && language !== '' && { language }),
    ...(base !== undefined && { base }),
    authors,
    places: {
      // An address with a key is one reader's: the page is everybody's.
      ...(self !== undefined && !(home !== undefined && feed!.removed.length > 0) && { self: placeOf(self) }),
      ...(home !== undefined && { home: placeOf(home) }),
      ...(id !== undefined && id !== '' && { id: placeOf(id) }),
    },
    ...(keyed && { keyed }),
  };
}

/** With the address that a live answer came from, where the feed itself does not say where it lies. */
export function located(feed: Feed, address: string | undefined): Feed {
  if (address === undefined) return feed;
  const { self, home, id } = feed.places;
  const placeless = self === undefined && home === undefined && id === undefined;
  return { ...feed, base: feed.base ?? address, ...(placeless && { places: { self: placeOf(address) } }) };
}

/**
 * A name that is unique in the world by its form (an address, a tag or a URN) is kept within the site that the feed
 * belongs to: the same item in its RSS, its Atom and its JSON Feed is one post, and no other site can pass off its own
 * as that. Any other name (`4711`) counts within that very feed. Without an address, it is the package's own.
 */
export function scopeOf({ places: { self, home, id } }: Feed, itemId: string, accession: Digest): string {
  const worldwide = /^(?:https?:\/\/|tag:|urn:)/i.test(itemId);
  return (worldwide ? (home ?? self ?? id) : (self ?? home ?? id)) ?? accession;
}

/**
 * Without what changes though the feed stays the same: http or https, a slash at the end, letters' case in the host.
 * What holds a key is named by its digest.
 */
function placeOf(address: string): string {
  if (withoutSecrets(address).removed.length > 0) return sha256(address);
  const match = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(address);
  return match ? match[1]!.toLowerCase() + match[2]!.replace(/\/{1,8}$/, '') : address;
}
