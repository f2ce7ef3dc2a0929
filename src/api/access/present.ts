/** How a key is shown: `Authorization: Bearer <key>`, or HTTP Basic with any user name and the key as its password. */

/** Undefined: none was shown. `unreadable`: something that is neither. Never throws. */
export function presentedKey(header: string | undefined): { readonly text: string } | 'unreadable' | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const [, scheme, rest] = /^([a-z]+) +(\S+) *$/i.exec(header) ?? [];
  if (scheme === undefined || rest === undefined) return 'unreadable';
  if (scheme.toLowerCase() === 'bearer') return { text: rest };
  if (scheme.toLowerCase() !== 'basic') return 'unreadable';
  // RFC 7617: the password is what comes after the first colon, and may hold others.
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 || colon === pair.length - 1 ? 'unreadable' : { text: pair.slice(colon + 1) };
}

/** RFC 6750 and RFC 7617; the second makes a browser ask for it. */
export function challenges(isRefused: boolean): string[] {
  const bearer = isRefused ? 'Bearer realm="Perdure", error="invalid_token"' : 'Bearer realm="Perdure"';
  return [bearer, 'Basic realm="Perdure", charset="UTF-8"'];
}
