/** The Link header (RFC 8288), as far as paging needs it. */

/** The query of the link whose relation is `next`, without its question mark. Relative addresses are as good. */
export function nextLink(header: string, base: string): string | undefined {
  for (const [, target, parameters] of header.matchAll(/<([^>]*)>((?:\s*;[^,;<]*)*)/g)) {
    if (!/;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?/i.test(parameters ?? '')) continue;
    try {
      const query = new URL(target!, base).search.slice(1);
      return query === '' ? undefined : query;
    } catch {
      return undefined;
    }
  }
  return undefined;
}
