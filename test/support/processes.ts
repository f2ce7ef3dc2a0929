/** Real child processes for tests, and the proof that none is left. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Script {
  readonly pid: number;
  /** The next line of its output that this accepts; fails with everything it said when it ends before. */
  line<T>(accept: (line: string) => T | undefined): Promise<T>;
  say(line: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const started = new Set<ChildProcessWithoutNullStreams>();

/** Runs a TypeScript file of test/support in a process of its own. */
export function runScript(
  file: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Script {
  const path = join(process.cwd(), 'test', 'support', file);
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    env: { ...process.env, ...environment },
  });
  started.add(child);
  const said: string[] = [];
  let wake: () => void = () => undefined;
  const next = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      wake();
    });
  let over = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    started.delete(child);
    wake();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  child.stdin.on('error', () => undefined);
  let seen = 0;
  return {
    pid: child.pid ?? -1,
    ended,
    async line(accept) {
      for (;;) {
        for (; seen < said.length; seen += 1) {
          const found = accept(said[seen] ?? '');
          if (found === undefined) continue;
          seen += 1;
          return found;
        }
        if (over) throw new Error(`${file} ended without the line that was waited for:\n${said.join('\n')}`);
        await next();
      }
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    kill: (signal) => void child.kill(signal),
  };
}

/** For `afterEach`: what a failed test left. */
export async function endScripts(): Promise<void> {
  await Promise.all(
    [...started].map(async (child) => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }),
  );
}

/** Living processes that stand in this folder or below, or name it in their command line. Linux only. */
export function processesAbout(folder: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      // Asked of others' processes, where we may not be told, the command line alone decides.
      const stands = state !== 'Z' && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      // Worker processes are told the folder in their environment, not on their command line.
      const told = state !== 'Z' && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      if (stands || told || command.includes(folder)) found.push(`${pid} ${command.slice(0, 400)}`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'EACCES') throw error;
    }
  }
  return found;
}

/** @throws if some are left after the patience in milliseconds */
export async function noneAbout(folder: string, patience = 10_000): Promise<void> {
  const deadline = Date.now() + patience;
  let left = processesAbout(folder);
  while (left.length > 0) {
    if (Date.now() > deadline) throw new Error(`left running:\n${left.join('\n')}`);
    await sleep(20);
    left = processesAbout(folder);
  }
}
