/** A private Redis for the tests that compare it with Postgres, where one is installed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Reaper, type Running } from '../../src/app/embedded/index.js';

export interface TestRedis {
  /** The path of its socket, which ioredis takes as a URL. */
  readonly url: string;
  flushAll(): Promise<void>;
  /** As a crash: nothing is saved. */
  kill(): Promise<void>;
  /** After `kill`, on the same socket, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Whether the tests on Redis can run: asked while tests are declared, so that they are listed as skipped.
 * @throws with PERDURE_TEST_REQUIRE_REDIS=1 where there is none: a check that must see both stores does not pass on one
 */
export function redisInstalled(): boolean {
  const found = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found && process.env['PERDURE_TEST_REQUIRE_REDIS'] === '1')
    throw new Error('PERDURE_TEST_REQUIRE_REDIS is set, and redis-server is not installed');
  if (!found) console.warn('redis-server is not installed: the tests that need it are skipped');
  return found;
}

/** @returns null where there is no redis-server; with PERDURE_TEST_REQUIRE_REDIS=1 that is an error */
export async function startRedis(): Promise<TestRedis | null> {
  if (!redisInstalled()) return null;
  const folder = mkdtempSync(join(tmpdir(), 'perdure-redis-'));
  chmodSync(folder, 0o700);
  const url = join(folder, 'redis.sock');
  const reaper = await Reaper.start(folder);
  reaper.removeAtEnd(folder);

  const run = async (): Promise<Running> => {
    const running = await reaper.run({
      file: 'redis-server',
      // No port: reached by nobody else. Nothing saved: the queues must not need it (FAULTS.md).
      args: ['--port', '0', '--unixsocket', url, '--save', '', '--appendonly', 'no', '--dir', folder],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      stop: [
        ['SIGTERM', 5_000],
        ['SIGKILL', 5_000],
      ],
    });
    await withClient(url, (client) => client.ping());
    return running;
  };

  let running = await run();
  reaper.unref();
  return {
    url,
    flushAll: () => withClient(url, async (client) => void (await client.flushall())),
    kill: async () => {
      process.kill(running.pid, 'SIGKILL');
      await running.exited;
      rmSync(url, { force: true });
    },
    restart: async () => {
      running = await run();
    },
    stop: () => reaper.end(),
  };
}

async function withClient<T>(path: string, use: (client: Redis) => Promise<T>): Promise<T> {
  // It opens its socket some milliseconds after it starts.
  const client = new Redis(path, { maxRetriesPerRequest: 100, retryStrategy: () => 20, lazyConnect: true });
  client.on('error', () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
