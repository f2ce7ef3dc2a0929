/** The guard where it matters: in front of real connections, names resolved by the test. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, X509Certificate } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { openTestIo, type TestIo } from '../../test/support/harvest-io.js';
import { startTape, type Tape } from '../../test/support/tape-server.js';
import { openAgents, type Agents } from './agent.js';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const PEM = readFileSync(join(__dirname, 'fixtures/loopback.pem'), 'utf8');

let tape: Tape;
let agents: Agents;
let opened: TestIo[];
let asked: string[];
let port: string;

beforeEach(async () => {
  tape = await startTape({ 'GET /a': { body: 'a' } });
  port = new URL(tape.url).port;
  asked = [];
  opened = [];
  agents = openAgents({
    resolve: async (hostname) => {
      asked.push(hostname);
      return [LOOPBACK];
    },
    tls: { ca: PEM },
  });
});

afterEach(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await agents.close();
  await tape.close();
});

function open(trusted: readonly string[], elsewhere?: ReadonlyMap<string, string>): TestIo {
  const testIo = openTestIo({ deps: { agents, trusted, ...(elsewhere && { elsewhere }) } });
  opened.push(testIo);
  return testIo;
}

const outcome = (promise: Promise<{ status?: number }>): Promise<unknown> =>
  promise.then(
    (answer) => answer.status ?? 'open',
    (error: { problem?: string }) => error.problem ?? error,
  );

describe('names that lead into the network', () => {
  it('are not asked, and what was tried is written down', async () => {
    const testIo = open([]);
    const error = await testIo.io.request(`http://inner.example:${port}/a`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      problem: 'forbidden-address',
      fault: 'configuration',
      message: expect.stringMatching(/inner\.example leads to 127\.0\.0\.1, which is not public \(loopback\)/),
    });
    expect(tape.requests).toHaveLength(0);
    expect(testIo.exchanges).toMatchObject([{ url: `http://inner.example:${port}/a`, bytes: 0 }]);
    expect(asked).toEqual(['inner.example']);
  });

  it('are asked where people trust them, and only there', async () => {
    expect(await outcome(open(['inner.example']).io.request(`http://inner.example:${port}/a`))).toBe(200);
    expect(await outcome(open([`inner.example:${port}`]).io.request(`http://inner.example:${port}/a`))).toBe(200);
    expect(await outcome(open(['inner.example:1']).io.request(`http://inner.example:${port}/a`))).toBe(
      'forbidden-address',
    );
  });

  it('are not reached over the connection of somebody who may', async () => {
    const address = `http://inner.example:${port}/a`;
    expect(await outcome(open(['inner.example']).io.request(address))).toBe(200);
    expect(await outcome(open([]).io.request(address))).toBe('forbidden-address');
    expect(tape.requests).toHaveLength(1);
  });

  it('are not reached by a redirect of somebody who is trusted', async () => {
    tape.on('GET /b', { status: 302, headers: { location: `http://other.example:${port}/a` } });
    expect(await outcome(open(['inner.example']).io.request(`http://inner.example:${port}/b`))).toBe(
      'forbidden-address',
    );
    expect(tape.requests).toHaveLength(1);
  });

  it('are not reached by a WebSocket', async () => {
    expect(await outcome(open([]).io.socket(`ws://inner.example:${port}/`) as Promise<object>)).toBe(
      'forbidden-address',
    );
    expect(await outcome(open([]).io.socket(`ws://127.0.0.1:${port}/`) as Promise<object>)).toBe('forbidden-address');
    expect(tape.requests).toHaveLength(0);
  });

  it('are reached where the host is sent elsewhere by whoever runs this', async () => {
    const { io } = open([], new Map([['www.reddit.com', tape.url]]));
    expect(await outcome(io.request('https://www.reddit.com/a'))).toBe(200);
    expect(await outcome(io.request(tape.url))).toBe('forbidden-address');
  });

  it('by a literal address are not even resolved', async () => {
    expect(await outcome(open([]).io.request(`${tape.url}/a`))).toBe('forbidden-address');
    expect(asked).toEqual([]);
  });
});

describe('over TLS', () => {
  let secure: Server;
  let sockets: WebSocketServer;
  const fingerprint = `sha256:${createHash('sha256').update(new X509Certificate(PEM).raw).digest('hex')}`;

  beforeEach(async () => {
    secure = createServer({ cert: PEM, key: PEM }, (request, response) => {
      if (request.url === '/down') response.writeHead(302, { location: `http://platform.example:${port}/a` });
      response.end('secure');
    });
    sockets = new WebSocketServer({ server: secure });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    port = String((secure.address() as AddressInfo).port);
  });

  afterEach(async () => {
    sockets.close();
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });

  it('the certificate is written down, again and again on one connection', async () => {
    const testIo = open(['platform.example']);
    for (let i = 0; i < 3; i++)
      expect(await outcome(testIo.io.request(`https://platform.example:${port}/a`))).toBe(200);
    expect(testIo.exchanges).toMatchObject(
      [0, 1, 2].map((seq) => ({ seq, certificate: fingerprint, remoteAddress: '127.0.0.1' })),
    );
  });

  it('the certificate of a WebSocket is written down', async () => {
    const testIo = open(['platform.example']);
    const socket = await testIo.io.socket(`wss://platform.example:${port}/`);
    await socket.keep(Buffer.from('segment'));
    socket.close();
    expect(testIo.exchanges).toMatchObject([
      { method: 'GET', status: 101, certificate: fingerprint },
      { method: 'WS', status: 101, certificate: fingerprint },
    ]);
  });

  it('a certificate for another name is no connection', async () => {
    expect(await outcome(open(['other.example']).io.request(`https://other.example:${port}/a`))).toBe('unreachable');
  });

  it('authorisation does not go on to a plain connection', async () => {
    const plain = new URL(tape.url).port;
    const location = `http://platform.example:${plain}/a`;
    secure.removeAllListeners('request');
    secure.on('request', (_request, response) => {
      response.writeHead(302, { location });
      response.end();
    });
    const testIo = openTestIo({
      credential: { name: 'm', kind: 'bearer', secret: 'sesame-open' },
      deps: { agents, trusted: ['platform.example'] },
    });
    opened.push(testIo);
    expect(await outcome(testIo.io.request(`https://platform.example:${port}/`, { authorised: true }))).toBe(200);
    expect(tape.requests[0]!.headers).not.toHaveProperty('authorization');
  });
});
