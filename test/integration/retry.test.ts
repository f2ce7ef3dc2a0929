/** What fails shows, with its reason, and is tried again at once when somebody asks: on both stores of the queues. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcessing } from '../../src/app/processing.js';
import { parseKey, type Key } from '../../src/core/digest.js';
import { processAccession } from '../../src/pipeline/accession.js';
import { ContextCache } from '../../src/pipeline/context-cache.js';
import { ingestRange } from '../../src/pipeline/ingest.js';
import { sourceById, SOURCES } from '../../src/sources/index.js';
import type { Source } from '../../src/sources/source.js';
import { noteUnpackFailure } from '../../src/store/retries.js';
import { note, startApi, type TestApi } from '../support/api.js';
import { runInProcess, type Said } from '../support/cli.js';
import { redisInstalled, startRedis, type TestRedis } from '../support/redis.js';

const example = sourceById('example')!;
const defective = (change: Partial<Source>): Source => ({ ...example, ...change });

describe.each(['postgres', ...(redisInstalled() ? ['redis'] : [])])('on %s', (kind) => {
  let api: TestApi;
  let redis: TestRedis | null = null;
  beforeAll(async () => {
    if (kind === 'redis') redis = await startRedis();
    api = await startApi(redis ? { redisUrl: redis.url } : {});
    expect(api.archive.queues.kind).toBe(kind);
  });
  afterAll(async () => {
    await api.close();
    await redis?.stop();
  });

  async function handIn(lines: readonly object[]): Promise<Key> {
    const body = lines.map((line) => JSON.stringify(line) + '\n').join('');
    const answer = await fetch(`${api.url}/api/v1/accessions?name=notes.jsonl`, { method: 'POST', body });
    expect(answer.status).toBe(202);
    return parseKey(((await answer.json()) as { id: string }).id)!;
  }

  const of = (id: Key): string => `/api/v1/accessions/${id}`;

  async function retry(id: Key): Promise<unknown> {
    const answer = await fetch(`${api.url}${of(id)}/retry`, { method: 'POST' });
    expect(answer.status).toBe(202);
    return answer.json();
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds()); tries++) {
      if (tries > 400) throw new Error('waited in vain');
      await sleep(25);
    }
  }

  /** As if all jobs were lost: nothing happens that nobody asks for. */
  async function emptyQueues(): Promise<void> {
    for (const name of ['accession', 'ingest'] as const)
      await api.archive.queues.queue(name).obliterate({ force: true });
    for (const name of ['accession', 'ingest'] as const) await api.archive.queues.queue(name).resume();
  }

  const NOTHING = { unpack: false, ranges: 0, records: 0 };

  it('an accession that cannot be unpacked has failed, says why, and is taken up again', async () => {
    const { archive } = api;
    const split: Source['split'] = () => {
      throw new Error('a defect of the splitter');
    };
    const broken = {
      ...archive,
      sources: SOURCES.map((source) => (source === example ? defective({ split }) : source)),
    };
    const id = await handIn([note(1, 'kept')]);
    const processing = await startProcessing(broken, { queues: ['accession'], reconciles: false });
    try {
      // As the reconciler would, without its pauses.
      for (let epoch = 1; epoch < 6; epoch++) await archive.dispatch.accession(id, epoch);
      await until(async () => (await api.json(of(id))).status === 'failed');
    } finally {
      await processing.close();
    }
    expect(await api.json(of(id))).toMatchObject({
      status: 'failed',
      problem: 'a defect of the splitter',
      retries: [],
    });
    expect(await (await api.get('/metrics')).text()).toMatch(/perdure_failing\{kind="accession"\} 1/);
    await emptyQueues();
    expect(await retry(id)).toEqual({ ...NOTHING, unpack: true });
    expect(await retry(id)).toEqual(NOTHING);
    expect(await api.json(of(id))).toMatchObject({ status: 'received', problem: null, finishedAt: null });
    await api.process();
    expect(await api.ended(id)).toMatchObject({ status: 'complete', new: 1, problem: null });
    expect((await api.json(of(id))).retries).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        by: expect.stringContaining('this machine'),
        ...NOTHING,
        unpack: true,
      },
    ]);
  });

  it('a range that fails shows with its reason, trouble with the disk too, and goes on at once', async () => {
    const { archive } = api;
    await api.process();
    await archive.queues.queue('ingest').pause();
    const id = await handIn([note(10, 'one'), note(11, 'two')]);
    await until(async () => (await api.json(of(id))).progress.ranges === 1);
    const { digest } = await api.json(of(id));
    const hex = (digest as string).slice('sha256:'.length);
    const file = (await archive.blobs.asFile(hex as never)).path;
    await rename(file, `${file}.away`);
    await archive.queues.queue('ingest').resume();
    await until(async () => (await api.json(of(id))).failing.total === 1);
    const { failing, status } = await api.json(of(id));
    expect([status, failing]).toEqual([
      'ingesting',
      {
        total: 1,
        first: [
          {
            path: 'notes.jsonl',
            offset: 0,
            length: expect.any(Number),
            records: 2,
            tries: expect.any(Number),
            problem: expect.stringMatching(/^blob [0-9a-f]{64} is not in .*: check PERDURE_BLOBS$/),
          },
        ],
      },
    ]);
    // A disk that is not mounted is nobody's poison, however long it lasts.
    const range = { accession: id, member: 0, offset: 0 };
    for (let epoch = 1; epoch <= 8; epoch++) await archive.dispatch.ranges([range], epoch);
    await until(async () => (await archive.queues.counts()).ingest.waiting === 0);
    expect(await api.json(of(id))).toMatchObject({ rejected: 0, failing: { total: 1, first: [{ records: 2 }] } });
    expect((await api.json(of(id))).failing.first[0].tries).toBeLessThan(3);
    await rename(`${file}.away`, file);
    // Whatever is left of its job is lost; nobody but us asks for it.
    await emptyQueues();
    const retried = await retry(id);
    expect([{ ...NOTHING, ranges: 1 }, NOTHING]).toContainEqual(retried);
    expect(await api.ended(id)).toMatchObject({ status: 'complete', new: 2, rejected: 0 });
    expect((await api.json(of(id))).failing).toEqual({ total: 0, first: [] });
    expect(await retry(id)).toEqual(NOTHING);
  });

  it('a record that was rejected as poison is read anew, and counts still add up', async () => {
    const { archive } = api;
    await api.process();
    await archive.queues.queue('ingest').pause();
    await archive.queues.queue('accession').pause();
    const lines = Array.from({ length: 6 }, (_, n) => note(20 + n, n === 3 ? 'POISON' : 'fine'));
    const id = await handIn(lines);
    await processAccession({ ...archive }, id);
    const normalise: Source['normalise'] = (record, context) => {
      if (Buffer.from(record).includes('POISON')) throw new Error('a defect of the reader');
      return example.normalise(record, context);
    };
    const deps = {
      store: archive.ingest,
      blobs: archive.blobs,
      sourceById: () => defective({ normalise }),
      contexts: new ContextCache(archive.blobs),
    };
    for (let round = 0; round < 60; round++) {
      const { rows } = await archive.pool.query<{ member: number; offset: number }>(
        `SELECT member, byte_offset::float8 AS "offset" FROM ingest_range WHERE accession_id = $1 AND state = 'pending'`,
        [id],
      );
      if (rows.length === 0) break;
      for (const ref of rows) await ingestRange(deps, { accession: id, ...ref }).catch(() => undefined);
    }
    expect(await archive.accessions.completeIfDone(id)).toBe(true);
    const before = await api.json(of(id));
    expect(before).toMatchObject({ status: 'complete', read: 6, new: 5, rejected: 1, rejectReasons: { poison: 1 } });
    await emptyQueues();

    expect(await retry(id)).toEqual({ ...NOTHING, records: 1 });
    expect(await retry(id)).toEqual(NOTHING);
    const done = await api.ended(id);
    expect(done).toMatchObject({ status: 'complete', read: 6, new: 6, duplicate: 0, rejected: 0, rejectReasons: {} });
    expect(done.warnings).toEqual(before.warnings);
    expect((await api.json(`${of(id)}/rejects`)).items).toEqual([]);
    expect((await api.json(of(id))).retries).toMatchObject([{ records: 1 }]);
  });

  it('what is no fault of a package is noted and never counted', async () => {
    const { pool, queues } = api.archive;
    await queues.queue('accession').pause();
    const id = await handIn([note(30, 'patience')]);
    for (let n = 0; n < 20; n++) expect(await noteUnpackFailure(pool, id, 'no space left', true)).toBe(false);
    expect(await api.json(of(id))).toMatchObject({ status: 'received', problem: 'no space left' });
    await emptyQueues();
    await api.process();
    expect(await retry(id)).toEqual({ ...NOTHING, unpack: true });
    expect(await api.ended(id)).toMatchObject({ status: 'complete', problem: null });
  });
});

describe('over HTTP and from the command line', () => {
  let api: TestApi;
  let data: string;
  beforeAll(async () => {
    api = await startApi();
    data = await mkdtemp(join(tmpdir(), 'perdure-retry-'));
  });
  afterAll(async () => {
    await api.close();
    await rm(data, { recursive: true, force: true });
  });

  const post = (path: string): Promise<Response> => fetch(api.url + path, { method: 'POST' });

  const perdure = (...argv: string[]): Promise<Said> =>
    runInProcess(argv, { DATABASE_URL: api.database.url, PERDURE_DATA: data }, 100);

  it('perdure accessions --retry', async () => {
    const answer = await fetch(`${api.url}/api/v1/accessions?name=notes.jsonl`, {
      method: 'POST',
      body: JSON.stringify(note(1, 'x')),
    });
    const { id } = (await answer.json()) as { id: string };
    for (let n = 0; n < 5; n++) await noteUnpackFailure(api.archive.pool, parseKey(id)!, 'a defect', false);
    expect((await perdure('accessions', id)).out).toContain('a defect');
    const { code, out } = await perdure('accessions', id.slice(0, 8), '--retry');
    expect([code, out]).toEqual([0, 'Tried again where `perdure up` or a worker runs: unpacking it.\n']);
    expect((await perdure('accessions', id, '--retry')).out).toContain('Nothing of it has failed');
    expect((await perdure('accessions', id)).out).toMatch(/tried again .*, asked for by .+@/);
    expect(JSON.parse((await perdure('accessions', id, '--retry', '--json')).out)).toEqual({
      unpack: false,
      ranges: 0,
      records: 0,
    });
    expect(await perdure('accessions', '--retry')).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs the id'),
    });
    expect((await perdure('accessions', 'ffffffff', '--retry')).code).toBe(1);
    await api.process();
    expect(await api.ended(id)).toMatchObject({ status: 'complete', new: 1 });
  });

  it('what was refused is not tried again, and says what to do', async () => {
    await api.process();
    const answer = await fetch(`${api.url}/api/v1/accessions?name=x.bin`, { method: 'POST', body: 'nothing known' });
    const { id } = (await answer.json()) as { id: string };
    expect(await api.ended(id)).toMatchObject({ status: 'refused' });
    const refused = await post(`/api/v1/accessions/${id}/retry`);
    expect([refused.status, await refused.json()]).toMatchObject([409, { type: 'urn:perdure:problem:conflict' }]);
    expect(await perdure('accessions', id, '--retry')).toMatchObject({ code: 2 });
    expect((await post('/api/v1/accessions/00000000-0000-0000-0000-000000000000/retry')).status).toBe(404);
  });

  it('a webhook that was given up, and files that were', async () => {
    const { pool } = api.archive;
    const id = '11111111-1111-1111-1111-111111111111';
    await pool.query(
      `INSERT INTO webhook (webhook_id, url, kinds, sealed, wrapped_key, key_id, event_id, state, failures, failing_since, problem, next_at)
       VALUES ($1, 'https://hook.example/', '{new}', '', '', 'x', 0, 'disabled', 40, now() - interval '4 days', 'it answered 500', now() + interval '1 hour')`,
      [id],
    );
    for (let n = 0; n < 2; n++) {
      const answer = await post(`/api/v1/webhooks/${id}/retry`);
      expect([answer.status, await answer.json()]).toMatchObject([
        202,
        { state: 'active', failures: 0, failingSince: null, problem: 'it answered 500' },
      ]);
    }
    const { rows } = await pool.query('SELECT next_at <= now() AS due FROM webhook WHERE webhook_id = $1', [id]);
    expect(rows).toEqual([{ due: true }]);
    expect((await post('/api/v1/webhooks/22222222-2222-2222-2222-222222222222/retry')).status).toBe(404);

    await pool.query(
      `INSERT INTO media_fetch (media_id, url, type, state, tries, next_at, problem)
       VALUES ($1, 'https://pictures.example/1.jpg', 'Image', 'missing', 9, NULL, 'it answered 404')`,
      [id],
    );
    expect(await (await post('/api/v1/media/missing/retry')).json()).toEqual({ asked: 1 });
    expect(await (await post('/api/v1/media/missing/retry')).json()).toEqual({ asked: 0 });
    expect(await api.json('/api/v1/media/missing')).toEqual({ items: [], next: null });
    expect((await post('/api/v1/media/missing/retry?collection=none')).status).toBe(400);
  });
});
