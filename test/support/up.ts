/** `perdure up` in a folder of its own, with everything that is part of it, asked by its command and over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CoverageView, HarvestView, PostHistory, SeedView } from '../../src/read/index.js';
import { heard, startPerdure, type Ended } from './perdure.js';
import { noneAbout, processesAbout } from './processes.js';

/** For one thing to happen, on a machine that others use as well; and for a journey of several. */
const PATIENCE_MS = 90_000;
export const JOURNEY_MS = 4 * PATIENCE_MS;

export interface Up {
  /** Of the API. */
  readonly url: string;
  perdure(...args: string[]): Promise<Ended>;
  /** What a command says that must end well. */
  told(...args: string[]): Promise<string>;
  /** What it prints with `--json`. */
  json<T>(...args: string[]): Promise<T>;
  get<T>(path: string): Promise<T>;
  seed(name: string, collection?: string): Promise<SeedView>;
  /** By the API. */
  history(post: string): Promise<PostHistory>;
  coverage(seed: SeedView, at?: string): Promise<CoverageView>;
  /** Asks a worker of `up` for a harvest, again where its schedule came first. @returns how it ended */
  harvest(seed: SeedView): Promise<HarvestView>;
  /** Its worker processes that harvest. */
  harvesters(): number[];
  /** Ctrl-C: it ends well, and leaves nothing running and no file. */
  close(): Promise<void>;
}

/** @param hosts host → origin of what plays it */
export async function startUp(
  hosts: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
): Promise<Up> {
  const data = await mkdtemp(join(tmpdir(), 'perdure-up-'));
  const env = {
    PERDURE_PRIVATE_HOSTS: '127.0.0.1,localhost',
    PERDURE_HOST_ORIGINS: Object.entries(hosts)
      .map(([host, origin]) => `${host}=${origin}`)
      .join(','),
    ...settings,
  };
  const up = startPerdure(data, ['up'], env);
  const close = async (): Promise<void> => {
    up.child.kill('SIGINT');
    const { code, err } = await up.ended;
    await noneAbout(data, 30_000);
    await rm(data, { recursive: true, force: true });
    if (code !== 0) throw new Error(`perdure up: exit ${code}\n${err}`);
  };
  const url = await heard(up, /perdure is up after [\d.]+ s: (http:\S+)/, PATIENCE_MS).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  const perdure = (...args: string[]): Promise<Ended> => startPerdure(data, args, env).ended;
  const told = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await perdure(...args);
    if (code !== 0) throw new Error(`perdure ${args.join(' ')}: exit ${code}\n${out}${err}`);
    return out;
  };
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await told(...args, '--json')) as T;
  const ask = async (method: string, path: string): Promise<Response> => fetch(`${url}/api/v1${path}`, { method });
  const get = async <T>(path: string): Promise<T> => {
    const answer = await ask('GET', path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    url,
    perdure,
    told,
    json,
    get,
    async seed(name, collection) {
      const where = collection === undefined ? '' : `?collection=${collection}`;
      const { items } = await get<{ items: SeedView[] }>(`/seeds${where}`);
      const found = items.find((each) => [each.id, each.name, each.uri].includes(name));
      if (!found) throw new Error(`${name} is not followed`);
      return found;
    },
    history: (post) => get(`/posts/${encodeURIComponent(post)}/history`),
    coverage: ({ id }, at) => get(`/seeds/${id}/coverage${at === undefined ? '' : `?at=${at}`}`),
    async harvest({ id }) {
      for (;;) {
        const { harvest } = (await (await ask('POST', `/seeds/${id}/harvest`)).json()) as { harvest: string };
        const ended = await until(`the harvest ${harvest} to end`, async () => {
          const answer = await ask('GET', `/harvests/${harvest}`);
          const view = answer.ok ? ((await answer.json()) as HarvestView) : undefined;
          return view?.finishedAt === null ? undefined : view;
        });
        if (ended.state !== 'skipped') return ended;
      }
    },
    harvesters: () =>
      processesAbout(data)
        .filter((line) => line.includes('workers/harvest.js'))
        .map((line) => Number.parseInt(line, 10)),
    close,
  };
}

/** Looks again and again until there is something to be seen. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

/** What stood in a post's versions, one after the other: its words, or what was found instead. */
export function statesOf({ versions }: PostHistory): (string | null)[] {
  return versions.map(({ outcome, text }) => (outcome === 'present' ? text : outcome));
}
