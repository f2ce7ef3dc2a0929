/**
 * The use of a database that a reaper runs: it lives until the last lease on it has ended. Who starts it holds the
 * reaper's pipes; who finds it running holds a connection to the reaper. If the process dies, the kernel ends both.
 */
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export type ServerEvent =
  | { readonly event: 'serving'; readonly pid: number; readonly port: number }
  /** It ended unasked; the reaper starts it again, and says `serving` or `lost`. */
  | {
      readonly event: 'crashed';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly tail: readonly string[];
    }
  | { readonly event: 'lost'; readonly message: string }
  /** Its log file cannot be written. */
  | { readonly event: 'log-failed'; readonly message: string };

export interface Lease {
  /** What happens to the server, from the beginning on, to one listener. */
  hear(listener: (event: ServerEvent) => void): void;
  /** Resolves when the reaper ended though nobody had asked it to: what it ran then runs without a guard. */
  readonly lost: Promise<Error>;
  /** @returns `left`: others use it on; `ended`: we were the last, and everything has stopped, or the reaper was lost */
  leave(): Promise<'left' | 'ended'>;
  /** Lets this process end by itself, which ends the lease. */
  unref(): void;
}

/** Keeps what comes before somebody listens. */
export class Mailbox {
  #waiting: ServerEvent[] = [];
  #listener: ((event: ServerEvent) => void) | undefined;

  put(event: ServerEvent): void {
    if (this.#listener) this.#listener(event);
    else this.#waiting.push(event);
  }

  open(listener: (event: ServerEvent) => void): void {
    this.#listener = listener;
    for (const event of this.#waiting.splice(0)) listener(event);
  }
}

export interface Joined {
  readonly lease: Lease;
  readonly pid: number;
  readonly port: number;
}

/**
 * Joins what a reaper runs, when it serves: that may take as long as its start.
 * @returns null when it ends instead, or does not serve within the patience in milliseconds
 */
export async function join(
  reaper: { readonly port: number; readonly token: string },
  patience: number,
  signal: AbortSignal | undefined,
): Promise<Joined | null> {
  const socket = createConnection({ port: reaper.port, host: '127.0.0.1' });
  const events = new Mailbox();
  let leaving = false;
  let left: () => void = () => undefined;
  let serves: (event: (ServerEvent & { event: 'serving' }) | null) => void = () => undefined;
  const serving = new Promise<(ServerEvent & { event: 'serving' }) | null>((resolve) => (serves = resolve));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // Whatever breaks it also closes it.
  socket.on('error', () => undefined);
  const lines = createInterface({ input: socket });
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const event = JSON.parse(line) as ServerEvent | { event: 'left' };
    if (event.event === 'left') return left();
    if (event.event === 'serving') serves(event);
    events.put(event);
  });
  socket.write(`${reaper.token}\n`);

  const giveUp = (): void => void socket.destroy();
  const timer = setTimeout(giveUp, patience);
  signal?.addEventListener('abort', giveUp, { once: true });
  void closed.then(() => serves(null));
  const first = await serving;
  clearTimeout(timer);
  signal?.removeEventListener('abort', giveUp);
  signal?.throwIfAborted();
  if (first === null) return null;

  const lost = new Promise<Error>((resolve) => {
    void closed.then(() => {
      if (!leaving) resolve(new Error('the reaper, which guards the database for all who use it, ended unasked'));
    });
  });
  let outcome: Promise<'left' | 'ended'> | undefined;
  return {
    pid: first.pid,
    port: first.port,
    lease: {
      lost,
      hear: (listener) => events.open(listener),
      unref: () => void socket.unref(),
      leave() {
        leaving = true;
        outcome ??= leave(socket, closed, new Promise((resolve) => (left = resolve)));
        return outcome;
      },
    },
  };
}

async function leave(socket: Socket, closed: Promise<void>, left: Promise<void>): Promise<'left' | 'ended'> {
  socket.ref();
  if (!socket.destroyed) socket.write('leave\n');
  const outcome = await Promise.race([left.then(() => 'left' as const), closed.then(() => 'ended' as const)]);
  socket.destroy();
  return outcome;
}
