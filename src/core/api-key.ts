/**
 * API keys: what a program or a browser shows to be let in.
 *
 *     perdure_3f9c0a1b2d4e_<43 characters><6 characters>
 *             │            │              └ check: follows from the rest, so that one mistyped or cut short is told at once
 *             │            └ the secret: 32 random bytes, base64url
 *             └ the id: no secret; lists and logs name the key by it
 *
 * The prefix lets people and scanners for leaked secrets see what it is. Pure but for the random bytes.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256, type Digest } from './digest.js';

/** What a key allows, each what those before it do, and more. */
export const ROLES = ['reader', 'archivist', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export function allows(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export interface NewApiKey {
  readonly id: string;
  /** The whole of it: shown once, kept nowhere. */
  readonly text: string;
  /** What is kept of it. */
  readonly digest: Digest;
}

const SECRET_BYTES = 32;
const ID_BYTES = 6;
const FORM = /^perdure_([0-9a-f]{12})_([\w-]{43})([\w-]{6})$/;

export function newApiKey(): NewApiKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const text = `perdure_${id}_${secret}${checkOf(id, secret)}`;
  return { id, text, digest: sha256(text) };
}

/** What a text that was shown is: one of these keys, one that has suffered, or something else. */
export function readApiKey(text: string): Omit<NewApiKey, 'text'> | 'mistyped' | 'other' {
  if (!text.startsWith('perdure_')) return 'other';
  const [, id, secret, check] = FORM.exec(text) ?? [];
  if (id === undefined || secret === undefined || check !== checkOf(id, secret)) return 'mistyped';
  return { id, digest: sha256(text) };
}

/** Takes as long for any two. */
export function sameDigest(a: Digest, b: Digest): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}

/** 36 bits: of 69,000,000,000 mistyped keys one passes, and then fails as an unknown one. */
function checkOf(id: string, secret: string): string {
  return Buffer.from(sha256(`perdure api key ${id} ${secret}`), 'hex')
    .toString('base64url')
    .slice(0, 6);
}
