/** Servers that break the rules of HTTP, byte by byte. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { openTestIo, type TestIo } from '../../test/support/harvest-io.js';

/** What it does with a request; `count` is of requests on this connection, from 1. */
type Play = (socket: Socket, count: number) => void;

let server: Server;
let url: string;
let connections: Socket[];
let requests: number;
let play: Play;
let testIo: TestIo;

beforeEach(async () => {
  connections = [];
  requests = 0;
  server = createServer((socket) => {
    connections.push(socket);
    let count = 0;
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        text = text.slice(end + 4);
        requests += 1;
        count += 1;
        play(socket, count);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`;
  testIo = openTestIo();
});

afterEach(async () => {
  await testIo.close();
  for (const socket of connections) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (options: Parameters<TestIo['io']['request']>[1] = {}): Promise<unknown> =>
  testIo.io.request(url, options).then(
    async (exchange) => (await exchange.body()).toString(),
    (error: unknown) => error,
  );
const answer = (body: string | Buffer, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${headers}\r\n`),
    Buffer.from(body as string),
  ]);
const problems = (): unknown[] => testIo.exchanges.map(({ problem }) => problem);
const nothingKept = (): void => {
  for (const { digest } of testIo.exchanges) expect(digest).toBeUndefined();
};

describe('connections', () => {
  it('are used again', async () => {
    play = (socket) => socket.write(answer('a'));
    for (let i = 0; i < 50; i++) expect(await ask()).toBe('a');
    // The next is asked before the first has come to rest, so there may be a second.
    expect(connections.length).toBeLessThanOrEqual(2);
    expect(requests).toBe(50);
  });

  it('are sixteen at most to one host; the wait for one is no timeout', async () => {
    play = (socket) => setTimeout(() => socket.write(answer('a')), 50);
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask({ timeoutMs: 200 })));
    expect(new Set(answers)).toEqual(new Set(['a']));
    expect(connections.length).toBe(16);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('that are %s when used again are replaced at once', async (_what, end) => {
    play = (socket, count) => (count === 1 ? socket.write(answer('a')) : end(socket));
    expect(await ask()).toBe('a');
    await sleep(20);
    expect(await ask()).toBe('a');
    expect(connections.length).toBe(2);
    expect(problems()).toEqual([undefined, 'closed: the connection was closed', undefined]);
  });

  it('that are closed while idle are no trouble at all', async () => {
    play = (socket) => {
      socket.write(answer('a'));
      setTimeout(() => socket.end(), 10);
    };
    expect(await ask()).toBe('a');
    await sleep(50);
    expect(await ask()).toBe('a');
  });

  it('that are always closed are an error in the end', async () => {
    play = (socket) => socket.destroy();
    expect(await ask()).toMatchObject({ problem: 'broken', fault: 'transient' });
    expect(requests).toBe(5);
    expect(problems()).toHaveLength(5);
  });

  it('that nobody accepts are an error', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await ask()).toMatchObject({ problem: 'unreachable' });
    expect(testIo.exchanges).toHaveLength(3);
    expect(testIo.exchanges[0]).not.toHaveProperty('remoteAddress');
    server.listen(0);
  });
});

describe('a body that is not whole', () => {
  it.each<[string, Play]>([
    ['shorter than its Content-Length', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello')],
    [
      'shorter than its Content-Length, of a connection that was to be closed',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhello'),
    ],
    [
      'without its last chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    ],
    [
      'without its last chunk, of a connection that was to be closed',
      (socket) =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    ],
    [
      'with half a chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhello'),
    ],
    [
      'of no chunks at all',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\nhello\r\n'),
    ],
    [
      'reset in the middle',
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello', () =>
          setTimeout(() => socket.resetAndDestroy(), 30),
        ),
    ],
    [
      'reset in the middle, of no known length',
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello', () =>
          setTimeout(() => socket.resetAndDestroy(), 30),
        ),
    ],
    [
      'with half of its gzip',
      (socket) => socket.write(answer(gzipSync('hello hello hello').subarray(0, 20), 'content-encoding: gzip\r\n')),
    ],
    [
      'with half of its brotli',
      (socket) =>
        socket.write(answer(brotliCompressSync('hello '.repeat(99)).subarray(0, 9), 'content-encoding: br\r\n')),
    ],
    ['of another coding than it says', (socket) => socket.write(answer('hello hello', 'content-encoding: gzip\r\n'))],
    ['of a coding that was not asked for', (socket) => socket.write(answer('hello', 'content-encoding: zstd\r\n'))],
    ['in no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['in an endless header', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)],
  ])('%s is not accepted, and asked for again', async (_what, how) => {
    play = how;
    expect(await ask()).toMatchObject({ problem: 'broken', fault: 'transient' });
    expect(testIo.exchanges).toHaveLength(3);
    nothingKept();
  });

  it('and then comes whole, is accepted', async () => {
    play = (socket) =>
      requests === 1 ? socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello') : socket.write(answer('hello'));
    expect(await ask()).toBe('hello');
    expect(problems()).toEqual([expect.stringMatching(/^broken: /), undefined]);
  });

  it('is whole where the connection ends in order, and nothing said how long it would be', async () => {
    play = (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello');
    expect(await ask()).toBe('hello');
  });
});

describe('a server that is slow', () => {
  it('to answer is a timeout', async () => {
    play = () => undefined;
    expect(await ask({ timeoutMs: 100 })).toMatchObject({ problem: 'timeout', fault: 'transient' });
    expect(requests).toBe(3);
  });

  it('in the middle of a body is a timeout', async () => {
    play = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello');
    expect(await ask({ timeoutMs: 100 })).toMatchObject({ problem: 'timeout' });
    nothingKept();
  });

  it('by one byte now and then is a timeout of the whole body', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n');
      const drip = setInterval(() => socket.write('.'), 10);
      socket.on('close', () => clearInterval(drip));
    };
    const began = Date.now();
    expect(await ask({ timeoutMs: 40 })).toMatchObject({
      problem: 'timeout',
      message: expect.stringMatching(/slowly/),
    });
    expect(Date.now() - began).toBeGreaterThan(3 * 20 * 40);
    expect(Date.now() - began).toBeLessThan(10_000);
    nothingKept();
  });

  it('by one byte of its head now and then is a timeout', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const drip = setInterval(() => socket.write('.'), 10);
      socket.on('close', () => clearInterval(drip));
    };
    expect(await ask({ timeoutMs: 100 })).toMatchObject({ problem: 'timeout' });
  });

  it('but not too slow for a long body is waited for', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n');
      let sent = 0;
      const drip = setInterval(() => (++sent > 10 ? clearInterval(drip) : socket.write('.')), 30);
    };
    expect(await ask({ timeoutMs: 100 })).toBe('..........');
  });
});

describe('a body that is too large', () => {
  it.each<[string, Play]>([
    ['by its Content-Length', (socket) => socket.write(answer('x'.repeat(2_000)))],
    [
      'without an end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const flood = (): void => void socket.write('x'.repeat(1_000), (error) => error ?? setImmediate(flood));
        flood();
      },
    ],
    ['as a bomb in gzip', (socket) => socket.write(answer(gzipSync(Buffer.alloc(5e7)), 'content-encoding: gzip\r\n'))],
    [
      'as a bomb in brotli',
      (socket) => socket.write(answer(brotliCompressSync(Buffer.alloc(5e6)), 'content-encoding: br\r\n')),
    ],
    [
      'as a bomb in a bomb',
      (socket) => socket.write(answer(gzipSync(gzipSync(Buffer.alloc(5e7))), 'content-encoding: gzip, gzip\r\n')),
    ],
  ])('%s is not taken, nor asked for again', async (_what, how) => {
    play = how;
    expect(await ask({ maxBytes: 1_000 })).toMatchObject({ problem: 'too-large' });
    expect(requests).toBe(1);
    nothingKept();
  });

  it('in a pile of codings is not even looked at', async () => {
    play = (socket) => socket.write(answer('hello', 'content-encoding: gzip, gzip, gzip\r\n'));
    expect(await ask()).toMatchObject({ problem: 'broken' });
  });

  it('but exactly as long as is allowed is taken', async () => {
    play = (socket) => socket.write(answer(gzipSync('x'.repeat(1_000)), 'content-encoding: gzip\r\n'));
    expect(await ask({ maxBytes: 1_000 })).toBe('x'.repeat(1_000));
  });
});

describe('content codings', () => {
  it.each<[string, Buffer]>([
    ['gzip', gzipSync('hello')],
    ['x-gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['deflate', deflateSync('hello')],
    ['deflate', deflateRawSync('hello')],
    ['identity', Buffer.from('hello')],
    ['GZIP', gzipSync('hello')],
    ['deflate, gzip', gzipSync(deflateSync('hello'))],
  ])('%s is undone', async (coding, body) => {
    play = (socket) => socket.write(answer(body, `content-encoding: ${coding}\r\n`));
    expect(await ask()).toBe('hello');
    expect(testIo.exchanges[0]).toMatchObject({ bytes: 5 });
    expect(testIo.body(testIo.exchanges[0]!.digest!).toString()).toBe('hello');
  });

  it('of an empty body are nothing to undo', async () => {
    play = (socket) => socket.write(answer('', 'content-encoding: gzip\r\n'));
    expect(await ask()).toBe('');
  });
});

it('a refused body leaves the connections in order', async () => {
  play = (socket) => socket.write(answer('x'.repeat(100_000)));
  for (let i = 0; i < 40; i++) expect(await ask({ maxBytes: 10 })).toMatchObject({ problem: 'too-large' });
  expect(await ask()).toHaveLength(100_000);
});
