/**
 * What the files have in common that Facebook, Instagram and Threads hand out (“Download your information”, as JSON).
 *
 * Every string is UTF-8 whose bytes were taken for Latin-1 and escaped: `\u00d8\u00ad\u00d9\u0084\u00d8\u00a8` is حلب.
 * No item has a number of its own.
 */
import { unitAt } from '../../core/char.js';
import { sha256 } from '../../core/digest.js';
import { timeFromMs, type Time } from '../../core/time.js';
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';
import type { CaptureContext } from '../source.js';
import { asNumber, asObject, parseJson } from './json.js';
import { peekJson } from './peek.js';
import type { Repeats } from './repeats.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that was meant. What is not UTF-8 in Latin-1's clothes stays as it is: it was written in another way. */
export function meant(text: string): string {
  const { length } = text;
  let isAscii = true;
  for (let i = 0; i < length; i++) {
    const unit = unitAt(text, i);
    if (unit > 0xff) return text;
    if (unit > 0x7f) isAscii = false;
  }
  if (isAscii) return text;
  try {
    return utf8.decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

/** The same for every string in a value, names of fields too: where they are translated, they are garbled as well. */
export function meantIn(value: unknown): unknown {
  if (typeof value === 'string') return meant(value);
  if (Array.isArray(value)) return value.map(meantIn);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const name = meant(key);
    const meaning = meantIn((value as Record<string, unknown>)[key]);
    // A key named __proto__ is data here.
    if (name === '__proto__') Object.defineProperty(out, name, { value: meaning, enumerable: true });
    else out[name] = meaning;
  }
  return out;
}

/** Bytes of UTF-8, or an escape of one: without either there is nothing to decode. */
const GARBLED = /[\u0080-\u00ff]|\\u00/;

/** The record's JSON, as it was meant. Records of plain ASCII cost one look at their bytes more. */
export function parseMeta(record: Uint8Array): unknown {
  const value = parseJson(record);
  const text = Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString('latin1');
  return GARBLED.test(text) ? meantIn(value) : value;
}

/** Seconds since 1970, as most items have them; thousandths, as messages have them. Zero stands for none. */
export function metaTime(value: unknown): Time | undefined {
  const number = asNumber(value);
  if (number === undefined || number <= 0 || number > 4_102_444_800_000) return undefined;
  return number > 4_102_444_800 ? timeFromMs(Math.trunc(number), 'ms') : timeFromMs(Math.trunc(number) * 1000, 's');
}

/** What a survey says of a member, and of the package. */
export interface MetaFacts {
  /** What names the account in every export of it. */
  readonly account?: string;
  /** What the account's owner is called. */
  readonly name?: string;
  readonly handle?: string;
  readonly repeats?: { readonly [path: string]: Repeats };
}

export interface Owner {
  readonly platform: string;
  /** The account where it is known, else the package: what names mean something within. */
  readonly scope: string;
  /** Whether the scope is the account's, so that another export gives the same names. */
  readonly isAccount: boolean;
  readonly name?: string;
  readonly handle?: string;
}

export function metaFacts(context: CaptureContext): MetaFacts {
  return asObject(context.survey?.facts) ?? {};
}

export function ownerOf(platform: string, context: CaptureContext): Owner {
  const facts = metaFacts(context);
  const account = context.options.account ?? facts.account;
  return {
    platform,
    scope: account === undefined ? context.accession : segment(account),
    isAccount: account !== undefined,
    ...(facts.name !== undefined && { name: facts.name }),
    ...(facts.handle !== undefined && { handle: facts.handle }),
  };
}

/** How many that say the same stand before this record. */
export function ordinalOf(context: CaptureContext): number {
  const own = metaFacts(context).repeats;
  const repeats = own && Object.hasOwn(own, context.path) ? own[context.path]! : {};
  return Object.hasOwn(repeats, context.offset) ? repeats[context.offset]! : 0;
}

/** Sixteen bytes, enough to tell items of one account and second apart. */
export function brief(text: string): string {
  return sha256(text).slice(0, 24);
}

/** `what` is a kind with a time and a digest of what is said: `post:1481655851:0f…`. */
export function itemOf({ platform, scope }: Owner, what: string, ordinal: number): PostUri {
  return postUri(`perdure:${platform}:${scope}:${what}:${ordinal}`);
}

/** Names that exports give to everybody whose account is gone or closed: nobody's. */
const NOBODY = new Set(
  ['Facebook user', 'Facebook User', 'Instagram User', 'Facebook-Nutzer', 'Instagram-Nutzer', 'Utilisateur de Facebook']
    .concat(['Utilisateur Facebook', 'Usuario de Facebook', 'Usuario de Instagram', 'Utente di Facebook'])
    .concat(['Usuário do Facebook', 'مستخدم فيسبوك', 'مستخدم فيس بوك', 'مستخدم Facebook', 'مستخدم Instagram']),
);

export function accountOf({ platform, scope }: Owner): ActorUri {
  return actorUri(`perdure:${platform}:${scope}:owner`);
}

/** Somebody of whom there is only a name. */
export function personOf(owner: Owner, name: string): ActorUri | undefined {
  if (NOBODY.has(name) || name === '') return undefined;
  if (name === owner.name || name === owner.handle) return accountOf(owner);
  return actorUri(`perdure:${owner.platform}:${owner.scope}:name:${segment(name.slice(0, 200))}`);
}

/** The member's first value, as far as its head shows it: looked into once for all records of a member. */
export function firstValue(context: CaptureContext): unknown {
  if (lastHead.capture !== context.capture) {
    lastHead = { capture: context.capture, value: meantIn(peekJson(context.head)?.values[0]) };
  }
  return lastHead.value;
}

let lastHead: { readonly capture: string; readonly value: unknown } = { capture: '', value: undefined };
