/**
 * A bucket on loopback that misbehaves on request, where a real server cannot be made to. It keeps objects and uploads in
 * memory and believes every signature: for what is signed, there is a real one (swift.ts).
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { S3Keys, type S3Place } from '../../src/store/s3/place.js';

export interface BucketRequest {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Given {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** So much is sent of the body, whose length was announced; then the connection is reset, or nothing more comes. */
  readonly until?: number;
  /** The connection is reset before any answer. */
  readonly silent?: true;
  readonly then?: 'reset' | 'nothing';
}

/** What is given instead of the right answer; undefined: the right one. `right` makes it happen, and says what it is. */
export type Misbehave = (request: BucketRequest, right: () => Given, n: number) => Given | undefined;

export interface SmallBucket {
  readonly place: (spool: string) => S3Place;
  readonly objects: Map<string, Buffer>;
  readonly uploads: Map<string, Map<number, Buffer>>;
  readonly requests: BucketRequest[];
  /** Connections that were ever made, and the most at one time. */
  readonly connections: { made: number; most: number };
  misbehave: Misbehave;
  close(): Promise<void>;
}

export const SMALL_SECRET = 'a-secret-that-nobody-may-see';

export async function startSmallBucket(): Promise<SmallBucket> {
  const sockets = new Set<Socket>();
  const connections = { made: 0, most: 0 };
  const server = createServer((incoming, response) => {
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    void readRequest(incoming).then(
      (request) => {
        bucket.requests.push(request);
        const right = (): Given => answerTo(bucket, request);
        give(bucket.misbehave(request, right, bucket.requests.length) ?? right(), response, request.method === 'HEAD');
      },
      () => undefined,
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    connections.made++;
    connections.most = Math.max(connections.most, sockets.size);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const bucket: SmallBucket = {
    place: (spool) => ({
      bucket: 'small',
      prefix: '',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      keys: new S3Keys({ accessKeyId: 'who', secretAccessKey: SMALL_SECRET }),
      spool,
    }),
    objects: new Map(),
    uploads: new Map(),
    requests: [],
    connections,
    misbehave: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return bucket;
}

async function readRequest(incoming: IncomingMessage): Promise<BucketRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const { pathname, searchParams } = new URL(incoming.url!, 'http://bucket');
  return {
    method: incoming.method!,
    key: pathname.replace(/^\/small\/?/, ''),
    query: searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

export const refusal = (status: number, code: string, more = ''): Given => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}, it says.</Message>${more}</Error>`,
});

function answerTo(bucket: SmallBucket, { method, key, query, headers, body }: BucketRequest): Given {
  const uploadId = query.get('uploadId');
  if (uploadId !== null) return answerToUpload(bucket, { method, key, query, body }, uploadId);
  if (query.has('uploads')) {
    if (method === 'GET') return { body: '<ListMultipartUploadsResult/>' };
    const id = randomUUID();
    bucket.uploads.set(id, new Map());
    return { body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
  }
  if (method === 'PUT') {
    if (headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
      return refusal(400, 'XAmzContentSHA256Mismatch');
    bucket.objects.set(key, body);
    return {};
  }
  const object = bucket.objects.get(key);
  if (!object) return refusal(404, 'NoSuchKey');
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined) return { body: object };
  const part = object.subarray(Number(first), last === '' ? undefined : Number(last) + 1);
  if (part.length === 0) return refusal(416, 'InvalidRange');
  const range = `bytes ${first}-${Number(first) + part.length - 1}/${object.length}`;
  return { status: 206, headers: { 'content-range': range }, body: part };
}

function answerToUpload(
  { objects, uploads }: SmallBucket,
  { method, key, query, body }: Omit<BucketRequest, 'headers'>,
  id: string,
): Given {
  const parts = uploads.get(id);
  if (!parts) return refusal(404, 'NoSuchUpload');
  if (method === 'DELETE') {
    uploads.delete(id);
    return { status: 204 };
  }
  if (method === 'PUT') {
    const number = Number(query.get('partNumber'));
    parts.set(number, body);
    return { headers: { etag: `"${number}"` } };
  }
  const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"(\d+)"/g)];
  objects.set(key, Buffer.concat(named.map(([, number]) => parts.get(Number(number))!)));
  uploads.delete(id);
  return { body: '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>' };
}

function give(
  { status = 200, headers = {}, body = '', until, then, silent }: Given,
  response: ServerResponse,
  isHead: boolean,
): void {
  if (silent) return void response.socket?.resetAndDestroy();
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  if (isHead || until === undefined) return void response.end(isHead ? undefined : bytes);
  response.flushHeaders();
  response.write(bytes.subarray(0, until), () => {
    if (then === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 10);
  });
}
