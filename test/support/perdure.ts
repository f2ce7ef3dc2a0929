/** The perdure command as people run it: built, in a process of its own, on an archive in the data folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Everything it wrote so far. */
  said(): string;
}

/** Whoever runs the tests may have an archive of their own: nothing here leads to it. */
export function startPerdure(data: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, ['bin/perdure.mjs', ...args], {
    env: {
      ...process.env,
      DATABASE_URL: '',
      REDIS_URL: '',
      PERDURE_BLOBS: '',
      PERDURE_DATA: data,
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { child, ended, said: () => out + err };
}

/** @returns the first group of the pattern, as soon as it was said */
export async function heard({ child, said }: Running, pattern: RegExp, withinMs = 60_000): Promise<string> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(50)) {
    const match = pattern.exec(said());
    if (match) return match[1] ?? '';
    if (child.exitCode !== null || child.signalCode !== null) break;
  }
  throw new Error(`waited in vain for ${String(pattern)}; it said:\n${said()}`);
}
