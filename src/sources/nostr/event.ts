/**
 * An event, and the proof of it (NIP-01): its id is the SHA-256 of what it says, its signature is the author's over
 * that id (BIP-340). Both are checked for every event before a word of it is read.
 *
 * The signature costs more than everything else about an event together. It is paid: an unchecked signature would let
 * anyone put words into anyone's mouth, and the archive would say that they were said.
 */
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import { asString, type JsonObject } from '../shared/json.js';
import { verify } from './schnorr.js';
import { HEX_64 } from './uri.js';

export interface NostrEvent {
  readonly id: string;
  readonly pubkey: string;
  readonly createdAt: number;
  readonly kind: number;
  readonly tags: readonly (readonly string[])[];
  readonly content: string;
  /** Without one it is not proven who wrote it. */
  readonly signed: boolean;
}

/** Throws a Rejection: `no-identity`, `malformed`, or `spoofed-identity` where id or signature are not right. */
export function eventOf(value: JsonObject): NostrEvent {
  const pubkey = value['pubkey'];
  if (typeof pubkey !== 'string' || !HEX_64.test(pubkey)) {
    throw new Rejection('no-identity', 'no public key (`pubkey`, 64 lower-case hex digits): nobody says this');
  }
  const { kind, content, created_at: createdAt } = value;
  if (typeof kind !== 'number' || !Number.isSafeInteger(kind) || kind < 0 || kind > 65_535) {
    throw new Rejection('malformed', 'the event has no `kind` from 0 to 65535');
  }
  if (typeof createdAt !== 'number' || !Number.isSafeInteger(createdAt)) {
    throw new Rejection('malformed', 'the event has no `created_at` in whole seconds, which its id is made from');
  }
  if (typeof content !== 'string') throw new Rejection('malformed', 'the event has no `content` string');
  const tags = tagsOf(value['tags']);
  const body = { pubkey, createdAt, kind, tags, content };
  const id = checkedId(asString(value['id']), body);
  return { id, ...body, signed: checkedSignature(asString(value['sig']), id, pubkey) };
}

function tagsOf(value: unknown): readonly (readonly string[])[] {
  const isTag = (tag: unknown): boolean => Array.isArray(tag) && tag.every((each) => typeof each === 'string');
  if (!Array.isArray(value) || !value.every(isTag)) {
    throw new Rejection('malformed', '`tags` is no list of lists of strings, which the event’s id is made from');
  }
  return value as readonly (readonly string[])[];
}

type Body = Omit<NostrEvent, 'id' | 'signed'>;

export function idOf(body: Body): string {
  const { pubkey, createdAt, kind, tags, content } = body;
  return sha256(JSON.stringify([0, pubkey, createdAt, kind, tags, content]));
}

function checkedId(stated: string | undefined, body: Body): string {
  const id = idOf(body);
  // An event that was never sent (a draft, the inside of a wrapped message) has none; what it would be is known.
  if (stated === undefined || stated === '') return id;
  if (stated === id || stated === verbatimId(body)) return stated;
  if (!HEX_64.test(stated)) {
    throw new Rejection(
      'no-identity',
      `the id is ${JSON.stringify(stated.slice(0, 80))}, not 64 lower-case hex digits`,
    );
  }
  throw new Rejection(
    'spoofed-identity',
    `the id is ${stated}, what the event says has ${id}: it was altered, or cut on the way`,
  );
}

// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const CONTROL = /[\u0000-\u0007\u000b\u000e-\u001f]/;

const ESCAPED = /\\u00([01][0-9a-f])/g;

/**
 * NIP-01 escapes seven characters and takes all others verbatim; most software escapes every control character, as
 * JSON has to. Either is what an author may have signed.
 */
function verbatimId(body: Body): string | undefined {
  const { pubkey, createdAt, kind, tags, content } = body;
  if (!CONTROL.test(content) && !tags.some((tag) => tag.some((each) => CONTROL.test(each)))) return undefined;
  const text = JSON.stringify([0, pubkey, createdAt, kind, tags, content]);
  return sha256(
    text.replace(/\\(?:u00[01][0-9a-f]|.)/g, (escape) =>
      escape.replace(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
    ),
  );
}

function checkedSignature(signature: string | undefined, id: string, pubkey: string): boolean {
  if (signature === undefined || signature === '') return false;
  if (/^[0-9a-f]{128}$/.test(signature) && verify(id, pubkey, signature)) return true;
  throw new Rejection(
    'spoofed-identity',
    `the signature of ${id} is not by ${pubkey}: somebody else wrote this, or it was altered`,
  );
}

// ── tags ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The value of the first tag of that name. */
export function tagValue(event: NostrEvent, name: string): string | undefined {
  return event.tags.find((tag) => tag[0] === name)?.[1];
}

export function tagsNamed(event: NostrEvent, name: string): (readonly string[])[] {
  return event.tags.filter((tag) => tag[0] === name && tag[1] !== undefined);
}
