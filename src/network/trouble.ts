/** What errors of connections, bodies and the guard mean for a harvest. */
import { isNativeError } from 'node:util/types';
import { messageOf, SourceError } from '../core/errors.js';
import type { NetworkProblem } from '../sources/harvest.js';
import { BrokenBody, TooLarge, TooSlow } from './body.js';

/** The body came, and could not be kept: a full disk, a lost database. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  constructor(readonly failure: unknown) {
    super(messageOf(failure), { cause: failure });
  }
}

export interface Trouble {
  /** `closed`: the connection ended before any answer, as an idle one may; `aborted`: we gave up; `store`: not the network. */
  readonly problem: NetworkProblem | 'closed' | 'aborted' | 'store';
  /** One clause, without the address. */
  readonly message: string;
  readonly cause?: unknown;
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the body came to a standstill',
  ETIMEDOUT: 'the connection timed out',
};
const CLOSED: readonly string[] = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'ECONNABORTED'];
const BROKEN: readonly string[] = ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_HEADERS_OVERFLOW'];

/** @param answered whether the head of an answer had come */
export function troubleOf(error: unknown, answered: boolean, signal: AbortSignal): Trouble {
  const trouble = (problem: Trouble['problem'], message = messageOf(error)): Trouble => ({
    problem,
    message,
    cause: error,
  });
  if (error instanceof StoreFailure) return { problem: 'store', message: error.message, cause: error.failure };
  if (signal.aborted) return trouble('aborted', 'given up');
  if (error instanceof TooLarge) return trouble('too-large');
  if (error instanceof TooSlow) return trouble('timeout');
  if (error instanceof BrokenBody) return trouble('broken');
  for (const code of codesOf(error)) {
    if (code === 'EFORBIDDENADDRESS') return trouble('forbidden-address', forbiddenMessage(error));
    const late = TIMEOUTS[code];
    if (late !== undefined) return trouble('timeout', late);
    if (CLOSED.includes(code))
      return answered ? trouble('broken', 'the body was cut short') : trouble('closed', 'the connection was closed');
    if (BROKEN.includes(code)) return trouble('broken', `the answer is cut short, or its head has no end (${code})`);
    if (code.startsWith('UND_ERR_INVALID'))
      return trouble('forbidden-address', `it cannot be asked: ${messageOf(error)}`);
  }
  const unread = partsOf(error).some(({ name }) => name === 'HTTPParserError');
  return answered || unread ? trouble('broken') : trouble('unreachable');
}

/** The codes of an error, of its causes and of its parts: several addresses of a host fail as one AggregateError. */
function codesOf(error: unknown): string[] {
  return partsOf(error).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
}

function forbiddenMessage(error: unknown): string {
  return partsOf(error).find(({ code }) => code === 'EFORBIDDENADDRESS')?.message ?? messageOf(error);
}

function partsOf(error: unknown, depth = 0): NodeJS.ErrnoException[] {
  if (!isNativeError(error) || depth > MAX_DEPTH) return [];
  const inner = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  return [error, ...[error.cause, ...inner].flatMap((part) => partsOf(part, depth + 1))];
}

const MAX_DEPTH = 4;

/** What the signal was aborted with, as an error to throw. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof Error || isNativeError(reason)) return reason;
  return new SourceError('transient', 'given up', { cause: reason });
}
