import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, type TestIo } from '../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape } from '../../test/support/tape-server.js';

let here: Tape;
let there: Tape;
let testIo: TestIo;

beforeEach(async () => {
  here = await startTape({ 'GET /end': { body: 'end' }, 'POST /end': { body: 'posted' } });
  there = await startTape({ 'GET /end': { body: 'there' }, 'POST /end': { body: 'posted there' } });
  testIo = openTestIo({ credential: { name: 'm', kind: 'bearer', secret: 'sesame-open' } });
});

afterEach(async () => {
  await testIo.close();
  await here.close();
  await there.close();
});

const to = (location: string, status = 302): Reply => ({ status, headers: { location }, body: 'moved' });
const ask = (path: string, options: Parameters<TestIo['io']['request']>[1] = {}): Promise<unknown> =>
  testIo.io.request(`${here.url}${path}`, options).then(
    async (exchange) => (await exchange.body()).toString(),
    (error: unknown) => error,
  );

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, and each is kept', async (status) => {
    here.on('GET /a', to('/b?token=x#part', status));
    here.on('GET /b', to(`${there.url}/end`));
    const exchange = await testIo.io.request(`${here.url}/a`);
    expect(exchange).toMatchObject({ seq: 2, url: `${there.url}/end`, status: 200 });
    expect(testIo.exchanges).toMatchObject([
      { seq: 0, status, responseHeaders: { location: '/b?token=REDACTED#part' }, digest: expect.any(String) },
      { seq: 1, url: `${here.url}/b?token=REDACTED`, status: 302, redirectedFrom: 0, budget: here.host },
      { seq: 2, status: 200, redirectedFrom: 1, budget: there.host },
    ]);
    expect(testIo.exchanges[0]).not.toHaveProperty('redirectedFrom');
    // The secret itself went where it was sent.
    expect(here.requests[1]!.query.get('token')).toBe('x');
  });

  it('are five at most', async () => {
    here.on('GET /a', (request) => to(`/a?${request.query.size}&${request.query.toString()}`));
    expect(await ask('/a')).toMatchObject({ problem: 'too-many-redirects', exchange: { status: 302 } });
    expect(here.requests).toHaveLength(6);
  });

  it('without a place to go, or of another kind, are answers', async () => {
    here.on('GET /a', { status: 302, body: 'nowhere' });
    here.on('GET /b', { status: 300, headers: { location: '/end' }, body: 'choose' });
    expect(await ask('/a')).toBe('nowhere');
    expect(await ask('/b')).toBe('choose');
  });

  it('turn a POST into a GET, or repeat it, as their status says', async () => {
    const post = { method: 'POST', body: 'q', headers: { 'content-type': 'text/plain' } } as const;
    here.on('POST /303', to('/end', 303));
    here.on('POST /307', to('/end', 307));
    expect(await ask('/303', post)).toBe('end');
    expect(here.requests[1]!.headers).not.toHaveProperty('content-type');
    expect(await ask('/307', post)).toBe('posted');
    expect(here.requests[3]!.body).toBe('q');
  });

  it('ask there, too, only for what has changed', async () => {
    here.on('GET /a', to(`${there.url}/end`));
    await ask('/a', { since: { etag: '"x"' } });
    expect(there.requests[0]!.headers['if-none-match']).toBe('"x"');
  });
});

describe('a redirect to another origin', () => {
  const secrets = { authorised: true, headers: { 'x-api-key': 'k', cookie: 'c=1', 'x-plain': 'p' } } as const;

  it('takes no secrets with it', async () => {
    here.on('GET /a', to(`${there.url}/end`));
    expect(await ask('/a', secrets)).toBe('there');
    expect(here.requests[0]!.headers).toMatchObject({ authorization: 'Bearer sesame-open', 'x-api-key': 'k' });
    const { headers } = there.requests[0]!;
    expect(headers['x-plain']).toBe('p');
    for (const name of ['authorization', 'x-api-key', 'cookie']) expect(headers).not.toHaveProperty(name);
  });

  it('and back again does not bring them back', async () => {
    here.on('GET /a', to(`${there.url}/b`));
    there.on('GET /b', to(`${here.url}/end`));
    expect(await ask('/a', secrets)).toBe('end');
    expect(here.requests[1]!.headers).not.toHaveProperty('authorization');
  });

  it('on the same origin keeps them', async () => {
    here.on('GET /a', to('/end'));
    await ask('/a', secrets);
    expect(here.requests[1]!.headers).toMatchObject({ authorization: 'Bearer sesame-open', 'x-api-key': 'k' });
  });

  it('takes no body that holds a secret', async () => {
    here.on('POST /token', to(`${there.url}/end`, 307));
    const error = await ask('/token', { method: 'POST', body: 'secret', secret: true });
    expect(error).toMatchObject({ problem: 'forbidden-address' });
    expect(there.requests).toHaveLength(0);
  });
});

describe('a redirect into the network', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:10.0.0.1]/',
    'http://0x0a000001/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'http://user:password@127.0.0.1/',
  ])('is not followed: %s', async (location) => {
    here.on('GET /a', to(location));
    expect(await ask('/a')).toMatchObject({ problem: 'forbidden-address', fault: 'configuration' });
    expect(testIo.exchanges).toMatchObject(
      [{ status: 302 }, { redirectedFrom: 0, problem: /forbidden-address/ }].map((each) =>
        'problem' in each ? { ...each, problem: expect.stringMatching(each.problem) } : each,
      ),
    );
    expect(JSON.stringify(testIo.exchanges)).not.toContain('password@');
  });

  it('to what is no address is an error', async () => {
    here.on('GET /a', to('http://[:::1]/'));
    expect(await ask('/a')).toMatchObject({ problem: 'broken' });
  });
});
