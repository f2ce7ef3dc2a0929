/** The parent's side of reaper.mjs: start it, have it run processes, and know when they end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Mailbox, type Lease, type ServerEvent } from './lease.js';

/** How to end a process: signals in turn, each with its patience in milliseconds. */
export type StopPlan = readonly (readonly [NodeJS.Signals, number])[];

export interface Order {
  readonly file: string;
  readonly args: readonly string[];
  /** Entered before the user changes, so that a user who may not walk the path to it can still stand in it. */
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Its output is appended here, bounded. */
  readonly log?: string;
  /** The postmaster.pid that says when it is ready. */
  readonly status?: string;
  readonly stop: StopPlan;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it printed. */
  readonly tail: readonly string[];
}

export interface Running {
  /** By which the reaper knows it. */
  readonly id: number;
  readonly pid: number;
  /** Pending for ever if its order names no `status`. */
  readonly ready: Promise<void>;
  /** Never rejects. If the reaper itself is lost, it stays pending: ask `Reaper.lost`. */
  readonly exited: Promise<Exit>;
  /** Asks it to stop; `exited` says when it has. */
  stop(): void;
}

interface Entry {
  spawned(pid: number): void;
  ready(): void;
  failed(error: Error): void;
  ended(exit: Exit): void;
}

type Event =
  | { id: number; event: 'spawned'; pid: number }
  | { id: number; event: 'ready' }
  | ({ id: number; event: 'exit' } & Exit)
  | { id: number; event: 'failed'; message: string }
  | { id?: undefined; event: 'shared'; port: number }
  | { id?: undefined; event: 'left' }
  | ({ id?: undefined } & ServerEvent);

/** Beside this file, or in the sources where the compiler did not copy it into `dist`. */
function script(): string {
  const places = ['./reaper.mjs', '../../../../src/app/embedded/reaper.mjs'];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`reaper.mjs is not installed: neither ${paths.join(' nor ')} exists`);
  return found;
}

export class Reaper implements Lease {
  readonly #child: ChildProcess;
  readonly #entries = new Map<number, Entry>();
  readonly #events = new Mailbox();
  #next = 1;
  #ending: Promise<void> | undefined;
  #leaving: Promise<'left' | 'ended'> | undefined;
  #shared: (port: number) => void = () => undefined;
  #left: () => void = () => undefined;
  readonly lost: Promise<Error>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
    // A write into a reaper that is gone: its exit says so.
    child.stdin?.on('error', () => undefined);
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => this.#heard(JSON.parse(line) as Event));
    this.lost = new Promise((resolve) => {
      // Not `exit`: its last words come before.
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
        const asked = this.#ending !== undefined || this.#leaving !== undefined;
        const error = new Error(
          `the reaper ended ${asked ? '' : 'unasked '}(${signal ?? `code ${code}`}) ${stderr}`.trim(),
        );
        for (const entry of this.#entries.values()) {
          entry.failed(error);
          if (asked) entry.ended({ code: null, signal: null, tail: [] });
        }
        if (!asked) resolve(error);
      });
    });
  }

  /** `label` shows in the list of processes, so that whoever wonders sees what it guards. */
  static async start(label: string): Promise<Reaper> {
    const child = spawn(process.execPath, [script(), label], {
      detached: true,
      cwd: '/',
      // Not NODE_OPTIONS: a loader or an inspector of the parent is nothing for the reaper.
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const reaper = new Reaper(child);
    await once(child, 'spawn');
    return reaper;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the reaper has not started');
    return this.#child.pid;
  }

  /** @throws what the system says if the file cannot be run */
  run(order: Order): Promise<Running> {
    if (this.#ending || this.#leaving || this.#isGone())
      return Promise.reject(new Error(`the reaper has ended and runs nothing more: ${order.file}`));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      let ended: (exit: Exit) => void;
      const exited = new Promise<Exit>((settle) => (ended = settle));
      let isReady: () => void;
      const ready = new Promise<void>((settle) => (isReady = settle));
      this.#entries.set(id, {
        spawned: (pid) => resolve({ id, pid, ready, exited, stop: () => this.#tell({ do: 'stop', id }) }),
        ready: () => isReady(),
        failed: reject,
        ended: (exit) => ended(exit),
      });
      this.#tell({ do: 'run', id, ...order });
    });
  }

  /** Lets others in, at the port that this gives, who say the token. At the end the claim goes, if it has that token. */
  async share(claim: string, token: string): Promise<number> {
    const port = new Promise<number>((resolve) => (this.#shared = resolve));
    this.#tell({ do: 'share', claim, token });
    return Promise.race([port, this.lost.then((error) => Promise.reject(error))]);
  }

  /** From now on it runs until nobody uses it, is started again if it ends, and is told of by events. */
  serve({ id, pid }: Running, port: number): void {
    this.#tell({ do: 'serve', id, pid, port });
  }

  hear(listener: (event: ServerEvent) => void): void {
    this.#events.open(listener);
  }

  /** This folder goes when everything has stopped, even if we are killed before. */
  removeAtEnd(folder: string): void {
    this.#tell({ do: 'remove', folder });
  }

  /** Stops everything that it runs, in the order of each one's plan, and then itself. */
  end(): Promise<void> {
    this.#ending ??= (async () => {
      if (this.#isGone()) return;
      this.#hold(true);
      const exit = once(this.#child, 'exit');
      this.#tell({ do: 'end' });
      await exit;
    })();
    return this.#ending;
  }

  leave(): Promise<'left' | 'ended'> {
    this.#leaving ??= (async () => {
      if (this.#isGone()) return 'ended';
      this.#hold(true);
      const left = new Promise<'left'>((resolve) => (this.#left = () => resolve('left')));
      const ended = once(this.#child, 'exit').then(() => 'ended' as const);
      this.#tell({ do: 'leave' });
      const outcome = await Promise.race([left, ended]);
      if (outcome === 'left') {
        this.#hold(false);
        for (const each of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) each?.destroy();
      }
      return outcome;
    })();
    return this.#leaving;
  }

  #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Lets this process end by itself: for the reaper it has left then. Without it, the pipes keep Node alive. */
  unref(): void {
    this.#hold(false);
  }

  #hold(on: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const each of [this.#child, stdin, stdout, stderr] as ({ ref?(): void; unref?(): void } | null)[]) {
      if (on) each?.ref?.();
      else each?.unref?.();
    }
  }

  #tell(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #heard(event: Event): void {
    if (event.id === undefined) {
      if (event.event === 'shared') this.#shared(event.port);
      else if (event.event === 'left') this.#left();
      else this.#events.put(event);
      return;
    }
    const entry = this.#entries.get(event.id);
    if (!entry) return;
    if (event.event === 'spawned') entry.spawned(event.pid);
    else if (event.event === 'ready') entry.ready();
    else {
      this.#entries.delete(event.id);
      if (event.event === 'failed') entry.failed(new Error(event.message));
      else entry.ended(event);
    }
  }
}
