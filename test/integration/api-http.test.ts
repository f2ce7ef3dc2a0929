/** What holds for every route: who may ask, how errors look, what is described, what a monitor sees. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { note, startApi, type TestApi } from '../support/api.js';

/** fetch does not let anyone choose the Host. */
function ask(
  url: string,
  headers: Record<string, string>,
  method = 'GET',
  body = '',
): Promise<{ status: number; body: { type?: string }; type: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more: string) => (text += more));
      answer.on('end', () => {
        const type = answer.headers['content-type'];
        const parsed = type?.includes('json') === true ? (JSON.parse(text) as { type?: string }) : {};
        resolve({ status: answer.statusCode ?? 0, type, body: parsed });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

describe('the API over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ publicUrl: 'https://archive.example.org' });
  });
  afterAll(() => api.close());

  describe('who may ask', () => {
    it.each([
      'localhost',
      'LOCALHOST:3080',
      '127.0.0.1:1',
      '[::1]:3080',
      'archive.example.org',
      'archive.example.org.',
    ])('Host: %s is ours', async (host) => {
      expect((await ask(`${api.url}/healthz`, { host })).status).toBe(200);
    });

    it.each([
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example:3080',
      '[::2]',
      '169.254.169.254',
      'a b',
    ])('Host: %s is not, whatever it resolves to', async (host) => {
      for (const path of ['/healthz', '/api/v1/posts', '/nowhere', '/admin/queues', '/api/docs', '/']) {
        const { status, type, body } = await ask(api.url + path, { host });
        expect([path, status, type]).toEqual([path, 421, PROBLEM_TYPE]);
        expect(body.type).toBe('urn:perdure:problem:foreign-host');
      }
    });

    it('a page of another origin can neither change nor read anything', async () => {
      const json = { 'content-type': 'application/json' };
      for (const foreign of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: 'http://localhost:1' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ]) {
        const answer = await ask(`${api.url}/api/v1/collections`, { ...json, ...foreign }, 'POST', '{"name":"theirs"}');
        expect([foreign, answer.status, answer.type]).toEqual([foreign, 403, PROBLEM_TYPE]);
        const sent = await ask(
          `${api.url}/api/v1/accessions`,
          { 'content-type': 'text/plain', ...foreign },
          'POST',
          'x',
        );
        expect(sent.status).toBe(403);
      }
      expect(await api.json('/api/v1/collections')).toEqual({ items: [], next: null });
      const read = await api.get('/api/v1/collections', { origin: 'https://evil.example' });
      expect(read.headers.get('access-control-allow-origin')).toBeNull();
      expect(read.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      const preflight = await fetch(`${api.url}/api/v1/collections`, {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      expect(preflight.status).toBe(404);
    });

    it('a page of our own may', async () => {
      for (const [name, own] of Object.entries({
        a: { origin: api.url },
        b: { origin: 'https://archive.example.org' },
        c: { 'sec-fetch-site': 'same-origin' },
        d: {},
      })) {
        const headers = { 'content-type': 'application/json', ...own };
        expect((await ask(`${api.url}/api/v1/collections`, headers, 'POST', JSON.stringify({ name }))).status).toBe(
          201,
        );
      }
    });
  });

  describe('errors', () => {
    it.each([
      ['GET', '/nowhere', 404, ''],
      ['GET', '/api/v1/nowhere', 404, ''],
      ['DELETE', '/api/v1/collections', 404, ''],
      ['GET', '/%ff', 400, ''],
      ['GET', '/api/v1/posts/%ff', 400, ''],
      ['GET', '/api/v1/posts/LONG', 414, ''],
      ['GET', '/api/v1/accessions/1', 400, ''],
      ['POST', '/api/v1/collections', 400, '{"name":'],
      ['POST', '/api/v1/collections', 400, '[]'],
      ['POST', '/api/v1/collections', 413, 'LONG'],
    ])('%s %s is a problem document, %d', async (method, path, status, text) => {
      const body = text.replace('LONG', JSON.stringify({ name: 'x'.repeat(2_000_000) }));
      const sent = text === '' ? {} : { body, headers: { 'content-type': 'application/json' } };
      const answer = await fetch(api.url + path.replace('LONG', 'a'.repeat(9_000)), { method, ...sent });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe(PROBLEM_TYPE);
      const problem = (await answer.json()) as Record<string, unknown>;
      expect(problem).toMatchObject({ status: answer.status, type: expect.any(String), title: expect.any(String) });
      expect(problem['instance']).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
    });

    it('what is no HTTP is told so, and the connection ends', async () => {
      const text = await new Promise<string>((resolve) => {
        let said = '';
        const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
        socket.on('data', (data) => (said += data.toString()));
        socket.on('close', () => resolve(said));
      });
      expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    });

    it('a fault of ours says nothing of the inside, and the log says everything', async () => {
      const { pool } = api.archive;
      await pool.query('ALTER TABLE collection RENAME TO hidden');
      try {
        const answer = await api.get('/api/v1/collections');
        const text = await answer.text();
        expect(answer.status).toBe(500);
        expect(text).not.toMatch(/relation|SELECT|at .*\.ts/);
        const { instance } = JSON.parse(text) as { instance: string };
        const logged = api.log.filter((line) => line.includes(instance.slice('urn:uuid:'.length)));
        expect(logged.join()).toMatch(/relation .* does not exist/);
      } finally {
        await pool.query('ALTER TABLE hidden RENAME TO collection');
      }
    });
  });

  it('sends headers that keep browsers from guessing, framing and telling', async () => {
    for (const path of ['/', '/api/v1/collections', '/nowhere']) {
      const { headers } = await api.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/default-src '(self|none)'/);
      expect(headers.get('strict-transport-security')).toMatch(/max-age/);
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('logs one line a request, without what was searched for, and nothing of health checks', async () => {
    const from = api.log.length;
    await api.get('/api/v1/posts?q=a-secret-word');
    await api.get('/healthz');
    await api.get('/metrics');
    await sleep(50);
    const lines = api.log.slice(from).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ req: { method: 'GET', path: '/api/v1/posts' }, res: { status: 200 } });
    expect(api.log.join()).not.toContain('a-secret-word');
  });

  it('measures itself', async () => {
    await api.import([note(1, 'counted')]);
    await api.archive.pool.query('ANALYZE post, observation');
    await api.get('/api/v1/posts/https%3A%2F%2Fnotes.example%2Fn%2F1');
    const answer = await api.get('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await answer.text();
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/posts\/:id",status="200"\} 1/,
    );
    expect(text).toMatch(/perdure_accessions\{status="complete"\} 1/);
    expect(text).toMatch(/perdure_queue_jobs\{queue="ingest",state="waiting"\} 0/);
    expect(text).toMatch(/perdure_rows_estimate\{table="post"\} 1/);
    expect(text).toMatch(/perdure_database_up 1/);
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
    // No series for every address that somebody tries.
    expect(text).not.toContain('nowhere');
  });

  it('shows the queues to whoever administers them', async () => {
    const page = await api.get('/admin/queues');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const { queues } = await api.json<{ queues: { name: string }[] }>('/admin/queues/api/queues');
    expect(queues.map((queue) => queue.name)).toEqual(['accession', 'ingest', 'harvest', 'media', 'ledger', 'export']);
  });

  describe('the description', () => {
    /** With PERDURE_UPDATE_GOLDEN=1 it is written instead of compared. */
    const FILE = 'docs/openapi.json';
    const served = (): Promise<Document> => api.json<Document>('/api/openapi.json');

    interface Document {
      readonly openapi: string;
      readonly paths: Record<string, Record<string, Operation>>;
      readonly components: { readonly schemas: Record<string, unknown> };
    }
    interface Operation {
      readonly operationId: string;
      readonly summary: string;
      readonly parameters: { name: string; in: string; required?: boolean; schema?: object }[];
      readonly requestBody?: { content: Record<string, { schema: object }> };
      readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
    }

    it('is the committed one', async () => {
      const text = JSON.stringify(await served(), null, 2) + '\n';
      if (process.env['PERDURE_UPDATE_GOLDEN'] === '1' || !existsSync(FILE)) writeFileSync(FILE, text);
      expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(text));
    });

    it('has every route of the API, and no other', async () => {
      const { paths } = await served();
      const described = Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(described.sort()).toEqual(api.routes().sort());
    });

    it('holds together', async () => {
      const document = await served();
      expect(document.openapi).toMatch(/^3\.0\.\d$/);
      const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.values(methods).map((operation) => ({ path, operation })),
      );
      const ids = operations.map(({ operation }) => operation.operationId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { path, operation } of operations) {
        const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        expect([path, inPath]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])]);
        expect(operation.parameters.every((parameter) => parameter.schema !== undefined)).toBe(true);
        expect(operation.summary).not.toBe('');
        expect(Object.keys(operation.responses)).toContain('default');
        expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      }
      const text = JSON.stringify(document);
      for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
        expect(Object.keys(document.components.schemas)).toContain(name);
      }
      expect(/"\$ref":"(?!#\/components\/schemas\/)/.exec(text)).toBeNull();
      expect(text.includes('9007199254740991')).toBe(false);
      const { parameters, requestBody } = document.paths['/api/v1/accessions']!['post']!;
      expect(parameters.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['collection', 'observedAt', 'include']),
      );
      expect(Object.keys(requestBody!.content)).toEqual(['application/octet-stream', 'multipart/form-data']);
    });

    it('can be browsed, with nothing from elsewhere', async () => {
      const page = await api.get('/api/docs');
      const html = await page.text();
      expect(html).toContain('Perdure API');
      const own = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
      expect(own.length).toBeGreaterThan(2);
      for (const path of own) {
        const part = await fetch(new URL(path, `${api.url}/api/docs`));
        expect([path, part.status]).toEqual([path, 200]);
        await part.arrayBuffer();
      }
    });
  });
});

describe('a service in trouble', () => {
  let api: TestApi | undefined;
  afterEach(() => api?.close());

  it('is alive and not ready when Postgres is gone, and says why', async () => {
    api = await startApi();
    expect(await api.json('/readyz')).toMatchObject({ ready: true });
    await api.database.drop();
    const answer = await api.get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      ready: false,
      checks: {
        database: { ok: false, reason: expect.stringMatching(/Postgres/) },
        blobs: { ok: true },
        queues: { ok: false },
      },
    });
    expect((await api.get('/healthz')).status).toBe(200);
    expect(await (await api.get('/metrics')).text()).toMatch(/perdure_database_up 0/);
    const posts = await api.get('/api/v1/posts?q=x');
    expect(posts.status).toBe(500);
    expect(posts.headers.get('content-type')).toBe(PROBLEM_TYPE);
  });

  it('is not ready when blobs cannot be written', async () => {
    api = await startApi();
    const folder = join(api.archive.config.data, 'blobs');
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'in the way');
    const answer = await api.get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      checks: { database: { ok: true }, blobs: { ok: false, reason: expect.stringMatching(/blob folder/) } },
    });
  });

  it('stops without waiting for those who watch or upload, and keeps nothing half', async () => {
    const stopping = (api = await startApi());
    const answer = await fetch(`${stopping.url}/api/v1/accessions?name=waits`, { method: 'POST', body: 'x' });
    const { id } = (await answer.json()) as { id: string };
    const before = await stopping.files();
    const events = await stopping.get(`/api/v1/accessions/${id}/events`);
    const reader = events.body!.getReader();
    await reader.read();
    const sending = request(`${stopping.url}/api/v1/accessions?name=slow`, {
      method: 'POST',
      headers: { 'content-length': 1_000_000 },
    });
    const refused = new Promise<number>((resolve) => {
      sending.on('response', (late) => resolve(late.statusCode ?? 0));
      sending.on('error', () => resolve(0));
    });
    sending.write(Buffer.alloc(200_000));
    for (let tries = 0; (await stopping.files()).length === before.length && tries < 200; tries++) await sleep(10);
    const started = Date.now();
    await stopping.stop();
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await refused).toBe(503);
    while (!(await reader.read()).done);
    expect(await stopping.files()).toEqual(before);
  });
});

describe('the web app', () => {
  it('takes the place of the start page where it is built', async () => {
    const web = mkdtempSync(join(tmpdir(), 'perdure-web-'));
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>app</title>');
    writeFileSync(join(web, 'app.js'), '1');
    const api = await startApi({ web });
    try {
      expect(await (await api.get('/')).text()).toContain('<title>app</title>');
      expect((await api.get('/app.js')).headers.get('content-type')).toMatch(/javascript/);
      expect((await api.get('/api/v1/collections')).status).toBe(200);
      expect((await api.get('/nowhere')).headers.get('content-type')).toBe(PROBLEM_TYPE);
    } finally {
      await api.close();
      rmSync(web, { recursive: true });
    }
  });
});
