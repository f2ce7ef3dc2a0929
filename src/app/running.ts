/** `<data>/up.json`: where a running `perdure up` can be reached. Only a hint: a stale one is recognised and ignored. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const RUNNING = z.object({ pid: z.number().int(), url: z.string(), startedAt: z.string() });
export type Running = z.infer<typeof RUNNING>;

const fileOf = (data: string): string => join(data, 'up.json');

export function announce(data: string, url: string): void {
  const running: Running = { pid: process.pid, url, startedAt: new Date().toISOString() };
  writeFileSync(fileOf(data), JSON.stringify(running) + '\n');
}

export function withdraw(data: string): void {
  rmSync(fileOf(data), { force: true });
}

export function findRunning(data: string): Running | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(data), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = RUNNING.safeParse(tryJson(text));
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // half written by a process that was killed: as good as none
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
