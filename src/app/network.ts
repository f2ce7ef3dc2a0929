/** The network of this process: one set of connections, the shared budgets, and what every request says of itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { sha256 } from '../core/digest.js';
import type { Claim, NetworkPort } from '../pipeline/harvest-ports.js';
import type { BlobStore } from '../pipeline/ports.js';
import { openAgents, type Agents } from '../network/agent.js';
import { postgresBudgets, redisBudgets, type Budgets } from '../network/budgets.js';
import { openIo, type IoDeps } from '../network/io.js';
import { POST_MS } from '../pipeline/webhooks.js';
import { robotsAnswer } from '../network/robots.js';
import type { Connector, Credential, HarvestIo } from '../sources/harvest.js';
import type { Archive } from './archive.js';
import type { Config } from './config.js';

export interface Network extends NetworkPort {
  readonly agents: Agents;
  readonly budgets: Budgets;
  readonly userAgent: string;
  /** For finding out what to follow: nothing of it is archived. */
  openToAsk(connector: Connector, options: AskOptions): HarvestIo;
  /** Tells somebody something: not kept, not repeated. */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number }>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly trusted: readonly string[];
  readonly credential?: Credential;
  readonly warn: (text: string) => void;
}

export type FindCredential = (name: string) => Promise<Credential | undefined>;

function userAgentOf({ contact }: Pick<Config, 'contact'>): string {
  return `Perdure/0.1 (social media archive; ${contact ?? 'no contact given'})`;
}

export interface NetworkParts extends Pick<Archive, 'pool' | 'blobs'> {
  readonly config: Pick<Config, 'redisUrl' | 'hostOrigins' | 'privateHosts' | 'contact'>;
}

export function openNetwork(archive: NetworkParts, findCredential: FindCredential): Network {
  const { config, pool, blobs } = archive;
  const agents = openAgents();
  const redis = config.redisUrl === undefined ? undefined : new Redis(config.redisUrl, { maxRetriesPerRequest: 10 });
  const budgets = redis ? redisBudgets(redis) : postgresBudgets(pool);
  const userAgent = userAgentOf(config);
  const robots = new Map<string, { until: number; answer: Awaited<ReturnType<NetworkPort['robots']>> }>();
  const common = { agents, budgets, agent: userAgent, elsewhere: config.hostOrigins, now: Date.now, sleep: pause };

  return {
    agents,
    budgets,
    userAgent,
    async open({ seed }, connector, { signal, record, warn, onWait }) {
      const credential = bound(seed, seed.credential === undefined ? undefined : await findCredential(seed.credential));
      return openIo({
        ...common,
        keep: (chunks) => blobs.put(chunks),
        read: (digest) => readWhole(blobs, digest),
        keepRequest: async (body) => (await blobs.put(once(body))).digest,
        record,
        pace: connector.pace,
        trusted: [...config.privateHosts, ...seed.trusted],
        ...(credential && { credential }),
        signal,
        warn,
        onWait,
      });
    },
    async robots(io, claim) {
      const host = hostOf(claim);
      if (host === undefined) return undefined;
      const known = robots.get(host);
      if (known && known.until > Date.now()) return known.answer;
      const { url, status, allowed } = await robotsAnswer(io, host, userAgent);
      const answer = { url, status, allowed: allowed ?? null };
      if (robots.size >= MOST_HOSTS) robots.clear();
      robots.set(host, { until: Date.now() + DAY_MS, answer });
      return answer;
    },
    openToAsk(connector, { signal, trusted, credential, warn }) {
      const kept = new Map<string, Buffer>();
      const io: IoDeps = {
        ...common,
        keep: async (chunks) => {
          const parts: Uint8Array[] = [];
          for await (const chunk of chunks) parts.push(chunk);
          const bytes = Buffer.concat(parts);
          const digest = sha256(bytes);
          kept.set(digest, bytes);
          return { digest, bytes: bytes.length };
        },
        read: (digest) => Promise.resolve(kept.get(digest)!),
        record: () => Promise.resolve(),
        pace: connector.pace,
        trusted: [...config.privateHosts, ...trusted],
        ...(credential && { credential }),
        signal,
        warn,
      };
      return openIo(io);
    },
    async post(url, headers, body, signal) {
      const io = openIo({
        ...common,
        keep: () => Promise.reject(new Error('an answer to a webhook is not kept')),
        read: () => Promise.reject(new Error('an answer to a webhook is not kept')),
        record: () => Promise.resolve(),
        pace: { requests: 100, seconds: 10 },
        trusted: config.privateHosts,
        signal,
        warn: () => undefined,
      });
      return io.request(url, { method: 'POST', headers, body, secret: true, timeoutMs: POST_MS, maxBytes: 64 * 1024 });
    },
    async close() {
      await agents.close();
      redis?.disconnect();
    },
  };
}

/** A token that was given without a host belongs to the server that the seed was found on. */
function bound({ settings }: Claim['seed'], credential: Credential | undefined): Credential | undefined {
  const { origin } = (settings ?? {}) as { origin?: unknown };
  if (!credential || credential.host !== undefined || typeof origin !== 'string') return credential;
  return { ...credential, host: new URL(origin).host };
}

const DAY_MS = 86_400_000;
const MOST_HOSTS = 10_000;

const pause = (ms: number, signal: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal });

/** The first address in the seed: where its robots.txt stands. */
function hostOf({ seed }: Claim): string | undefined {
  const { origin } = (seed.settings ?? {}) as { origin?: unknown };
  const address = typeof origin === 'string' ? origin : seed.uri;
  return /^(https?|wss?):\/\//.test(address) && URL.canParse(address) ? address : undefined;
}

async function readWhole(blobs: BlobStore, digest: Parameters<BlobStore['open']>[0]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of blobs.open(digest)) parts.push(chunk);
  return Buffer.concat(parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
