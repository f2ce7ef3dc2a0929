/**
 * What people type to name an account of the fediverse, taken apart. From the text alone; nothing is asked.
 *
 *   @nour@social.example   nour@social.example   acct:nour@social.example
 *   https://social.example/@nour   https://social.example/@sami@far.example   https://social.example/users/nour
 */

export type Scheme = 'http' | 'https';

export interface AccountName {
  readonly user: string;
  /** As it stands after the last `@`, or the address's own: with a port where one is given. */
  readonly domain: string;
  /** What to try, in this order. */
  readonly schemes: readonly Scheme[];
  /** The address that was typed, where it is an actor's URI or may be. */
  readonly url?: string;
}

const USER = String.raw`[\p{L}\p{N}_](?:[\p{L}\p{N}_.~-]{0,60}[\p{L}\p{N}_])?`;
const DOMAIN = String.raw`(?:[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])?|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?`;
const HANDLE = new RegExp(`^(?:acct:)?@?(${USER})@(${DOMAIN})$`, 'u');
const PROFILE = new RegExp(`^/@(${USER})(?:@(${DOMAIN}))?(?:/(?:with_replies|media|featured))?/?$`, 'u');
const ACTOR = new RegExp(`^/users/(${USER})/?$`, 'u');

/** Platforms that write `/@name` too, or that are a source of their own. */
const OTHERS =
  /^(?:www\.|m\.|old\.)?(?:youtube\.com|tiktok\.com|medium\.com|threads\.(?:net|com)|truthsocial\.com|t\.me|x\.com|twitter\.com|instagram\.com|facebook\.com|bsky\.app|reddit\.com|tumblr\.com|vk\.com|weibo\.com|linkedin\.com|news\.ycombinator\.com)$/;

/** Undefined where the text names no account; it may still be the address of an actor. */
export function accountName(text: string): AccountName | undefined {
  const handle = HANDLE.exec(text.trim());
  if (handle) return named(handle[1]!, handle[2]!);
  const url = webAddress(text);
  if (!url) return undefined;
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  const path = decoded(url.pathname);
  const profile = PROFILE.exec(path);
  // Somebody's page as another server shows it: the one to ask is their own.
  if (profile?.[2] !== undefined) return named(profile[1]!, profile[2]);
  const user = profile?.[1] ?? ACTOR.exec(path)?.[1];
  if (user === undefined) return undefined;
  return { user, domain: url.host, schemes: [scheme], url: url.href };
}

/** A web address of the fediverse, perhaps. Without a scheme it is one only where a path begins with `@`. */
export function webAddress(text: string): URL | undefined {
  const trimmed = text.trim();
  const whole = new RegExp(`^${DOMAIN}/@`, 'u').test(trimmed) ? `https://${trimmed}` : trimmed;
  if (!/^https?:\/\//i.test(whole) || whole.length > 2_000) return undefined;
  try {
    const url = new URL(whole);
    return url.username === '' && url.password === '' && !OTHERS.test(url.hostname) ? url : undefined;
  } catch {
    return undefined;
  }
}

function named(user: string, domain: string): AccountName | undefined {
  if (OTHERS.test(domain.toLowerCase()) && !domain.startsWith('threads.')) return undefined;
  return { user, domain: domain.toLowerCase(), schemes: isLoopback(domain) ? ['http', 'https'] : ['https'] };
}

/** A server on one's own machine seldom has a certificate. */
function isLoopback(domain: string): boolean {
  const host = domain.replace(/:\d+$/, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(host) || host === '[::1]';
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
