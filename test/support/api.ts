/** The API over real HTTP on a free port, on a database, a blob folder and queues of its own. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createApi } from '../../src/api/index.js';
import { hasEnded, type AccessionSummary } from '../../src/read/index.js';
import { openArchive, type Archive } from '../../src/app/archive.js';
import type { Config } from '../../src/app/config.js';
import { LOOK_PLAN } from '../../src/pipeline/revisit.js';
import { startProcessing, type Processing } from '../../src/app/processing.js';
import { createDatabase, type TestDatabase } from './databases.js';

export interface TestApi {
  readonly url: string;
  readonly archive: Archive;
  readonly database: TestDatabase;
  /** What was logged, one JSON document a line. */
  readonly log: readonly string[];
  /** Starts reading what was handed in; before, it waits in the queues. */
  process(): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  json<T = any>(path: string): Promise<T>; // eslint-disable-line @typescript-eslint/no-explicit-any -- judged by what is asserted of it
  /** Hands in a text, and waits until it has been read. */
  import(lines: readonly object[], query?: string): Promise<AccessionSummary>;
  /** Waits for its end. */
  ended(id: string): Promise<AccessionSummary>;
  /** Paths of all files in the blob folder, unfinished ones included. */
  files(): Promise<string[]>;
  /** `GET /path/{parameter}` of every route below /api/v1, and of health. */
  routes(): string[];
  /** The same of everything that Fastify knows, HEAD included. */
  everyRoute(): string[];
  /** The API alone, as on SIGTERM. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly publicUrl?: string;
  readonly web?: string;
  /** What HOST says; whatever it says, it listens on 127.0.0.1. */
  readonly host?: string;
  readonly apiKey?: string;
  readonly redisUrl?: string;
}

export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createDatabase();
  const data = await mkdtemp(join(tmpdir(), 'perdure-api-'));
  const config: Config = {
    databaseUrl: database.url,
    redisUrl: options.redisUrl,
    data,
    blobs: { kind: 'folder', path: join(data, 'blobs') },
    host: options.host ?? '127.0.0.1',
    port: 0,
    publicUrl: options.publicUrl,
    logLevel: 'info',
    contact: undefined,
    key: undefined,
    apiKey: options.apiKey,
    privateHosts: [],
    hostOrigins: new Map(),
    lookPlan: LOOK_PLAN,
  };
  const log: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(line) });
  const open = { databaseUrl: database.url, name: 'api-test', poolSize: 4, migrate: true };
  const archive = await openArchive(config, logger, open);
  const app = await createApi(options.web === undefined ? archive : { ...archive, web: options.web });
  await app.listen(0, '127.0.0.1');
  let stopped: Promise<void> | undefined;
  const url = await app.getUrl();
  let processing: Processing | undefined;

  const everyRoute = (): Set<string> => {
    const found = new Set<string>();
    const path: string[] = [];
    const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    for (const line of tree.split('\n')) {
      const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
      path.splice(indent.length / 4, path.length, part);
      const route = path.join('').replace(/:(\w+)/g, '{$1}');
      for (const method of methods?.split(', ') ?? []) found.add(`${method} ${route}`);
    }
    return found;
  };

  const api: TestApi = {
    url,
    archive,
    database,
    log,
    async process() {
      processing ??= await startProcessing(archive, { queues: ['accession', 'ingest'], reconciles: false });
    },
    get: (path, headers = {}) => fetch(url + path, { headers }),
    async json(path) {
      const answer = await fetch(url + path);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as never;
    },
    async import(lines, query = '') {
      await api.process();
      const body = lines.map((line) => JSON.stringify(line) + '\n').join('');
      const answer = await fetch(`${url}/api/v1/accessions?name=notes.jsonl${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body,
      });
      if (answer.status !== 202) throw new Error(await answer.text());
      return api.ended(((await answer.json()) as AccessionSummary).id);
    },
    async ended(id) {
      for (;;) {
        const found = await api.json<AccessionSummary>(`/api/v1/accessions/${id}`);
        if (hasEnded(found.status)) return found;
        await sleep(25);
      }
    },
    async files() {
      const all = await readdir(join(data, 'blobs'), { recursive: true, withFileTypes: true }).catch(() => []);
      return all.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    routes: () => [...everyRoute()].filter((route) => /^(?!HEAD )[A-Z]+ \/(api\/v1\/|healthz$|readyz$)/.test(route)),
    everyRoute: () => [...everyRoute()],
    stop: () => (stopped ??= app.close()),
    async close() {
      await api.stop();
      await processing?.close();
      await archive.close();
      await database.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
  return api;
}

/** A note of the example source. */
export function note(id: number, body: string, more: object = {}): object {
  return {
    note: String(id),
    by: { id: '7', name: 'Nour' },
    at: new Date(Date.UTC(2016, 11, 13, 19, 0, 0) + id * 1000).toISOString().replace('.000Z', 'Z'),
    body,
    edited: null,
    to: 'everyone',
    seen: '2017-01-02T08:00:00Z',
    ...more,
  };
}

export interface StreamedUpload {
  readonly status: number;
  readonly body: string;
}

/** Uploads `bytes` in pieces, as fast as they are taken, and never holds more than one of them. */
export function upload(
  url: string,
  bytes: number,
  headers: Record<string, string>,
  frame = { before: '', after: '' },
): Promise<StreamedUpload> {
  const piece = Buffer.alloc(256 * 1024, 'perdure ');
  const length = Buffer.byteLength(frame.before) + bytes + Buffer.byteLength(frame.after);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { ...headers, 'content-length': length } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.write(frame.before);
    let left = bytes;
    const write = (): void => {
      while (left > 0) {
        const next = left >= piece.length ? piece : piece.subarray(0, left);
        left -= next.length;
        if (!sent.write(next)) return void sent.once('drain', write);
      }
      sent.end(frame.after);
    };
    write();
  });
}
