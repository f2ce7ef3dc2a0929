import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestIo, type TestIo, type TestIoOptions } from '../../test/support/harvest-io.js';
import { startTape, type Tape } from '../../test/support/tape-server.js';
import { NetworkError, type Credential, type HarvestIo } from '../sources/harvest.js';
import { memoryBudgets } from './budgets.js';
import { robotsAnswer } from './robots.js';

let tape: Tape;
let opened: TestIo[];
let io: HarvestIo;

function open(options?: TestIoOptions): TestIo {
  const testIo = openTestIo(options);
  opened.push(testIo);
  return testIo;
}

beforeEach(async () => {
  tape = await startTape();
  opened = [];
  io = open().io;
});

afterEach(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await tape.close();
});

const exchanges = (): TestIo['exchanges'] => opened[0]!.exchanges;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('an answer', () => {
  it('is kept whole, and written down', async () => {
    tape.on('GET /a', {
      body: { id: 1 },
      headers: { etag: '"x"', 'last-modified': 'Sat, 28 Nov 2026 12:00:00 GMT', 'set-cookie': ['a=1', 'b=2'] },
    });
    const exchange = await io.request(`${tape.url}/a?token=abc&x=1`);
    expect(await exchange.json()).toEqual({ id: 1 });
    expect(opened[0]!.body(exchange.digest).toString()).toBe('{"id":1}');
    expect(exchange).toMatchObject({
      seq: 0,
      status: 200,
      bytes: 8,
      url: `${tape.url}/a?token=REDACTED&x=1`,
      validators: { etag: '"x"', lastModified: 'Sat, 28 Nov 2026 12:00:00 GMT' },
    });
    expect(exchange.headers).not.toHaveProperty('set-cookie');
    expect(exchanges()).toEqual([
      {
        seq: 0,
        method: 'GET',
        url: exchange.url,
        status: 200,
        requestHeaders: {
          accept: '*/*',
          'accept-encoding': 'gzip, br, deflate',
          'user-agent': expect.stringMatching(/^Perdure-test/),
        },
        responseHeaders: expect.objectContaining({ etag: '"x"', 'set-cookie': 'REDACTED', 'content-length': '8' }),
        redacted: ['set-cookie', 'token'],
        digest: exchange.digest,
        bytes: 8,
        startedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        headAt: exchange.at,
        endedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        remoteAddress: '127.0.0.1',
        budget: tape.host,
      },
    ]);
  });

  it('of every other status is returned as well', async () => {
    for (const status of [204, 304, 400, 401, 403, 404, 410, 451]) {
      tape.on('GET /a', { status });
      expect(await io.request(`${tape.url}/a`)).toMatchObject({ status });
    }
    expect(tape.requests).toHaveLength(8);
  });

  it('that is not JSON says how it begins, and is kept', async () => {
    tape.on('GET /a', { body: '<!doctype html><p>Please log in', headers: { 'content-type': 'text/html' } });
    const exchange = await io.request(`${tape.url}/a`);
    const error = await failure(exchange.json());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({
      problem: 'not-json',
      exchange,
      message: expect.stringMatching(/200, text\/html.*begins with "<!doctype html><p>Please log in"/),
    });
  });

  it('may be JSON after a byte order mark', async () => {
    tape.on('GET /a', { body: '\uFEFF[1]' });
    expect(await (await io.request(`${tape.url}/a`)).json()).toEqual([1]);
  });

  it('that is long is read from where it is kept', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024, 'long ');
    tape.on('GET /a', { body });
    const exchange = await io.request(`${tape.url}/a`);
    expect(body.equals(await exchange.body())).toBe(true);
  });

  it('that holds secrets is handed over, and neither kept nor written down', async () => {
    tape.on('POST /token', { body: { access_token: 'sesame' } });
    const exchange = await io.request(`${tape.url}/token`, { method: 'POST', body: 'grant_type=x', secret: true });
    expect(await exchange.json()).toEqual({ access_token: 'sesame' });
    expect(() => opened[0]!.body(exchange.digest)).toThrow('nothing was kept');
    expect(exchanges()[0]).toMatchObject({ redacted: ['body'], bytes: 25 });
    expect(exchanges()[0]).not.toHaveProperty('digest');
  });
});

describe('a request', () => {
  it('sends what it is told, and what is always sent', async () => {
    tape.on('POST /q', (request) => ({ body: request.body }));
    const exchange = await io.request(`${tape.url}/q?a=b#fragment`, {
      method: 'POST',
      body: '{"q":"ü"}',
      headers: { 'content-type': 'application/json', accept: 'application/activity+json', 'user-agent': 'mine' },
    });
    expect(await exchange.json()).toEqual({ q: 'ü' });
    expect(tape.requests[0]).toMatchObject({
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/activity+json',
        'accept-encoding': 'gzip, br, deflate',
        'user-agent': expect.stringMatching(/^Perdure-test/),
      },
    });
  });

  it('asks for what has changed only', async () => {
    tape.on('GET /a', (request) =>
      request.headers['if-none-match'] === '"x"' && request.headers['if-modified-since'] === 'yesterday'
        ? { status: 304 }
        : { body: 'new' },
    );
    const exchange = await io.request(`${tape.url}/a`, { since: { etag: '"x"', lastModified: 'yesterday' } });
    expect(exchange).toMatchObject({ status: 304, bytes: 0 });
  });

  it.each<[Credential, string | undefined]>([
    [{ name: 'm', kind: 'bearer', secret: 'sesame-open' }, 'Bearer sesame-open'],
    [{ name: 'm', kind: 'basic', user: 'ü', secret: 'sesame-open' }, 'Basic w7w6c2VzYW1lLW9wZW4='],
    [{ name: 'm', kind: 'key', secret: 'sesame-open' }, undefined],
  ])('sends a credential only when it is asked to: %p', async (credential, authorization) => {
    const authorised = open({ credential });
    tape.on('GET /a', { body: 'a' });
    await authorised.io.request(`${tape.url}/a`);
    await authorised.io.request(`${tape.url}/a`, { authorised: true });
    expect(tape.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined, authorization]);
    expect(JSON.stringify(authorised.exchanges)).not.toMatch(/sesame|w7w6c2/);
    expect(authorised.exchanges.map(({ budget }) => budget)).toEqual([tape.host, 'credential:m']);

    const elsewhere = open({ credential: { ...credential, host: 'other.example' } });
    const before = tape.requests.length;
    await elsewhere.io.request(`${tape.url}/a`, { authorised: true });
    expect(tape.requests[before]!.headers['authorization']).toBeUndefined();
  });

  it('to a host that is sent elsewhere keeps its name', async () => {
    const { io: mapped } = open({ hosts: { 'www.reddit.com': tape.url } });
    tape.on('GET /a', { status: 301, headers: { location: '/b' } });
    tape.on('GET /b', { body: 'b' });
    expect(await mapped.request('https://www.reddit.com/a')).toMatchObject({ url: 'https://www.reddit.com/b' });
    expect(tape.requests.map(({ headers }) => headers['host'])).toEqual(['www.reddit.com', 'www.reddit.com']);
  });
});

describe('trouble', () => {
  it('of a server is tried three times, and then is an error with the last answer', async () => {
    tape.on('GET /a', [{ status: 500 }, { status: 408 }, { status: 502, body: 'bad gateway' }]);
    const error = (await failure(io.request(`${tape.url}/a?key=x`))) as NetworkError;
    expect(error).toMatchObject({ problem: 'server-error', fault: 'transient', exchange: { status: 502, seq: 2 } });
    expect(error.message).toBe(`${tape.url}/a?key=REDACTED: the server answered 502`);
    expect((await error.exchange!.body()).toString()).toBe('bad gateway');
    expect(exchanges().map(({ status }) => status)).toEqual([500, 408, 502]);
  });

  it('that passes is no error', async () => {
    tape.on('GET /a', [{ status: 425 }, { status: 503 }, { body: 'a' }]);
    expect(await io.request(`${tape.url}/a`)).toMatchObject({ status: 200, seq: 2 });
  });

  it('with a connection that is reset when it is used again is none', async () => {
    tape.on('GET /a', { body: 'a', misbehave: 'reset-keepalive' });
    for (let i = 0; i < 4; i++) {
      expect(await io.request(`${tape.url}/a`)).toMatchObject({ status: 200 });
      await sleep(10);
    }
    expect(exchanges().filter(({ problem }) => problem?.startsWith('closed: '))).not.toHaveLength(0);
  });

  it('waits longer every time, by lot', async () => {
    const waits: number[] = [];
    const { io: patient } = open({ deps: { sleep: async (ms) => void waits.push(ms), backoffMs: 1_000 } });
    tape.on('GET /a', { status: 500 });
    await failure(patient.request(`${tape.url}/a`));
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeLessThanOrEqual(1_000);
    expect(waits[1]).toBeLessThanOrEqual(2_000);
  });

  it('with a token that may be used once is not tried again', async () => {
    tape.on('POST /token', { status: 502 });
    await failure(io.request(`${tape.url}/token`, { method: 'POST', body: 'x', secret: true }));
    await failure(io.request(`${tape.url}/token`, { method: 'POST', body: 'x' }));
    expect(tape.requests).toHaveLength(4);
  });

  it('with the disk is no trouble of the network', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const keep = async (chunks: AsyncIterable<Uint8Array>): Promise<never> => {
      await chunks[Symbol.asyncIterator]().next();
      throw full;
    };
    const testIo = open({ deps: { keep } });
    tape.on('GET /a', { body: 'a' });
    expect(await failure(testIo.io.request(`${tape.url}/a`))).toBe(full);
    expect(testIo.exchanges).toMatchObject([{ status: 200, problem: 'store: no space left' }]);
  });

  it('ends when it is given up', async () => {
    const reason = new Error('enough');
    const ending = new AbortController();
    const testIo = open({ deps: { signal: ending.signal } });
    tape.on('GET /a', { body: 'hello', misbehave: 'stall' });
    const asked = failure(testIo.io.request(`${tape.url}/a`));
    setTimeout(() => ending.abort(reason), 50);
    expect(await asked).toBe(reason);
    expect(await failure(testIo.io.request(`${tape.url}/a`))).toBe(reason);
    expect(tape.requests).toHaveLength(1);
  });
});

describe('limits', () => {
  it('longer than the patience are RateLimited, with host, time and reason', async () => {
    const now = Date.parse('2026-11-28T12:00:00Z');
    const { io: limited } = open({ now: () => now });
    tape.on('GET /a', { status: 429, headers: { 'retry-after': '90' } });
    const error = await failure(limited.request(`${tape.url}/a`));
    expect(error).toMatchObject({ budget: tape.host, fault: 'transient' });
    expect((error as { until: number }).until - now).toBeGreaterThan(88_000);
    expect((error as Error).message).toMatch(
      /^127\.0\.0\.1:\d+: the platform answered 429; not asked before 2026-11-28T12:01:/,
    );
    // Neither now nor in another harvest.
    await failure(limited.request(`${tape.url}/b`));
    expect(tape.requests).toHaveLength(1);
  });

  it('shorter than the patience are waited for', async () => {
    const { io: patient } = open({ deps: { patienceMs: 5_000 } });
    tape.on('GET /a', [{ status: 429, headers: { 'retry-after': '1' } }, { body: 'a' }]);
    const began = Date.now();
    expect(await patient.request(`${tape.url}/a`)).toMatchObject({ status: 200 });
    expect(Date.now() - began).toBeGreaterThanOrEqual(900);
  });

  it('without a time are a minute, and twice as long every time, up to a quarter of an hour', async () => {
    const start = Date.now();
    const minutes: number[] = [];
    const blocks = memoryBudgets();
    const budgets = { ...blocks, take: async () => undefined, strike: (b: string) => blocks.strike(b) };
    const { io: limited } = open({
      deps: {
        budgets: {
          ...budgets,
          blockedUntil: async () => undefined,
          block: async (_budget, until) => {
            minutes.push(Math.round((until - start) / 60_000));
            throw new Error('blocked');
          },
        },
      },
    });
    tape.on('GET /a', { status: 418 });
    for (let i = 0; i < 6; i++) await failure(limited.request(`${tape.url}/a`));
    expect(minutes).toEqual([1, 2, 4, 8, 15, 15]);
  });

  it('of `Retry-After: 0` for ever are not asked for ever', async () => {
    const { io: patient } = open({ deps: { patienceMs: 3_000 } });
    tape.on('GET /a', { status: 429, headers: { 'retry-after': '0' } });
    expect(await failure(patient.request(`${tape.url}/a`))).toMatchObject({ budget: tape.host });
    expect(tape.requests).toHaveLength(4);
  });

  it('that are reached block the next request before it is made', async () => {
    tape.on('GET /a', { body: 'a', headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '600' } });
    expect(await io.request(`${tape.url}/a`)).toMatchObject({ status: 200 });
    expect(await failure(io.request(`${tape.url}/a`))).toMatchObject({ budget: tape.host });
    expect(tape.requests).toHaveLength(1);
  });

  it('of one family of calls leave the others alone', async () => {
    tape.on('GET /a', { status: 429, headers: { 'retry-after': '600' } });
    tape.on('GET /b', { body: 'b' });
    expect(await failure(io.request(`${tape.url}/a`, { budget: 'search' }))).toMatchObject({
      budget: `${tape.host}/search`,
    });
    expect(await io.request(`${tape.url}/b`)).toMatchObject({ status: 200 });
  });

  it('of our own pace hold before the platform says anything', async () => {
    const { io: slow } = open({ deps: { pace: { requests: 2, seconds: 60 } } });
    tape.on('GET /a', { body: 'a' });
    await slow.request(`${tape.url}/a`);
    await slow.request(`${tape.url}/a`);
    expect(await failure(slow.request(`${tape.url}/a`))).toMatchObject({
      budget: tape.host,
      message: expect.stringMatching(/its budget is spent/),
    });
    expect(tape.requests).toHaveLength(2);
  });
});

describe('robots.txt', () => {
  const agent = 'Perdure/1.0 (+https://perdure.example)';

  it.each([
    [{ body: 'User-agent: *\nDisallow: /users/' }, false, 200],
    [{ body: 'User-agent: *\nDisallow: /users/\n\nUser-agent: Perdure\nAllow: /' }, true, 200],
    [{ body: '' }, true, 200],
    [{ status: 404 }, true, 404],
    [{ status: 403 }, true, 403],
    [{ status: 500 }, undefined, 500],
    [{ misbehave: 'close-early' as const }, undefined, 0],
  ])('%p', async (reply, allowed, status) => {
    tape.on('GET /robots.txt', reply);
    expect(await robotsAnswer(io, `${tape.url}/users/a?b=c`, agent)).toEqual({
      url: `${tape.url}/robots.txt`,
      status,
      allowed,
    });
  });
});
