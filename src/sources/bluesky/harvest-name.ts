/** What people write for an account: a handle, a DID, the address of its page, or of its own server. */
import { isDid } from './uri.js';

export interface AccountName {
  /** A handle or a DID. */
  readonly name: string;
  /** The server that is to be asked, where the text names it. */
  readonly pds?: string;
  readonly sure: number;
}

/** https://atproto.com/specs/handle */
const HANDLE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const PAGE = /^https?:\/\/(?:www\.|staging\.|main\.)?bsky\.app\/profile\/([^/?#]+)\/?(?:[?#].*)?$/i;
const AT = /^at:\/\/([^/?#]+)\/?$/i;
const SERVER = /^(https?:\/\/[^/?#\s]+)\/(did:[^/?#]+|[^/?#]+)\/?$/i;

export function isHandle(text: string): boolean {
  return text.length <= 253 && HANDLE.test(text);
}

export function accountIn(text: string): AccountName | undefined {
  const named = PAGE.exec(text)?.[1] ?? AT.exec(text)?.[1];
  if (named !== undefined) return nameOf(decode(named), 1);
  if (isName(text)) return { name: text, sure: 1 };
  const bare = text.replace(/^@/, '');
  // Other things are called by a host's name as well; most people mean this one.
  if (HANDLE.test(bare)) return nameOf(bare, /\.bsky\.(?:social|team)$/i.test(bare) ? 1 : 0.6);
  const server = SERVER.exec(text);
  if (!server) return undefined;
  const found = nameOf(decode(server[2]!), 0);
  return found && { ...found, pds: server[1]!, sure: isDid(found.name) ? 0.9 : 0.3 };
}

function nameOf(name: string, sure: number): AccountName | undefined {
  if (isName(name)) return { name, sure };
  return isHandle(name) ? { name: name.toLowerCase(), sure } : undefined;
}

/** `isDid` narrows; here a text that is none is a handle. */
function isName(text: string): boolean {
  return isDid(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
