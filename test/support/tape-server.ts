/**
 * A platform of one's own on loopback: plays back what a test lays down, remembers what it was asked, and misbehaves on
 * request. Real HTTP, so that connections, codings and cut bodies are real.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Reply {
  /** Default 200. */
  readonly status?: number;
  /** `content-type` defaults to JSON for objects, else to `text/plain`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Objects and arrays are sent as JSON. */
  readonly body?: string | Buffer | object;
  /**
   * `close-early`: the connection ends before any answer. `truncate`: it ends in the middle of the body, whose length was
   * announced. `stall`: half of the body, then nothing more. `reset-keepalive`: this answer is whole, and the connection
   * is reset when it is used once more.
   */
  readonly misbehave?: 'close-early' | 'truncate' | 'stall' | 'reset-keepalive';
}

export interface TapeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One for ever; several in turn, of which the last one repeats; or told by the request, at once or when it is time. */
export type Answer = Reply | readonly Reply[] | ((request: TapeRequest) => Reply | Promise<Reply>);

/** By `GET /path`, which any query matches, or `GET /path?exact=query`, which goes first. */
export type Routes = Readonly<Record<string, Answer>>;

export interface Tape {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** In the order in which they came. */
  readonly requests: TapeRequest[];
  /** Adds a route, or puts another answer in its place. */
  on(route: string, reply: Answer): void;
  close(): Promise<void>;
}

export async function startTape(routes: Routes = {}): Promise<Tape> {
  const played = new Map<string, { answer: Answer; turn: number }>();
  const on = (route: string, answer: Answer): void => void played.set(route, { answer, turn: 0 });
  for (const [route, answer] of Object.entries(routes)) on(route, answer);

  const requests: TapeRequest[] = [];
  const doomed = new WeakSet<Socket>();
  const server = createServer((incoming, response) => {
    // Told of its own death; nothing to do about it.
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    if (doomed.has(incoming.socket)) {
      incoming.socket.resetAndDestroy();
      return;
    }
    void readRequest(incoming).then(async (request) => {
      requests.push(request);
      let reply: Reply;
      try {
        reply = await replyTo(played, request, incoming.url ?? '/');
      } catch (error) {
        console.error(`the tape's answer to ${request.method} ${request.path} threw`, error);
        reply = { status: 500, body: String(error) };
      }
      if (reply.misbehave === 'reset-keepalive') doomed.add(incoming.socket);
      play(reply, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    on,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<TapeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://tape');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function replyTo(
  played: ReadonlyMap<string, { answer: Answer; turn: number }>,
  request: TapeRequest,
  address: string,
): Reply | Promise<Reply> {
  const route = played.get(`${request.method} ${address}`) ?? played.get(`${request.method} ${request.path}`);
  if (!route) return { status: 404, body: { error: 'Record not found' } };
  const { answer } = route;
  if (typeof answer === 'function') return answer(request);
  if (!isSeveral(answer)) return answer;
  const reply = answer[Math.min(route.turn, answer.length - 1)];
  route.turn += 1;
  return reply ?? { status: 404 };
}

function isSeveral(answer: Answer): answer is readonly Reply[] {
  return Array.isArray(answer);
}

function play({ status = 200, headers = {}, body = '', misbehave }: Reply, response: ServerResponse): void {
  if (misbehave === 'close-early') {
    response.socket?.destroy();
    return;
  }
  const json = typeof body === 'object' && !Buffer.isBuffer(body);
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(json ? JSON.stringify(body) : (body as string));
  const type = json ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  response.statusCode = status;
  response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const bare = status === 204 || status === 304;
  if (!bare) response.setHeader('content-length', bytes.length);
  if (bare || misbehave === undefined || misbehave === 'reset-keepalive') {
    response.end(bare ? undefined : bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length >> 1), () => {
    if (misbehave === 'truncate') response.socket?.destroySoon();
  });
  response.flushHeaders();
}
