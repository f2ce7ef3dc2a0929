/** What people type to name an account, and where its events are to be had. */
import { decodeName } from './nip19.js';
import { HEX_64 } from './uri.js';

export interface Named {
  /** The public key, in hex; or a name that a domain stands for (NIP-05). */
  readonly who: { readonly key: string } | { readonly user: string; readonly domain: string };
  /** How sure the text alone makes it that a nostr account is meant. */
  readonly sure: number;
  readonly relays: readonly string[];
  /** Relays that the text names and nobody can ask. */
  readonly wrong?: string;
}

/** More cost a connection each, every time, and seldom hold anything else. */
export const MOST_RELAYS = 4;
/** Four of them have to fit into a cursor. */
const LONGEST_RELAY = 120;
const RELAY_AFTER = /^(.*)(?:\s+|[?&]relay=)(\S+)$/;
const NIP05 = /^([A-Za-z0-9._-]{1,64})@((?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z][a-z0-9-]{1,62})(:\d{1,5})?$/i;

/** `npub1…`, `nprofile1…`, `nostr:npub1…`, 64 hex digits, `name@domain`; each with relays: `npub1…?relay=wss://…`, `npub1… wss://…`. */
export function named(text: string): Named | undefined {
  let rest = text.trim();
  const stated: string[] = [];
  for (let found; stated.length < MOST_RELAYS * 2 && (found = RELAY_AFTER.exec(rest)); rest = found[1]!.trim())
    stated.unshift(found[2]!);
  const relays = stated.map((each) => relayUrl(decoded(each)));
  const wrong = stated[relays.indexOf(undefined)];
  const who = whoIs(rest.replace(/^(?:web\+)?nostr:(?:\/\/)?/i, ''));
  if (!who) return undefined;
  return {
    who: who.who,
    sure: who.sure,
    relays: relaysOf([...relays, ...(who.relays ?? []).map(relayUrl)]),
    ...(wrong !== undefined && { wrong }),
  };
}

function whoIs(text: string): (Pick<Named, 'who' | 'sure'> & { readonly relays?: readonly string[] }) | undefined {
  if (/^(?:npub|nprofile)1/i.test(text)) {
    const name = decodeName(text);
    if (name?.type !== 'key') return undefined;
    return { who: { key: name.key }, sure: 1, ...(name.relays && { relays: name.relays }) };
  }
  const key = text.toLowerCase();
  // Much else is 64 hex digits, too.
  if (HEX_64.test(key)) return { who: { key }, sure: 0.5 };
  const [, user, domain, port] = NIP05.exec(text) ?? [];
  if (user === undefined || domain === undefined) return undefined;
  return { who: { user: user.toLowerCase(), domain: `${domain.toLowerCase()}${port ?? ''}` }, sure: 0.2 };
}

/** In one spelling; undefined where it is no address of a relay. */
export function relayUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (!/^wss?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  url.hash = '';
  if (url.username !== '' || url.password !== '' || url.href.length > LONGEST_RELAY) return undefined;
  return url.pathname === '/' && url.search === '' ? url.href.replace(/\/$/, '') : url.href;
}

/** Each once, the first few. */
export function relaysOf(relays: readonly (string | undefined)[]): string[] {
  return [...new Set(relays.filter((each) => each !== undefined))].slice(0, MOST_RELAYS);
}

function decoded(text: string): string {
  try {
    return /%3a/i.test(text) ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}
