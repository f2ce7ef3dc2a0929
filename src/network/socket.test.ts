import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { openTestIo, type TestIo } from '../../test/support/harvest-io.js';
import { NetworkError, type HarvestSocket } from '../sources/harvest.js';

let http: Server;
let server: WebSocketServer;
let url: string;
let testIo: TestIo;
/** What the other side does with a connection. */
let play: (socket: WebSocket) => void;
let raw: Set<Socket>;

beforeEach(async () => {
  raw = new Set();
  play = () => undefined;
  http = createServer((_request, response) => {
    response.writeHead(403, { 'x-why': 'no socket' });
    response.end('forbidden');
  });
  http.on('connection', (socket) => raw.add(socket));
  server = new WebSocketServer({ server: http, path: '/stream' });
  server.on('connection', (socket) => play(socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/stream`;
  testIo = openTestIo();
});

afterEach(async () => {
  await testIo.close();
  for (const socket of raw) socket.destroy();
  server.close();
  await new Promise((resolve) => http.close(resolve));
});

const open = (options?: Parameters<TestIo['io']['socket']>[1]): Promise<HarvestSocket> =>
  testIo.io.socket(`${url}?token=x`, options);
async function read(socket: HarvestSocket): Promise<{ texts: string[]; error?: unknown }> {
  const texts: string[] = [];
  try {
    for await (const { data } of socket) texts.push(data.toString());
    return { texts };
  } catch (error) {
    return { texts, error };
  }
}

describe('a WebSocket', () => {
  it('hands over what comes, in order, until the other side closes', async () => {
    play = (socket) => {
      socket.send('one');
      socket.send(Buffer.from('two'));
      socket.close(1000);
    };
    const messages = [];
    for await (const message of await open()) messages.push(message);
    expect(messages).toEqual([
      { data: Buffer.from('one'), binary: false, at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) },
      { data: Buffer.from('two'), binary: true, at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) },
    ]);
    expect(testIo.exchanges).toMatchObject([
      {
        seq: 0,
        method: 'GET',
        status: 101,
        url: url + '?token=REDACTED',
        redacted: expect.arrayContaining(['token']),
        requestHeaders: { 'user-agent': expect.stringMatching(/^Perdure-test/) },
        remoteAddress: '127.0.0.1',
        bytes: 0,
      },
    ]);
  });

  it('sends what it is told, and its headers', async () => {
    const heard: string[] = [];
    server.on('headers', (_headers, request) => heard.push(String(request.headers['x-mine'])));
    play = (socket) =>
      socket.on('message', (data) => {
        heard.push((data as Buffer).toString());
        socket.close();
      });
    const socket = await open({ headers: { 'x-mine': 'yes' } });
    socket.send('["REQ"]');
    await read(socket);
    expect(heard).toEqual(['yes', '["REQ"]']);
  });

  it('keeps segments of the stream as captures, from the time of their first message', async () => {
    play = (socket) => ['one', 'two', 'three'].forEach((text) => socket.send(text));
    const socket = await open();
    const messages = socket[Symbol.asyncIterator]();
    const first = (await messages.next()).value!;
    await sleep(15);
    await messages.next();
    const exchange = await socket.keep(Buffer.from('one\ntwo\n'));
    expect(exchange).toMatchObject({ seq: 1, status: 101, bytes: 8, at: first.at });
    expect((await exchange.body()).toString()).toBe('one\ntwo\n');
    const third = (await messages.next()).value!;
    expect(await socket.keep(Buffer.from('three\n'))).toMatchObject({ seq: 2, at: third.at });
    expect(testIo.exchanges.slice(1)).toMatchObject([
      { seq: 1, method: 'WS', digest: exchange.digest, bytes: 8, startedAt: first.at },
      { seq: 2, method: 'WS' },
    ]);
    socket.close();
  });

  it('that we close ends, and the other side hears of it', async () => {
    const closed = new Promise((resolve) => (play = (socket) => socket.on('close', resolve)));
    const socket = await open();
    setTimeout(() => socket.close(), 20);
    expect(await read(socket)).toEqual({ texts: [] });
    await closed;
  });

  it('whose loop is left is closed', async () => {
    const closed = new Promise((resolve) => {
      play = (socket) => {
        socket.on('close', resolve);
        socket.send('one');
      };
    });
    for await (const { data } of await open()) if (data.toString() === 'one') break;
    await closed;
  });

  it('that breaks throws, after all that came', async () => {
    play = (socket) => {
      socket.send('one');
      setTimeout(() => socket.terminate(), 20);
    };
    const { texts, error } = await read(await open());
    expect(texts).toEqual(['one']);
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ problem: 'broken' });
    expect((error as Error).message).not.toContain('token=x');
  });

  it('that is reset throws', async () => {
    play = () => setTimeout(() => raw.forEach((socket) => socket.resetAndDestroy()), 20);
    expect((await read(await open())).error).toMatchObject({ problem: 'broken' });
  });

  it('with a message that is too long throws', async () => {
    play = (socket) => socket.send('x'.repeat(2_000));
    expect((await read(await open({ maxBytes: 1_000 }))).error).toMatchObject({ problem: 'too-large' });
  });

  it('with a bomb for a message throws', async () => {
    server.options.perMessageDeflate = true;
    play = (socket) => socket.send(Buffer.alloc(5e6), { compress: true });
    expect((await read(await open({ maxBytes: 1_000_000 }))).error).toMatchObject({ problem: 'too-large' });
  });

  it('with bytes that are no frame throws', async () => {
    play = () => raw.forEach((socket) => socket.write(Buffer.alloc(10, 0xff)));
    expect((await read(await open())).error).toMatchObject({ problem: 'broken' });
  });

  it('ends when the harvest is given up', async () => {
    const ending = new AbortController();
    const reason = new Error('enough');
    const { io, close } = openTestIo({ deps: { signal: ending.signal } });
    const socket = await io.socket(url);
    setTimeout(() => ending.abort(reason), 20);
    expect((await read(socket)).error).toBe(reason);
    await expect(io.socket(url)).rejects.toBe(reason);
    await close();
  });
});

describe('silence', () => {
  const hasty = (): TestIo => openTestIo({ deps: { silenceMs: 90 } });

  it('of a living connection is no trouble: it answers pings', async () => {
    play = (socket) => setTimeout(() => socket.close(), 400);
    const { io, close } = hasty();
    expect(await read(await io.socket(url))).toEqual({ texts: [] });
    await close();
  });

  it('of a half-open connection is a timeout', async () => {
    // Nothing is read any more on the other side, so no ping is answered, and nothing is closed.
    play = () => raw.forEach((socket) => socket.pause());
    const { io, close } = hasty();
    expect((await read(await io.socket(url))).error).toMatchObject({ problem: 'timeout' });
    await close();
  });
});

describe('opening', () => {
  it('that is refused says how', async () => {
    const error = await testIo.io.socket(url.replace('/stream', '/other')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem: 'broken', message: expect.stringMatching(/answered 400/) });
    const { exchange } = error as NetworkError;
    expect(exchange).toMatchObject({ status: 400 });
    expect(await exchange!.body()).toBeInstanceOf(Buffer);
    expect(testIo.exchanges).toMatchObject([{ status: 400, digest: exchange!.digest }]);
  });

  it.each([
    [429, { 'retry-after': '600' }],
    [503, { 'retry-after': '600' }],
  ])('that meets a limit (%i) is RateLimited, for all', async (status, headers) => {
    const limiting = createServer().on('upgrade', (_request, socket) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${status} No\r\n${lines.join('')}content-length: 0\r\n\r\n`);
    });
    await new Promise<void>((resolve) => limiting.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(limiting.address() as AddressInfo).port}`;
    await expect(testIo.io.socket(`ws://${host}/`)).rejects.toMatchObject({ budget: host });
    await expect(testIo.io.request(`http://${host}/`)).rejects.toMatchObject({ budget: host });
    expect(testIo.exchanges).toHaveLength(1);
    await new Promise((resolve) => limiting.close(resolve));
  });

  it('that is given up ends at once', async () => {
    const ending = new AbortController();
    const reason = new Error('enough');
    const held: Duplex[] = [];
    const mute = createServer().on('upgrade', (_request, socket) => held.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { io, close } = openTestIo({ deps: { signal: ending.signal } });
    setTimeout(() => ending.abort(reason), 30);
    await expect(io.socket(`ws://127.0.0.1:${(mute.address() as AddressInfo).port}/`)).rejects.toBe(reason);
    held.forEach((socket) => socket.destroy());
    await new Promise((resolve) => mute.close(resolve));
    await close();
  });

  it.each([
    ['stalls', 'content-length: 10\r\n\r\nhalf'],
    ['is long', `content-length: 100000\r\n\r\n${'x'.repeat(100_000)}`],
  ])('that is refused with a body that %s is refused all the same, and not kept', async (_what, rest) => {
    const held: Duplex[] = [];
    const refusing = createServer().on('upgrade', (_request, socket) => {
      held.push(socket);
      socket.write(`HTTP/1.1 403 No\r\n${rest}`);
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const address = `ws://127.0.0.1:${(refusing.address() as AddressInfo).port}/`;
    await expect(testIo.io.socket(address, { timeoutMs: 200 })).rejects.toMatchObject({ problem: 'broken' });
    expect(testIo.exchanges).toMatchObject([{ status: 403 }]);
    expect(testIo.exchanges[0]).not.toHaveProperty('digest');
    held.forEach((socket) => socket.destroy());
    await new Promise((resolve) => refusing.close(resolve));
  });

  it('that nobody answers is a timeout', async () => {
    const held: Duplex[] = [];
    const mute = createServer().on('upgrade', (_request, socket) => held.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = `ws://127.0.0.1:${(mute.address() as AddressInfo).port}/`;
    await expect(testIo.io.socket(address, { timeoutMs: 100 })).rejects.toMatchObject({ problem: 'timeout' });
    held.forEach((socket) => socket.destroy());
    await new Promise((resolve) => mute.close(resolve));
    await expect(testIo.io.socket(address)).rejects.toMatchObject({ problem: 'unreachable' });
    expect(testIo.exchanges).toMatchObject(
      [{ problem: /^timeout/ }, { problem: /^unreachable/ }].map(({ problem }) => ({
        problem: expect.stringMatching(problem),
      })),
    );
  });
});

describe('a flood', () => {
  it('is not taken in faster than it is read, and nothing of it is lost', async () => {
    const message = 'x'.repeat(10_000);
    let sent = 0;
    let waiting = 0;
    play = (socket) => {
      const more = (): void => {
        while (sent < 6_000 && socket.bufferedAmount < 1_000_000) {
          sent += 1;
          socket.send(`${sent} ${message}`);
        }
        if (sent < 6_000) setTimeout(more, 1);
      };
      more();
    };
    const socket = await open();
    await sleep(700);
    // 60 MB want to come; what has left is what lies in our buffer (8 MiB), the systems' and the sender's own.
    waiting = sent;
    expect(waiting).toBeGreaterThan(800);
    expect(waiting).toBeLessThan(3_500);
    let count = 0;
    for await (const { data } of socket) {
      count += 1;
      expect(data.toString('latin1', 0, 8).startsWith(`${count} `)).toBe(true);
      if (count === 6_000) break;
    }
    expect(count).toBe(6_000);
  });

  it('of 20,000 small messages takes little time', async () => {
    const text = JSON.stringify({ did: 'did:plc:abcdefghijklmnopqrstuvwx', kind: 'commit', filler: 'x'.repeat(400) });
    play = (socket) => {
      for (let i = 0; i < 20_000; i++) socket.send(text);
    };
    const socket = await open();
    const began = process.cpuUsage();
    let count = 0;
    for await (const _ of socket) if (++count === 20_000) break;
    const { user, system } = process.cpuUsage(began);
    // Both sides of the connection are counted. Four seconds' worth of a busy stream.
    expect((user + system) / 1_000).toBeLessThan(2_000);
    expect(count).toBe(20_000);
  });
});
