/** Over real HTTP on loopback, against a server that misbehaves. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openAgents, type Agents } from './agent.js';
import type { DownloadExchange } from './download-exchange.js';
import { download, type DownloadDeps, type Downloaded, type DownloadRequest } from './download.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

let server: Server;
let origin: string;
let host: string;
let agents: Agents;
let folder: string;
let handler: Handler;
let asked: IncomingMessage[] = [];
let recorded: { exchange: DownloadExchange; body: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  // A platform's name; and one that leads back here.
  agents = openAgents({ resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]) });
  folder = await mkdtemp(join(tmpdir(), 'perdure-download-'));
});

afterAll(async () => {
  await agents.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

let partial: string;
beforeEach(() => {
  asked = [];
  recorded = [];
  partial = join(folder, randomBytes(8).toString('hex'));
});

const MB = 1024 * 1024;

function get(
  path: string,
  request: Partial<DownloadRequest> = {},
  deps: Partial<DownloadDeps> = {},
): Promise<Downloaded> {
  const signal = new AbortController().signal;
  return download(
    { agents, trusted: [host], agent: 'Perdure/test', ...deps },
    { url: origin + path, partial, maxBytes: 4 * MB, unwanted: () => undefined, record, signal, ...request },
  );
}

function record(exchange: DownloadExchange, body?: Buffer): void {
  recorded.push({ exchange, body: body?.toString() });
}

const FILE = randomBytes(300_000);
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const stored = async (): Promise<string> => hashOf(await readFile(partial));

/** Serves `bytes` as a file that knows ranges; `cut` says how many bytes come before the connection breaks. */
function ranged(bytes: Buffer, headers: Record<string, string>, cut: (place: number) => number | undefined): Handler {
  return (request, response) => {
    const place = asked.length - 1;
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const isSame =
      request.headers['if-range'] === headers['etag'] || request.headers['if-range'] === headers['last-modified'];
    const start = from !== undefined && isSame ? Number(from) : 0;
    const part = bytes.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      ...headers,
      'content-length': part.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    const end = cut(place);
    if (end === undefined) return void response.end(part);
    response.write(part.subarray(0, end), () => void written(start + end).then(() => response.destroy()));
  };
}

/** What a client has not read when its connection breaks it may lose: it is broken once so much is in its file. */
async function written(bytes: number): Promise<void> {
  const until = Date.now() + 2_000;
  const size = async (): Promise<number> => (await stat(partial).catch(() => undefined))?.size ?? 0;
  // At least once: the file of an earlier transfer may lie there still.
  do await sleep(30);
  while ((await size()) < bytes && Date.now() < until);
}

describe('a whole file', () => {
  it('is stored to the byte, and asked for once', async () => {
    handler = (_, response) => void response.end(FILE);
    expect(await get('/a')).toMatchObject({
      kind: 'whole',
      status: 200,
      bytes: FILE.length,
      head: FILE.subarray(0, 512),
    });
    expect(await stored()).toBe(hashOf(FILE));
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers).toMatchObject({ 'user-agent': 'Perdure/test', 'accept-encoding': 'identity' });
    expect(asked[0]!.headers).not.toHaveProperty('range');
  });

  it('comes uncoded though the server gzips what nobody asked to be', async () => {
    handler = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(FILE));
    expect(await get('/a')).toMatchObject({ kind: 'whole', bytes: FILE.length });
    expect(await stored()).toBe(hashOf(FILE));
  });

  it('is reached elsewhere under its own name', async () => {
    handler = (request, response) => void response.end(request.headers.host);
    const elsewhere = new Map([['pbs.example.com', origin]]);
    await get('', { url: 'https://pbs.example.com/media/x?name=orig' }, { elsewhere, trusted: [] });
    expect(await readFile(partial, 'utf8')).toBe('pbs.example.com');
    expect(asked[0]!.url).toBe('/media/x?name=orig');
  });
});

describe('a transfer that breaks off', () => {
  it('is gone on with where it broke, of the same version', async () => {
    handler = ranged(FILE, { etag: '"v1"' }, (place) => (place < 2 ? 100_000 : undefined));
    expect(await get('/a')).toMatchObject({
      kind: 'whole',
      status: 206,
      bytes: FILE.length,
      head: FILE.subarray(0, 512),
    });
    expect(await stored()).toBe(hashOf(FILE));
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(asked[1]!.headers['if-range']).toBe('"v1"');
  });

  it('is gone on with by another process, later', async () => {
    handler = ranged(FILE, { etag: '"v1"' }, (place) => (place === 0 ? 100_000 : 0));
    expect(await get('/a')).toMatchObject({ kind: 'failed', problem: expect.stringContaining('broke off') });
    asked = [];
    handler = ranged(FILE, { etag: '"v1"' }, () => undefined);
    expect(await get('/a')).toMatchObject({ kind: 'whole', bytes: FILE.length });
    expect(asked.map(({ headers }) => headers.range)).toEqual(['bytes=100000-']);
    expect(await stored()).toBe(hashOf(FILE));
  });

  it('begins anew when the ETag has changed meanwhile', async () => {
    const next = randomBytes(300_000);
    const first = ranged(FILE, { etag: '"v1"' }, () => 100_000);
    const second = ranged(next, { etag: '"v2"' }, () => undefined);
    handler = (request, response) => (asked.length === 1 ? first : second)(request, response);
    expect(await get('/a')).toMatchObject({ kind: 'whole', status: 200, bytes: next.length });
    expect(asked[1]!.headers['if-range']).toBe('"v1"');
    expect(await stored()).toBe(hashOf(next));
  });

  it('begins anew when a part of another version comes all the same', async () => {
    const next = randomBytes(300_000);
    handler = (request, response) => {
      if (asked.length === 1) return ranged(FILE, { etag: '"v1"' }, () => 100_000)(request, response);
      if (request.headers.range === undefined) return void response.writeHead(200, { etag: '"v2"' }).end(next);
      const headers = { etag: '"v2"', 'content-range': `bytes 100000-299999/300000` };
      response.writeHead(206, headers).end(next.subarray(100_000));
    };
    expect(await get('/a')).toMatchObject({ kind: 'whole', status: 200 });
    expect(await stored()).toBe(hashOf(next));
  });

  it('begins anew when the part begins elsewhere, or the range is refused', async () => {
    for (const [status, range] of [
      [206, 'bytes 0-99999/300000'],
      [206, 'nonsense'],
      [416, 'bytes */300000'],
    ] as const) {
      asked = [];
      handler = (request, response) => {
        if (asked.length === 1) return ranged(FILE, { etag: '"v1"' }, () => 100_000)(request, response);
        if (request.headers.range === undefined) return void response.end(FILE);
        response.writeHead(status, { etag: '"v1"', 'content-range': range }).end(FILE.subarray(0, 10));
      };
      expect(await get('/a')).toMatchObject({ kind: 'whole', bytes: FILE.length });
      expect(await stored()).toBe(hashOf(FILE));
    }
  });

  it('is never gone on with where nothing proves that the rest fits', async () => {
    handler = ranged(FILE, { etag: 'W/"weak"' }, () => 100_000);
    expect(await get('/a')).toMatchObject({ kind: 'failed' });
    expect(asked).toHaveLength(1);
    await get('/a');
    expect(asked[1]!.headers).not.toHaveProperty('range');
  });

  it('is never whole: less than announced, chunks without an end, a coding cut short', async () => {
    handler = (_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('x'.repeat(10), () => setTimeout(() => response.destroy(), 20));
    };
    expect(await get('/a')).toMatchObject({ kind: 'failed' });
    handler = (_, response) => void response.write('x'.repeat(10), () => setTimeout(() => response.destroy(), 20));
    expect(await get('/a')).toMatchObject({ kind: 'failed' });
    handler = (_, response) => {
      const coded = gzipSync(FILE);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(coded.subarray(0, coded.length - 100));
    };
    expect(await get('/a')).toMatchObject({ kind: 'failed' });
  });

  it('is given up when a server cuts off again and again without a byte', async () => {
    handler = ranged(FILE, { etag: '"v1"' }, (place) => (place === 0 ? 1000 : 0));
    expect(await get('/a')).toMatchObject({ kind: 'failed' });
    expect(asked).toHaveLength(2);
  });

  it('is given up when answers to ranges never fit together', async () => {
    handler = (request, response) => {
      const part = { etag: '"v1"', 'content-range': 'bytes 5-9/300000' };
      if (request.headers.range !== undefined) return void response.writeHead(206, part).end('12345');
      return ranged(FILE, { etag: '"v1"' }, () => 50_000)(request, response);
    };
    expect(await get('/a')).toMatchObject({ kind: 'failed', problem: expect.stringContaining('fit together') });
  });
});

describe('a slow server', () => {
  it('is left after a time without a byte', async () => {
    handler = (_, response) => void response.writeHead(200, { 'content-length': 1000 }).write('begin');
    expect(await get('/a', {}, { idleMs: 200 })).toMatchObject({ kind: 'failed' });
    handler = () => undefined;
    expect(await get('/a', {}, { idleMs: 200 })).toMatchObject({
      kind: 'failed',
      problem: expect.stringContaining('no answer'),
    });
  });

  it('that drips is left at the deadline, and what came is held', async () => {
    handler = async (_, response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': 1000 });
      while (!response.destroyed) {
        response.write('x');
        await sleep(20);
      }
    };
    const answer = await get('/a', {}, { deadlineMs: 1_000 });
    expect(answer).toMatchObject({ kind: 'failed', problem: expect.stringContaining('too long') });
    const held = JSON.parse(await readFile(`${partial}.json`, 'utf8')) as { bytes: number };
    expect(held.bytes).toBeGreaterThan(0);
    expect(held).toMatchObject({ validator: '"v1"', total: 1000 });
  });

  it('is left at once when the process ends', async () => {
    handler = (_, response) => void response.writeHead(200).write('begin');
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('the end')), 100);
    await expect(get('/a', { signal: stop.signal })).rejects.toThrow('the end');
  });
});

describe('what is too large', () => {
  it('by its own word is not read', async () => {
    let sent = 0;
    handler = (_, response) => {
      response.writeHead(200, { 'content-length': 300 * MB });
      response.write('little', () => (sent = 6));
    };
    expect(await get('/a')).toMatchObject({ kind: 'refused', problem: expect.stringContaining('314572800') });
    expect(sent).toBeLessThanOrEqual(6);
    await expect(stat(partial)).rejects.toThrow('ENOENT');
  });

  it('without a word is cut off at the limit', async () => {
    handler = async (_, response) => {
      while (!response.destroyed) {
        response.write(Buffer.alloc(64 * 1024));
        await sleep(1);
      }
    };
    expect(await get('/a')).toMatchObject({ kind: 'refused', problem: expect.stringContaining('limit') });
    await expect(stat(partial)).rejects.toThrow('ENOENT');
  });

  it('only when unpacked is cut off at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MB));
    expect(bomb.length).toBeLessThan(MB);
    handler = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect(await get('/a')).toMatchObject({ kind: 'refused', problem: expect.stringContaining('limit') });
    const nested = gzipSync(gzipSync(Buffer.alloc(200 * MB)));
    handler = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(nested);
    expect(await get('/a')).toMatchObject({ kind: 'refused', problem: expect.stringContaining('limit') });
  });
});

describe('what is not wanted', () => {
  it('is left after its first bytes', async () => {
    handler = async (_, response) => {
      response.writeHead(200, { 'content-length': 3 * MB, etag: '"v1"' });
      for (let i = 0; i < 300 && !response.destroyed; i++) {
        response.write(Buffer.alloc(10_000, 'no'));
        await sleep(5);
      }
      if (!response.destroyed) response.end();
    };
    const heads: number[] = [];
    const unwanted = (head: Buffer): string => `${heads.push(head.length)} no`;
    expect(await get('/a', { unwanted })).toMatchObject({ kind: 'refused', problem: '1 no', status: 200 });
    expect(heads).toEqual([512]);
    await expect(stat(partial)).rejects.toThrow('ENOENT');
  });

  it('is judged by all of it where it is short, or empty', async () => {
    for (const text of ['short', '']) {
      handler = (_, response) => void response.end(text);
      const unwanted = (head: Buffer): string => `begins ${head.toString()}`;
      expect(await get('/a', { unwanted })).toMatchObject({ kind: 'refused', problem: `begins ${text}` });
    }
  });
});

describe('answers without the file', () => {
  it.each([
    [404, 'gone', '404 Not Found'],
    [410, 'gone', '410 Gone'],
    [403, 'failed', 'the server answered 403'],
    [500, 'failed', 'the server answered 500'],
    [204, 'failed', 'the server answered 204'],
    [206, 'failed', 'its answers to ranges never fit together'],
  ])('%d is %s', async (status, kind, problem) => {
    handler = (_, response) => void response.writeHead(status).end();
    expect(await get('/a')).toMatchObject({ kind, problem });
  });

  it('say when to come again, in seconds or by a date', async () => {
    handler = (_, response) => void response.writeHead(429, { 'retry-after': '120' }).end();
    expect(await get('/a')).toMatchObject({ kind: 'failed', status: 429, retryInMs: 120_000 });
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    handler = (_, response) => void response.writeHead(503, { 'retry-after': date }).end();
    const answer = await get('/a');
    expect((answer as { retryInMs: number }).retryInMs / 1000).toBeCloseTo(3600, -1);
    handler = (_, response) => void response.writeHead(503, { 'retry-after': 'soon' }).end();
    expect(await get('/a')).not.toHaveProperty('retryInMs');
  });

  it('nobody there is a failure, no word about the file', async () => {
    const answer = await get('', { url: 'http://127.0.0.1:1/a' }, { trusted: ['127.0.0.1:1'] });
    expect(answer).toMatchObject({ kind: 'failed', problem: expect.stringContaining('no answer') });
  });
});

describe('redirects', () => {
  it('are followed, five at most', async () => {
    handler = (request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) return void response.end(FILE);
      response.writeHead(302, { location: `/${left - 1}` }).end();
    };
    expect(await get('/5')).toMatchObject({ kind: 'whole' });
    expect(await get('/6')).toMatchObject({ kind: 'failed', problem: 'more than 5 redirects' });
    handler = (_, response) => void response.writeHead(302).end();
    expect(await get('/a')).toMatchObject({ kind: 'failed', problem: 'a redirect (302) to nowhere' });
  });

  it.each([
    'http://0x7f000001:PORT/',
    'http://2130706433:PORT/',
    'http://0177.1:PORT/',
    'http://127.1:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://rebound.example.com:PORT/',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
  ])('to %s are refused, and nobody is asked', async (location) => {
    const port = host.split(':')[1]!;
    handler = (request, response) => {
      if (request.url !== '/start') return void response.end('the secret');
      response.writeHead(302, { location: location.replace('PORT', port) }).end();
    };
    // The first host is reached as a configured one; nothing else is trusted.
    const elsewhere = new Map([['media.example.com', origin]]);
    const answer = await get('', { url: 'https://media.example.com/start' }, { elsewhere, trusted: [] });
    expect(answer).toMatchObject({ kind: 'refused' });
    expect((answer as { problem: string }).problem).toMatch(/not asked|credential/);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(asked.map(({ url }) => url)).toEqual(['/start']);
  });

  it('are guarded from the first address on', async () => {
    handler = (_, response) => void response.end('the secret');
    expect(await get('/a', {}, { trusted: [] })).toMatchObject({ kind: 'refused' });
    expect(await get('', { url: 'nonsense' })).toMatchObject({ kind: 'refused' });
    expect(asked).toEqual([]);
  });
});

describe('what is written down', () => {
  it('is the whole exchange, secrets taken out', async () => {
    handler = (_, response) => void response.writeHead(200, { etag: '"v1"', 'set-cookie': 'id=7' }).end(FILE);
    await get('/a?w=300&sig=abc123');
    expect(recorded).toHaveLength(1);
    const [{ exchange, body }] = recorded as [(typeof recorded)[0]];
    expect(body).toBeUndefined();
    expect(exchange).toMatchObject({
      seq: 0,
      method: 'GET',
      url: `${origin}/a?w=300&sig=REDACTED`,
      status: 200,
      requestHeaders: { 'user-agent': 'Perdure/test', 'accept-encoding': 'identity' },
      responseHeaders: { etag: '"v1"', 'set-cookie': 'REDACTED' },
      redacted: ['set-cookie', 'sig'],
      bytes: FILE.length,
      remoteAddress: '127.0.0.1',
    });
    expect(exchange).not.toHaveProperty('problem');
    const times = [exchange.startedAt, exchange.headAt!, exchange.endedAt].map((time) => Date.parse(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('is each redirect, and the answer that a file is gone, with its body', async () => {
    handler = ({ url }, response) => {
      if (url === '/a') return void response.writeHead(302, { location: '/b?token=t0ps3cret' }).end('this way');
      response.writeHead(410).end('taken down');
    };
    expect(await get('/a')).toMatchObject({ kind: 'gone', status: 410 });
    expect(recorded).toMatchObject([
      { exchange: { seq: 0, status: 302, responseHeaders: { location: '/b?token=REDACTED' } }, body: 'this way' },
      { exchange: { seq: 1, status: 410, redirectedFrom: 0, url: `${origin}/b?token=REDACTED` }, body: 'taken down' },
    ]);
  });

  it('is each part of a file, and why it is one', async () => {
    handler = ranged(FILE, { etag: '"v1"' }, (place) => (place === 0 ? 100_000 : undefined));
    expect(await get('/a')).toMatchObject({ kind: 'whole' });
    expect(recorded.map(({ exchange: { status, bytes, problem } }) => [status, bytes, problem])).toEqual([
      [200, 100_000, expect.stringMatching(/^broken: the transfer broke off/)],
      [206, 200_000, undefined],
    ]);
    expect(recorded[1]!.exchange.requestHeaders).toMatchObject({ range: 'bytes=100000-', 'if-range': '"v1"' });
  });

  it('is what was not wanted, too long, or never answered, with the reason', async () => {
    handler = (_, response) => void response.end('<html>');
    await get('/a', { unwanted: () => 'an HTML page' });
    handler = (_, response) => void response.writeHead(503).end(Buffer.alloc(MB));
    await get('/a');
    handler = (request) => void request.socket.destroy();
    await get('/a');
    await get('', { url: 'http://10.0.0.1/a' });
    expect(recorded.map(({ exchange: { status, problem }, body }) => [status, problem, body])).toEqual([
      [200, 'refused: an HTML page', undefined],
      [503, expect.stringMatching(/^too-large: /), undefined],
      [undefined, 'closed: the connection was closed', undefined],
      [undefined, expect.stringMatching(/^forbidden-address: /), undefined],
    ]);
  });
});

describe('a credential', () => {
  const SECRET = 'tok_s3cret_a1b2c3';
  const credential = {
    origin: 'https://own.example',
    credential: { name: 'main', kind: 'bearer' as const, secret: SECRET },
  };
  const fetch = (url: string, more: Partial<DownloadRequest> = {}) => {
    const elsewhere = new Map(['own.example', 'other.example'].map((name) => [name, origin]));
    return get('', { url, credential, ...more }, { elsewhere, trusted: [] });
  };
  const sent = () => asked.map(({ headers }) => [headers.host, headers.authorization]);
  const chain = (...hops: readonly string[]): void => {
    handler = (_, response) => {
      const location = hops[asked.length - 1];
      if (location === undefined) return void response.end(FILE);
      response.writeHead(302, { location }).end();
    };
  };

  it('is sent to its own origin, on every hop there, and stands in no record', async () => {
    chain('/b');
    expect(await fetch('https://own.example/a')).toMatchObject({ kind: 'whole' });
    expect(sent()).toEqual([
      ['own.example', `Bearer ${SECRET}`],
      ['own.example', `Bearer ${SECRET}`],
    ]);
    expect(JSON.stringify(recorded)).not.toContain(SECRET);
    expect(recorded[0]!.exchange).toMatchObject({
      requestHeaders: { authorization: 'REDACTED' },
      redacted: ['authorization'],
    });
  });

  it('is not sent on to another origin, nor back from there', async () => {
    chain('https://other.example/b', 'https://own.example/c');
    expect(await fetch('https://own.example/a')).toMatchObject({ kind: 'whole' });
    expect(sent()).toEqual([
      ['own.example', `Bearer ${SECRET}`],
      ['other.example', undefined],
      ['own.example', undefined],
    ]);
  });

  it.each([
    'https://other.example/a',
    'http://own.example/a',
    'https://own.example:8443/a',
    'https://sub.own.example/a',
  ])('is not sent to %s', async (url) => {
    const elsewhere = new Map([[new URL(url).host, origin]]);
    chain();
    const answer = await get('', { url, credential }, { elsewhere, trusted: [] });
    expect(answer).toMatchObject({ kind: 'whole' });
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers).not.toHaveProperty('authorization');
  });

  it('is not sent to its own origin where it is bound to another host', async () => {
    chain();
    const bound = { ...credential, credential: { ...credential.credential, host: 'elsewhere.example' } };
    await fetch('https://own.example/a', { credential: bound });
    expect(sent()).toEqual([['own.example', undefined]]);
  });
});
