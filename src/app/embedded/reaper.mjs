// @ts-check
/**
 * The reaper: a detached process that runs other processes for its parent, and stops them when nobody needs them.
 *
 * The parent holds the other end of our stdin. However the parent ends, by itself, by Ctrl-C or by SIGKILL, the kernel
 * closes that pipe and we see the end of it. We are in a session of our own, so that Ctrl-C in the terminal reaches the
 * parent only: it may then finish its work on a Postgres that still runs. And because we start the processes, there is
 * no moment in which one runs and we do not know its id.
 *
 * What serves may be used by others than the parent: they connect (reaper-users.mjs), and it runs until the last of them
 * has gone. Whether somebody is the last, or just in time to join, is decided here, by one process, one event after
 * the other. What serves and ends unasked is started again, also when the parent has gone.
 *
 * Plain JavaScript without dependencies: it starts from `src` and from `dist` alike.
 *
 * In, a JSON document per line:
 *   {"do":"run","id":1,"file":"…","args":[…],"cwd":"…","env":{…},"uid":1,"gid":1,"log":"…","status":"…",
 *    "stop":[["SIGINT",45000],…]}  `status`: the postmaster.pid that says when it is ready
 *   {"do":"stop","id":1}           asks with the first signal, waits that many milliseconds, goes on to the next
 *   {"do":"remove","folder":"…"}   remove this folder when everything has stopped
 *   {"do":"share","claim":"…","token":"…"}  let others in who say the token; remove that claim, if it has the token still,
 *                                  when everything has stopped
 *   {"do":"serve","id":1,"port":1} this one serves from now on
 *   {"do":"leave"}                 the parent needs it no longer; before something serves, the same as
 *   {"do":"end"}                   stop everything and go
 * The end of stdin means `leave`. Users say the token, hear the same events, and say `leave`.
 * Out, a JSON document per line:
 *   {"id":1,"event":"spawned","pid":1} {"id":1,"event":"ready"} {"id":1,"event":"failed","message":"…"}
 *   {"id":1,"event":"exit","code":0,"signal":null,"tail":["…"]}
 *   {"event":"shared","port":1}
 * and, to users as well:
 *   {"event":"serving","pid":1,"port":1} {"event":"crashed","code":0,"signal":null,"tail":["…"]}
 *   {"event":"lost","message":"…"} {"event":"log-failed","message":"…"}
 *   {"event":"left"}               to whoever left, when others stay; who is the last sees us end instead
 */
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProcess } from './reaper-process.mjs';
import { openDoor, tellUser } from './reaper-users.mjs';

/** What the parent has not read yet. Above it, it is told nothing more: one that hangs must not fill our memory. */
const UNREAD_BYTES = 1 << 20;
/** So many restarts in so many milliseconds, then it is lost. */
const RESTARTS = { limit: 5, within: 300_000 };
/** Recovery replays at most `max_wal_size`, twice in the worst case; on a slow disk that takes minutes. */
const RESTART_LIMIT = 15 * 60_000;

/** @type {Map<number, import('./reaper-process.mjs').Running>} */
const running = new Map();
/** @type {Map<number, import('./reaper-process.mjs').Order>} */
const orders = new Map();
/** @type {string[]} */
const folders = [];
/** @type {{ claim: string, token: string, door: ReturnType<typeof openDoor> } | undefined} */
let shared;
/** @type {{ id: number, port: number, pid: number | null } | undefined} `pid`: while it answers */
let serving;
let parentIsHere = true;
let ending = false;

// Terminals and service managers signal a whole group. Our life depends on those who use us alone.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => {});
// The parent may be gone before it has read our last words.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
// A defect of ours must not leave what we guard without a guard.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  tellAll({ event: 'lost', message: `the reaper failed: ${error.stack}` });
  void end(1);
});

/** @param {object} event */
const tell = (event) => {
  if (parentIsHere && process.stdout.writableLength < UNREAD_BYTES) process.stdout.write(`${JSON.stringify(event)}\n`);
};

/** @param {object} event */
const tellAll = (event) => {
  tell(event);
  shared?.door.tell(event);
};

/** @param {string} message */
const logFailed = (message) => tellAll({ event: 'log-failed', message });

/** @param {{ id: number } & import('./reaper-process.mjs').Order} order */
function run({ id, ...order }) {
  orders.set(id, order);
  const process = runProcess(order, {
    spawned: (pid) => tell({ id, event: 'spawned', pid }),
    failed(message) {
      running.delete(id);
      tell({ id, event: 'failed', message });
    },
    ready: () => tell({ id, event: 'ready' }),
    down: () => isDown(id),
    exited(exit) {
      running.delete(id);
      if (serving?.id === id) return crashed(exit);
      tell({ id, event: 'exit', ...exit });
    },
    logFailed,
  });
  running.set(id, process);
}

/** Before its last words are read: whoever joins now is not sent to what has ended. @param {number} id */
function isDown(id) {
  if (serving?.id === id) serving.pid = null;
}

/** @param {import('./reaper-process.mjs').Exit} exit */
function crashed(exit) {
  if (ending || !serving) return;
  tellAll({ event: 'crashed', ...exit, tail: exit.tail.slice(-5) });
  void restart();
}

/** @type {number[]} */
const restarts = [];

async function restart() {
  if (!serving) return;
  const { id } = serving;
  const order = /** @type {import('./reaper-process.mjs').Order} */ (orders.get(id));
  const now = Date.now();
  restarts.push(now);
  if (restarts.filter((time) => now - time < RESTARTS.within).length > RESTARTS.limit)
    return lose(`Postgres ended ${restarts.length} times: see ${order.log}`);
  for (let attempt = 1; !ending; attempt += 1) {
    const outcome = await again(id, order);
    if (ending || outcome === 'ready') return;
    // The backends of a postmaster that was killed need a moment to notice.
    const lingering = /pre-existing shared memory block|lock file ".*" already exists/.test(outcome);
    const taken = /could not bind|Address already in use/.test(outcome);
    if (attempt >= (lingering ? 50 : taken ? 10 : 0))
      return lose(`Postgres does not start again; its log ${order.log} says:\n${outcome}`);
    await sleep(200);
  }
}

/**
 * @param {number} id
 * @param {import('./reaper-process.mjs').Order} order
 * @returns {Promise<string>} `ready`, or why it is not
 */
function again(id, order) {
  return new Promise((resolve) => {
    /** @type {number} */
    let pid;
    let isUp = false;
    const process = runProcess(order, {
      spawned: (number) => (pid = number),
      failed(message) {
        running.delete(id);
        resolve(message);
      },
      ready() {
        clearTimeout(patience);
        isUp = true;
        if (ending || !serving) return;
        serving.pid = pid;
        tellAll({ event: 'serving', pid, port: serving.port });
        resolve('ready');
      },
      down: () => isDown(id),
      exited(exit) {
        clearTimeout(patience);
        running.delete(id);
        if (isUp) crashed(exit);
        else resolve(exit.tail.join('\n') || `it ended (${exit.signal ?? exit.code})`);
      },
      logFailed,
    });
    running.set(id, process);
    const patience = setTimeout(() => void process.stop(), RESTART_LIMIT);
  });
}

/** There is nothing left to guard: whoever starts it next need not wait for us. @param {string} message */
function lose(message) {
  tellAll({ event: 'lost', message });
  void end(1);
}

/** @param {{ id: number, port: number, pid: number }} order */
function serve({ id, port, pid }) {
  serving = { id, port, pid };
  // It may have ended in between.
  if (running.has(id)) return tellAll({ event: 'serving', pid, port });
  serving.pid = null;
  crashed({ code: null, signal: null, tail: [] });
}

/** @param {{ claim: string, token: string }} order */
async function share({ claim, token }) {
  const door = openDoor(token, {
    joined(user) {
      if (ending) return false;
      if (serving?.pid) tellUser(user, { event: 'serving', pid: serving.pid, port: serving.port });
      return true;
    },
    left(user) {
      if (isNeeded() && user) {
        tellUser(user, { event: 'left' });
        user.end();
      }
      endUnlessNeeded();
    },
  });
  shared = { claim, token, door };
  tell({ event: 'shared', port: await door.listen() });
}

const isNeeded = () => !ending && (parentIsHere || (serving !== undefined && (shared?.door.count ?? 0) > 0));

function endUnlessNeeded() {
  if (!isNeeded()) void end();
}

function parentLeaves() {
  if (!parentIsHere) return;
  parentIsHere = false;
  if (isNeeded()) process.stdout.write(`${JSON.stringify({ event: 'left' })}\n`);
  endUnlessNeeded();
}

async function end(code = 0) {
  if (ending) return;
  ending = true;
  shared?.door.close();
  await Promise.all([...running.values()].map((each) => each.stop()));
  try {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (shared) removeClaim(shared);
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    code = 1;
  }
  process.exit(code);
}

/**
 * The folder may have been removed under us, and somebody else may have made it anew: theirs is not ours to remove.
 * @param {{ claim: string, token: string }} ours
 */
function removeClaim({ claim, token }) {
  try {
    if (JSON.parse(readFileSync(claim, 'utf8')).token === token) rmSync(claim, { force: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (ending) return;
  const order = JSON.parse(line);
  if (order.do === 'run') run(order);
  else if (order.do === 'stop') void running.get(order.id)?.stop();
  else if (order.do === 'remove') folders.push(order.folder);
  else if (order.do === 'share') void share(order);
  else if (order.do === 'serve') serve(order);
  else if (order.do === 'leave') parentLeaves();
  else if (order.do === 'end') void end();
});
lines.on('close', parentLeaves);
process.stdin.on('error', parentLeaves);
