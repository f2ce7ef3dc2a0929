/** Worker processes of this machine, started by `perdure up` and by large imports. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { sayPlace } from './blobs.js';
import type { Config } from './config.js';
import type { Logger } from './log.js';
import type { WorkerQueue } from '../queue/jobs.js';

export interface Children {
  readonly pids: readonly number[];
  close(): Promise<void>;
}

/**
 * The bound that is promised is 512 MiB resident; V8 alone would take more of a large machine before it collects. A batch
 * lives some hundred milliseconds, and what is alive when the young generation is full is copied. One of 96 MiB, which takes
 * two batches and is no multiple of one, finds little alive. The old one is told its size beforehand, young halves included,
 * or it is marked all the time. It is marked bit by bit all the same: without that, the buffers of large records pile up
 * until it is full, 690 MiB (ADR 5). Resident: 350 to 410 MiB, 480 with records of 200 KB.
 */
const HEAP = [
  '--max-old-space-size=400',
  '--initial-old-space-size=340',
  '--min-semi-space-size=96',
  '--max-semi-space-size=96',
];

/**
 * There is a worker for each core, so V8's helpers (four a process, for collecting and compiling) take the cores from
 * other workers' batches. One helper, collecting on the worker's own thread, and compiling less that is inlined cost Node
 * 5.8 CPU seconds for 100,000 posts instead of 6.5 (ADR 5).
 */
const THREADS = ['--v8-pool-size=1', '--single-threaded-gc', '--max-inlined-bytecode-size-cumulative=300'];

/** How long a worker may take for the batch that it is in. */
const PATIENCE_MS = 30_000;
const RESTART_MS = 1_000;

/**
 * Starts `count` processes of `workers/<queue>.ts`. One that dies is started again; all end with this process, also
 * when it is killed: a worker whose channel to its parent breaks stops by itself.
 */
export function startChildren(
  config: Config,
  log: Logger,
  databaseUrl: string,
  queue: WorkerQueue,
  count: number,
): Children {
  const running = new Map<number, ChildProcess>();
  let closing = false;
  const start = (place: number): void => {
    const child = fork(entryOf(queue), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        PERDURE_DATA: config.data,
        PERDURE_BLOBS: sayPlace(config.blobs),
        LOG_LEVEL: log.level,
      },
      execArgv: [...process.execArgv, ...HEAP, ...THREADS],
    });
    running.set(place, child);
    child.on('error', (error) => log.error({ queue, problem: error.message }, 'a worker process could not be started'));
    child.on('exit', (code, signal) => {
      running.delete(place);
      if (closing) return;
      log.warn({ queue, code, signal }, 'a worker process ended and is started again');
      setTimeout(() => closing || start(place), RESTART_MS).unref();
    });
  };
  for (let place = 0; place < count; place++) start(place);
  return {
    get pids() {
      return [...running.values()].map((child) => child.pid!);
    },
    async close() {
      closing = true;
      await Promise.all([...running.values()].map(stopChild));
    },
  };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  await Promise.race([
    exited,
    sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => child.kill('SIGKILL'), ignoreAbort),
  ]);
  patience.abort();
  await exited;
}

function ignoreAbort(error: Error): void {
  if (error.name !== 'AbortError') throw error;
}

/** `dist/workers/<queue>.js`, seen from `dist/src/app/`. */
function entryOf(queue: WorkerQueue): string {
  return fileURLToPath(new URL(`../../workers/${queue}.js`, import.meta.url));
}
