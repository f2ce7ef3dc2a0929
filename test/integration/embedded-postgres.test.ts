/** The embedded Postgres, with real processes that are really killed. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import {
  AlreadyRunning,
  startPostgres,
  type EmbeddedPostgres,
  type PostgresOptions,
} from '../../src/app/embedded/index.js';
import { endScripts, noneAbout, processesAbout, runScript, type Script } from '../support/processes.js';
import { recordedLog } from '../support/recorded-log.js';

const KEEP = 'DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 1 AS id';

let shared: string;
let root: string;
let dataDir: string;
const open: EmbeddedPostgres[] = [];

beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'perdure-embedded-'));
  await (await startPostgres({ dataDir: shared, durable: false, log: recordedLog() })).stop();
});

afterAll(() => rmSync(shared, { recursive: true, force: true }));

/** Most tests are not about initdb, which takes a second: they run one after the other on the same cluster. */
const onSharedCluster = (): void => {
  dataDir = shared;
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perdure-embedded-'));
  // As root, Postgres runs as another user, who must enter.
  chmodSync(root, 0o755);
  dataDir = join(root, 'postgres');
});

afterEach(async () => {
  await endScripts();
  await Promise.all(open.splice(0).map((postgres) => postgres.stop()));
  await noneAbout(root);
  await noneAbout(shared);
  rmSync(root, { recursive: true, force: true });
});

async function start(options: Partial<PostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ dataDir, durable: false, log: recordedLog(), ...options });
  open.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Several statements give several results.
    const results = [await client.query<unknown[]>({ text: sql, rowMode: 'array' })].flat();
    return results.flatMap(({ rows }) => rows.flat());
  } finally {
    await client.end();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 45_000; !holds(); await sleep(10))
    if (Date.now() > deadline) throw new Error('waited in vain');
}

type Said = Record<string, string & number>;
const saying = (word: string) => (line: string) => {
  const said = line.startsWith('{') ? (JSON.parse(line) as Said) : {};
  return word in said ? said : undefined;
};

async function owner(): Promise<{ script: Script; url: string; pid: number; port: number }> {
  const script = runScript('postgres-owner.ts', [dataDir]);
  const { ready, pid, port } = await script.line(saying('ready'));
  return { script, url: ready ?? '', pid: pid ?? -1, port: port ?? -1 };
}

describe('embedded Postgres', () => {
  test('keeps its data, its port and its password over a stop and a second start', async () => {
    const first = await start({ durable: true });
    await query(first.url, KEEP);
    await Promise.all([first.stop(), first.stop()]);
    await noneAbout(root);
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);

    const second = await start({ durable: true });
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([1]);
    expect(second.url).toBe(first.url);
  });

  test('knows the letters of scripts other than ours, and orders by code point', async () => {
    onSharedCluster();
    const { url } = await start();
    expect(await query(url, `SELECT cardinality(show_trgm('كتاب')), 'Ж' ~ '\\w', lower('ÀÉ'), 'a' < 'Z'`)).toEqual([
      5,
      true,
      'àé',
      false,
    ]);
    expect(await query(url, `SELECT show_trgm('Привет') = '{}' OR show_trgm('東京') = '{}'`)).toEqual([false]);
  });

  test('answers on loopback with a password only, and keeps that to itself', async () => {
    onSharedCluster();
    const { url, port } = await start();
    expect(await query(url, `SHOW listen_addresses`)).toEqual(['127.0.0.1']);
    expect(await query(url, `SHOW unix_socket_directories`)).toEqual(['']);
    await expect(query(`postgres://perdure:wrong@127.0.0.1:${port}/perdure`, 'SELECT 1')).rejects.toThrow(/password/);
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  test('is durable or not, as asked', async () => {
    onSharedCluster();
    const fast = await start();
    expect(await query(fast.url, `SELECT current_setting('fsync'), current_setting('synchronous_commit')`)).toEqual([
      'off',
      'off',
    ]);
    await fast.stop();
    const durable = await start({ durable: true });
    expect(
      await query(
        durable.url,
        `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')`,
      ),
    ).toEqual(['on', 'on', 'on']);
  });

  test('a second start on a folder in use is told where the first one answers', async () => {
    onSharedCluster();
    const first = await start();
    await expect(start()).rejects.toMatchObject({
      name: 'AlreadyRunning',
      url: first.url,
      port: first.port,
      ownerPid: process.pid,
    });
    const other = runScript('postgres-owner.ts', [dataDir]);
    expect(await other.line(saying('alreadyRunning'))).toEqual({ alreadyRunning: first.url, owner: process.pid });
    expect(await query(first.url, 'SELECT 1')).toEqual([1]);
  });

  test('a start while the first one stops waits for its end', async () => {
    onSharedCluster();
    const first = await start();
    const stopped = first.stop();
    const second = await start();
    await stopped;
    expect(await query(second.url, 'SELECT 1')).toEqual([1]);
  });

  test('of several first starts at once one makes the cluster, and all end at the same database', async () => {
    const starts = await Promise.allSettled([start(), start(), start()]);
    const urls = starts.map((result) =>
      result.status === 'fulfilled'
        ? result.value.url
        : result.reason instanceof AlreadyRunning
          ? result.reason.url
          : String(result.reason),
    );
    expect(new Set(urls).size).toBe(1);
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('SIGKILL of the owner leaves nothing running, and the next start needs no help', async () => {
    onSharedCluster();
    const { script, url } = await owner();
    await query(url, KEEP);
    script.kill('SIGKILL');
    await script.ended;
    // At once, while the reaper is still stopping the old server: waited for, not refused.
    const next = await start({ durable: true });
    expect(await query(next.url, 'SELECT id FROM kept')).toEqual([1]);
    await next.stop();
    await noneAbout(shared);

    const again = await owner();
    again.script.kill('SIGKILL');
    await noneAbout(shared);
  });

  test('SIGKILL of owner and reaper: the next start stops what is left and goes on', async () => {
    onSharedCluster();
    const { script, url, pid } = await owner();
    await query(url, KEEP);
    process.kill(reaperOf(dataDir), 'SIGKILL');
    script.kill('SIGKILL');
    await script.ended;
    expect(processesAbout(shared).some((line) => line.startsWith(`${pid} `))).toBe(true);
    const log = recordedLog();
    const next = await start({ durable: true, log });
    expect(log.lines.map(({ what }) => what)).toContain('stopping a Postgres whose owner was killed');
    expect(await query(next.url, 'SELECT id FROM kept')).toEqual([1]);
  });

  test('the reaper alone is killed: the owner says so, and still stops its Postgres', async () => {
    onSharedCluster();
    const lost: Error[] = [];
    const postgres = await start({ onLost: (error) => lost.push(error) });
    process.kill(reaperOf(dataDir), 'SIGKILL');
    await until(() => lost.length > 0);
    expect(lost[0]?.message).toMatch(/reaper ended unasked/);
    expect(await query(postgres.url, 'SELECT 1')).toEqual([1]);
    await postgres.stop();
    await noneAbout(shared);
  });

  test('kill -9 of everything: recovers; a stale postmaster.pid that names a living process is no obstacle', async () => {
    onSharedCluster();
    const { script, url, pid } = await owner();
    await query(url, KEEP);
    process.kill(reaperOf(dataDir), 'SIGKILL');
    script.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await script.ended;
    const status = join(dataDir, 'cluster', 'postmaster.pid');
    expect(existsSync(status)).toBe(true);
    const next = await start({ durable: true });
    expect(await query(next.url, 'SELECT id FROM kept')).toEqual([1]);
    await next.stop();

    // The number of the old server now belongs to a process of the same user, as after the restart of a container.
    const { uid, gid } = statSync(join(dataDir, 'cluster'));
    const stranger = spawn('/bin/sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    writeFileSync(status, `${stranger.pid}\n${join(dataDir, 'cluster')}\n1700000000\n5432\n\n127.0.0.1\n\nready   \n`);
    try {
      const last = await start({ durable: true });
      expect(await query(last.url, 'SELECT id FROM kept')).toEqual([1]);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('a Postgres that is killed under its owner comes back on the same port', async () => {
    onSharedCluster();
    const postgres = await start({ durable: true });
    await query(postgres.url, KEEP);
    const before = postgres.pid;
    process.kill(before, 'SIGKILL');
    await until(() => postgres.pid !== before);
    expect(await query(postgres.url, 'SELECT id FROM kept')).toEqual([1]);
  });

  test('Ctrl-C at any moment of a first start leaves nothing running and no half of a cluster', async () => {
    for (const delay of [0, 500, 1000]) {
      rmSync(dataDir, { recursive: true, force: true });
      const script = runScript('postgres-owner.ts', [dataDir]);
      await script.line(saying('starting'));
      await sleep(delay);
      script.kill('SIGINT');
      await script.ended;
      await noneAbout(root);
    }
    const { url } = await start();
    expect(await query(url, 'SELECT 1')).toEqual([1]);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('cluster'))).toEqual(['cluster']);
  });

  test('a start can be given up', async () => {
    for (const delay of [0, 400]) {
      const giveUp = new AbortController();
      setTimeout(() => giveUp.abort(new Error('enough')), delay);
      await expect(start({ signal: giveUp.signal })).rejects.toThrow('enough');
      await noneAbout(root);
    }
    await start();
  });

  test('takes another port when the old one is taken, unless it was asked for that one', async () => {
    onSharedCluster();
    const first = await start();
    await first.stop();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    try {
      const second = await start();
      expect(second.port).not.toBe(first.port);
      await second.stop();
      await expect(start({ port: first.port })).rejects.toThrow(`port ${first.port} is taken`);
    } finally {
      squatter.close();
    }
  });

  test('an ephemeral one takes its folder with it', async () => {
    const postgres = await start({ ephemeral: true });
    expect(existsSync(dataDir)).toBe(true);
    await postgres.stop();
    expect(existsSync(dataDir)).toBe(false);
  });

  test('runs where its user may not walk: below a folder that only its owner enters', async () => {
    dataDir = join(root, 'closed', 'postgres');
    mkdirSync(join(root, 'closed'), { mode: 0o700 });
    const first = await start({ durable: true });
    await query(first.url, KEEP);
    await first.stop();
    const second = await start({ durable: true });
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([1]);
  });

  test('what it logs holds no statements: they carry the content of posts', async () => {
    onSharedCluster();
    const { url } = await start();
    await expect(query(url, `SELECT 'a secret'::int`)).rejects.toThrow(/invalid input/);
    await expect(
      query(
        url,
        `CREATE TEMP TABLE t AS SELECT 'hidden' AS k; CREATE UNIQUE INDEX ON t (k); INSERT INTO t VALUES ('hidden')`,
      ),
    ).rejects.toThrow(/duplicate/);
    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).not.toContain('hidden');
  });
});

/** Its own command line says what it guards. */
function reaperOf(folder: string): number {
  const line = processesAbout(folder).find((command) => command.includes('reaper.mjs'));
  if (line === undefined) throw new Error('no reaper');
  return Number.parseInt(line, 10);
}
