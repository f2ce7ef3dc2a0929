/** Who asks, as the gate has found out. */
import type { IncomingMessage } from 'node:http';
import { allows, type Role } from '../../core/api-key.js';
import type { Visibility } from '../../core/content.js';
import { Problem } from '../http/problem.js';

export interface Caller {
  readonly role: Role;
  /** The key that was shown; absent where none is needed, on a service that only this machine reaches. */
  readonly key?: { readonly id: string; readonly name: string };
}

/** A service without keys: it answers on loopback only, and lets everybody there do everything. */
export const NOBODY: Caller = { role: 'administrator' };

const callers = new WeakMap<IncomingMessage, Caller>();

interface Asked {
  readonly raw: IncomingMessage;
}

export function setCaller({ raw }: Asked, caller: Caller): void {
  callers.set(raw, caller);
}

/** @throws where the gate has let a request through without a word: a fault of ours */
export function callerOf({ raw }: Asked): Caller {
  const caller = callers.get(raw);
  if (!caller) throw new Error('a request has passed without the gate');
  return caller;
}

/** For the log: the key's id, which is no secret. */
export function keyIdOf(raw: IncomingMessage): string | undefined {
  return callers.get(raw)?.key?.id;
}

/** For the record: by whom something was done. */
export function nameOfCaller({ key }: Caller): string {
  return key ? `the API key ${key.name} (${key.id})` : 'somebody on this machine, without an API key';
}

/** Posts that were meant for some people only are shown to those who keep them, not to every reader. */
export function maySee({ role }: Caller, visibility: Visibility): boolean {
  return visibility === 'public' || visibility === 'unlisted' || allows(role, 'archivist');
}

/** @throws Problem `forbidden` */
export function mustSee(caller: Caller, visibility: Visibility): void {
  if (!maySee(caller, visibility))
    throw forbidden(caller, 'archivist', `its visibility is ${visibility}, and readers see what is public or unlisted`);
}

/** Sealed bytes go to an administrator who has shown a key: being on this machine is not enough. */
export function maySeeSealed({ role, key }: Caller): boolean {
  return key !== undefined && role === 'administrator';
}

export function forbidden({ role, key }: Caller, needed: Role, why?: string): Problem {
  const article = /^[aeiou]/.test(needed) ? 'an' : 'a';
  const has = `the key ${JSON.stringify(key?.name ?? '')} is ${role === 'archivist' ? 'an' : 'a'} ${role}’s`;
  return new Problem(
    'forbidden',
    `This is for ${article} ${needed}${why === undefined ? '' : `: ${why}`}; ${has}. An administrator makes one: perdure keys add NAME --role ${needed}`,
  );
}
