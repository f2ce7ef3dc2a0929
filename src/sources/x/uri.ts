/** The names of posts and accounts on X, and every shape of web address that leads to a post. */
import { Rejection } from '../../core/errors.js';
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';
import type { JsonObject } from '../shared/json.js';

export function postOf(id: string): PostUri {
  return postUri(`https://x.com/i/status/${id}`);
}

export function actorOf(id: string): ActorUri {
  return actorUri(`https://x.com/i/user/${id}`);
}

/** A direct message has no web address of its own; its id is unique on the platform. */
export function messageOf(id: string): PostUri {
  return postUri(`perdure:x/message/${id}`);
}

/** A long text that could not be joined to the post that it belongs to. */
export function noteOf(id: string): PostUri {
  return postUri(`perdure:x/note/${id}`);
}

// Fifteen characters today; accounts of the first years have up to twenty.
const HANDLE = /^\w{1,20}$/;

export function isHandle(text: string): boolean {
  return HANDLE.test(text);
}

const DIGITS = /^[1-9]\d{0,19}$/;

/** An id of digits: from a string, or from a number that is exact. Undefined for `-1`, `""`, null and whatever is wider. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return DIGITS.test(value) ? value : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
}

/** `id_str`, else `id` while it is exact. */
export function ownId(object: JsonObject): string | undefined {
  return idOf(object['id_str']) ?? idOf(object['id']);
}

/** The id of a post's record. Throws a Rejection (`no-identity`) that says what stood there instead. */
export function requireId(object: JsonObject, what = 'the post'): string {
  const id = ownId(object);
  if (id !== undefined) return id;
  const raw = object['id'];
  if (typeof raw === 'number' && raw > Number.MAX_SAFE_INTEGER) {
    throw new Rejection(
      'no-identity',
      `the id of ${what} is a number of more than 53 bits and there is no id_str: its last digits are not certain; export again with id_str`,
    );
  }
  const shown = JSON.stringify(object['id_str'] ?? raw ?? null).slice(0, 60);
  throw new Rejection('no-identity', `the id of ${what} is ${shown}, not a decimal number`);
}

const HOSTS = new Set(['', 'www.', 'mobile.', 'm.'].flatMap((sub) => [`${sub}twitter.com`, `${sub}x.com`]));
/** As X writes them: nothing left to parse. */
const USUAL = /^https:\/\/(?:twitter|x)\.com\/\w{1,20}\/status\/([1-9]\d{0,19})$/;
const STATUS_PATH = /^\/(?:(?:i\/web|i|@?\w{1,20})\/)?status(?:es)?\/([1-9]\d{0,19})(?:\/[\w/-]*)?$/;

/**
 * The post that a web address leads to: twitter.com and x.com with their mobile and www hosts, `/<handle>/status/<id>`,
 * `/i/web/status/`, `/i/status/`, `/statuses/`, the old `#!` form, with or without `/photo/1`, query and fragment.
 */
export function postUriFromUrl(url: string): PostUri | undefined {
  // Nearly every link in a post leads elsewhere: look before parsing.
  if (!url.includes('status')) return undefined;
  const usual = USUAL.exec(url);
  if (usual) return postOf(usual[1]!);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return undefined;
  if (!HOSTS.has(parsed.host) || parsed.username !== '' || parsed.password !== '') return undefined;
  const path = parsed.hash.startsWith('#!/') ? parsed.hash.slice(2).replace(/\?.*$/s, '') : parsed.pathname;
  const found = STATUS_PATH.exec(path);
  return found ? postOf(found[1]!) : undefined;
}

/** The digits of a status URL, for renderings that name a post by its address alone. */
export function idFromUrl(url: string | undefined): string | undefined {
  const uri = url === undefined ? undefined : postUriFromUrl(url);
  return uri?.slice(uri.lastIndexOf('/') + 1);
}
