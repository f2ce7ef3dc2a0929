// What every command needs first: the right Node, the packages of the lockfile, an up-to-date build.
// Runs on Node's built-ins alone. Writes to stderr only: stdout belongs to the command that follows.
import './node-version.mjs';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);

/** @param {{ build?: boolean }} wanted */
export async function ensure({ build = true } = {}) {
  if (!isInstalled()) await locked(() => isInstalled() || install());
  if (build && !isBuilt()) await locked(() => isBuilt() || buildServer());
  if (build && !isWebBuilt()) await locked(() => isWebBuilt() || buildWeb());
}

// ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** npm writes down what it installed, last of all: compare that with the lockfile. */
function isInstalled() {
  const wanted = packagesOf(at('package-lock.json'));
  const present = packagesOf(at('node_modules', '.package-lock.json'));
  if (wanted === null) fail('package-lock.json is missing or unreadable; it belongs to the project, restore it.');
  if (present === null) return false;
  for (const [path, { version }] of Object.entries(present)) if (wanted[path]?.version !== version) return false;
  for (const [path, { optional }] of Object.entries(wanted)) {
    // Optional packages may be for another platform.
    if (path !== '' && !optional && !(path in present)) return false;
  }
  return true;
}

function packagesOf(path) {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

async function install() {
  // Under `npm run` this is the npm that the user called.
  const cli = process.env.npm_execpath;
  const npm = cli?.endsWith('npm-cli.js')
    ? [process.execPath, cli]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  await step('install packages (npm ci)', [
    ...npm,
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}

// ── build ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const serverInputs = [
  'src',
  'workers',
  'migrations',
  'bench',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];
const skipped = /(^|\/)(fixtures|golden|node_modules|dist)$|\.(test\.tsx?|md)$/;

function isBuilt() {
  return stampOf('dist') === hashOf(serverInputs) && fs.existsSync(at('dist', 'src'));
}

async function buildServer() {
  const stamp = hashOf(serverInputs);
  const next = at('.dist-next');
  fs.rmSync(next, { recursive: true, force: true });
  const tsc = at('node_modules', 'typescript7', 'bin', 'tsc');
  await step('build', [process.execPath, tsc, '-p', 'tsconfig.build.json', '--outDir', '.dist-next']);
  for (const file of files(['src', 'workers', 'migrations'])) {
    if (/\.[cm]?tsx?$/.test(file)) continue;
    fs.mkdirSync(dirname(join(next, file)), { recursive: true });
    fs.copyFileSync(at(file), join(next, file));
  }
  fs.writeFileSync(join(next, '.stamp'), stamp);
  fs.rmSync(at('dist'), { recursive: true, force: true });
  fs.renameSync(next, at('dist'));
}

const webInputs = ['web', 'package-lock.json'];

function isWebBuilt() {
  return !fs.existsSync(at('web', 'vite.config.ts')) || stampOf('web/dist') === hashOf(webInputs);
}

async function buildWeb() {
  const stamp = hashOf(webInputs);
  await step('build the web app', [process.execPath, at('node_modules', 'vite', 'bin', 'vite.js'), 'build', 'web']);
  fs.writeFileSync(at('web', 'dist', '.stamp'), stamp);
}

function stampOf(folder) {
  try {
    return fs.readFileSync(at(folder, '.stamp'), 'utf8');
  } catch {
    return null;
  }
}

/** Of contents, not of times: a checkout changes times, and clocks differ. */
function hashOf(inputs) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  for (const file of files(inputs)) {
    const content = fs.readFileSync(at(file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function files(inputs) {
  const found = [];
  const visit = (path) => {
    const name = relative(root, path).split(sep).join('/');
    if (skipped.test(name)) return;
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const entry of fs.readdirSync(path)) visit(join(path, entry));
    else if (stat?.isFile()) found.push(name);
  };
  for (const input of inputs) visit(at(input));
  return found.sort();
}

// ── one at a time, visibly, and stoppable ────────────────────────────────────────────────────────────────────────────

const lock = at('.ensure.lock');
const waitLimitMs = 15 * 60_000;

/** Two commands started at once would install over each other. */
async function locked(work) {
  const deadline = Date.now() + waitLimitMs;
  for (let told = false; ;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot write to ${root}: ${error.message}`);
    }
    const holder = Number(readOrEmpty(lock));
    if (holder > 0 && !isAlive(holder)) {
      fs.rmSync(lock, { force: true });
      continue;
    }
    if (Date.now() > deadline)
      fail(`process ${holder} has been installing or building for too long; stop it, try again.`);
    if (!told) say(`waiting for process ${holder}, which installs or builds`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  process.on('exit', unlock);
  try {
    await work();
  } finally {
    process.off('exit', unlock);
    unlock();
  }
}

function unlock() {
  if (readOrEmpty(lock) === String(process.pid)) fs.rmSync(lock, { force: true });
}

function readOrEmpty(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One line for a step, with the time it took; what the tool says is shown only if it fails. */
async function step(name, command) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const live = process.stderr.isTTY;
  if (live) process.stderr.write(`perdure: ${name} …`);
  else say(`${name} …`);
  const ticker = live && setInterval(() => process.stderr.write(`\r\x1b[Kperdure: ${name} … ${seconds()}`), 1000);
  const { code, output } = await run(command, { capture: true });
  if (ticker) clearInterval(ticker);
  if (live) process.stderr.write('\r\x1b[K');
  if (code === 0) return say(`${name}: done in ${seconds()}`);
  process.stderr.write(output);
  return fail(`${name}: failed after ${seconds()} (exit ${code})`);
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const echoMs = 500;
const graceMs = 20_000;
const outputLimit = 4 * 1024 * 1024;

/**
 * Runs a command in a process group of its own, so that a signal reaches it and all it started exactly once (a terminal
 * and npm both send Ctrl-C on). After a signal this process ends too, with the shell's code, and leaves nothing behind.
 */
export function run([command, ...args], { capture = false, env = process.env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      detached: process.platform !== 'win32',
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const kill = (signal) => {
      try {
        if (process.platform === 'win32') child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // It has ended already.
      }
    };

    let output = '';
    const keep = (chunk) => void (output = (output + chunk).slice(-outputLimit));
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);

    let stopped = null;
    let lastSent = 0;
    const forward = (signal) => {
      if (Date.now() - lastSent < echoMs) return;
      lastSent = Date.now();
      kill(signal);
      if (stopped === null) setTimeout(() => kill('SIGKILL'), graceMs).unref();
      stopped = signal;
    };
    for (const signal of Object.keys(signals)) process.on(signal, forward);

    let ended = false;
    const end = (code, signal) => {
      if (ended) return;
      ended = true;
      for (const name of Object.keys(signals)) process.off(name, forward);
      if (stopped !== null) {
        kill('SIGKILL');
        process.exit(signals[stopped]);
      }
      resolve({ code: code ?? signals[signal] ?? 1, output });
    };
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      end(127, null);
    });
    // A captured command has ended when its output has; one that inherits, when it exits.
    child.on(capture ? 'close' : 'exit', end);
  });
}

export function say(line) {
  process.stderr.write(`perdure: ${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
