/** The spellings in which one web address may have been kept. Pure. */

/** What trackers and share buttons add to an address; nobody's post depends on one of them. */
const NOISE = /^(?:s|t|si|ref_src|ref_url|ref|fbclid|gclid|igshid|igsh|twclid|cxt|single|embed|utm_\w+|mbid|context)$/;

/** Hosts that changed their name, or have several. */
const RENAMED: Readonly<Record<string, string>> = { 'twitter.com': 'x.com', 'telegram.me': 't.me' };

const SUBDOMAIN = /^(?:www|mobile|m)\./;

export function parseUrl(text: string): URL | undefined {
  const spelled = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  // Without a scheme only what looks like a host with a path: `x.com/…`, not a handle or a word.
  if (spelled !== text && !/^[^/?#\s@:]+\.[a-z]{2,}\//i.test(text)) return undefined;
  try {
    const url = new URL(spelled);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** The host without `www.`, by its present name. */
export function plainHost(host: string): string {
  const plain = host.toLowerCase().replace(SUBDOMAIN, '');
  return RENAMED[plain] ?? plain;
}

/** The text as it stands, then the same address spelled otherwise: at most some sixty. */
export function spellings(text: string): readonly string[] {
  const out = new Set([text]);
  const url = parseUrl(text);
  if (!url) return [...out];
  const query = withoutNoise(url);
  const paths = new Set([url.pathname, url.pathname.replace(/\/+$/, ''), url.pathname.replace(/\/*$/, '/')]);
  const bare = url.host.replace(SUBDOMAIN, '');
  const hosts = new Set([url.host, bare, `www.${bare}`, plainHost(url.host)]);
  for (const scheme of ['https:', 'http:']) {
    for (const host of hosts) {
      for (const path of paths) for (const end of new Set([query, ''])) out.add(`${scheme}//${host}${path}${end}`);
    }
  }
  return [...out];
}

function withoutNoise(url: URL): string {
  const kept = [...url.searchParams].filter(([name]) => !NOISE.test(name));
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept).toString()}`;
}
