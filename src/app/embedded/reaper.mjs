// @ts-check
/**
 * The reaper: a detached process that runs other processes for its parent, and stops them when the parent is gone.
 *
 * The parent holds the other end of our stdin. However the parent ends, by itself, by Ctrl-C or by SIGKILL, the kernel
 * closes that pipe and we see the end of it. We are in a session of our own, so that Ctrl-C in the terminal reaches the
 * parent only: it may then finish its work on a Postgres that still runs. And because we start the processes, there is
 * no moment in which one runs and we do not know its id.
 *
 * Plain JavaScript without dependencies: it starts from `src` and from `dist` alike.
 *
 * In, a JSON document per line:
 *   {"do":"run","id":1,"file":"…","args":[…],"cwd":"…","env":{…},"uid":1,"gid":1,"log":"…","stop":[["SIGINT",45000],…]}
 *   {"do":"stop","id":1}           asks with the first signal, waits that many milliseconds, goes on to the next
 *   {"do":"remove","folder":"…"}   remove this folder when everything has stopped
 *   {"do":"end"}                   stop everything and leave; the end of stdin means the same
 * Out, a JSON document per line:
 *   {"id":1,"event":"spawned","pid":1} {"id":1,"event":"line","text":"…"} {"id":1,"event":"exit","code":0,"signal":null}
 *   {"id":1,"event":"failed","message":"…"}
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A log grows to this size, is renamed to `….1`, and starts anew: at most twice this on the disk. */
const LOG_BYTES = 8 << 20;
/** What the parent has not read yet. Above it, lines go to the log only: a parent that hangs must not fill our memory. */
const UNREAD_BYTES = 1 << 20;

/**
 * @typedef {{ id: number, file: string, args: string[], cwd?: string, env: Record<string, string>, uid?: number,
 *   gid?: number, log?: string, stop: [NodeJS.Signals, number][] }} Order
 * @typedef {{ child: import('node:child_process').ChildProcess, stop: [NodeJS.Signals, number][],
 *   gone: Promise<void>, stopping?: Promise<void> }} Running
 */

/** @type {Map<number, Running>} */
const running = new Map();
/** @type {string[]} */
const folders = [];
let ending = false;

// Terminals and service managers signal a whole group. Our life depends on the pipe alone: the parent decides.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => {});
// The parent may be gone before it has read our last words.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
// A defect of ours must not leave what we guard without a guard.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  void end(1);
});

/** @param {object} event */
const tell = (event) => {
  if (process.stdout.writableLength < UNREAD_BYTES) process.stdout.write(`${JSON.stringify(event)}\n`);
};

/** @param {string} path */
function openLog(path) {
  let file = openSync(path, 'a', 0o600);
  let size = 0;
  return {
    /** @param {string} text */
    write(text) {
      if (size > LOG_BYTES) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, 'a', 0o600);
        size = 0;
      }
      try {
        size += writeSync(file, text);
      } catch (error) {
        // A full disk is the likely cause, and then Postgres is what must go on. The parent gets the line all the same.
        tell({ event: 'log-failed', message: String(error) });
      }
    },
    close: () => closeSync(file),
  };
}

/** @param {Order} order */
function run({ id, file, args, cwd, env, uid, gid, log, stop }) {
  const child = spawn(file, args, { cwd, env, uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });
  const book = log === undefined ? undefined : openLog(log);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      book?.write(`${text}\n`);
      tell({ id, event: 'line', text: text.slice(0, 2000) });
    });
  }
  const gone = new Promise((/** @type {(value: void) => void} */ resolve) => {
    child.once('spawn', () => tell({ id, event: 'spawned', pid: child.pid }));
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      running.delete(id);
      book?.close();
      tell({ id, event: 'failed', message: error.message });
      resolve();
    });
    child.once('exit', (code, signal) => {
      running.delete(id);
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
        tell({ id, event: 'exit', code, signal });
        resolve();
      });
    });
  });
  running.set(id, { child, stop, gone });
}

/** @param {Running} process */
function stop(process) {
  process.stopping ??= (async () => {
    for (const [signal, patience] of process.stop) {
      process.child.kill(signal);
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      const late = new Promise((resolve) => (timer = setTimeout(() => resolve('late'), patience)));
      const outcome = await Promise.race([process.gone, late]);
      clearTimeout(timer);
      if (outcome !== 'late') return;
    }
  })();
  return process.stopping;
}

async function end(code = 0) {
  if (ending) return;
  ending = true;
  await Promise.all([...running.values()].map(stop));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.exit(code);
}

const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => {
  if (ending) return;
  const order = JSON.parse(line);
  if (order.do === 'run') run(order);
  else if (order.do === 'stop') {
    const process = running.get(order.id);
    if (process) void stop(process);
  } else if (order.do === 'remove') folders.push(order.folder);
  else if (order.do === 'end') void end();
});
orders.on('close', () => void end());
process.stdin.on('error', () => void end());
