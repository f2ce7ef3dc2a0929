/** What an item without a name is known by. */
import type { Draft } from './draft.js';
import type { Feed } from './feed.js';

/** What an item without a name says, for telling it from others. */
export function contentKey(draft: Draft): string {
  const { title, words, published, url } = draft;
  return JSON.stringify([title ?? null, words?.html ?? words?.text ?? null, published?.at ?? null, url ?? null]);
}

/** Its address names an item, unless it is the whole site's. */
export function addressKey({ url }: Draft, { home, self }: Feed): string | undefined {
  if (url === undefined) return undefined;
  const plain = (address: string | undefined): string | undefined =>
    address?.replace(/^https?:/i, '').replace(/\/{1,8}$/, '');
  return plain(url) === plain(home) || plain(url) === plain(self) ? undefined : url;
}
