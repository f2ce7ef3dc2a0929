/** Hosts that whoever runs this service reaches at another place than where their names lead: a mirror, a proxy, a test. */

/** Undefined: where its name leads. Of a map from host (or host:port) to origin; the answer speaks http or https. */
export function elsewhereOf(map: ReadonlyMap<string, string> | undefined, url: URL): URL | undefined {
  const origin = map?.get(url.host) ?? map?.get(url.hostname);
  return origin === undefined ? undefined : new URL(origin.replace(/^ws/, 'http'));
}
