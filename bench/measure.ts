/** CPU seconds and peak memory of other processes, from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second: 100 on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Own CPU seconds, and those of children that have ended and were waited for. */
  readonly seconds: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0);
    return { parent: Number(fields[1]), seconds: ticks / TICKS };
  } catch {
    return undefined; // it has ended
  }
}

/** CPU seconds of a process and all its descendants, the ended ones included. */
export function cpuSeconds(root: number): number {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (stat) stats.set(pid, stat);
  }
  let total = 0;
  for (const [pid, stat] of stats) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root && at > 1) at = stats.get(at)?.parent;
    if (at === root) total += stat.seconds;
  }
  return total;
}

/** CPU seconds of one process alone. */
export function ownCpuSeconds(pid: number): number {
  return statOf(pid)?.seconds ?? 0;
}

/** Peak resident memory in MiB so far; 0 when it has ended. */
export function peakMemory(pid: number): number {
  return memoryOf(pid, 'VmHWM');
}

/** Resident memory in MiB at this moment; 0 when it has ended. */
export function residentMemory(pid: number): number {
  return memoryOf(pid, 'VmRSS');
}

function memoryOf(pid: number, field: string): number {
  try {
    const match = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) / 1024 : 0;
  } catch {
    return 0;
  }
}
