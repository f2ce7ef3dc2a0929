/**
 * Errors as RFC 9457 problem documents.
 *
 * `type` is stable: scripts may compare it. `detail` is for people and says what to do. Nothing of the inside (stack,
 * SQL, paths) ever stands in one: what went wrong here is in the log, under the request id that `instance` names.
 */
import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UsageError } from '../../core/errors.js';
import { InvalidUriError } from '../../core/uri.js';
import { SealedError, TooBroadError } from '../../read/index.js';

export const PROBLEM_JSON = 'application/problem+json';

/** What is wrong with one part of the request: `parameter` of the query or path, `pointer` into the body. */
export interface ProblemError {
  readonly parameter?: string;
  readonly pointer?: string;
  readonly detail: string;
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly ProblemError[];
}

/** The kinds of problem that have a name of their own; every other one is `about:blank` and its HTTP status. */
const KINDS = {
  invalid: { status: 400, title: 'The request is not valid' },
  'too-broad': { status: 400, title: 'The search is too broad' },
  'digest-mismatch': { status: 400, title: 'The bytes received are not the bytes announced' },
  'not-found': { status: 404, title: 'Not found' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'Not with this API key' },
  'too-many-attempts': { status: 429, title: 'Too many wrong API keys' },
  sealed: { status: 403, title: 'Sealed' },
  'foreign-host': { status: 421, title: 'Not a host name of this service' },
  conflict: { status: 409, title: 'Not as things stand' },
  'not-here': { status: 501, title: 'Not possible in this process' },
  stopping: { status: 503, title: 'The service is stopping' },
} as const;

export type ProblemKind = keyof typeof KINDS;

export function typeOf(kind: ProblemKind): string {
  return `urn:perdure:problem:${kind}`;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;

  constructor(
    readonly kind: ProblemKind,
    readonly detail: string,
    readonly errors?: readonly ProblemError[],
  ) {
    super(detail);
    this.status = KINDS[kind].status;
  }
}

export function notFound(what: string): Problem {
  return new Problem('not-found', what);
}

/** The document for whatever was thrown. */
export function problemOf(error: unknown, requestId?: string): ProblemDocument {
  const instance = requestId === undefined ? {} : { instance: `urn:uuid:${requestId}` };
  const named = nameOf(error);
  if (named) return { ...named, ...instance };
  const status = statusOf(error);
  const known = status < 500 && error instanceof Error ? { detail: error.message } : UNKNOWN;
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, ...known, ...instance };
}

function nameOf(error: unknown): ProblemDocument | undefined {
  const named = (kind: ProblemKind, detail: string): ProblemDocument => ({
    type: typeOf(kind),
    ...KINDS[kind],
    detail,
  });
  if (error instanceof Problem) {
    return { ...named(error.kind, error.detail), ...(error.errors && { errors: error.errors }) };
  }
  if (error instanceof UsageError || error instanceof InvalidUriError) return named('invalid', error.message);
  if (error instanceof TooBroadError) return named('too-broad', error.message);
  if (error instanceof SealedError) return named('sealed', error.message);
  return undefined;
}

const UNKNOWN = { detail: 'This is a fault of the service, not of the request. The log names it under this instance.' };

/** Of Nest's exceptions and of Fastify's errors; whatever else was thrown is ours. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const isFastify = typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number';
  return isFastify && statusCode >= 400 ? statusCode : 500;
}

export function sendProblem(reply: FastifyReply, problem: ProblemDocument): void {
  // A handler may have announced something else (a stream, a file) before it failed.
  for (const name of ['content-length', 'content-disposition', 'etag', 'accept-ranges']) reply.removeHeader(name);
  if (problem.status !== 416) reply.removeHeader('content-range');
  // As text: Fastify's serialiser of the route must not choose among its fields.
  void reply
    .code(problem.status)
    .header('content-type', `${PROBLEM_JSON}; charset=utf-8`)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: { error(facts: object, what: string): void }) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error, request.id);
    if (problem.status >= 500 && !(error instanceof Problem)) {
      this.log.error({ err: error, request: request.id }, 'a request failed');
    }
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
    sendProblem(reply, problem);
  }
}
