/** A private Redis for the tests that compare it with Postgres, where one is installed. */
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

/** @returns null where there is no redis-server; with PERDURE_TEST_REQUIRE_REDIS=1 that is an error */
export async function startRedis(): Promise<TestRedis | null> {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-redis-'));
  chmodSync(folder, 0o700);
  const url = join(folder, 'redis.sock');
  const reaper = await Reaper.start(folder, (message) => console.error(message));
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

  let running: Running;
  try {
    running = await run();
  } catch (error) {
    await reaper.end();
    rmSync(folder, { recursive: true, force: true });
    if (!String(error).includes('ENOENT')) throw error;
    if (process.env['PERDURE_TEST_REQUIRE_REDIS'] === '1')
      throw new Error('PERDURE_TEST_REQUIRE_REDIS is set, and redis-server is not installed', { cause: error });
    return null;
  }
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
