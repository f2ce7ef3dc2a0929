/**
 * One file by its address, onto the disk: guarded like every request, bounded, and gone on with where it broke off.
 *
 * A file is whole when as many bytes came as the server announced; a broken transfer is never whole. What is held of it
 * is gone on with (Range with If-Range) only where a strong validator proves that the rest belongs to it; a server that
 * answers with everything, or with another version, begins anew.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Credential } from '../sources/harvest.js';
import type { Agents, SeenBy } from './agent.js';
import { authorization, isFor } from './authorization.js';
import type { Asked } from './download-exchange.js';
import { Asking, type DownloadExchange } from './download-exchange.js';
import { contentRangeOf, discard, heldOf, type Held } from './download-partial.js';
import { isOurs, receive, receiveShort, worded, type Received } from './download-receive.js';
import { elsewhereOf } from './elsewhere.js';
import { checkTarget, ForbiddenAddress, type Target } from './guard.js';
import { limitOf } from './limits.js';
import { StoreFailure } from './trouble.js';

export interface DownloadDeps {
  readonly agents: Agents;
  /** Hosts, or `host:port`, that may be private. */
  readonly trusted: readonly string[];
  /** The User-Agent. */
  readonly agent: string;
  /** Hosts that are reached elsewhere: host → origin. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** Until the headers, and between any two chunks; default 30 s. */
  readonly idleMs?: number;
  /** For all of it; default 20 minutes. What came by then is held for the next time. */
  readonly deadlineMs?: number;
}

export interface DownloadRequest {
  readonly url: string;
  /** Where the bytes gather. */
  readonly partial: string;
  /** Content codings undone. */
  readonly maxBytes: number;
  /** Why these first bytes (512; fewer only where the file is that short) are not wanted. */
  readonly unwanted: (head: Buffer) => string | undefined;
  /** Told of every exchange when it is over, failed ones too; `body`: of a short answer that is not the file. */
  readonly record: (exchange: DownloadExchange, body?: Buffer) => void;
  /** Sent to this origin alone, and to nobody after a redirect to another one. */
  readonly credential?: { readonly origin: string; readonly credential: Credential } | undefined;
  readonly signal: AbortSignal;
}

/** `refused`: asking again would not change it. `gone`: 404, 410. `failed`: it may come another time. */
export type Downloaded =
  | { readonly kind: 'whole'; readonly status: number; readonly bytes: number; readonly head: Buffer }
  | { readonly kind: 'refused'; readonly problem: string; readonly status?: number }
  | { readonly kind: 'gone'; readonly problem: string; readonly status: number }
  | { readonly kind: 'failed'; readonly problem: string; readonly status?: number; readonly retryInMs?: number };

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** How often a transfer that breaks off is gone on with at once, as long as some bytes came each time. */
const MAX_RESUMES = 3;
/** How often what is held is thrown away, before the server is held to be out of its mind. */
const MAX_ANEW = 2;

/** What came of one request: an answer for good, or something that another request may mend at once. */
type Attempt = Downloaded | Received | { readonly kind: 'anew' };

/** Throws only for trouble of ours: the disk, and the signal's reason. */
export async function download(deps: DownloadDeps, request: DownloadRequest): Promise<Downloaded> {
  request.signal.throwIfAborted();
  // By hand: AbortSignal.any and .timeout would leave something behind on the process's signal for every file.
  const stop = new AbortController();
  const end = (): void => stop.abort(request.signal.reason);
  request.signal.addEventListener('abort', end, { once: true });
  const deadline = setTimeout(() => stop.abort(new Error('the deadline has passed')), deps.deadlineMs ?? 20 * 60_000);
  try {
    const answer = await persist(
      deps,
      { ...request, signal: stop.signal },
      new Asking(request.record, request.credential?.credential),
    );
    request.signal.throwIfAborted();
    return answer;
  } finally {
    clearTimeout(deadline);
    request.signal.removeEventListener('abort', end);
  }
}

async function persist(deps: DownloadDeps, request: DownloadRequest, asking: Asking): Promise<Downloaded> {
  for (let resumes = 0, anew = 0; ;) {
    const attempt = await once(deps, request, asking);
    switch (attempt.kind) {
      case 'anew':
        if (++anew > MAX_ANEW) return { kind: 'failed', problem: 'its answers to ranges never fit together' };
        break;
      case 'broken':
        if (request.signal.aborted) return { kind: 'failed', problem: `it takes too long (${attempt.problem})` };
        if (attempt.gained === 0 || ++resumes > MAX_RESUMES) return { kind: 'failed', problem: attempt.problem };
        break;
      default:
        if (attempt.kind === 'refused' || attempt.kind === 'gone') await discard(request.partial);
        return attempt;
    }
  }
}

async function once(deps: DownloadDeps, request: DownloadRequest, asking: Asking): Promise<Attempt> {
  const held = await heldOf(request.partial);
  try {
    const answer = await follow(deps, request, held, asking);
    return 'kind' in answer ? answer : await take(request, held, answer);
  } catch (error) {
    asking.failed(isOurs(error) ? new StoreFailure(error) : error, request.signal);
    if (isOurs(error)) throw error;
    if (error instanceof ForbiddenAddress) return { kind: 'refused', problem: error.message };
    return { kind: 'failed', problem: `there was no answer: ${worded(error)}` };
  }
}

interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  readonly asked: Asked;
}

/** The answer at the end of all redirects, each of them guarded. */
async function follow(
  deps: DownloadDeps,
  { url, credential, signal }: DownloadRequest,
  held: Held | undefined,
  asking: Asking,
): Promise<Answer | Attempt> {
  let target: string | URL = url;
  let theirs = credential;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    // Whoever sends us away from there may send us back with an address of his own making.
    if (theirs && !isOf(theirs, target)) theirs = undefined;
    const headers = { ...headersOf(deps, held), ...(theirs && authorization(theirs.credential)) };
    const asked = asking.begin(String(target), headers, redirects > 0);
    const checked = checkTarget(target, deps.trusted);
    const answer = await ask(deps, checked, asked, signal);
    const { status } = answer;
    if (!REDIRECTS.includes(status)) return answer;
    await aside(answer);
    const { location } = answer.headers;
    if (location === undefined || !URL.canParse(location, checked.url.href))
      return { kind: 'failed', problem: `a redirect (${status}) to nowhere`, status };
    target = new URL(location, checked.url.href);
  }
  return { kind: 'failed', problem: `more than ${MAX_REDIRECTS} redirects` };
}

function isOf({ origin, credential }: NonNullable<DownloadRequest['credential']>, target: string | URL): boolean {
  return URL.canParse(String(target)) && new URL(target).origin === origin && isFor(credential, String(target));
}

async function ask(
  { agents, elsewhere, idleMs = 30_000 }: DownloadDeps,
  { url, trusted }: Target,
  asked: Asked,
  signal: AbortSignal,
): Promise<Answer> {
  const there = elsewhereOf(elsewhere, url);
  const options: Dispatcher.RequestOptions & SeenBy & { servername?: string } = {
    origin: (there ?? url).origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers: { ...asked.headers, ...(there !== undefined && { host: url.host }) },
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    signal,
    seen: (peer) => asked.seen(peer),
    // The certificate is that of the host that is reached.
    ...(there !== undefined && { servername: there.hostname }),
  };
  const { statusCode, headers, body } = await agents.of(trusted || there !== undefined).request(options);
  const answer = { status: statusCode, headers: flat(headers), body, asked };
  asked.answered(answer);
  return answer;
}

function headersOf({ agent }: DownloadDeps, held: Held | undefined): Readonly<Record<string, string>> {
  return {
    'user-agent': agent,
    accept: 'image/*, video/*, audio/*, */*;q=0.5',
    // Ranges count the bytes of the file.
    'accept-encoding': 'identity',
    ...(held && { range: `bytes=${held.bytes}-`, 'if-range': held.validator }),
  };
}

/** An answer that is not the file is evidence as well: of where it went, or of its absence. */
async function aside({ headers, body, asked }: Answer): Promise<void> {
  const { content, problem } = await receiveShort(body, headers['content-encoding'] ?? '', (bytes) =>
    asked.came(bytes),
  );
  asked.over(problem, content);
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** What status and headers say; and the body, where they say that it is the file, or the rest of it. */
async function take(request: DownloadRequest, held: Held | undefined, answer: Answer): Promise<Attempt> {
  const { status, headers } = answer;
  if (status === 200) return file(request, answer, { from: undefined, total: lengthOf(headers) });
  const range = status === 206 ? contentRangeOf(headers['content-range']) : undefined;
  if (range && held && fits(range, held, headers)) {
    const total = range.total ?? held.total;
    return file(request, answer, { from: held, total });
  }
  await aside(answer);
  if (status === 206 || status === 416) {
    await discard(request.partial);
    return { kind: 'anew' };
  }
  if (status === 404 || status === 410)
    return { kind: 'gone', problem: status === 404 ? '404 Not Found' : '410 Gone', status };
  const now = Date.now();
  const until = limitOf(status, headers, now)?.until;
  const problem = `the server answered ${status}`;
  return { kind: 'failed', problem, status, ...(until !== undefined && { retryInMs: until - now }) };
}

async function file(
  request: DownloadRequest,
  answer: Answer,
  extent: Parameters<typeof receive>[2],
): Promise<Received> {
  const { asked } = answer;
  const received = await receive(request, answer, extent, (bytes) => asked.came(bytes));
  asked.over(received.kind === 'whole' ? undefined : `${received.kind}: ${received.problem}`);
  return received;
}

/** Whether a part goes on exactly where what is held ends, of the same version. */
function fits(
  range: { readonly start: number; readonly total?: number },
  held: Held,
  headers: Answer['headers'],
): boolean {
  const { etag } = headers;
  if (range.start !== held.bytes || headers['content-encoding'] !== undefined) return false;
  if (held.total !== undefined && range.total !== undefined && range.total !== held.total) return false;
  return etag === undefined || !held.validator.startsWith('"') || etag === held.validator;
}

function lengthOf(headers: Answer['headers']): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
