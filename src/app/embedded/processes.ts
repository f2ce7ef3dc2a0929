/** Telling processes apart. A process id alone says little: ids are reused, in a container after minutes. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/** One process and no later one with the same id. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in whatever form the system tells it: only compared. */
  readonly started: string;
}

/** `null`: there is no such process, or it is dead and only its parent has not looked yet (a zombie). */
export function markOf(pid: number): ProcessMark | null {
  if (process.platform !== 'linux') {
    const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
    const [state, ...started] = ps.stdout.trim().split(/\s+/);
    return state && !state.startsWith('Z') ? { pid, started: started.join(' ') } : null;
  }
  const started = readOrNull(() => {
    const fields = statOf(pid);
    return /[ZX]/.test(fields[0] ?? '') ? '' : (fields[19] ?? '');
  });
  return started ? { pid, started: `${started} ${bootOf()}` } : null;
}

let boot: string | undefined;
/** Linux counts a process's start from that of the machine: a file from before it may name the same number and time. */
function bootOf(): string {
  boot ??= readOrNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '';
  return boot;
}

export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.started === mark.started;
}

/**
 * The Postgres processes of a cluster, postmaster and backends: they stand in its folder. Only those that we may ask
 * (root: all; else: our own). Outside Linux: those with the folder in their command line, which is the postmaster.
 */
export function postgresOf(cluster: string): number[] {
  if (process.platform !== 'linux') {
    const ps = spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' });
    return ps.stdout
      .split('\n')
      .filter((line) => line.includes('postgres') && line.includes(cluster))
      .map((line) => Number.parseInt(line, 10));
  }
  const folder = readOrNull(() => realpathSync(cluster));
  if (folder === null) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => readOrNull(() => readlinkSync(`/proc/${pid}/cwd`)) === folder)
    .filter((pid) => readOrNull(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim() === 'postgres')
    .map(Number);
}

/** `null` when it has ended, or where there is no /proc. */
export function parentOf(pid: number): number | null {
  const parent = readOrNull(() => statOf(pid)[1] ?? '');
  return parent ? Number(parent) : null;
}

/** Fields of proc(5) from the third on: state, parent, …; the name before them may hold spaces and brackets. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process may end, or belong to somebody else, between two looks at it: then there is nothing to see. */
function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}
