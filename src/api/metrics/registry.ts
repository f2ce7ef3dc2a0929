/** Prometheus metrics of one API: of the process, of its requests, and of the archive when somebody looks. */
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiDeps } from '../deps.js';

export function createRegistry(deps: ApiDeps): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addArchiveGauges(registry, deps);
  return registry;
}

/** Uploads last minutes, pages milliseconds. */
const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600];

/** The route's pattern is the label, never the path: that would be a series for every post. */
export function measureRequests(instance: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  instance.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
}

/** Few rows, or by the index of what is unfinished. */
const FAILING = `
  SELECT 'range' AS kind, count(*) FROM ingest_range WHERE state = 'pending' AND problem IS NOT NULL
  UNION ALL SELECT 'accession', count(*) FROM accession
    WHERE status = 'failed' OR (status IN ('received', 'splitting') AND problem IS NOT NULL)
  UNION ALL SELECT 'seed', count(*) FROM seed WHERE state = 'active' AND failures > 0
  UNION ALL SELECT 'webhook', count(*) FROM webhook WHERE state = 'disabled' OR failures > 0`;

/** Asked for at each scrape. A database that is away leaves gaps in these, and a 0 in `perdure_database_up`. */
function addArchiveGauges(registry: Registry, { pool, queues, log }: ApiDeps): void {
  const registers = [registry];
  const up = new Gauge({ name: 'perdure_database_up', help: 'Whether Postgres answered this scrape.', registers });
  const fill = (gauge: Gauge, read: () => Promise<void>) => async (): Promise<void> => {
    gauge.reset();
    try {
      await read();
      up.set(1);
    } catch (error) {
      up.set(0);
      log.debug({ err: error }, 'a metric could not be read');
    }
  };

  const accessions: Gauge = new Gauge({
    name: 'perdure_accessions',
    help: 'Accessions by status.',
    labelNames: ['status'],
    registers,
    collect: () => readAccessions(),
  });
  const readAccessions = fill(accessions, async () => {
    const { rows } = await pool.query<{ status: string; count: string }>(
      "SELECT status, count(*) FROM accession WHERE packing <> 'harvest' GROUP BY status",
    );
    for (const { status, count } of rows) accessions.set({ status }, Number(count));
  });

  const depth: Gauge = new Gauge({
    name: 'perdure_queue_jobs',
    help: 'Jobs in a queue by state.',
    labelNames: ['queue', 'state'],
    registers,
    collect: () => readDepth(),
  });
  const readDepth = fill(depth, async () => {
    for (const [queue, { waiting, active, delayed }] of Object.entries(await queues.counts())) {
      depth.set({ queue, state: 'waiting' }, waiting);
      depth.set({ queue, state: 'active' }, active);
      depth.set({ queue, state: 'delayed' }, delayed);
    }
  });

  const failing: Gauge = new Gauge({
    name: 'perdure_failing',
    help: 'What failed and waits (range, seed, webhook, accession), or was given up (accession failed, webhook disabled).',
    labelNames: ['kind'],
    registers,
    collect: () => readFailing(),
  });
  const readFailing = fill(failing, async () => {
    const found = await pool.query<{ kind: string; count: string }>(FAILING);
    for (const { kind, count } of found.rows) failing.set({ kind }, Number(count));
  });

  const rows: Gauge = new Gauge({
    name: 'perdure_rows_estimate',
    help: 'Rows of the big tables, as estimated by the last (auto)analyze: counting them would read them.',
    labelNames: ['table'],
    registers,
    collect: () => readRows(),
  });
  const readRows = fill(rows, async () => {
    const found = await pool.query<{ table: string; estimate: number }>(
      `SELECT relname AS table, greatest(reltuples, 0) AS estimate FROM pg_class
       WHERE oid = ANY (ARRAY['post', 'snapshot', 'observation', 'actor']::regclass[])`,
    );
    for (const { table, estimate } of found.rows) rows.set({ table }, Number(estimate));
  });
}
