/** Who may ask: keys that are made, shown, used and revoked; and nothing that slips past the gate. */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LAST_RESORT, ruleFor, RULES } from '../../src/api/access/rules.js';
import { serveApi } from '../../src/app/http.js';
import type { Role } from '../../src/core/api-key.js';
import { QUEUE_NAMES } from '../../src/queue/jobs.js';
import { note, startApi, type TestApi } from '../support/api.js';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** The keys are read anew after two seconds. */
const UNTIL_KNOWN_MS = 2_200;
const GIVEN = 'a-key-out-of-the-environment-0123456789';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- judged by what is asserted of it
}

/** fetch lets nobody choose the Host. */
function ask(
  api: TestApi,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: object,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      api.url + path,
      { method, agent: false, headers: { ...(body && { 'content-type': 'application/json' }), ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (more: string) => (text += more));
        answer.on('end', () => {
          const isJson = answer.headers['content-type']?.includes('json') === true && text !== '';
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: isJson ? (JSON.parse(text) as unknown) : text,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const basic = (pair: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
});

interface Made {
  readonly id: string;
  readonly key: string;
}

async function make(api: TestApi, by: string, name: string, role: Role, more: object = {}): Promise<Made> {
  const { status, body } = await ask(api, '/api/v1/keys', bearer(by), 'POST', { name, role, ...more });
  expect([name, status]).toEqual([name, 201]);
  return body as Made;
}

describe('every route', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ apiKey: GIVEN });
  });
  afterAll(() => api.close());

  const pathOf = (route: string): string => route.replace(/\{(\w+)\}/g, 'x').replace('*', 'x');

  it('answers 401 without a key, but for the two that say whether it lives', async () => {
    const routes = api.everyRoute();
    expect(routes.length).toBeGreaterThan(100);
    const open: string[] = [];
    for (const route of [...routes, 'GET /nowhere', 'OPTIONS /api/v1/posts', 'POST /', 'GET /API/V1/KEYS']) {
      const [method, path] = route.split(' ') as [string, string];
      const { status, headers, body } = await ask(api, pathOf(path), {}, method);
      if (status === 401) {
        expect([route, headers['content-type']]).toEqual([route, PROBLEM_TYPE]);
        expect(headers['www-authenticate']).toBe('Bearer realm="Perdure", Basic realm="Perdure", charset="UTF-8"');
        if (method !== 'HEAD') expect(body.type).toBe('urn:perdure:problem:unauthorized');
      } else open.push(`${route} ${status}`);
    }
    expect(open.sort()).toEqual(['GET /healthz 200', 'GET /readyz 200', 'HEAD /healthz 200', 'HEAD /readyz 200']);
  });

  it('has a line of its own in the table of who may ask for what', () => {
    const catchAll = ['/api*', '/admin*', '*'];
    const without = api
      .everyRoute()
      .filter((route) => {
        const [method, path] = route.split(' ') as [string, string];
        return catchAll.includes(ruleFor(method, path.replace(/\{(\w+)\}/g, ':$1')).route);
      })
      .sort();
    expect(without).toEqual([]);
    expect(RULES).not.toContain(LAST_RESORT);
  });

  it('that nobody has thought of is an administrator’s', () => {
    expect(ruleFor('GET', '/api/v1/thoughts').role).toBe('administrator');
    expect(ruleFor('GET', '/admin').role).toBe('administrator');
    expect(ruleFor('POST', '/thoughts').role).toBe('administrator');
  });

  it('says in its description what it asks', async () => {
    const { body } = await ask(api, '/api/openapi.json', bearer(GIVEN));
    expect(body.security).toEqual([{ bearer: [] }, { basic: [] }]);
    expect(body.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      basic: { type: 'http', scheme: 'basic' },
    });
    expect(body.paths['/healthz'].get.security).toEqual([]);
    expect(body.paths['/api/v1/keys'].get['x-role']).toBe('administrator');
    expect(body.paths['/api/v1/posts/{id}'].get['x-role']).toBe('reader');
  });
});

describe('a service with keys', () => {
  let api: TestApi;
  let reader: Made;
  let archivist: Made;
  let administrator: Made;
  beforeAll(async () => {
    api = await startApi({ apiKey: GIVEN, publicUrl: 'https://archive.example.org' });
    reader = await make(api, GIVEN, 'notebook', 'reader');
    archivist = await make(api, GIVEN, 'Layla', 'archivist');
    administrator = await make(api, GIVEN, 'root', 'administrator');
  });
  afterAll(() => api.close());

  it.each<[string, string, Role]>([
    ['GET', '/', 'reader'],
    ['GET', '/metrics', 'reader'],
    ['GET', '/api/docs', 'reader'],
    ['GET', '/api/v1/posts', 'reader'],
    ['GET', '/api/v1/collections', 'reader'],
    ['POST', '/api/v1/collections', 'archivist'],
    ['GET', '/api/v1/accessions', 'archivist'],
    ['POST', '/api/v1/accessions', 'archivist'],
    ['GET', '/api/v1/seeds', 'archivist'],
    ['GET', '/api/v1/harvests', 'archivist'],
    ['GET', '/api/v1/webhooks', 'archivist'],
    ['GET', '/api/v1/keys', 'administrator'],
    ['POST', '/api/v1/keys', 'administrator'],
    ['GET', '/admin/queues', 'administrator'],
    ['PUT', '/admin/queues/api/queues/pause', 'administrator'],
    ['GET', '/admin/queues/api/queues', 'administrator'],
  ])('%s %s is for who is at least %s', async (method, path, least) => {
    const ranks: Role[] = ['reader', 'archivist', 'administrator'];
    for (const [role, { key }] of Object.entries({ reader, archivist, administrator }) as [Role, Made][]) {
      // What cannot be read is refused by whoever is allowed to read it: 400, not 403.
      const { status, body } = await ask(api, path, bearer(key), method, method === 'GET' ? undefined : []);
      if (ranks.indexOf(role) >= ranks.indexOf(least)) expect([role, [401, 403]]).not.toContainEqual([role, status]);
      else {
        expect([role, status, body.type]).toEqual([role, 403, 'urn:perdure:problem:forbidden']);
        expect(body.detail).toContain(`perdure keys add NAME --role ${least}`);
      }
    }
    if (path.endsWith('pause')) for (const name of QUEUE_NAMES) await api.archive.queues.queue(name).resume();
  });

  it('takes a key as a bearer token, or as a password with any user name', async () => {
    const { key } = reader;
    for (const shown of [
      bearer(key),
      { authorization: `bearer   ${key}` },
      basic(`nour:${key}`),
      basic(`:${key}`),
      basic(`حلب:${key}`),
      bearer(GIVEN),
      basic(`x:${GIVEN}`),
    ])
      expect([shown, (await ask(api, '/api/v1/posts', shown)).status]).toEqual([shown, 200]);
  });

  it('says what is wrong with one that does not open', async () => {
    const { key } = reader;
    const past = await make(api, GIVEN, 'short-lived', 'reader', {
      expiresAt: new Date(Date.now() + 300).toISOString(),
    });
    await sleep(400);
    const slip = (key.at(-1) === 'a' ? 'b' : 'a') as string;
    const other = (await import('../../src/core/api-key.js')).newApiKey().text;
    for (const [shown, said] of [
      [bearer(key.slice(0, -1) + slip), /mistyped/],
      [bearer(key.slice(0, -3)), /mistyped/],
      [bearer(other), /not known here/],
      // The id of one and the secret of another.
      [basic(`x:${other.slice(0, 8)}${reader.id}${other.slice(20)}`), /mistyped/],
      [bearer(past.key), /expired/],
      [bearer(GIVEN.slice(1)), /not known here/],
      [{ authorization: `Digest ${key}` }, /holds no API key/],
      [{ authorization: key }, /holds no API key/],
      [basic(key), /holds no API key/],
    ] as [Record<string, string>, RegExp][]) {
      const { status, headers, body } = await ask(api, '/api/v1/posts', shown);
      expect([shown, status]).toEqual([shown, 401]);
      expect(body.detail).toMatch(said);
      expect(headers['www-authenticate']).toMatch(/^Bearer realm="Perdure", error="invalid_token", Basic /);
      expect(JSON.stringify(body)).not.toContain(key.slice(21, 40));
    }
  });

  it('keeps no key: not in the database, not in the log', async () => {
    const { rows } = await api.archive.pool.query('SELECT to_jsonb(api_key) AS row, digest FROM api_key');
    const stored = JSON.stringify(rows);
    const said = api.log.join('');
    for (const { key, id } of [reader, archivist, administrator]) {
      expect(stored).toContain(id);
      expect(stored).not.toContain(key.slice(21, 60));
      expect(said).not.toContain(key.slice(21, 60));
    }
    expect(said).not.toContain(GIVEN);
    expect(said).not.toMatch(/authorization/i);
    // Who asked is there all the same.
    const lines = api.log.map((line) => JSON.parse(line) as Record<string, any>); // eslint-disable-line @typescript-eslint/no-explicit-any -- a log line
    expect(lines.some(({ key, req }) => key === reader.id && req?.path === '/api/v1/posts')).toBe(true);
    expect(lines.some(({ why, address }) => why === 'mistyped' && address === '127.0.0.1')).toBe(true);
  });

  it('lists keys without their secrets, with who made them and when each was used', async () => {
    const { body } = await ask(api, '/api/v1/keys', bearer(administrator.key));
    const names = (body.items as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['notebook', 'Layla', 'root', 'short-lived']);
    expect(body.items[0]).toMatchObject({
      id: reader.id,
      role: 'reader',
      state: 'active',
      createdBy: 'the API key PERDURE_API_KEY (environment)',
      revokedAt: null,
    });
    expect(body.items[3].state).toBe('expired');
    expect(JSON.stringify(body)).not.toContain('perdure_');
    // Written beside the request, which does not wait for it.
    for (let tries = 0; tries < 50; tries++) {
      const { body: one } = await ask(api, `/api/v1/keys/${reader.id}`, bearer(GIVEN));
      if (one.usedAt !== null) return expect(Date.parse(one.usedAt)).toBeGreaterThan(Date.now() - 60_000);
      await sleep(20);
    }
    throw new Error('the use was not noted');
  });

  it('notes a use once a minute, not with every request', async () => {
    const { key, id } = await make(api, GIVEN, 'busy', 'reader');
    const usedAt = async () => (await ask(api, `/api/v1/keys/${id}`, bearer(GIVEN))).body.usedAt as string | null;
    for (let n = 0; n < 5; n++) await ask(api, '/api/v1/posts', bearer(key));
    await sleep(50);
    const first = await usedAt();
    expect(first).not.toBeNull();
    for (let n = 0; n < 5; n++) await ask(api, '/api/v1/posts', bearer(key));
    await sleep(50);
    expect(await usedAt()).toBe(first);
  });

  it('refuses what is no key to be made', async () => {
    for (const [body, status] of [
      [{ name: 'notebook', role: 'reader' }, 409],
      [{ name: 'x' }, 400],
      [{ name: 'x', role: 'king' }, 400],
      [{ name: '', role: 'reader' }, 400],
      [{ name: 'x', role: 'reader', expiresAt: '2020-01-01T00:00:00Z' }, 400],
      [{ name: 'x', role: 'reader', expiresAt: '2999-01-01' }, 400],
      [{ name: 'x', role: 'reader', key: 'mine' }, 400],
    ] as [object, number][])
      expect([body, (await ask(api, '/api/v1/keys', bearer(GIVEN), 'POST', body)).status]).toEqual([body, status]);
    expect((await ask(api, '/api/v1/keys/0123456789ab', bearer(GIVEN), 'DELETE')).status).toBe(404);
    expect((await ask(api, '/api/v1/keys/x', bearer(GIVEN), 'DELETE')).status).toBe(400);
    const early = await make(api, GIVEN, 'offset', 'reader', { expiresAt: '2999-01-31 00:00+01' });
    expect(early).toMatchObject({ expiresAt: '2999-01-30T23:00:00.000Z' });
  });

  it('is closed to a key that was revoked, also where it is listening already', async () => {
    const { key, id } = await make(api, GIVEN, 'lost', 'reader');
    const stream = await fetch(`${api.url}/api/v1/events`, { headers: bearer(key) });
    expect(stream.status).toBe(200);
    const began = Date.now();
    expect((await ask(api, `/api/v1/keys/${id}`, bearer(administrator.key), 'DELETE')).status).toBe(204);
    const text = await stream.text();
    expect(text).toMatch(/^retry/);
    expect(Date.now() - began).toBeLessThan(6_000);
    expect((await ask(api, '/api/v1/posts', bearer(key))).status).toBe(401);
    const { body } = await ask(api, `/api/v1/keys/${id}`, bearer(GIVEN));
    expect(body).toMatchObject({ state: 'revoked', revokedBy: `the API key root (${administrator.id})` });
    // Again is harmless, and the first stands. Its name is free.
    expect((await ask(api, `/api/v1/keys/${id}`, bearer(GIVEN), 'DELETE')).status).toBe(204);
    expect((await ask(api, `/api/v1/keys/${id}`, bearer(GIVEN))).body).toEqual(body);
    await make(api, GIVEN, 'lost', 'reader');
  });

  it('opens to a new key at once', async () => {
    const { newApiKey } = await import('../../src/core/api-key.js');
    const { addApiKey } = await import('../../src/store/api-keys.js');
    await ask(api, '/api/v1/posts', bearer(reader.key));
    const made = newApiKey();
    const facts = { name: 'made elsewhere', role: 'reader', expiresAt: undefined, createdBy: 'test' } as const;
    expect(await addApiKey(api.archive.pool, made, facts)).toBe(true);
    await sleep(300);
    expect((await ask(api, '/api/v1/posts', bearer(made.text))).status).toBe(200);
  });

  it('answers under an address, and under any name to whoever has a key', async () => {
    const status = async (host: string, more = {}) => (await ask(api, '/api/v1/posts', { host, ...more })).status;
    expect(await status('archive.example.org')).toBe(401);
    expect(await status('192.168.1.5:3080')).toBe(401);
    expect(await status('[fd00::5]:3080')).toBe(401);
    expect(await status('evil.example')).toBe(421);
    expect(await status('api:3080', bearer(reader.key))).toBe(200);
    expect((await ask(api, '/healthz', { host: '10.0.0.7' })).status).toBe(200);
    expect((await ask(api, '/healthz', { host: 'evil.example' })).status).toBe(421);
  });

  it('a browser that remembers the password cannot be made to change anything by another page', async () => {
    for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      for (const [method, path] of [
        ['POST', '/api/v1/collections'],
        ['POST', '/api/v1/keys'],
        ['DELETE', `/api/v1/keys/${reader.id}`],
        ['PUT', '/admin/queues/api/queues/pause'],
      ] as [string, string][]) {
        const body = { name: 'theirs', role: 'administrator' };
        const answer = await ask(
          api,
          path,
          { ...basic(`x:${administrator.key}`), ...foreign },
          method,
          method === 'DELETE' ? undefined : body,
        );
        expect([method, path, answer.status]).toEqual([method, path, 403]);
        expect(answer.body.type).not.toBe('urn:perdure:problem:forbidden');
      }
    const { body } = await ask(api, '/api/v1/keys', bearer(GIVEN));
    expect(JSON.stringify(body)).not.toContain('theirs');
    expect((await ask(api, '/api/v1/posts', bearer(reader.key))).status).toBe(200);
    const own = { ...basic(`x:${archivist.key}`), origin: 'https://archive.example.org' };
    expect((await ask(api, '/api/v1/collections', own, 'POST', { name: 'ours' })).status).toBe(201);
  });

  it('shows readers what is public, archivists everything but what is sealed, administrators that', async () => {
    await api.process();
    const lines = [
      note(1, 'to all'),
      note(2, 'to some', { to: 'friends' }),
      note(3, 'about lemons', { to: 'friends' }),
    ];
    const sent = await fetch(`${api.url}/api/v1/accessions?name=notes.jsonl`, {
      method: 'POST',
      headers: bearer(archivist.key),
      body: lines.map((line) => JSON.stringify(line) + '\n').join(''),
    });
    const { id } = (await sent.json()) as { id: string };
    for (let status = ''; status !== 'complete'; await sleep(25))
      status = (await ask(api, `/api/v1/accessions/${id}`, bearer(archivist.key))).body.status as string;
    const accession = await ask(api, `/api/v1/accessions/${id}`, bearer(archivist.key));
    expect(accession.body.custody.receivedBy).toBe(
      `over HTTP from 127.0.0.1, with the API key Layla (${archivist.id})`,
    );

    const notes = encodeURIComponent('https://notes.example/n/');
    const status = async (path: string, { key }: Made) => (await ask(api, path, bearer(key))).status;
    const { body: shown } = await ask(api, `/api/v1/posts/${notes}2`, bearer(archivist.key));
    for (const part of ['', '/history', '/raw', `/snapshots/${shown.snapshot.digest as string}`]) {
      expect([part, await status(`/api/v1/posts/${notes}2${part}`, reader)]).toEqual([part, 403]);
      expect([part, await status(`/api/v1/posts/${notes}2${part}`, archivist)]).toEqual([part, 200]);
    }
    expect(await status(`/p/${notes}2`, reader)).toBe(403);
    expect(await status(`/p/${notes}2`, archivist)).toBe(200);
    for (const part of ['', '/history', '/raw'])
      expect(await status(`/api/v1/posts/${notes}1${part}`, reader)).toBe(200);
    expect(await status('/api/v1/posts?q=lemons&include=followers', reader)).toBe(403);
    const byWord = await ask(api, '/api/v1/posts?q=lemons&include=followers', bearer(archivist.key));
    expect(byWord.body.items).toHaveLength(1);
    const byUrl = await ask(api, `/api/v1/posts?url=${notes}2`, bearer(reader.key));
    expect(byUrl.body).toMatchObject({ total: 0, items: [], withheld: { count: 1, by: { followers: 1 } } });

    await api.archive.pool.query('UPDATE capture SET sealed = true');
    try {
      expect(await status(`/api/v1/posts/${notes}1/raw`, archivist)).toBe(403);
      expect(await status(`/api/v1/posts/${notes}1/raw`, administrator)).toBe(200);
      expect(api.log.some((line) => line.includes('sealed bytes were served') && line.includes(administrator.id))).toBe(
        true,
      );
    } finally {
      await api.archive.pool.query('UPDATE capture SET sealed = false');
    }
  });

  it('goes on with the keys that it knows while Postgres is away', async () => {
    const { pool } = api.archive;
    expect((await ask(api, '/metrics', bearer(reader.key))).status).toBe(200);
    await pool.query('ALTER TABLE api_key RENAME TO hidden');
    try {
      await sleep(UNTIL_KNOWN_MS);
      expect((await ask(api, '/metrics', bearer(reader.key))).status).toBe(200);
      expect((await ask(api, '/metrics')).status).toBe(401);
      expect(api.log.join('')).toContain('those known before hold');
    } finally {
      await pool.query('ALTER TABLE hidden RENAME TO api_key');
    }
  });
});

describe('wrong keys', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ apiKey: GIVEN });
  });
  afterAll(() => api.close());

  it('are answered later and later, and never keep a right one waiting', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 14; n++) statuses.push((await ask(api, '/api/v1/posts', bearer(`wrong-${n}`))).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(4).fill(429)]);
    const late = await ask(api, '/api/v1/posts', bearer('wrong'));
    expect(late.body).toMatchObject({ type: 'urn:perdure:problem:too-many-attempts', status: 429 });
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(late.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await ask(api, '/api/v1/posts', bearer(GIVEN))).status).toBe(200);
    // Who has none yet is asked for one.
    expect((await ask(api, '/api/v1/posts')).status).toBe(401);
    expect(api.log.filter((line) => line.includes('a wrong API key was refused'))).toHaveLength(10);
    expect(api.log.join('')).not.toContain('wrong-3');
  });

  it('do not make it read what else would come', async () => {
    const { status, headers } = await ask(api, '/api/v1/accessions?name=x', {}, 'POST', { much: 'more' });
    expect([status, headers['connection']]).toEqual([401, 'close']);
  });
});

describe('the first key and the last', () => {
  let api: TestApi | undefined;
  afterEach(() => api?.close());

  it('from the first on, every request needs one; after the last, none opens', async () => {
    api = await startApi();
    expect((await ask(api, '/api/v1/posts')).status).toBe(200);
    expect((await ask(api, '/api/v1/posts', bearer('anything'))).status).toBe(200);
    const stream = await fetch(`${api.url}/api/v1/events`);
    const { status, body } = await ask(api, '/api/v1/keys', {}, 'POST', { name: 'first', role: 'administrator' });
    expect([status, body.createdBy]).toEqual([201, 'somebody on this machine, without an API key']);
    await sleep(UNTIL_KNOWN_MS);
    expect((await ask(api, '/api/v1/posts')).status).toBe(401);
    expect((await ask(api, '/api/v1/posts', bearer(body.key))).status).toBe(200);
    // Who listened without a key listens no longer.
    expect(await stream.text()).toMatch(/^retry/);
    expect((await ask(api, `/api/v1/keys/${body.id}`, bearer(body.key), 'DELETE')).status).toBe(204);
    await sleep(UNTIL_KNOWN_MS);
    expect((await ask(api, '/api/v1/posts', bearer(body.key))).status).toBe(401);
    expect((await ask(api, '/api/v1/posts')).status).toBe(401);
    expect((await ask(api, '/api/v1/posts')).status).toBe(401);
  });

  it('one that expires closes, and opens nothing; nor does a restart then', async () => {
    api = await startApi();
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const { body } = await ask(api, '/api/v1/keys', {}, 'POST', { name: 'brief', role: 'reader', expiresAt });
    await sleep(UNTIL_KNOWN_MS);
    expect((await ask(api, '/api/v1/posts', bearer(body.key))).status).toBe(401);
    const served = await serveApi(api.archive);
    try {
      expect((await fetch(`${served.url}/api/v1/posts`)).status).toBe(401);
    } finally {
      await served.close();
    }
  });

  it('a service on another address than loopback needs one to start, and is never open', async () => {
    const exposed = (api = await startApi({ host: '0.0.0.0' }));
    expect((await ask(api, '/api/v1/posts')).status).toBe(401);
    expect((await ask(api, '/healthz')).status).toBe(200);
    const refusal = /^HOST=0\.0\.0\.0: without an API key .* perdure keys add NAME --role administrator/;
    await expect(serveApi(exposed.archive)).rejects.toThrow(refusal);
    await expect(serveApi(exposed.archive)).rejects.toMatchObject({ name: 'UsageError' });
  });
});
