// @ts-check
/** One process that the reaper runs: its log, its last lines, when it is ready, and how it is stopped. */
import { spawn } from 'node:child_process';
import { closeSync, fchownSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A log grows to this size, is renamed to `….1`, and starts anew: at most twice this on the disk. */
const LOG_BYTES = 8 << 20;
const TAIL_LINES = 30;

/**
 * @typedef {{ file: string, args: string[], cwd?: string, env: Record<string, string>, uid?: number, gid?: number,
 *   log?: string, status?: string, stop: [NodeJS.Signals, number][] }} Order
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, tail: string[] }} Exit
 * @typedef {{ spawned(pid: number): void, failed(message: string): void, ready(): void, down(): void,
 *   exited(exit: Exit): void, logFailed(message: string): void }} Hooks
 * @typedef {{ gone: Promise<void>, stop(): Promise<void> }} Running
 */

/** Root may run it in somebody's folder, where that user runs it next. @param {string} path */
function openFor(path) {
  const file = openSync(path, 'a', 0o600);
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(path));
    fchownSync(file, uid, gid);
  }
  return file;
}

/**
 * @param {string} path
 * @param {(message: string) => void} logFailed
 */
function openLog(path, logFailed) {
  let file = openFor(path);
  let size = 0;
  return {
    /** @param {string} text */
    write(text) {
      if (size > LOG_BYTES) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openFor(path);
        size = 0;
      }
      try {
        size += writeSync(file, text);
      } catch (error) {
        // A full disk is the likely cause, and then Postgres is what must go on. The tail has the line all the same.
        logFailed(String(error));
      }
    },
    close: () => closeSync(file),
  };
}

/**
 * @param {Order} order
 * @param {Hooks} hooks
 * @returns {Running}
 */
export function runProcess({ file, args, cwd, env, uid, gid, log, status, stop }, hooks) {
  /** @type {ReturnType<typeof openLog> | undefined} */
  let book;
  try {
    // Before it runs: what has no log is not started, and what is started is known.
    if (log !== undefined) book = openLog(log, hooks.logFailed);
  } catch (error) {
    setImmediate(() => hooks.failed(String(error)));
    return { gone: Promise.resolve(), stop: () => Promise.resolve() };
  }
  const child = spawn(file, args, { cwd, env, uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {string[]} */
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      book?.write(`${text}\n`);
      tail.push(text.slice(0, 2000));
      if (tail.length > TAIL_LINES) tail.shift();
    });
  }
  let over = false;
  const gone = new Promise((/** @type {(value: void) => void} */ resolve) => {
    child.once('spawn', () => {
      hooks.spawned(/** @type {number} */ (child.pid));
      if (status !== undefined) void untilReady(status);
    });
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      over = true;
      book?.close();
      hooks.failed(error.message);
      resolve();
    });
    child.once('exit', (code, signal) => {
      over = true;
      hooks.down();
      // `close` comes when the output has been read, the reason of the exit included. But what it started may hold the
      // pipe for longer than it lived itself (Postgres' backends after kill -9 of the postmaster): no longer than this.
      const closed = new Promise((/** @type {(value: void) => void} */ read) => {
        child.once('close', () => read());
        setTimeout(read, 200);
      });
      void closed.then(() => {
        book?.close();
        child.stdout.destroy();
        child.stderr.destroy();
        hooks.exited({ code, signal, tail });
        resolve();
      });
    });
  });

  /**
   * The same that pg_ctl looks at: the first line is the process, the eighth its state.
   * @param {string} path
   */
  async function untilReady(path) {
    for (; !over; await sleep(15)) {
      const lines = textOf(path).split('\n');
      if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return hooks.ready();
    }
  }

  /** @type {Promise<void> | undefined} */
  let stopping;
  return {
    gone,
    /** The first signal asks; each next one follows when the one before was in vain for its time. */
    stop() {
      stopping ??= (async () => {
        for (const [signal, patience] of stop) {
          child.kill(signal);
          /** @type {NodeJS.Timeout | undefined} */
          let timer;
          const late = new Promise((resolve) => (timer = setTimeout(() => resolve('late'), patience)));
          const outcome = await Promise.race([gone, late]);
          clearTimeout(timer);
          if (outcome !== 'late') return;
        }
      })();
      return stopping;
    },
  };
}

/**
 * Empty when the file cannot be read: Postgres makes and removes it while we look, and the folder may be taken away.
 * @param {string} path
 */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
